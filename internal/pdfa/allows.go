package pdfa

import "sohoa/internal/page"

// Allows implements digitise.Writer; Allowed says why not.
func (Writer) Allows(p page.Picture) bool { return Allowed(&p) == nil }
