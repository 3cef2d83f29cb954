// Package records gives the archive record of a document: the fields of Decree 113/2025, for one document or for lists and files.
//
// A record is made from what the last archived version says, what the register knows of its dossier, and how long it is kept. Codes in it, the
// archive code and the code of the digitised result (Circular 01/2023), are filled from patterns that the city sets: they name, and are never a
// key. What was replaced or withdrawn stays in lists and says so. Numbers of people are masked.
package records
