package describe

import (
	"sohoa/internal/archive"
	"sohoa/internal/page"
)

// Describer describes documents for the pipeline (digitise.Describer). Its zero value knows no units. It is safe for concurrent
// use.
type Describer struct {
	// Units are the names of the units that issue papers, as the register writes them.
	Units []string
}

// Fields describes a document; name is the file's name as sent.
func (d Describer) Fields(results []page.Result, name string) []archive.Field {
	return Fields(results, Hints{Name: name, Units: d.Units})
}

// Title names a document for people. One of which nothing was read is called by its file's name.
func (d Describer) Title(fields []archive.Field, name string) string {
	if value(fields, Type) == "" && value(fields, Symbol) == "" && value(fields, Subject) == "" && value(fields, Agency) == "" && name != "" {
		return name
	}
	return Title(fields)
}
