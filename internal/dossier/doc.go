// Package dossier holds the words of administrative procedures: codes of dossiers, procedures and agencies, identifiers of
// holders, numbers and symbols of documents, their types, and the units that issue them.
//
// Parse functions take one value and refuse everything else; Find functions look for values in running text. A parsed value
// has one spelling, which String gives and Parse takes again. Identifiers of people never print themselves: String masks them.
package dossier
