//go:build cgo && linux

package ocr

import "sohoa/internal/engine/lept"

// even makes the paper of a gray page equally bright everywhere, where a copier's shadow, a phone's lamp or toned paper left it uneven or
// dark: tesseract parts ink from paper by one threshold for the whole page. A page that is even already is given back as it is.
func (r *Recogniser) even(gray *lept.Pix, dpi float64) (*lept.Pix, error) {
	small, err := gray.Scaled(min(1, r.s.GroundDPI/dpi))
	if err != nil {
		return gray, err
	}
	ground, err := small.Ground(r.s.GroundTile, r.s.GroundShare)
	small.Close()
	if err != nil {
		return gray, err
	}
	defer func() { ground.Close() }()
	paper := ground.Level(0.5)
	if paper >= r.s.GroundBright && ground.Level(0.9)-ground.Level(0.1) <= r.s.GroundSpread {
		return gray, nil
	}
	if ground, err = ground.Raised(int(r.s.GroundLeast * float64(paper))); err != nil {
		return gray, err
	}
	flat, err := gray.Flattened(ground)
	if err != nil {
		return gray, err
	}
	gray.Close()
	return flat, nil
}
