package web

import "net/http"

// routeMux is a ServeMux that remembers what was registered, so that tests can ask whether each route has its row in the tables of
// rights and in the description.
type routeMux struct {
	*http.ServeMux
	patterns []string
}

// Handle implements what http.ServeMux does.
func (m *routeMux) Handle(pattern string, h http.Handler) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.Handle(pattern, h)
}

// HandleFunc implements what http.ServeMux does.
func (m *routeMux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(h))
}
