package web

import (
	"encoding/base64"
	"strconv"
	"strings"

	"sohoa/internal/fault"
)

// A cursor says where the next page of a list begins. It is opaque to clients; inside it is the list's name and a number, so
// that the cursor of one list is refused by another.

func encodeCursor(list string, at int64) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + ":" + strconv.FormatInt(at, 10)))
}

// decodeCursor reads a cursor of the list; an empty one is 0, the start.
func decodeCursor(list, s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	bad := fault.New(fault.RequestMalformed, "the cursor is not one that this list gave")
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return 0, bad
	}
	digits, ok := strings.CutPrefix(string(b), list+":")
	if !ok {
		return 0, bad
	}
	at, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || at <= 0 || strconv.FormatInt(at, 10) != digits {
		return 0, bad
	}
	return at, nil
}
