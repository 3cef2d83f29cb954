package sample

import (
	"image"
	"math"
)

// boxStamp is the stamp of a registry on incoming mail: a frame with the office, number and day. It is no part
// of the paper's own text.
type boxStamp struct {
	x, y, w, h float64
	office     string
	number     string
	day        string
	tilt       float64
	ink        inkKind
	hand       faceID
}

func (s boxStamp) draw(p *painter, fonts *fontSet, m affine, bounds image.Rectangle) tint {
	own := turning(s.tilt).then(moving(s.x, s.y)).then(m)
	out := newMask(pixelRect(own, 0, 0, s.w, s.h).Inset(-6).Intersect(bounds))
	if out.rect.Empty() {
		return tint{out, colourOf(s.ink, 0)}
	}
	frame := func(x0, y0, x1, y1 float64) { p.line(out, x0, y0, x1, y1, 1.1, own) }
	frame(0, 0, s.w, 0)
	frame(0, s.h, s.w, s.h)
	frame(0, 0, 0, s.h)
	frame(s.w, 0, s.w, s.h)
	frame(0, s.h*0.3, s.w, s.h*0.3)
	cell := s.w * 0.27
	frame(cell, s.h*0.3, cell, s.h)
	f, size := fonts.faces[sansBold], s.h*0.17
	fit := min(1, (s.w-6)/fonts.width(sansBold, size, s.office))
	p.text(out, f, size*fit, 3, s.h*0.22, s.office, own)
	p.text(out, f, size*1.1, 3, s.h*0.62, "CV", own)
	p.text(out, f, size, 3, s.h*0.86, "ĐẾN", own)
	p.text(out, f, size*0.8, cell+4, s.h*0.5, "Số:", own)
	p.text(out, f, size*0.8, cell+4, s.h*0.72, "Ngày:", own)
	p.text(out, f, size*0.8, cell+4, s.h*0.94, "Chuyển:", own)
	p.text(out, fonts.faces[s.hand], size*1.5, cell+24, s.h*0.52, s.number, own)
	p.text(out, fonts.faces[s.hand], size*1.5, cell+32, s.h*0.76, s.day, own)
	return tint{out, colourOf(s.ink, 0)}
}

// guilloche is the fine wavy print of certificate paper.
type guilloche struct {
	colour [3]float64
	depth  float64 // 0–1
	phase  float64
}

// draw lays two families of waves over the page; its ink is far lighter than print.
func (g *guilloche) draw(_ affine, bounds image.Rectangle) *mask {
	out := newMask(bounds)
	w, h := bounds.Dx(), bounds.Dy()
	const period = 128
	var tile [period * period]uint8
	for y := range period {
		for x := range period {
			a := math.Sin(2 * math.Pi * (float64(x)/32 + 0.35*math.Sin(2*math.Pi*float64(y)/64) + g.phase))
			b := math.Sin(2 * math.Pi * (float64(y)/32 + 0.35*math.Sin(2*math.Pi*float64(x)/64)))
			v := 0.62 + 1.5*max(0, max(math.Abs(a), math.Abs(b))-0.75)
			tile[y*period+x] = uint8(255 * g.depth * min(1, v))
		}
	}
	for y := range h {
		row := out.pix[y*w:][:w]
		t := tile[y%period*period:][:period]
		for x := 0; x < w; x += period {
			copy(row[x:], t)
		}
	}
	return out
}
