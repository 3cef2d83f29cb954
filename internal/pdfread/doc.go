// Package pdfread opens PDF files from outside and gives their pages: scanned, born digital, or both in one file.
//
// Three readers share the work. A lazy one of our own reads the structure of sound files object by object: pages, what they show,
// annotations, signatures, active content. pdfcpu does so for damaged and encrypted files, which it holds in memory, and unpacks streams.
// PDFium, compiled to WebAssembly, draws what has to be drawn, tells the text, and opens what the others cannot; it runs inside a memory
// of fixed size, sees no file system and no network, and can be stopped at any instruction. It starts only when it is needed.
//
// A page that is exactly one picture (nearly every scan) is taken as that picture: its JPEG or CCITT bytes leave here as they
// came. Everything else is drawn without its annotations, since stamps laid over a page spoil its recognition; what was laid over
// it comes apart as overlays and as text of its own. Real text is used where it covers the page's ink; a text layer that a scanner
// made, or the 60–203 characters of a signature's look, do not make a page "have text".
//
// What always holds: nothing in a file is executed or fetched; the file is never written; a page has at most 160 megapixels, a file at
// most 3,000 pages; each page has a time limit. Everything wrong with the content is a *fault.Error with a rejecting code.
//
// Units: points are 1/72 inch; boxes of text are upright pixels of the page's picture; turns are clockwise. Pages count from 1.
package pdfread
