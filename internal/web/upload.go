package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/intake"
)

// Limits of one multipart request. What is larger is sent in several.
const (
	maxFieldBytes = 4 << 10
	maxParts      = 1000
)

// Received is the answer to one file handed in.
type Received struct {
	Accession archive.Accession `json:"accession"`
	Existing  bool              `json:"existing" doc:"The paper was in custody before; nothing was added."`
}

// FileVerdict is what became of one of several files of a request.
type FileVerdict struct {
	Name      string             `json:"name"`
	Status    int                `json:"status" doc:"201 taken in, 200 was in custody before, otherwise the problem's status."`
	Accession *archive.Accession `json:"accession,omitempty"`
	Existing  bool               `json:"existing"`
	Problem   *Problem           `json:"problem,omitempty"`
}

// FileVerdicts is the answer to several files, in the order they came.
type FileVerdicts struct {
	Files []FileVerdict `json:"files" nullable:"false"`
}

// accept takes files into custody while they arrive. Nothing of them is held in memory.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) {
	if s.d.MaxBytes > 0 && r.ContentLength > s.d.MaxBytes+maxParts*maxFieldBytes {
		s.refuse(w, r, tooLarge(s.d.MaxBytes))
		return
	}
	body := s.watched(w, r)
	defer body.release()
	mt, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && mt == "multipart/form-data" {
		if params["boundary"] == "" {
			s.refuse(w, r, fault.New(fault.RequestMalformed, "the multipart body names no boundary"))
			return
		}
		s.acceptParts(w, r, multipart.NewReader(body, params["boundary"]))
		return
	}
	req, err := s.describedByRequest(r)
	if err == nil {
		req.Unit, err = s.unitFor(actorOf(r.Context()), req.Unit)
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	rec, err := s.d.Intake.Accept(r.Context(), req, body)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.received(w, rec)
}

func tooLarge(limit int64) error {
	return fault.New(fault.FileTooLarge, "the file is larger than the %d MiB taken in at once; split it", limit>>20)
}

func (s *Server) received(w http.ResponseWriter, rec intake.Receipt) {
	w.Header().Set("Location", apiRoot+"/accessions/"+string(rec.Accession.ID))
	writeJSON(w, receivedStatus(rec), Received{rec.Accession, rec.Existing})
}

func receivedStatus(rec intake.Receipt) int {
	if rec.Existing {
		return http.StatusOK
	}
	return http.StatusCreated
}

// describedByRequest reads what is said about a raw body: the query, Content-Disposition and the digest headers.
func (s *Server) describedByRequest(r *http.Request) (intake.Request, error) {
	q := r.URL.Query()
	req := intake.Request{
		Name: q.Get("name"), Unit: q.Get("unit"), Dossier: q.Get("dossier"), Batch: q.Get("batch"), Access: archive.Access(q.Get("access")),
		Queue: archive.Queue(q.Get("queue")), Actor: actorOf(r.Context()).Account, IdempotencyKey: r.Header.Get("Idempotency-Key"),
	}
	if cd := r.Header.Get("Content-Disposition"); cd != "" {
		_, p, err := mime.ParseMediaType(cd)
		if err != nil {
			return req, fault.New(fault.RequestMalformed, "Content-Disposition cannot be read")
		}
		if p["filename"] != "" {
			req.Name = p["filename"]
		}
	}
	var err error
	req.Want, err = digestOf(r.Header)
	return req, err
}

// digestOf reads the SHA-256 a sender announces: Repr-Digest or Content-Digest (RFC 9530), or X-Sohoa-SHA256 in hexadecimal.
func digestOf(h interface{ Get(string) string }) (fixity.Digest, error) {
	if v := h.Get("X-Sohoa-SHA256"); v != "" {
		return parseHexDigest("X-Sohoa-SHA256", v)
	}
	for _, name := range []string{"Repr-Digest", "Content-Digest"} {
		if v := h.Get(name); v != "" {
			d, ok, err := parseDigestField(v)
			if err != nil {
				return fixity.Digest{}, fault.New(fault.RequestMalformed, "%s: %v", name, err)
			}
			if ok {
				return d, nil
			}
		}
	}
	return fixity.Digest{}, nil
}

func parseHexDigest(field, v string) (fixity.Digest, error) {
	d, err := fixity.Parse(strings.ToLower(strings.TrimSpace(v)))
	if err != nil || d.IsZero() {
		return fixity.Digest{}, fault.New(fault.RequestMalformed, "%s must be 64 hexadecimal digits", field)
	}
	return d, nil
}

