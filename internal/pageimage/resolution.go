package pageimage

import "math"

const (
	defaultDPI = 300
	minDPI     = 50
	maxDPI     = 4_800
	// a4Inches is the long side of A4, the paper nearly everything here is printed on.
	a4Inches = 11.693
	inchesCM = 2.54
)

// resolve gives the resolution of a page: what the file says where that can be true, else what an A4 sheet would need, else 300 dpi.
//
// Cameras and screen tools write 72 or 96 dpi into pictures of any size; a page of more than 17 inches at under 100 dpi is taken
// for one of those.
func resolve(width, height int, x, y float64) (dpiX, dpiY float64) {
	if plausible(x) && plausible(y) && x/y < 4 && y/x < 4 {
		long := math.Max(float64(width)/x, float64(height)/y)
		if math.Min(x, y) >= 100 || long <= 17 {
			return x, y
		}
	}
	long, short := float64(max(width, height)), float64(min(width, height))
	if r := long / short; math.Abs(r-math.Sqrt2) < 0.05 {
		if d := math.Round(long / a4Inches); d >= 70 && d <= 1_200 {
			return d, d
		}
	}
	return defaultDPI, defaultDPI
}

func plausible(dpi float64) bool { return dpi >= minDPI && dpi <= maxDPI } // false for NaN

// points gives the size of a page in points after its turn.
func points(width, height int, dpiX, dpiY float64, swaps bool) (w, h float64) {
	w, h = float64(width)/dpiX*72, float64(height)/dpiY*72
	if swaps {
		return h, w
	}
	return w, h
}
