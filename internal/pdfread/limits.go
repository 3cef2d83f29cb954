package pdfread

import "time"

const (
	// MaxPages is the longest file taken.
	MaxPages = 3_000
	// MaxPixels is the largest page: an A0 plan at 300 dpi has 139 megapixels.
	MaxPixels = 160_000_000
	// maxSide is the longest side of a picture.
	maxSide = 65_535
	// maxDrawnPixels caps a page that is drawn in colour; larger sheets are drawn at a lower resolution.
	maxDrawnPixels = 40_000_000
	// bandPixels is drawn at once, at four bytes a pixel: a little over A4 at 300 dpi.
	bandPixels = 9_500_000
	// drawDPI is the resolution pages are drawn at: what the engine reads best.
	drawDPI = 300

	// maxForPdfcpu is the largest file that pdfcpu reads: it keeps all of it in memory, dense objects five times over.
	maxForPdfcpu = 96 << 20
	// maxTreeDepth bounds the nesting of the page tree.
	maxTreeDepth = 64
	// maxPageContent is the longest content stream that is looked through for a single picture.
	maxPageContent = 4 << 20
	// maxAnnotations is how many annotations of a page are looked at one by one; with more the whole page counts as laid over.
	maxAnnotations = 400
	// maxOverlays is how many overlays a page may carry before they become one.
	maxOverlays = 60
	// maxChars is how many characters of a page are read as text.
	maxChars = 60_000

	defaultOpenTimeout = 20 * time.Second
	stockTimeout       = 5 * time.Second
	defaultPageTimeout = 30 * time.Second
	defaultIdle        = time.Minute
	defaultDrawing     = 2
	// defaultMemory holds an A0 drawing at four bytes a pixel in bands with its pictures.
	defaultMemory = 512 << 20
)
