package objectstore

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
)

// body hands a source to minio-go: it cannot be closed by it (minio-go closes what it can), it remembers whose fault a
// failure was, and it can be read again where the source can.
type body struct {
	src   io.Reader
	at    io.ReaderAt // nil when the source cannot be read again
	start int64
	size  int64

	// net/http may still read an abandoned attempt's body while the next one starts, hence atomics.
	err atomic.Pointer[error]
	eof atomic.Bool // the source ended before size
}

// bufferMax is the size up to which a stream is read into memory first, so that it can be sent again.
const bufferMax = 256 << 10

func newBody(src io.Reader, size int64) *body {
	b := &body{src: src, size: size}
	at, okAt := src.(io.ReaderAt)
	seeker, okSeek := src.(io.Seeker)
	if okAt && okSeek {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			b.at, b.start = at, start
		}
	}
	if b.at == nil && size <= bufferMax {
		content, err := io.ReadAll(io.LimitReader(src, size))
		b.note(int64(len(content)), err)
		b.at = bytes.NewReader(content)
	}
	return b
}

func (b *body) rewindable() bool { return b.at != nil }

// rewind prepares for another attempt.
func (b *body) rewind() bool {
	if b.at == nil {
		return false
	}
	b.eof.Store(false)
	return true
}

// reader gives the body for one call of minio-go; it seeks only where the source can be read again.
func (b *body) reader() io.Reader {
	if b.at == nil {
		return &once{b: b, r: io.LimitReader(b.src, b.size)}
	}
	return &again{b: b, r: io.NewSectionReader(b.at, b.start, b.size)}
}

// failure is the source's own error, if it had one.
func (b *body) failure() error {
	if p := b.err.Load(); p != nil {
		return *p
	}
	return nil
}

// short reports whether the source held fewer bytes than announced.
func (b *body) short() bool { return b.eof.Load() }

// note watches one read that ended at offset pos.
func (b *body) note(pos int64, err error) {
	switch {
	case errors.Is(err, io.EOF):
		if pos < b.size {
			b.eof.Store(true)
		}
	case err != nil:
		b.err.CompareAndSwap(nil, &err)
	}
}

type once struct {
	b   *body
	r   io.Reader
	pos int64
}

func (o *once) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	o.pos += int64(n)
	o.b.note(o.pos, err)
	return n, err
}

type again struct {
	b   *body
	r   *io.SectionReader
	pos int64
}

func (a *again) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	a.pos += int64(n)
	a.b.note(a.pos, err)
	return n, err
}

func (a *again) Seek(offset int64, whence int) (int64, error) {
	n, err := a.r.Seek(offset, whence)
	if err == nil {
		a.pos = n
	}
	return n, err
}
