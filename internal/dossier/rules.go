package dossier

import (
	"regexp"
	"sync"
)

// Compiled once, at first use: most programs that import this package parse nothing.
//
//nolint:gochecknoglobals // constants in all but syntax
var (
	codeRule        = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^` + codePattern + `$`) })
	codeSearch      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(codePattern) })
	agencyRule      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:` + agencyPattern + `)$`) })
	procedureRule   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^` + procedurePattern + `$`) })
	procedureSearch = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(procedurePattern) })
	identifierFind  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d(?:[ .]?\d){8,11}|\d{10}-\d{3}`) })
	numberRule      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{1,6}[a-zA-Z]?)?\s*(?:/\s*(\d{4}))?\s*/\s*(` + symbolPattern + `)$`)
	})
	numberSearch = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(\d{1,6}[a-z]?)\s*(?:/\s*(\d{4}))?\s*/\s*(` + symbolPattern + `)`)
	})
)
