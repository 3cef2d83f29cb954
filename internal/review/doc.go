// Package review lets people answer what the system could not: it hands out questions about papers, takes decisions, and keeps both.
//
// A question is a task. A task belongs to one person at a time, for a limited time: two people never have the same one. What a person
// decides is kept with who, when, before and after, and takes effect with a new version of the document; a decision that is undone makes
// another. Values are checked here, so that nothing is written down that the field cannot hold; a value that is refused says what to type.
//
// Rights: clerks and officers for their own unit, admins for every unit.
package review
