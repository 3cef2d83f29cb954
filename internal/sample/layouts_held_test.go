package sample

import "testing"

func TestHeldBackLayoutsAreTheOnesNobodyTunedOn(t *testing.T) {
	t.Parallel()
	p := mustPlan(t, Options{Layouts: []string{HeldBack}})
	if got, want := names(p.layouts), "land-use-decision, retail-licence, practice-certificate, tax-notice"; got != want {
		t.Errorf("held-back stands for %s, want %s", got, want)
	}
	for _, lay := range p.layouts {
		for i := range 40 {
			w := p.set(lay, i, 1+i%5)
			if w.fields.Extra["holder"] == "" || w.fields.Extra["holder_id"] == "" {
				t.Errorf("%s %d names no holder", lay.name, i)
			}
			if sides := w.textSides(); lay.name == "practice-certificate" && sides != 1 {
				t.Errorf("certificate %d has %d sides", i, sides)
			}
		}
	}
}
