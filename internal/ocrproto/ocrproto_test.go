package ocrproto

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

func TestMessagesArriveAsTheyWereSent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	hello := Hello{
		Engine: "sohoa-ocr/1 tesseract 5.3.0", Settings: "abc", Model: "vie@1", Library: "leptonica", PID: 7,
		Sandbox: []Layer{{Name: LayerSeccomp, Held: true}, {Name: LayerLandlock, Detail: "not in this kernel"}},
	}
	request := Request{ID: 9, Op: OpView, Turn: 90, MaxPixels: 800, Picture: page.Picture{
		Encoding: page.CCITT, Data: []byte{1, 2, 3}, Width: 8, Height: 1, Components: 1, BitsPerComponent: 1, DPIX: 300, DPIY: 300,
		CCITT: &page.CCITTParams{K: -1, BlackIs1: true}, Palette: []byte{0, 0, 0, 255, 255, 255},
	}}
	responses := []Response{
		{ID: 9, Fault: &Fault{Code: fault.FileUnreadable, Detail: "the picture is cut off", Cause: "libpng"}},
		{ID: 9, Picture: &page.Picture{Encoding: page.JPEG, Data: []byte("jpeg"), Width: 3, Height: 4}},
		{ID: 9, Result: &page.Result{Width: 3, Height: 4, Kind: page.Blank, Lines: []page.Line{{Words: []page.Word{{Text: "Ủy"}}}}}},
		{ID: 9, Note: "pong"},
	}
	if err := WriteHello(&b, hello); err != nil {
		t.Fatal(err)
	}
	if err := WriteRequest(&b, request); err != nil {
		t.Fatal(err)
	}
	for _, a := range responses {
		if err := WriteResponse(&b, a); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := ReadHello(&b); err != nil || !reflect.DeepEqual(got, hello) {
		t.Errorf("ReadHello = %+v, %v, want %+v", got, err, hello)
	}
	if got, err := ReadRequest(&b); err != nil || !reflect.DeepEqual(got, request) {
		t.Errorf("ReadRequest = %+v, %v, want %+v", got, err, request)
	}
	for _, want := range responses {
		if got, err := ReadResponse(&b); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ReadResponse = %+v, %v, want %+v", got, err, want)
		}
	}
	if _, err := ReadResponse(&b); !errors.Is(err, io.EOF) {
		t.Errorf("after the last frame: %v, want EOF", err)
	}
}

func TestBadFramesGiveErrors(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Write(&b, Frame{Type: TypeRequest, Header: []byte(`{"id":1,"op":"ping"}`), Payload: []byte("data")}); err != nil {
		t.Fatal(err)
	}
	good := b.Bytes()
	change := func(at int, to ...byte) []byte {
		c := bytes.Clone(good)
		copy(c[at:], to)
		return c
	}
	for name, tc := range map[string]struct {
		in   []byte
		want error
	}{
		"another magic":                     {change(0, 'X'), ErrBadFrame},
		"another version":                   {change(4, Version+1), ErrBadFrame},
		"an unknown type":                   {change(5, 9), ErrBadFrame},
		"reserved bytes set":                {change(6, 1), ErrBadFrame},
		"a header beyond its cap":           {change(8, 0, 1, 0, 1), ErrBadFrame},
		"a payload beyond its cap":          {change(12, 0xff, 0xff, 0xff, 0xff), ErrBadFrame},
		"a payload longer than it arrives":  {change(12, 0x10, 0, 0, 0), io.ErrUnexpectedEOF},
		"a cut prefix":                      {good[:7], io.ErrUnexpectedEOF},
		"a cut header":                      {good[:20], io.ErrUnexpectedEOF},
		"a header that is not JSON":         {change(16, '!'), ErrBadFrame},
		"nothing at all":                    {nil, io.EOF},
		"a response where a request is due": {change(5, byte(TypeResponse)), ErrBadFrame},
	} {
		if _, err := ReadRequest(bytes.NewReader(tc.in)); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
	}
}

func TestNothingBeyondTheCapsIsSent(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for name, f := range map[string]Frame{
		"a header beyond its cap": {Type: TypeHello, Header: make([]byte, MaxHeader+1)},
		"a hello with a payload":  {Type: TypeHello, Payload: []byte("x")},
		"no type":                 {},
	} {
		if err := Write(&b, f); !errors.Is(err, ErrBadFrame) || b.Len() != 0 {
			t.Errorf("%s: %v, %d bytes sent", name, err, b.Len())
		}
	}
}

