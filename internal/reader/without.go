package reader

import (
	"context"
	"os"
	"reflect"
	"slices"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/fault"
	"sohoa/internal/page"
	"sohoa/internal/pageimage"
	"sohoa/internal/pdfread"
)

// Without writes the master at path to out without some of its pages, numbered from 1, and makes sure that every page that stays is read and shown as
// before. The same master and pages give the same bytes. Where that cannot be had it is fault.FileUnreadable, and what out holds is of no use.
func (r *Reader) Without(ctx context.Context, path string, leaveOut []int, out *os.File) error {
	media, _, err := Sniff(path)
	if err != nil {
		return err
	}
	gone := func(n int) bool { return slices.Contains(leaveOut, n) }
	switch media {
	case archive.PDF:
		err = pdfread.Without(ctx, path, gone, out)
	case archive.TIFF:
		err = pageimage.Without(ctx, path, gone, out)
	default:
		return fault.New(fault.FileUnreadable, "a file of type %s has one page, which cannot be taken out of it", media)
	}
	if err != nil {
		return err
	}
	return r.compare(ctx, path, out.Name(), gone)
}

// compare reads every page that stays from both files.
func (r *Reader) compare(ctx context.Context, before, after string, gone func(int) bool) error {
	a, err := r.Open(ctx, before)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := r.Open(ctx, after)
	if err != nil {
		return err
	}
	defer b.Close()
	at := 0
	for n := 1; n <= a.Len(); n++ {
		if gone(n) {
			continue
		}
		at++
		for _, use := range []digitise.Use{digitise.ToRead, digitise.ToShow} {
			want, errWant := a.Page(ctx, n, use)
			got, errGot := b.Page(ctx, at, use)
			if err := ctx.Err(); err != nil {
				return err
			}
			if fault.CodeOf(errWant) != fault.CodeOf(errGot) || errWant == nil && !same(want, got) {
				return fault.New(fault.FileUnreadable, "page %d would look otherwise in a file without the pages that go; purge the whole file, and scan the other papers again", n)
			}
		}
	}
	if at != b.Len() {
		return fault.New(fault.FileUnreadable, "%d pages would be left of %d", b.Len(), at)
	}
	return nil
}

// same reports whether two sources are recognised and shown alike. The text inside annotations is not compared: it is taken over with the results.
func same(a, b digitise.Source) bool {
	return reflect.DeepEqual(a.Picture, b.Picture) && reflect.DeepEqual(a.Overlays, b.Overlays) && a.WidthPt == b.WidthPt && a.HeightPt == b.HeightPt &&
		slices.EqualFunc(a.Embedded, b.Embedded, func(x, y page.Line) bool { return x.Text() == y.Text() && x.Box == y.Box })
}
