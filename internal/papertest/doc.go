// Package papertest takes whole papers through recognition and assembly and lets other programs judge what comes out: veraPDF, poppler and
// PDFium. It holds only tests. Papers are the project's samples and, where they lie beside the repository, real scans and hostile files.
package papertest
