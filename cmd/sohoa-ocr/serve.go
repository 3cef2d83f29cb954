//go:build cgo && linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"syscall"
	"time"

	"sohoa/internal/engine/ocr"
	"sohoa/internal/engine/picture"
	"sohoa/internal/engine/sandbox"
	"sohoa/internal/fault"
	"sohoa/internal/ocrproto"
	"sohoa/internal/page"
)

// server answers requests one after the other.
type server struct {
	reader *ocr.Recogniser
	tests  bool // answers probes
}

func (s server) serve(in io.Reader, out io.Writer) error {
	for {
		q, err := ocrproto.ReadRequest(in)
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
		a, err := s.answer(q)
		if err != nil {
			a = ocrproto.Response{Fault: &ocrproto.Fault{Code: fault.CodeOf(err), Detail: fault.DetailOf(err), Cause: err.Error()}}
		}
		a.ID = q.ID
		if err := ocrproto.WriteResponse(out, a); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		if len(q.Picture.Data) > 32<<20 {
			debug.FreeOSMemory() // one large page should not be taken for a leak
		}
	}
}

func (s server) answer(q ocrproto.Request) (ocrproto.Response, error) {
	if !q.Picture.Turn.Valid() || !q.Turn.Valid() {
		return ocrproto.Response{}, fault.New(fault.RequestMalformed, "a page turned by %d and %d degrees", q.Picture.Turn, q.Turn)
	}
	switch q.Op {
	case ocrproto.OpPing:
		return ocrproto.Response{Note: "pong"}, nil
	case ocrproto.OpRecognise:
		r, err := s.reader.Recognise(q.Picture)
		return ocrproto.Response{Result: &r}, err
	case ocrproto.OpCodes:
		found, err := s.reader.Codes(q.Picture)
		return ocrproto.Response{Result: &page.Result{Codes: found}}, err
	case ocrproto.OpConvert:
		return pictureAnswer(picture.Convert(q.Picture))
	case ocrproto.OpView:
		if q.MaxPixels < 1 || q.MaxPixels > 20_000 {
			return ocrproto.Response{}, fault.New(fault.RequestMalformed, "a view of %d pixels", q.MaxPixels)
		}
		return pictureAnswer(picture.View(q.Picture, q.Turn, q.MaxPixels))
	case ocrproto.OpProbe:
		if s.tests {
			return probe(q.Probe)
		}
	}
	return ocrproto.Response{}, fault.New(fault.RequestMalformed, "operation %q", q.Op)
}

func pictureAnswer(p page.Picture, err error) (ocrproto.Response, error) {
	return ocrproto.Response{Picture: &p}, err
}

// probe misbehaves, or tries to, for tests of the sandbox and of the supervisor.
func probe(what string) (ocrproto.Response, error) {
	switch what {
	case "sandbox":
		b, err := json.Marshal(sandbox.Attempts())
		if err != nil {
			return ocrproto.Response{}, fmt.Errorf("encode attempts: %w", err)
		}
		return ocrproto.Response{Note: string(b)}, nil
	case "hang":
		for {
			time.Sleep(time.Hour)
		}
	case "crash":
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGSEGV) // refused by the filter, so:
		var p *int
		return ocrproto.Response{Note: fmt.Sprint(*p)}, nil
	case "eat":
		held := make([]byte, 400<<20)
		for i := 0; i < len(held); i += 4096 {
			held[i] = 1
		}
		time.Sleep(time.Minute)
		return ocrproto.Response{Note: fmt.Sprint(len(held))}, nil
	}
	return ocrproto.Response{}, fault.New(fault.RequestMalformed, "probe %q", what)
}
