package pageimage

import (
	"context"
	"fmt"
	"os"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// File is an opened image with pages; it implements digitise.Master. It is not safe for concurrent use.
type File struct {
	f        *os.File
	media    archive.MediaType
	one      page.Picture // of a format with one page
	tiff     *tiffFile    // nil for the others
	warnings []string
}

// Open opens the image at path, whose type Sniff told. Formats of one page are held in memory whole, at most MaxPageBytes.
func Open(path string, media archive.MediaType) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open image: %w", err)
	}
	img := &File{f: f, media: media}
	if err := img.read(); err != nil {
		f.Close()
		return nil, err
	}
	return img, nil
}

func (f *File) read() error {
	st, err := f.f.Stat()
	if err != nil {
		return fmt.Errorf("open image: %w", err)
	}
	if f.media == archive.TIFF {
		f.tiff, err = openTIFF(f.f, st.Size())
		if err != nil {
			return err
		}
		f.warnings = f.tiff.warnings
		// A page that cannot be read refuses the file now, not after a hundred pages were recognised.
		for n := range f.tiff.frames {
			t, _, err := f.tiff.directory(f.tiff.frames[n])
			if err == nil {
				_, err = f.tiff.layout(t)
			}
			if err != nil {
				return fmt.Errorf("page %d: %w", n+1, err)
			}
		}
		return nil
	}
	if err := checkPageBytes(st.Size()); err != nil {
		return err
	}
	data := make([]byte, st.Size())
	if n, err := f.f.ReadAt(data, 0); n < len(data) {
		return fmt.Errorf("read image: %w", err)
	}
	switch f.media {
	case archive.JPEG:
		f.one, f.warnings, err = ParseJPEG(data)
	case archive.PNG:
		f.one, f.warnings, err = ParsePNG(data)
	case archive.WebP:
		f.one, f.warnings, err = ParseWebP(data)
	default:
		err = Unsupported(string(f.media))
	}
	return err
}

// MediaType implements digitise.Master.
func (f *File) MediaType() archive.MediaType { return f.media }

// Len implements digitise.Master.
func (f *File) Len() int {
	if f.tiff != nil {
		return len(f.tiff.frames)
	}
	return 1
}

// Warnings implements digitise.Master.
func (f *File) Warnings() []string { return f.warnings }

// Signatures implements digitise.Master. Pictures carry none.
func (f *File) Signatures() []archive.Signature { return nil }

// Page implements digitise.Master. An image carries neither overlays nor text.
func (f *File) Page(ctx context.Context, n int, _ digitise.Use) (digitise.Source, error) {
	if err := ctx.Err(); err != nil {
		return digitise.Source{}, err
	}
	if n < 1 || n > f.Len() {
		return digitise.Source{}, fault.New(fault.NotFound, "the file has no page %d", n)
	}
	p := f.one
	if f.tiff != nil {
		var err error
		if p, err = f.tiff.picture(n); err != nil {
			return digitise.Source{}, fmt.Errorf("page %d: %w", n, err)
		}
	}
	w, h := points(p.Width, p.Height, p.DPIX, p.DPIY, p.Turn.Swaps())
	return digitise.Source{Picture: p, WidthPt: w, HeightPt: h}, nil
}

// Close implements digitise.Master.
func (f *File) Close() error { return f.f.Close() }
