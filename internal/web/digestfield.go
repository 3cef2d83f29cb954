package web

import (
	"encoding/base64"
	"errors"
	"strings"

	"sohoa/internal/fixity"
)

// parseDigestField reads the sha-256 member of a digest field (RFC 9530: a dictionary of byte sequences, RFC 8941). ok is false
// when the field has none; members of other algorithms are passed over.
func parseDigestField(v string) (d fixity.Digest, ok bool, err error) {
	for member := range strings.SplitSeq(v, ",") {
		key, val, found := strings.Cut(strings.TrimSpace(member), "=")
		if !found {
			return fixity.Digest{}, false, errors.New("a member is not of the form algorithm=:base64: with a value")
		}
		if key != "sha-256" {
			continue
		}
		val, _, _ = strings.Cut(val, ";") // parameters say nothing here
		if len(val) < 2 || val[0] != ':' || val[len(val)-1] != ':' {
			return fixity.Digest{}, false, errors.New("sha-256 is not base64 between colons")
		}
		b, err := base64.StdEncoding.Strict().DecodeString(val[1 : len(val)-1])
		if err != nil {
			return fixity.Digest{}, false, errors.New("sha-256 is not base64")
		}
		if d, err = fixity.FromBytes(b); err != nil || d.IsZero() {
			return fixity.Digest{}, false, errors.New("sha-256 has not 32 bytes")
		}
		ok = true // the last one counts (RFC 8941, section 3.2)
	}
	return d, ok, nil
}
