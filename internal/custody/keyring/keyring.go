// Package keyring keeps the keys of an installation in one file and does what they are for.
//
//   - Key-encrypting keys wrap one data key a document; the data key seals what must be erasable from immutable manifests. Whoever
//     destroys the wrapped data key has erased it. One of them is current; the older ones only unwrap.
//   - The hash key turns an identifier into what it is found by, so that the identifier itself need not be kept.
//   - The receipt key signs receipts (Ed25519).
//
// Sealing is AES-256-GCM with a random nonce, or one that follows from the value where the same bytes must come out again; what it is for is authenticated with it, so that nothing sealed for one document or field
// opens as another's. A Ring is safe for concurrent reading. Losing the file loses what was sealed: back it up.
package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Purpose says what a key is for.
type Purpose string

// The purposes.
const (
	Encrypt Purpose = "encrypt" // wraps data keys
	Hash    Purpose = "hash"    // finds identifiers
	Receipt Purpose = "receipt" // signs receipts
)

// File is the name of the ring in its folder.
const File = "ring.json"

// schema is the version of the file's layout.
const schema = "sohoa-keyring/1"

// keySize is that of AES-256, of the HMAC key and of an Ed25519 seed, in bytes.
const keySize = 32

// Info is what may be shown of a key.
type Info struct {
	ID        string    `json:"id"`
	Purpose   Purpose   `json:"purpose"`
	CreatedAt time.Time `json:"created_at"`
	Current   bool      `json:"current"` // used for what is new; the others only read what is old
}

type key struct {
	ID        string    `json:"id"`
	Purpose   Purpose   `json:"purpose"`
	CreatedAt time.Time `json:"created_at"`
	Secret    []byte    `json:"secret"`
}

type file struct {
	Schema string `json:"schema"`
	Keys   []key  `json:"keys"` // oldest first; the last of a purpose is current
}

// Ring is the keys of an installation.
type Ring struct {
	dir string
	f   file
}

// Open reads the ring in dir; fs.ErrNotExist when there is none.
func Open(dir string) (*Ring, error) {
	b, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		return nil, err
	}
	r := &Ring{dir: dir}
	if r.f, err = parse(b); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, File), err)
	}
	return r, nil
}

func parse(b []byte) (file, error) {
	var f file
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return file{}, errors.New("not a key ring") // the decoder's words may hold a secret
	}
	if f.Schema != schema {
		return file{}, fmt.Errorf("the key ring has the layout %q; this version reads %s", f.Schema, schema)
	}
	seen := map[string]bool{}
	have := map[Purpose]bool{}
	for _, k := range f.Keys {
		if k.ID == "" || seen[k.ID] || len(k.Secret) != keySize {
			return file{}, fmt.Errorf("key %q is malformed or there twice", k.ID)
		}
		seen[k.ID], have[k.Purpose] = true, true
	}
	for _, p := range []Purpose{Encrypt, Hash, Receipt} {
		if !have[p] {
			return file{}, fmt.Errorf("there is no key to %s", p)
		}
	}
	return f, nil
}

// OpenOrCreate reads the ring in dir, or makes one.
func OpenOrCreate(dir string, now time.Time) (*Ring, error) {
	r, err := Open(dir)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	r = &Ring{dir: dir, f: file{Schema: schema}}
	for _, p := range []Purpose{Encrypt, Hash, Receipt} {
		r.f.Keys = append(r.f.Keys, newKey(p, now))
	}
	return r, r.write()
}

func newKey(p Purpose, now time.Time) key {
	k := key{ID: string(p[0]) + strings.ToLower(rand.Text()[:10]), Purpose: p, CreatedAt: now.UTC().Truncate(time.Second), Secret: make([]byte, keySize)}
	rand.Read(k.Secret) // never fails since Go 1.24
	return k
}

