package pageimage

import (
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

const (
	// MaxPixels is the largest page: an A0 plan at 300 dpi has 139 megapixels.
	MaxPixels = 160_000_000
	// MaxSide is the longest side; JPEG and the engine know no longer one.
	MaxSide = 65_535
	// MaxPages is the longest file.
	MaxPages = 3_000
	// MaxPageBytes is the most that one page may hold as stored.
	MaxPageBytes = 256 << 20
)

// checkSides refuses what cannot be a page before anyone allocates for it.
func checkSides(width, height int64) error {
	switch {
	case width < 1 || height < 1:
		return fault.New(fault.FileUnreadable, "the image says it is %d × %d pixels; it has no picture", width, height)
	case width > MaxSide || height > MaxSide:
		return fault.New(fault.PageTooLarge, "the image says it is %d × %d pixels; at most %d on a side are taken", width, height, MaxSide)
	case width*height > MaxPixels:
		return fault.New(fault.PageTooLarge, "the image says it is %d × %d pixels; at most %d megapixels a page are taken: scan at a lower resolution",
			width, height, MaxPixels/1_000_000)
	}
	return nil
}

func checkPageBytes(n int64) error {
	if n > MaxPageBytes {
		return fault.New(fault.PageTooLarge, "one page holds %d MB; at most %d MB are taken", n>>20, MaxPageBytes>>20)
	}
	return nil
}

func cutOff(format string) error {
	return fault.New(fault.FileUnreadable, "the %s file is cut off: part of the picture is missing; send it again", format)
}

func damaged(format, what string) error {
	return fault.New(fault.FileUnreadable, "the %s file is damaged: %s", format, what)
}

// orient translates an EXIF or TIFF orientation (1–8) into a mirror and a turn; anything else leaves the page as it is.
func orient(o int) (mirror bool, turn page.Turn) {
	switch o {
	case 2:
		return true, 0
	case 3:
		return false, 180
	case 4:
		return true, 180
	case 5:
		return true, 270
	case 6:
		return false, 90
	case 7:
		return true, 90
	case 8:
		return false, 270
	}
	return false, 0
}
