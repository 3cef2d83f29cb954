// Package pdfa writes renditions: PDF/A-2u files whose pages keep the pictures they were scanned as, under an invisible text layer
// that selects, copies and searches rightly in Vietnamese. It also checks such files (Check).
//
// What always holds:
//   - Same snapshot and leaves, same bytes: nothing else goes in, no clock and no random source. The trailer's ID is a digest of
//     everything before it, so Check finds any changed byte.
//   - A leaf is written when it is added. Memory does not grow with pages beyond an offset and a page label each.
//   - JPEG, CCITT and Flate streams are passed through bit for bit. What PDF/A forbids (CMYK under an sRGB intent) or PDF does not
//     know (PNG and TIFF files) is an *UnsupportedError that names it; converting is the engine's work.
//   - Only what PDF/A-2u allows is ever written: no encryption, scripts, actions, attachments or outside references,
//     and no annotations but stamps that show what was laid over a page.
//
// Units: points of 1/72 inch with the origin at the bottom left inside this package, as PDF has them; pixels with the origin at
// the top left in page.Result. Clauses are those of ISO 32000-1 (PDF 1.7) and ISO 19005-2 (PDF/A-2).
package pdfa