// hungry counts how much memory a reader is asked to fill at once.
type hungry struct {
	io.Reader
	largest int
}

func (h *hungry) Read(p []byte) (int, error) {
	h.largest = max(h.largest, len(p))
	return h.Reader.Read(p)
}

func TestAnAnnouncedLengthAloneCostsNoMemory(t *testing.T) {
	t.Parallel()
	head := "SOCR\x01\x02\x00\x00" + "\x00\x00\x00\x02" + "\x10\x00\x00\x00" + "{}" // announces 256 MiB, sends none
	h := &hungry{Reader: strings.NewReader(head + "few")}
	if _, err := Read(h, MaxRequestPayload); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Read = %v", err)
	}
	if h.largest > growStep {
		t.Errorf("took %d bytes for a payload that never came", h.largest)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add(uint8(2), []byte(`{"id":1}`), []byte("pixels"))
	f.Add(uint8(1), []byte(`{}`), []byte{})
	f.Add(uint8(9), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, typ uint8, header, payload []byte) {
		in := Frame{Type: Type(typ), Header: header, Payload: payload}
		var b bytes.Buffer
		if err := Write(&b, in); err != nil {
			if b.Len() != 0 {
				t.Errorf("a refused frame left %d bytes", b.Len())
			}
			return
		}
		out, err := Read(&b, MaxRequestPayload)
		if err != nil || !out.Equal(in) || b.Len() != 0 {
			t.Errorf("Read(Write(%v)) = %v, %v, %d bytes left", in, out, err, b.Len())
		}
	})
}

// FuzzRead feeds what a broken peer may send: every frame that is taken writes the same bytes again.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	_ = WriteRequest(&b, Request{ID: 1, Op: OpPing})
	f.Add(b.Bytes())
	b.Reset()
	_ = WriteResponse(&b, Response{ID: 1, Result: &page.Result{}})
	f.Add(b.Bytes())
	b.Reset()
	_ = WriteHello(&b, Hello{Engine: "e"})
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, in []byte) {
		const limit = 1 << 16
		h := &hungry{Reader: bytes.NewReader(in)}
		fr, err := Read(h, limit)
		if h.largest > limit {
			t.Errorf("asked for %d bytes at once, cap %d", h.largest, limit)
		}
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Write(&b, fr); err != nil || !bytes.HasPrefix(in, b.Bytes()) {
			t.Errorf("Write(Read(%q)) = %q, %v", in, b.Bytes(), err)
		}
	})
}

// FuzzMessages decodes what either side may be sent; what decodes, encodes to something that decodes to the same.
func FuzzMessages(f *testing.F) {
	f.Add(true, []byte(`{"id":3,"op":"recognise","picture":{"encoding":"jpeg","width":3}}`), []byte("x"))
	f.Add(false, []byte(`{"id":3,"fault":{"code":"file_unreadable"}}`), []byte{})
	f.Add(false, []byte(`{"id":3,"has_result":true}`), []byte(`{"kind":"blank","lines":null}`))
	f.Fuzz(func(t *testing.T, request bool, header, payload []byte) {
		var wire, again bytes.Buffer
		typ := TypeResponse
		if request {
			typ = TypeRequest
		}
		if Write(&wire, Frame{Type: typ, Header: header, Payload: payload}) != nil {
			return
		}
		var first, second any
		var err error
		if request {
			var q Request
			if q, err = ReadRequest(&wire); err != nil || WriteRequest(&again, q) != nil {
				return
			}
			first = q
			second, err = ReadRequest(&again)
		} else {
			var a Response
			if a, err = ReadResponse(&wire); err != nil || WriteResponse(&again, a) != nil {
				return
			}
			first = a
			second, err = ReadResponse(&again)
		}
		if err != nil {
			t.Fatalf("sent %+v, read %v", first, err)
		}
		var x, y bytes.Buffer
		encode := func(b *bytes.Buffer, v any) error {
			if q, ok := v.(Request); ok {
				return WriteRequest(b, q)
			}
			return WriteResponse(b, v.(Response))
		}
		if encode(&x, first) != nil || encode(&y, second) != nil || !bytes.Equal(x.Bytes(), y.Bytes()) {
			t.Errorf("%+v became %+v", first, second)
		}
	})
}
