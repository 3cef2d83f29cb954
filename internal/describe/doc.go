// Package describe reads what a paper is from the words on it: who issued it, its number, kind, day and subject, who signed.
//
// It knows the layout of Decree 30/2020 (agency left of the state motto, number under it, kind and subject in the middle,
// recipients and signature at the end) and the grammar of each part, and looks for both: words say what, places say where.
// It has no I/O and keeps no state; the same pages give the same fields.
//
// What a person wrote by hand is found, with its box, and never guessed. Every field carries the chance that it is right,
// 0 to 1, and Asked where a person must look. Boxes are those of the page results: upright pixels. Pages count from 1.
package describe
