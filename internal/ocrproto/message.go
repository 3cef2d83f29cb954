package ocrproto

import (
	"encoding/json"
	"fmt"
	"io"

	"sohoa/internal/fault"
	"sohoa/internal/page"
)

// Op is what a request asks for.
type Op string

// The operations. Probe is answered only by an engine started with SOHOA_OCR_TEST=1, for tests of its supervisor.
const (
	OpPing      Op = "ping"
	OpRecognise Op = "recognise"
	OpCodes     Op = "codes" // bar codes only: of pages whose text is known
	OpConvert   Op = "convert"
	OpView      Op = "view"
	OpProbe     Op = "probe"
)

// The names of the sandbox's layers, in the order in which they are set up.
const (
	LayerNoNewPrivs = "no_new_privs" // no program it starts can gain rights
	LayerNoCore     = "no_core"      // a crash leaves no page contents on disk
	LayerUserNS     = "user_namespace"
	LayerNetNS      = "net_namespace" // an own network with nothing in it
	LayerLandlock   = "landlock"      // opens no file but its model
	LayerSeccomp    = "seccomp"       // no sockets, no new processes, no exec
)

// Layer is one layer of the engine's sandbox.
type Layer struct {
	Name string `json:"name"`
	Held bool   `json:"held"`
	// Detail says why a layer does not hold.
	Detail string `json:"detail,omitempty"`
}

// Hello is what an engine says first.
type Hello struct {
	Engine   string  `json:"engine"`   // engine name and version; results are stored under it
	Settings string  `json:"settings"` // short hash of every setting that can change a result
	Model    string  `json:"model"`    // model name and the start of its SHA-256
	Library  string  `json:"library"`  // versions of the libraries, for people
	Sandbox  []Layer `json:"sandbox"`
	PID      int     `json:"pid"`
}

// Request asks for one operation on one picture. The picture's data travel as the payload.
type Request struct {
	ID        uint64       `json:"id"`
	Op        Op           `json:"op"`
	Picture   page.Picture `json:"picture"`
	Turn      page.Turn    `json:"turn,omitempty"`       // view only: on top of the picture's own
	MaxPixels int          `json:"max_pixels,omitempty"` // view only: longer side
	Probe     string       `json:"probe,omitempty"`      // probe only: which
}

// Response answers the request of the same ID. Exactly one of the rest is set: Fault, Picture (with its data as the payload),
// Result, or Note.
type Response struct {
	ID      uint64        `json:"id"`
	Fault   *Fault        `json:"fault,omitempty"`
	Picture *page.Picture `json:"picture,omitempty"`
	Result  *page.Result  `json:"-"` // travels as the payload
	Note    string        `json:"note,omitempty"`
}

// Fault is an error on its way through the pipe.
type Fault struct {
	Code   fault.Code `json:"code"`
	Detail string     `json:"detail,omitempty"` // for people
	Cause  string     `json:"cause,omitempty"`  // for the log
}

type responseHeader struct {
	Response
	HasResult bool `json:"has_result,omitempty"`
}

// WriteHello sends an engine's first frame.
func WriteHello(w io.Writer, h Hello) error { return writeJSON(w, TypeHello, h, nil) }

// ReadHello reads an engine's first frame.
func ReadHello(r io.Reader) (Hello, error) {
	f, err := Read(r, 0)
	if err != nil {
		return Hello{}, err
	}
	var h Hello
	return h, unmarshal(f, TypeHello, &h)
}

// WriteRequest sends a request with its picture.
func WriteRequest(w io.Writer, q Request) error {
	return writeJSON(w, TypeRequest, q, q.Picture.Data)
}

// ReadRequest reads a request with its picture.
func ReadRequest(r io.Reader) (Request, error) {
	f, err := Read(r, MaxRequestPayload)
	if err != nil {
		return Request{}, err
	}
	var q Request
	if err := unmarshal(f, TypeRequest, &q); err != nil {
		return Request{}, err
	}
	q.Picture.Data = f.Payload
	return q, nil
}

// WriteResponse sends an answer with its picture or result.
func WriteResponse(w io.Writer, a Response) error {
	var payload []byte
	switch {
	case a.Result != nil:
		b, err := json.Marshal(a.Result)
		if err != nil {
			return fmt.Errorf("encode result: %w", err)
		}
		payload = b
	case a.Picture != nil:
		payload = a.Picture.Data
	}
	return writeJSON(w, TypeResponse, responseHeader{Response: a, HasResult: a.Result != nil}, payload)
}

// ReadResponse reads an answer with its picture or result.
func ReadResponse(r io.Reader) (Response, error) {
	f, err := Read(r, MaxResponsePayload)
	if err != nil {
		return Response{}, err
	}
	var h responseHeader
	if err := unmarshal(f, TypeResponse, &h); err != nil {
		return Response{}, err
	}
	a := h.Response
	switch {
	case h.HasResult && a.Picture != nil:
		return Response{}, fmt.Errorf("both result and picture: %w", ErrBadFrame)
	case h.HasResult:
		a.Result = new(page.Result)
		if err := json.Unmarshal(f.Payload, a.Result); err != nil {
			return Response{}, fmt.Errorf("result: %w: %w", ErrBadFrame, err)
		}
	case a.Picture != nil:
		a.Picture.Data = f.Payload
	case len(f.Payload) > 0:
		return Response{}, fmt.Errorf("payload of nothing: %w", ErrBadFrame)
	}
	return a, nil
}

func writeJSON(w io.Writer, t Type, header any, payload []byte) error {
	b, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("encode header: %w", err)
	}
	return Write(w, Frame{Type: t, Header: b, Payload: payload})
}

func unmarshal(f Frame, want Type, into any) error {
	if f.Type != want {
		return fmt.Errorf("frame type %d where %d is due: %w", f.Type, want, ErrBadFrame)
	}
	if err := json.Unmarshal(f.Header, into); err != nil {
		return fmt.Errorf("header: %w: %w", ErrBadFrame, err)
	}
	return nil
}
