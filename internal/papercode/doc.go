// Package papercode tells what the QR codes on papers say.
//
// An electronic result carries one at the top left of its first page: code of the dossier, code of the procedure, identifier of the owner, name
// of the paper, the system that issued it, when, and until when it holds. Which comes after which, and what stands between them, is not laid
// down, so every part is known by its own grammar (internal/dossier): what is written as values between strokes, semicolons or line ends, as
// key=value, as JSON, or as the query of an address reads the same. Nothing is guessed: without exactly one dossier code it is no result's code.
//
// The code of a citizen's card and the code of a separator sheet are other kinds, so that neither is taken for a result's.
//
// Identifiers of owners do not print themselves (dossier.Identifier). Times are UTC; what is said without a zone is said in Vietnam.
package papercode
