// Package pageimage opens images that are pages: JPEG, PNG, WebP and TIFF, one page or many.
//
// It reads headers and never decodes for show: what a page looks like leaves here as the bytes that came in, so that the
// rendition need not compress a second time. A TIFF page that cannot travel as a bare CCITT stream is cut out of its file as
// a TIFF of one frame, so that a thousand-page file never stands in memory and no engine sees more than its page.
//
// What always holds for a page that was opened: its sides are 1–65,535 pixels, it has at most 160 megapixels, its resolution is not 0,
// its turn is one of the four. Everything wrong with the bytes is a *fault.Error with a rejecting code.
//
// Units: sides in pixels, resolution in dots per inch, sizes in points (1/72 inch). Pages count from 1.
package pageimage