// acceptParts takes the files of a multipart body one after the other. Fields count for the files after them.
func (s *Server) acceptParts(w http.ResponseWriter, r *http.Request, parts *multipart.Reader) {
	req := intake.Request{Actor: actorOf(r.Context()).Account, IdempotencyKey: r.Header.Get("Idempotency-Key")}
	var verdicts []FileVerdict
	var first intake.Receipt
	var firstErr error
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && n >= maxParts {
			err = fault.New(fault.RequestMalformed, "more than %d parts in one request; send several", maxParts)
		}
		if err != nil {
			err = bodyFault(err)
			if len(verdicts) == 0 {
				s.refuse(w, r, err)
				return
			}
			verdicts = append(verdicts, FileVerdict{Status: statusOf(fault.CodeOf(err)), Problem: s.problem(r.Context(), err)})
			break // what follows cannot be told apart; what came before has its verdict
		}
		if part.FileName() == "" {
			if err := setField(&req, part); err != nil {
				s.refuse(w, r, err)
				return
			}
			continue
		}
		rec, name, err := s.acceptPart(r, req, part, len(verdicts))
		v := FileVerdict{Name: name}
		if err != nil {
			v.Problem = s.problem(r.Context(), err)
			v.Status = v.Problem.Status
		} else {
			v.Status, v.Accession, v.Existing = receivedStatus(rec), &rec.Accession, rec.Existing
		}
		if len(verdicts) == 0 {
			first, firstErr = rec, err
		}
		verdicts = append(verdicts, v)
		req.Want = fixity.Digest{} // belonged to this file
	}
	switch {
	case len(verdicts) == 0:
		s.refuse(w, r, fault.New(fault.RequestMalformed, "the request holds no file; send a part named file with a filename"))
	case len(verdicts) > 1:
		writeJSON(w, http.StatusMultiStatus, FileVerdicts{verdicts})
	case firstErr != nil:
		s.writeProblem(w, verdicts[0].Problem)
	default:
		s.received(w, first)
	}
}

func (s *Server) acceptPart(r *http.Request, req intake.Request, part *multipart.Part, index int) (intake.Receipt, string, error) {
	req.Name = part.FileName()
	name := intake.CleanName(req.Name)
	want, err := digestOf(part.Header)
	if err != nil {
		return intake.Receipt{}, name, err
	}
	if !want.IsZero() {
		req.Want = want
	}
	if req.IdempotencyKey != "" && index > 0 { // one key names one request; its files are told apart
		req.IdempotencyKey = fmt.Sprintf("%s/%d", req.IdempotencyKey, index+1)
	}
	if req.Unit, err = s.unitFor(actorOf(r.Context()), req.Unit); err != nil {
		return intake.Receipt{}, name, err
	}
	rec, err := s.d.Intake.Accept(r.Context(), req, partReader{part})
	return rec, name, err
}

// setField takes one of the known fields; others are refused, because a misspelt dossier must not go unnoticed.
func setField(req *intake.Request, part *multipart.Part) error {
	b, err := io.ReadAll(io.LimitReader(part, maxFieldBytes+1))
	if err != nil {
		return bodyFault(err)
	}
	if len(b) > maxFieldBytes {
		return fault.New(fault.RequestMalformed, "a field is longer than %d bytes", maxFieldBytes)
	}
	v := strings.TrimSpace(string(b))
	switch part.FormName() {
	case "unit":
		req.Unit = v
	case "dossier":
		req.Dossier = v
	case "batch":
		req.Batch = v
	case "access":
		req.Access = archive.Access(v)
	case "queue":
		req.Queue = archive.Queue(v)
	case "sha256":
		if v != "" {
			req.Want, err = parseHexDigest("sha256", v)
		}
	default:
		err = fault.New(fault.RequestMalformed, "the field %.40q is unknown; use unit, dossier, batch, access, queue, sha256 and file", part.FormName())
	}
	return err
}

// partReader says of a part that ends early that the sender is at fault.
type partReader struct{ r io.Reader }

func (p partReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = bodyFault(err)
	}
	return n, err
}

// bodyFault places an error of reading a request's body: the body is the sender's.
func bodyFault(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fault.Wrap(fault.RequestMalformed, err, "the body stood still for too long; send it again")
	}
	return fault.Wrap(fault.RequestMalformed, err, "the body is malformed or ended early; send it again")
}

// watchedBody cuts off a body that stands still. The deadline moves with every byte, so a slow line is no fault.
type watchedBody struct {
	r     io.Reader
	ctl   *http.ResponseController
	after time.Duration
	ended bool
}

func (s *Server) watched(w http.ResponseWriter, r *http.Request) *watchedBody {
	return &watchedBody{r: r.Body, ctl: http.NewResponseController(w), after: s.d.StallAfter}
}

func (b *watchedBody) Read(p []byte) (int, error) {
	_ = b.ctl.SetReadDeadline(time.Now().Add(b.after)) // a transport without deadlines (a test's recorder) has no stalled peer either
	n, err := b.r.Read(p)
	if errors.Is(err, io.EOF) {
		b.ended = true
		// From here on net/http reads in the background to see whether the client goes away; a deadline left standing would look
		// like that to it, and cut off a slow store.
		_ = b.ctl.SetReadDeadline(time.Time{})
	} else if err != nil {
		err = bodyFault(err)
	}
	return n, err
}

// release is for after the last use. Of a body that was not read to its end net/http reads some more before it answers; it must
// not wait for that longer than we would.
func (b *watchedBody) release() {
	if !b.ended {
		_ = b.ctl.SetReadDeadline(time.Now().Add(min(b.after, time.Second)))
	}
}
