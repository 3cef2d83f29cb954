package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// spooled is a file on local disk whose digest and length are known. It has no name on disk when it is ours: the kernel frees it
// however this process ends.
type spooled struct {
	file   *os.File
	digest fixity.Digest
	size   int64
	own    bool
}

func (sp spooled) remove() {
	if sp.own {
		sp.file.Close()
	}
}

// spool streams src to disk while hashing it, within the size limit and the free space that must remain.
func (s *Service) spool(ctx context.Context, src io.Reader) (spooled, error) {
	if err := s.room(); err != nil {
		return spooled{}, err
	}
	f, err := os.CreateTemp(s.d.SpoolDir, "in-*")
	if err != nil {
		return spooled{}, spoolFault(err)
	}
	_ = os.Remove(f.Name())
	h := fixity.New()
	limit := s.d.MaxBytes
	if limit <= 0 {
		limit = 1 << 62
	}
	n, err := io.CopyBuffer(&roomyWriter{w: io.MultiWriter(f, h), room: s.room}, io.LimitReader(&cancelReader{ctx, src}, limit+1), make([]byte, 1<<20))
	if err == nil && n > limit {
		err = s.tooLarge()
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return spooled{}, spoolFault(err)
	}
	return spooled{file: f, digest: h.Sum(), size: n, own: true}, nil
}

// roomEvery is how many bytes go to disk between two looks at what is free there.
const roomEvery = 4 << 20

// roomyWriter stops when the disk runs short under it: others who write there, the database first, need what must stay free.
type roomyWriter struct {
	w     io.Writer
	room  func() error
	since int
}

func (r *roomyWriter) Write(p []byte) (int, error) {
	if r.since += len(p); r.since >= roomEvery {
		r.since = 0
		if err := r.room(); err != nil {
			return 0, err
		}
	}
	return r.w.Write(p)
}

// room refuses before the disk is full, so that what is in can still be finished.
func (s *Service) room() error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(s.d.SpoolDir, &st); err != nil {
		return fmt.Errorf("look at spool: %w", err)
	}
	if free := int64(st.Bavail) * st.Bsize; free < s.d.MinFree {
		return fault.New(fault.SpoolFull, "the receiving disk has %d MiB left, %d MiB must stay free; try again when the operator has made room", free>>20, s.d.MinFree>>20)
	}
	return nil
}

func spoolFault(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Wrap(fault.SpoolFull, err, "the receiving disk is full; try again when the operator has made room")
	}
	return err
}

// cancelReader stops a copy when its context ends.
type cancelReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
