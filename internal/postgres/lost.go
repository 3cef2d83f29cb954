package postgres

import (
	"errors"
	"io"
	"strings"
)

// isLostConnection knows the words pgx has for a connection that went away under a statement; it gives them no type.
func isLostConnection(err error) bool {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	s := err.Error()
	for _, w := range []string{"conn closed", "conn busy", "closed pool", "unexpected EOF", "broken pipe", "connection reset"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
