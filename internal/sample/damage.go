package sample

// wear is how a paper was treated and scanned; one for the whole paper, with per-side jitter where noted.
type wear struct {
	skew      float64 // degrees either way, per side
	blur      float64 // radius in pixels at 300 dpi
	paper     [3]float64
	clip      float64 // tones above this become white, as office scanners do; 0 keeps the paper's tone
	tonerInk  float64 // 0 black … 1 white
	fade      float64 // share of toner lost in patches
	noise     float64 // standard deviation of grain
	specks    float64 // per square inch
	shade     float64 // darkening towards one side
	edge      float64 // chance of a dark edge where the lid let light in
	streaks   float64 // chance of scanner streaks
	bleed     float64 // how much of the other side shines through
	quality   int     // JPEG
	threshold float64 // for 1-bit, 0–255
}

// gradeWear returns the damage of a grade from 1 (cleanest) to 5 (heavy).
func gradeWear(r *rng, grade int) wear {
	switch grade {
	case 1:
		return wear{
			skew: 0.3, blur: r.between(0.45, 0.7), paper: [3]float64{252, 252, 251}, clip: 238, tonerInk: r.between(0.04, 0.12),
			noise: r.between(0.8, 1.6), specks: 0.35, bleed: 0.05, quality: r.span(82, 90), threshold: 150, fade: 0.02,
		}
	case 2:
		return wear{
			skew: 0.7, blur: r.between(0.6, 0.95), paper: [3]float64{250, 250, 248}, clip: 236, tonerInk: r.between(0.06, 0.16),
			noise: r.between(2, 3.5), specks: 1.2, shade: 4, bleed: 0.07, quality: r.span(70, 80), threshold: 150, fade: 0.06,
		}
	case 3:
		return wear{
			skew: 1.4, blur: r.between(0.8, 1.15), paper: [3]float64{244, 242, 236}, tonerInk: r.between(0.12, 0.24),
			noise: r.between(4, 6), specks: 2.5, shade: 12, edge: 0.3, streaks: 0.2, bleed: 0.1, quality: r.span(55, 68), threshold: 148, fade: 0.14,
		}
	case 4:
		return wear{
			skew: 2.2, blur: r.between(1.0, 1.35), paper: [3]float64{236, 231, 218}, tonerInk: r.between(0.18, 0.32),
			noise: r.between(6, 9), specks: 5, shade: 22, edge: 0.55, streaks: 0.4, bleed: 0.13, quality: r.span(42, 54), threshold: 146, fade: 0.24,
		}
	default:
		return wear{
			skew: 3, blur: r.between(1.25, 1.7), paper: [3]float64{226, 216, 196}, tonerInk: r.between(0.24, 0.4),
			noise: r.between(9, 13), specks: 9, shade: 34, edge: 0.8, streaks: 0.6, bleed: 0.17, quality: r.span(30, 42), threshold: 142, fade: 0.36,
		}
	}
}