// write replaces the file, 0600, whole or not at all.
func (r *Ring) write() (err error) {
	b, err := json.MarshalIndent(r.f, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(r.dir, ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(r.dir, File)); err != nil {
		return err
	}
	d, err := os.Open(r.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Rotate adds a key-encrypting key, which is current from now on, and writes the ring. What the older ones wrapped still opens; Rewrap
// brings it under the new one.
func (r *Ring) Rotate(now time.Time) (Info, error) {
	next := &Ring{dir: r.dir, f: file{Schema: r.f.Schema, Keys: append(append([]key{}, r.f.Keys...), newKey(Encrypt, now))}}
	if err := next.write(); err != nil {
		return Info{}, err
	}
	r.f = next.f
	all := r.List()
	return all[len(all)-1], nil
}

// List shows the keys, oldest first, without their secrets.
func (r *Ring) List() []Info {
	out := make([]Info, len(r.f.Keys))
	for i, k := range r.f.Keys {
		out[i] = Info{ID: k.ID, Purpose: k.Purpose, CreatedAt: k.CreatedAt, Current: k.ID == r.current(k.Purpose).ID}
	}
	return out
}

func (r *Ring) current(p Purpose) key {
	var c key
	for _, k := range r.f.Keys {
		if k.Purpose == p {
			c = k
		}
	}
	return c
}

// ErrNoKey tells that what was sealed cannot be opened with the keys at hand.
var ErrNoKey = errors.New("no key at hand opens this") //nolint:gochecknoglobals // a sentinel

// Wrapped is a document's data key under a key-encrypting key. It is kept where it can be destroyed.
type Wrapped struct {
	Key    string `json:"key"` // id of the key-encrypting key
	Sealed []byte `json:"sealed"`
}

// DataKey seals what belongs to one document. Its zero value opens nothing.
type DataKey struct {
	document string
	secret   []byte
}

// NewDataKey makes a data key for a document, and its wrapped form to keep.
func (r *Ring) NewDataKey(document string) (DataKey, Wrapped, error) {
	k := DataKey{document: document, secret: make([]byte, keySize)}
	rand.Read(k.secret)
	w, err := r.wrap(k)
	return k, w, err
}

func (r *Ring) wrap(k DataKey) (Wrapped, error) {
	kek := r.current(Encrypt)
	sealed, err := seal(kek.Secret, k.secret, "data key", k.document, kek.ID)
	return Wrapped{Key: kek.ID, Sealed: sealed}, err
}

// Unwrap gives the data key of a document back.
func (r *Ring) Unwrap(document string, w Wrapped) (DataKey, error) {
	for _, k := range r.f.Keys {
		if k.ID != w.Key || k.Purpose != Encrypt {
			continue
		}
		secret, err := open(k.Secret, w.Sealed, "data key", document, k.ID)
		return DataKey{document: document, secret: secret}, err
	}
	return DataKey{}, fmt.Errorf("%w: key %s is not in the ring", ErrNoKey, w.Key)
}

// Rewrap brings a data key under the current key; changed is false when it is.
func (r *Ring) Rewrap(document string, w Wrapped) (_ Wrapped, changed bool, err error) {
	if w.Key == r.current(Encrypt).ID {
		return w, false, nil
	}
	k, err := r.Unwrap(document, w)
	if err != nil {
		return w, false, err
	}
	w, err = r.wrap(k)
	return w, err == nil, err
}

// Seal encrypts a value for a field of the document, as base64 text. Sealing twice gives two texts.
func (k DataKey) Seal(field, value string) (string, error) {
	b, err := seal(k.secret, []byte(value), "field", k.document, field)
	return base64.RawURLEncoding.EncodeToString(b), err
}

// SealSame encrypts as Seal does, and gives the same text for the same value and field: what is frozen must come out the same when a step is
// run again. The nonce is a keyed hash of field and value (as in SIV, RFC 5297), so only equal values of a field share one, and all it
// tells is that they are equal.
func (k DataKey) SealSame(field, value string) (string, error) {
	if len(k.secret) != keySize {
		return "", fmt.Errorf("%w: there is no key", ErrNoKey)
	}
	b, err := aes.NewCipher(k.secret)
	if err != nil {
		return "", err
	}
	c, err := cipher.NewGCM(b)
	if err != nil {
		return "", err
	}
	ad := about("field", k.document, field)
	derive := hmac.New(sha256.New, k.secret)
	derive.Write(about("synthetic nonce"))
	h := hmac.New(sha256.New, derive.Sum(nil))
	h.Write(about(string(ad), value))
	nonce := h.Sum(nil)[:c.NonceSize()]
	return base64.RawURLEncoding.EncodeToString(c.Seal(nonce, nonce, []byte(value), ad)), nil
}

// Open decrypts what Seal or SealSame made for that field of that document; ErrNoKey otherwise.
func (k DataKey) Open(field, sealed string) (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || base64.RawURLEncoding.EncodeToString(b) != sealed { // the decoder passes over line ends and stray bits
		return "", fmt.Errorf("%w: not what was written", ErrNoKey)
	}
	b, err = open(k.secret, b, "field", k.document, field)
	return string(b), err
}

// HashOf gives what an identifier of a kind is found by. The same identifier gives the same hash, on this installation only.
func (r *Ring) HashOf(kind, identifier string) []byte {
	h := hmac.New(sha256.New, r.current(Hash).Secret)
	h.Write(about(kind, identifier))
	return h.Sum(nil)
}

// ReceiptKey gives the key that signs receipts, with the id receipts name it by.
func (r *Ring) ReceiptKey() (id string, k ed25519.PrivateKey) {
	c := r.current(Receipt)
	return c.ID, ed25519.NewKeyFromSeed(c.Secret)
}

func aead(secret []byte) (cipher.AEAD, error) {
	if len(secret) != keySize {
		return nil, fmt.Errorf("%w: there is no key", ErrNoKey)
	}
	b, err := aes.NewCipher(secret)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(b)
}

func seal(secret, plain []byte, purpose ...string) ([]byte, error) {
	c, err := aead(secret)
	if err != nil {
		return nil, err
	}
	return c.Seal(nil, nil, plain, about(purpose...)), nil
}

func open(secret, sealed []byte, purpose ...string) ([]byte, error) {
	c, err := aead(secret)
	if err != nil {
		return nil, err
	}
	b, err := c.Open(nil, nil, sealed, about(purpose...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	return b, nil
}

// about joins words so that no other words give the same bytes.
func about(words ...string) []byte {
	var b []byte
	for _, w := range words {
		b = fmt.Appendf(b, "%d:", len(w))
		b = append(b, w...)
	}
	return b
}
