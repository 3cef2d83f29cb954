package records

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//nolint:gochecknoglobals // a constant in all but syntax
var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([a-z_]+)\}`) })

// Placeholders are what a pattern may name between braces.
func Placeholders() []string {
	return []string{"owner", "type", "unit", "dossier", "procedure", "number", "symbol", "year", "id"}
}

// maxPattern bounds a pattern, in bytes.
const maxPattern = 200

// CheckPattern says what is wrong with a pattern.
func CheckPattern(p string) error {
	if len(p) > maxPattern {
		return fmt.Errorf("the pattern is longer than %d bytes", maxPattern)
	}
	named := false
	for _, m := range placeholder().FindAllStringSubmatch(p, -1) {
		if !slices.Contains(Placeholders(), m[1]) {
			return fmt.Errorf("{%s} is none of %s", m[1], strings.Join(Placeholders(), ", "))
		}
		named = true
	}
	if rest := placeholder().ReplaceAllString(p, ""); strings.ContainsAny(rest, "{}\n\r\t") {
		return fmt.Errorf("braces stand around a name, and the pattern is one line")
	}
	if !named {
		return fmt.Errorf("the pattern names nothing: use one of {%s}", strings.Join(Placeholders(), "}, {"))
	}
	return nil
}

// Fill puts parts into a pattern. Where none of them is known the code is empty; signs that a missing part leaves at the ends are dropped.
func Fill(pattern string, parts map[string]string) string {
	known := false
	out := placeholder().ReplaceAllStringFunc(pattern, func(m string) string {
		v := parts[m[1:len(m)-1]]
		known = known || v != ""
		return v
	})
	if !known {
		return ""
	}
	return strings.Trim(out, " -._/")
}
