package pdfread

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// cpuFile holds the objects of a file as pdfcpu read them: all of it, in memory.
type cpuFile struct{ ctx *model.Context }

// readWithPdfcpu reads a file with pdfcpu under its resource limits. pdfcpu cannot be stopped: past the deadline of ctx its result is
// abandoned, and what it still holds is bounded by maxForPdfcpu and the limits.
func readWithPdfcpu(ctx context.Context, f io.ReadSeeker, encrypted bool) (*structure, error) {
	type result struct {
		s   *structure
		err error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		r.err = guarded(func() error {
			c, err := readCPU(f)
			if err != nil {
				return err
			}
			if encrypted && c.ctx.Encrypt == nil {
				return errPassword // it overlooks some encryption; PDFium will tell
			}
			r.s = &structure{objects: c, encrypted: c.ctx.Encrypt != nil}
			return r.s.readPages()
		})
		done <- r
	}()
	select {
	case r := <-done:
		return r.s, r.err
	case <-ctx.Done():
		return nil, errSlow
	}
}

func readCPU(f io.ReadSeeker) (cpuFile, error) {
	api.DisableConfigDir() // it would write into the home folder
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits = model.ResourceLimits{
		MaxStreamBytes: maxForPdfcpu, MaxDecodeBytes: 64 << 20, MaxImagePixels: MaxPixels, MaxImageBytes: 64 << 20,
		MaxObjectCount: maxXRefEntries, MaxObjectStreamCount: 200_000, MaxObjectStreamFirst: 4 << 20, MaxXRefEntries: maxXRefEntries,
		MaxRecursionDepth: maxNesting,
	}
	ctx, err := api.ReadContext(f, conf)
	if errors.Is(err, pdfcpu.ErrWrongPassword) {
		return cpuFile{}, fmt.Errorf("%w: %w", errPassword, err)
	}
	return cpuFile{ctx}, err
}

// guarded turns a panic of pdfcpu into an error.
func guarded(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("pdfcpu panicked: %v", r)
		}
	}()
	return fn()
}

func (c cpuFile) resolve(o types.Object) types.Object {
	for range maxIndirect {
		if _, ok := o.(types.IndirectRef); !ok {
			return o
		}
		var err error
		if o, err = c.ctx.Dereference(o); err != nil {
			return nil
		}
	}
	return nil
}

// load has nothing to do: pdfcpu reads all streams at once.
func (c cpuFile) load(*types.StreamDict, int64) error { return nil }

func (c cpuFile) root() types.Dict {
	d, err := c.ctx.Catalog()
	if err != nil {
		return nil
	}
	return d
}

func (c cpuFile) each(fn func(types.Object) bool) {
	for n, e := range c.ctx.Table {
		if e == nil || e.Free || e.Object == nil {
			continue
		}
		o := e.Object
		if _, lazy := o.(types.LazyObjectStreamObject); lazy {
			o = c.resolve(*types.NewIndirectRef(n, 0))
		}
		if !fn(o) {
			return
		}
	}
}
