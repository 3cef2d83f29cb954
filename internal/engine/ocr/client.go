//go:build cgo && linux

package ocr

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"sohoa/internal/engine/lept"
	"sohoa/internal/engine/tess"
	"sohoa/internal/page"
)

// maxModel bounds what is read of a model file while it is hashed; the largest published one has 60 MB.
const maxModel = 256 << 20

// client is one tesseract with its model loaded.
type client struct {
	tess *tess.Reader
	mode int
	dpi  int
}

// The page segmentation modes in use, as tesseract numbers them.
const (
	modeAuto = 3
	modeLine = 7
)

// modelDigest names a model file by the start of its SHA-256.
func modelDigest(dir, language string) (string, error) {
	f, err := os.Open(filepath.Join(dir, language+".traineddata")) //nolint:gosec // the operator's own model
	if err != nil {
		return "", fmt.Errorf("open model: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, maxModel)); err != nil {
		return "", fmt.Errorf("read model: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// openClient loads the model.
func openClient(dir, language string) (*client, error) {
	t, err := tess.Open(dir, language)
	if err != nil {
		return nil, err
	}
	c := &client{tess: t}
	// Lines are dark on light here; looking at each one inverted as well costs time and invents text in stamps.
	for name, value := range map[string]string{"tessedit_do_invert": "0", "debug_file": os.DevNull} {
		if err == nil {
			err = t.Set(name, value)
		}
	}
	if err == nil {
		err = c.set(modeAuto, 300)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *client) close() { c.tess.Close() }

// set changes what tesseract assumes of the next picture.
func (c *client) set(mode, dpi int) error {
	if mode != c.mode {
		if err := c.tess.Set("tessedit_pageseg_mode", strconv.Itoa(mode)); err != nil {
			return err
		}
		c.mode = mode
	}
	if dpi != c.dpi {
		if err := c.tess.Set("user_defined_dpi", strconv.Itoa(dpi)); err != nil {
			return err
		}
		c.dpi = dpi
	}
	return nil
}

// read recognises a gray picture once. Boxes are in its pixels.
func (c *client) read(gray *lept.Pix, mode int, dpi float64) ([]page.Line, error) {
	if err := c.set(mode, int(min(max(dpi, 70), 2400))); err != nil { // tesseract takes no others
		return nil, err
	}
	lines, err := c.tess.Read(gray)
	vietnamese(lines)
	return lines, err
}
