//go:build cgo && linux

package ocr

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/otiai10/gosseract/v2"

	"sohoa/internal/engine/lept"
	"sohoa/internal/page"
)

// maxModel bounds what is read of a model file while it is hashed; the largest published one has 60 MB.
const maxModel = 256 << 20

// client is one tesseract with its model loaded.
type client struct {
	tess *gosseract.Client
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

// openClient loads the model: gosseract does so on first use, so a white scrap is read.
func openClient(dir, language string) (*client, error) {
	c := &client{tess: gosseract.NewClient()}
	err := c.tess.SetTessdataPrefix(dir)
	if err == nil {
		err = c.tess.SetLanguage(language)
	}
	// Lines are dark on light here; looking at each one inverted as well costs time and invents text in stamps.
	for name, value := range map[string]string{"tessedit_do_invert": "0", "debug_file": os.DevNull, "hocr_font_info": "0"} {
		if err == nil {
			err = c.tess.SetVariable(gosseract.SettableVariable(name), value)
		}
	}
	if err == nil {
		err = c.set(modeAuto, 300)
	}
	if err == nil {
		scrap := append([]byte("P5\n64 64\n255\n"), bytes.Repeat([]byte{255}, 64*64)...)
		if err = c.tess.SetImageFromBytes(scrap); err == nil {
			_, err = c.tess.HOCRText()
		}
	}
	if err != nil {
		c.close()
		return nil, fmt.Errorf("open tesseract with %s: %w", language, err)
	}
	return c, nil
}

func (c *client) close() { _ = c.tess.Close() }

// set changes what tesseract assumes of the next picture. gosseract's own SetPageSegMode is lost when it loads the model.
func (c *client) set(mode, dpi int) error {
	if mode != c.mode {
		if err := c.tess.SetVariable("tessedit_pageseg_mode", strconv.Itoa(mode)); err != nil {
			return fmt.Errorf("set segmentation: %w", err)
		}
		c.mode = mode
	}
	if dpi != c.dpi {
		if err := c.tess.SetVariable("user_defined_dpi", strconv.Itoa(dpi)); err != nil {
			return fmt.Errorf("set resolution: %w", err)
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
	raw, err := gray.Serialize()
	if err != nil {
		return nil, err
	}
	if err := c.tess.SetImageFromBytes(raw); err != nil {
		return nil, fmt.Errorf("hand over picture: %w", err)
	}
	text, err := c.tess.HOCRText()
	if err != nil {
		return nil, fmt.Errorf("recognise: %w", err)
	}
	pages, err := page.ParseHOCR(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("tesseract's answer: %w", err)
	}
	if len(pages) == 0 {
		return nil, nil
	}
	vietnamese(pages[0].Lines)
	return pages[0].Lines, nil
}
