package benchtest

import (
	"bytes"
	"compress/zlib"
	"context"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

// slowEngine stands for recognition where the queue is measured and not the engine: it takes a fixed time a page.
type slowEngine struct{ perPage time.Duration }

func (e slowEngine) Recognise(ctx context.Context, p page.Picture) (page.Result, error) {
	select {
	case <-time.After(e.perPage):
	case <-ctx.Done():
		return page.Result{}, ctx.Err()
	}
	return page.Result{Width: p.Width, Height: p.Height, Kind: page.Text, Source: page.Recognised, Confidence: 90, Engine: "stub", Settings: "stub", Lines: []page.Line{{
		Words: []page.Word{{Text: "chữ", Box: page.Box{X1: 10, Y1: 10}, Confidence: 90}}, Box: page.Box{X1: 10, Y1: 10}, BaseTo: page.Point{X: 10, Y: 8}, Size: 8,
	}}}, nil
}

func (e slowEngine) Convert(_ context.Context, p page.Picture) (page.Picture, error) { return p, nil }

func (e slowEngine) View(_ context.Context, p page.Picture, _ page.Turn, _ int) (page.Picture, error) {
	return p, nil
}

func (e slowEngine) Version() digitise.EngineVersion {
	return digitise.EngineVersion{Engine: "stub", Settings: "stub"}
}

// manyPages reads any file as a scan of so many pages.
type manyPages struct{ pages int }

func (r manyPages) Open(context.Context, string) (digitise.Master, error) { return r, nil }
func (r manyPages) MediaType() archive.MediaType                          { return archive.PDF }
func (r manyPages) Len() int                                              { return r.pages }
func (r manyPages) Warnings() []string                                    { return nil }
func (r manyPages) Close() error                                          { return nil }

func (r manyPages) Page(context.Context, int) (digitise.Source, error) {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte{0, 0xff})
	_ = w.Close()
	return digitise.Source{WidthPt: 595, HeightPt: 842, Picture: page.Picture{
		Encoding: page.Flate, Data: b.Bytes(), Width: 1, Height: 1, Components: 1, BitsPerComponent: 8, DPIX: 72, DPIY: 72,
	}}, nil
}
