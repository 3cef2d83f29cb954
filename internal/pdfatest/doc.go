// Package pdfatest judges renditions in tests, with other people's eyes: veraPDF says whether a file is PDF/A, poppler and PDFium say
// what a reader finds in it.
//
// A missing judge fails the test and says what to install; it never skips. veraPDF comes through deploy/tools/verapdf/fetch.sh and
// needs a Java runtime; poppler is Debian's poppler-utils; PDFium comes with the module go-pdfium and needs nothing.
package pdfatest
