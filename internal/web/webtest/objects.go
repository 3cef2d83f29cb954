package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"

	"sohoa/internal/archive"
	"sohoa/internal/fixity"
	"sohoa/internal/page"
)

type objects struct{ *Archive }

type reader struct{ *bytes.Reader }

// Close implements io.Closer.
func (reader) Close() error { return nil }

// OpenMaster implements retrieve.Objects.
func (a objects) OpenMaster(_ context.Context, d fixity.Digest) (io.ReadSeekCloser, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	b, ok := a.masters[d]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return reader{bytes.NewReader(b)}, nil
}

// OpenRendition implements retrieve.Objects.
func (a objects) OpenRendition(_ context.Context, key, _ string) (io.ReadSeekCloser, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range a.documents {
		if d.Rendition != nil && d.Rendition.Key == key {
			return reader{bytes.NewReader(d.pdf)}, nil
		}
	}
	return nil, fs.ErrNotExist
}

// GetResult implements retrieve.Objects.
func (a objects) GetResult(_ context.Context, key string) ([]byte, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range a.documents {
		for i, p := range d.PageList {
			if p.ResultKey == key {
				return json.Marshal(d.results[i])
			}
		}
	}
	return nil, fmt.Errorf("result %s: %w", key, fs.ErrNotExist)
}

type viewer struct{ *Archive }

// View implements retrieve.Viewer.
func (a viewer) View(_ context.Context, ref archive.PageRef, _ page.Turn, maxPixels int) ([]byte, error) {
	unlock, err := a.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	for _, d := range a.documents {
		for i, p := range d.PageList {
			if p.Master == ref.Master && p.Page == ref.Page {
				return picture(d.results[i], maxPixels)
			}
		}
	}
	return nil, fs.ErrNotExist
}
