package pipetest

import (
	"bytes"
	"compress/zlib"
	"context"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

// StubEngine stands for recognition where the queue and the stores are looked at and not the engine: it takes a fixed time a page.
type StubEngine struct{ PerPage time.Duration }

// Recognise finds one word on any page.
func (e StubEngine) Recognise(ctx context.Context, p page.Picture) (page.Result, error) {
	select {
	case <-time.After(e.PerPage):
	case <-ctx.Done():
		return page.Result{}, ctx.Err()
	}
	return page.Result{Width: p.Width, Height: p.Height, Kind: page.Text, Source: page.Recognised, Confidence: 90, Engine: "stub", Settings: "stub", Lines: []page.Line{{
		Words: []page.Word{{Text: "chữ", Box: page.Box{X1: 10, Y1: 10}, Confidence: 90}}, Box: page.Box{X1: 10, Y1: 10}, BaseTo: page.Point{X: 10, Y: 8}, Size: 8,
	}}}, nil
}

// Codes finds none.
func (e StubEngine) Codes(context.Context, page.Picture) ([]page.Code, error) { return nil, nil }

// Convert changes nothing.
func (e StubEngine) Convert(_ context.Context, p page.Picture) (page.Picture, error) { return p, nil }

// View changes nothing.
func (e StubEngine) View(_ context.Context, p page.Picture, _ page.Turn, _ int) (page.Picture, error) {
	return p, nil
}

// Version names the stub.
func (e StubEngine) Version() digitise.EngineVersion {
	return digitise.EngineVersion{Engine: "stub", Settings: "stub"}
}

// StubReader reads any file as a scan of so many pages.
type StubReader struct{ Pages int }

// Open looks at no byte.
func (r StubReader) Open(context.Context, string) (digitise.Master, error) { return r, nil }

// MediaType is that of a PDF.
func (r StubReader) MediaType() archive.MediaType { return archive.PDF }

// Len is the number of pages.
func (r StubReader) Len() int { return r.Pages }

// Warnings are none.
func (r StubReader) Warnings() []string { return nil }

// Close has nothing to close.
func (r StubReader) Close() error { return nil }

// Signatures are none.
func (StubReader) Signatures() []archive.Signature { return nil }

// Page is one white pixel on A4.
func (r StubReader) Page(context.Context, int, digitise.Use) (digitise.Source, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte{0, 0xff})
	_ = w.Close()
	return digitise.Source{WidthPt: 595, HeightPt: 842, Picture: page.Picture{
		Encoding: page.Flate, Data: b.Bytes(), Width: 1, Height: 1, Components: 1, BitsPerComponent: 8, DPIX: 72, DPIY: 72,
	}}, nil
}
