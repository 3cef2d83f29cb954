// Package fixity names the proof that bytes have not changed.
//
// A Digest is a SHA-256. Its zero value is the digest of nothing that exists and matches nothing.
// It has one spelling: 64 lower-case hexadecimal digits.
package fixity

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// Size is the length of a digest in bytes.
const Size = sha256.Size

// Digest is the SHA-256 of some bytes. It is a value: comparable, safe to copy and to share.
type Digest [Size]byte

// Of returns the digest of b.
func Of(b []byte) Digest { return sha256.Sum256(b) }

// Parse reads the one spelling of a digest: 64 lower-case hexadecimal digits.
func Parse(s string) (Digest, error) {
	var d Digest
	if len(s) != hex.EncodedLen(Size) {
		return Digest{}, fmt.Errorf("digest has %d characters, want %d", len(s), hex.EncodedLen(Size))
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return Digest{}, fmt.Errorf("digest has %q at %d, want 0-9 or a-f", c, i)
		}
	}
	if _, err := hex.Decode(d[:], []byte(s)); err != nil {
		return Digest{}, err
	}
	return d, nil
}

// FromBytes takes the 32 bytes of a digest as a database or a checksum header holds them.
func FromBytes(b []byte) (Digest, error) {
	if len(b) != Size {
		return Digest{}, fmt.Errorf("digest has %d bytes, want %d", len(b), Size)
	}
	return Digest(b), nil
}

// IsZero reports whether d was never set.
func (d Digest) IsZero() bool { return d == Digest{} }

// String gives the hexadecimal spelling.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Base64 gives the spelling that S3 checksum headers use.
func (d Digest) Base64() string { return base64.StdEncoding.EncodeToString(d[:]) }

// MarshalText implements encoding.TextMarshaler with the hexadecimal spelling.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Digest) UnmarshalText(b []byte) error {
	p, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Value stores the digest as 32 bytes (bytea).
func (d Digest) Value() (driver.Value, error) { return d[:], nil }

// Scan reads 32 bytes (bytea).
func (d *Digest) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok {
		return fmt.Errorf("digest: cannot scan %T", src)
	}
	p, err := FromBytes(b)
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// Hasher counts and digests what is written to it. Use New; the zero value is not ready.
type Hasher struct {
	h hash.Hash
	n int64
}

// New returns a Hasher that has seen nothing.
func New() *Hasher { return &Hasher{h: sha256.New()} }

func (h *Hasher) Write(p []byte) (int, error) {
	h.n += int64(len(p))
	return h.h.Write(p)
}

// Sum returns the digest of everything written so far.
func (h *Hasher) Sum() Digest { return Digest(h.h.Sum(nil)) }

// SizeBytes returns how much was written.
func (h *Hasher) SizeBytes() int64 { return h.n }

// OfReader digests all of r and returns its length in bytes.
func OfReader(r io.Reader) (Digest, int64, error) {
	h := New()
	if _, err := io.Copy(h, r); err != nil {
		return Digest{}, h.n, err
	}
	return h.Sum(), h.n, nil
}
