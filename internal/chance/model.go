package chance

// fitted are the coefficients in use, in the order of wordFeatures: fitted on 143 pages of 70 sample papers of all layouts and grades
// (`sohoa bench confidence --fit` on seeds 701 to 705, one a grade, 40,912 words; engine settings 1c0a47c7cd52). No real page had a part.
func fitted() Model {
	return Model{-0.410, 0.884, 1.123, 0.240, -0.062, -0.911, 0.426, -0.959, -2.264, -0.258, -0.385}
}
