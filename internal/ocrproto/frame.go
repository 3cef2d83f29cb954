package ocrproto

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Version is the protocol's version, in every frame.
const Version = 1

// Caps on what a frame may announce, in bytes.
const (
	// MaxHeader bounds a JSON header; the largest real one carries a palette and stays under 4 KiB.
	MaxHeader = 64 << 10
	// MaxRequestPayload bounds a picture: 160 megapixels of raw RGB are 480 MB.
	MaxRequestPayload = 512 << 20
	// MaxResponsePayload bounds an answer: a converted picture is never larger than the largest request.
	MaxResponsePayload = 512 << 20

	prefixSize = 16
	growStep   = 1 << 20 // memory is taken in steps of at most what already arrived, from this size on
)

const magic = "SOCR"

// Type tells frames apart.
type Type uint8

// The types of frames. The zero value is none of them.
const (
	TypeHello    Type = 1
	TypeRequest  Type = 2
	TypeResponse Type = 3
)

// Valid reports whether t is a type of this version.
func (t Type) Valid() bool { return t >= TypeHello && t <= TypeResponse }

// ErrBadFrame is the cause of every error about bytes that are no frame of this version; the stream is of no use after it.
var ErrBadFrame = errors.New("bad frame")

// Frame is one message, still encoded.
type Frame struct {
	Type    Type
	Header  []byte // JSON
	Payload []byte
}

// Write sends a frame. A frame beyond the caps is an error and nothing is sent.
func Write(w io.Writer, f Frame) error {
	if !f.Type.Valid() {
		return fmt.Errorf("frame type %d: %w", f.Type, ErrBadFrame)
	}
	if len(f.Header) > MaxHeader {
		return fmt.Errorf("header of %d bytes, at most %d: %w", len(f.Header), MaxHeader, ErrBadFrame)
	}
	if limit := payloadLimit(f.Type); len(f.Payload) > limit {
		return fmt.Errorf("payload of %d bytes, at most %d: %w", len(f.Payload), limit, ErrBadFrame)
	}
	head := make([]byte, prefixSize, prefixSize+len(f.Header))
	copy(head, magic)
	head[4], head[5] = Version, byte(f.Type)
	binary.BigEndian.PutUint32(head[8:], uint32(len(f.Header)))   //nolint:gosec // capped above
	binary.BigEndian.PutUint32(head[12:], uint32(len(f.Payload))) //nolint:gosec // capped above
	if _, err := w.Write(append(head, f.Header...)); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	if len(f.Payload) == 0 {
		return nil
	}
	if _, err := w.Write(f.Payload); err != nil {
		return fmt.Errorf("write payload: %w", err)
	}
	return nil
}

// Read takes one frame whose payload has at most maxPayload bytes (and never more than the type's own cap). It reports io.EOF
// when the stream ends between frames and io.ErrUnexpectedEOF when it ends inside one.
func Read(r io.Reader, maxPayload int) (Frame, error) {
	var head [prefixSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Frame{}, fmt.Errorf("read frame: %w", err)
	}
	f := Frame{Type: Type(head[5])}
	switch {
	case string(head[:4]) != magic:
		return Frame{}, fmt.Errorf("starts with %q: %w", head[:4], ErrBadFrame)
	case head[4] != Version:
		return Frame{}, fmt.Errorf("protocol version %d, this is %d: %w", head[4], Version, ErrBadFrame)
	case !f.Type.Valid():
		return Frame{}, fmt.Errorf("frame type %d: %w", head[5], ErrBadFrame)
	case head[6] != 0 || head[7] != 0:
		return Frame{}, fmt.Errorf("reserved bytes are set: %w", ErrBadFrame)
	}
	nh, np := binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
	if nh > MaxHeader {
		return Frame{}, fmt.Errorf("header of %d bytes, at most %d: %w", nh, MaxHeader, ErrBadFrame)
	}
	if limit := min(maxPayload, payloadLimit(f.Type)); int64(np) > int64(limit) {
		return Frame{}, fmt.Errorf("payload of %d bytes, at most %d: %w", np, limit, ErrBadFrame)
	}
	var err error
	if f.Header, err = readBytes(r, int(nh)); err != nil {
		return Frame{}, fmt.Errorf("read header: %w", err)
	}
	if f.Payload, err = readBytes(r, int(np)); err != nil {
		return Frame{}, fmt.Errorf("read payload: %w", err)
	}
	return f, nil
}

func payloadLimit(t Type) int {
	switch t {
	case TypeRequest:
		return MaxRequestPayload
	case TypeResponse:
		return MaxResponsePayload
	case TypeHello:
		return 0
	}
	return 0
}

// readBytes reads exactly n bytes. The first step takes at most growStep bytes of memory, and each further one at most as much
// again as has arrived: an announced length alone costs nothing.
func readBytes(r io.Reader, n int) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	var buf []byte
	for len(buf) < n {
		step := min(n-len(buf), max(growStep, len(buf)))
		grown := make([]byte, len(buf)+step)
		copy(grown, buf)
		m, err := io.ReadFull(r, grown[len(buf):])
		buf = grown[:len(buf)+m]
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return buf, nil
}

// Equal reports whether two frames say the same.
func (f Frame) Equal(o Frame) bool {
	return f.Type == o.Type && bytes.Equal(f.Header, o.Header) && bytes.Equal(f.Payload, o.Payload)
}
