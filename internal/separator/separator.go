// Package separator gives the text that the code on a separator sheet carries, and reads it.
//
// A separator sheet lies between two papers of a stack and says what the paper after it belongs to. Its text is
//
//	SOHOA1;U=unit;B=batch;D=dossier;S=shelf;P=procedure;C=crc32
//
// with the keys in this order, each at most once and only where it has a value, and last the CRC-32 (IEEE, 8 lower-case hexadecimal digits) of all that
// stands before ";C=". A sheet without any value only parts. Values are percent-encoded (RFC 3986) outside of printable ASCII, so that no
// reader of codes has to guess a character set. There is one spelling of a sheet: what is read and spelled otherwise is damaged.
package separator

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sheet is what a separator sheet says of the paper after it. Its zero value only parts.
type Sheet struct {
	Unit      string // code of the unit the paper belongs to
	Batch     string // name of the batch it is to be scanned in
	Dossier   string // code of the dossier
	Shelf     string // where the paper lies
	Procedure string // code of the procedure
}

// Heading is what every sheet bears in words, for people and for when its codes are lost.
const Heading = "TỜ NGĂN HỒ SƠ"

// Bounds of a sheet, so that its code stays large enough on paper for a bad scan.
const (
	MaxValueBytes = 200 // of a value, in UTF-8
	MaxTextBytes  = 600 // of the text of the code
)

// ErrOther tells that a text is not a separator sheet's; ErrDamaged, that it is one and cannot be trusted.
//
//nolint:gochecknoglobals // sentinels
var (
	ErrOther   = errors.New("not the code of a separator sheet")
	ErrDamaged = errors.New("the code of a separator sheet is damaged")
)

const (
	prefix = "SOHOA"
	magic  = prefix + "1"
	sumKey = ";C="
)

// value names the key of a value and where it lies.
type value struct {
	key byte
	at  *string
}

// values lists the values of s in the order of the text.
func (s *Sheet) values() [5]value {
	return [5]value{{'U', &s.Unit}, {'B', &s.Batch}, {'D', &s.Dossier}, {'S', &s.Shelf}, {'P', &s.Procedure}}
}

// IsZero reports whether the sheet only parts.
func (s Sheet) IsZero() bool { return s == Sheet{} }

// Encode gives the text of the sheet's code, in printable ASCII. A value that is too long, not UTF-8, not printable or with white space
// at its ends is an error.
func (s Sheet) Encode() (string, error) {
	var b strings.Builder
	b.WriteString(magic)
	for _, v := range s.values() {
		if *v.at == "" {
			continue
		}
		if err := allowed(*v.at); err != nil {
			return "", fmt.Errorf("%q: %w", *v.at, err)
		}
		b.Write([]byte{';', v.key, '='})
		escape(&b, *v.at)
	}
	sum := checksum(b.String())
	b.WriteString(sumKey + sum)
	if b.Len() > MaxTextBytes {
		return "", fmt.Errorf("the values of the sheet make a code of %d bytes, at most %d fit", b.Len(), MaxTextBytes)
	}
	return b.String(), nil
}

// Parse reads the text of a code. The error is ErrOther or wraps ErrDamaged; the sheet is empty with either.
func Parse(text string) (Sheet, error) {
	if !Claims(text) {
		return Sheet{}, ErrOther
	}
	if len(text) > MaxTextBytes {
		return Sheet{}, fmt.Errorf("%w: it is too long", ErrDamaged)
	}
	body, sum, ok := strings.Cut(text, sumKey)
	if !ok || sum != checksum(body) {
		return Sheet{}, fmt.Errorf("%w: its checksum does not match", ErrDamaged)
	}
	head, rest, some := strings.Cut(body, ";")
	if head != magic {
		return Sheet{}, fmt.Errorf("%w: it is of another version", ErrDamaged)
	}
	var s Sheet
	for some {
		var part string
		part, rest, some = strings.Cut(rest, ";")
		if err := s.set(part); err != nil {
			return Sheet{}, err
		}
	}
	if again, err := s.Encode(); err != nil || again != text {
		return Sheet{}, fmt.Errorf("%w: it is not spelled as sheets are", ErrDamaged)
	}
	return s, nil
}

// Claims reports whether a text says that it is a separator sheet's, of this version or another, whole or not.
func Claims(text string) bool {
	return len(text) > len(prefix) && strings.HasPrefix(text, prefix) && text[len(prefix)] >= '0' && text[len(prefix)] <= '9'
}

func (s *Sheet) set(part string) error {
	key, escaped, ok := strings.Cut(part, "=")
	if !ok || len(key) != 1 {
		return fmt.Errorf("%w: %q is not a key with a value", ErrDamaged, part)
	}
	text, err := unescape(escaped)
	if err != nil {
		return err
	}
	for _, v := range s.values() {
		if v.key == key[0] {
			*v.at = text
			return nil
		}
	}
	return fmt.Errorf("%w: it has a key %q", ErrDamaged, key)
}

func checksum(s string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(s))) }

func allowed(v string) error {
	switch {
	case len(v) > MaxValueBytes:
		return fmt.Errorf("a value on a separator sheet has at most %d bytes", MaxValueBytes)
	case !utf8.ValidString(v):
		return errors.New("a value on a separator sheet is text")
	case strings.TrimSpace(v) != v:
		return errors.New("a value on a separator sheet has no white space at its ends")
	}
	for _, r := range v {
		if !unicode.IsPrint(r) {
			return errors.New("a value on a separator sheet is printable")
		}
	}
	return nil
}

func escape(b *strings.Builder, v string) {
	for i := range len(v) {
		if c := v[i]; c <= ' ' || c >= 0x7f || c == '%' || c == ';' || c == '=' {
			fmt.Fprintf(b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
}

func unescape(v string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] != '%' {
			b.WriteByte(v[i])
			continue
		}
		if i+3 > len(v) {
			return "", fmt.Errorf("%w: a value ends in the middle of a character", ErrDamaged)
		}
		n, err := strconv.ParseUint(v[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("%w: a value has a malformed character", ErrDamaged)
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}
