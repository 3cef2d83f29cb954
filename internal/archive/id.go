package archive

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"sohoa/internal/fixity"
)

// AccessionIDFor names the accession of these bytes for this unit and dossier. The same three give the same id (a UUID of
// version 8, RFC 9562 section 5.8), so a paper sent twice, even by two clerks at once, meets itself at every step.
func AccessionIDFor(unit, dossier string, master fixity.Digest) AccessionID {
	return AccessionID(uuid8("accession\x00" + unit + "\x00" + dossier + "\x00" + master.String()))
}

// DocumentIDFor names the document that comes from part n of an accession, from 1. Inspecting again gives the same ids.
func DocumentIDFor(a AccessionID, part int) DocumentID {
	return DocumentID(uuid8(fmt.Sprintf("document\x00%s\x00%d", a, part)))
}

func uuid8(name string) string {
	sum := sha256.Sum256([]byte(name))
	return format([16]byte(sum[:16]), 8)
}

// NewID makes a UUID of version 7 (RFC 9562 section 5.7): the time in milliseconds, then randomness.
func NewID(now time.Time) string {
	var b [16]byte
	rand.Read(b[:]) // never fails since Go 1.24
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	return format(b, 7)
}

func format(b [16]byte, version byte) string {
	b[6] = b[6]&0x0f | version<<4
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ValidID reports whether s is a UUID in its canonical spelling.
func ValidID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
