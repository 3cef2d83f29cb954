package layered

import (
	"fmt"
	"io"

	"sohoa/internal/digitise"
	"sohoa/internal/page"
)

// Version counts changes to the layers that the same leaf gives. Raise it with every such change: access copies are kept under it.
const Version = 3

// Writer makes access copies: it gives every leaf to another writer in layers. It has no state of its own.
type Writer struct {
	Inner digitise.Writer // writes the file
}

var _ digitise.Writer = Writer{}

// Name tells an access copy from a full rendition by the same writer.
func (w Writer) Name() string { return fmt.Sprintf("%s access %d", w.Inner.Name(), Version) }

// Allows is the inner writer's answer: what cannot be taken apart goes in as it is.
func (w Writer) Allows(p page.Picture) bool { return w.Inner.Allows(p) }

// Begin starts an access copy on out.
func (w Writer) Begin(out io.Writer, s digitise.Snapshot) (digitise.Rendition, error) {
	r, err := w.Inner.Begin(out, s)
	if err != nil {
		return nil, err
	}
	return rendition{r}, nil
}

type rendition struct{ digitise.Rendition }

// Add writes the leaf in layers.
func (r rendition) Add(leaf page.Leaf) error {
	small, err := Split(leaf)
	if err != nil {
		return err
	}
	return r.Rendition.Add(small)
}
