package sample

import (
	"image"
	"math"
)

// secret stamps the first side MẬT, below its number, as Decree 26/2020 wants it: red capitals in a frame.
func (w *writer) secret() {
	s := w.sheets[0]
	const size, text = 19.0, "MẬT"
	x := w.r.between(64, 92)
	y := w.r.between(148, 164)
	width := w.fonts.width(serifBold, size, text)
	const pad = 7.0
	for _, r := range [][4]float64{
		{x, y, x + width + 2*pad, y}, {x, y + size + 2*pad, x + width + 2*pad, y + size + 2*pad}, {x, y, x, y + size + 2*pad}, {x + width + 2*pad, y, x + width + 2*pad, y + size + 2*pad},
	} {
		s.rules = append(s.rules, rule{r[0], r[1], r[2], r[3], 1.6, redInk})
	}
	s.runs = append(s.runs, run{face: serifBold, size: size, x: x + pad, y: y + pad + size*0.86, text: text, ink: redInk, stretch: 1})
}

// lay puts a printed picture of the whole side into the toner.
func lay(dst *mask, print *image.Gray, m affine, width, height float64) {
	det := m.a*m.d - m.b*m.c
	if det == 0 {
		return
	}
	b := print.Bounds()
	kx, ky := float64(b.Dx())/width, float64(b.Dy())/height
	at := func(x, y int) float64 {
		x, y = max(0, min(x, b.Dx()-1)), max(0, min(y, b.Dy()-1))
		return float64(255 - print.Pix[y*print.Stride+x])
	}
	w := dst.rect.Dx()
	for py := range dst.rect.Dy() {
		for px := range w {
			dx, dy := float64(px)+0.5-m.e, float64(py)+0.5-m.f
			sx, sy := (m.d*dx-m.c*dy)/det*kx-0.5, (m.a*dy-m.b*dx)/det*ky-0.5
			if sx < -1 || sy < -1 || sx > float64(b.Dx()) || sy > float64(b.Dy()) {
				continue
			}
			x, y := int(math.Floor(sx)), int(math.Floor(sy))
			u, v := sx-float64(x), sy-float64(y)
			ink := (at(x, y)*(1-u)+at(x+1, y)*u)*(1-v) + (at(x, y+1)*(1-u)+at(x+1, y+1)*u)*v
			if i := py*w + px; ink > 0 {
				dst.pix[i] = max(dst.pix[i], uint8(ink))
			}
		}
	}
}

// scratched is a sheet whose codes somebody scribbled over: half of each, with corners. The codes lie in the corners, upper left and lower
// right, 15 mm from the edges, 72 mm wide.
func scratched(print *image.Gray, r *rng) *image.Gray {
	out := image.NewGray(print.Bounds())
	copy(out.Pix, print.Pix)
	b := out.Bounds()
	mm := float64(b.Dx()) / 210
	for _, corner := range [][2]float64{{15, 15}, {210 - 15 - 72, 297 - 15 - 72}} {
		for range 48 {
			x, y := corner[0]+r.between(2, 60), corner[1]+r.between(2, 66)
			w, h := r.between(8, 26), r.between(2.5, 6)
			tone := uint8(255)
			if r.chance(0.5) {
				tone = 20
			}
			for py := int(y * mm); py < int((y+h)*mm) && py < b.Dy(); py++ {
				for px := int(x * mm); px < int(min(x+w, corner[0]+72)*mm) && px < b.Dx(); px++ {
					out.Pix[py*out.Stride+px] = tone
				}
			}
		}
	}
	return out
}
