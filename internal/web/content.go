package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
	"sohoa/internal/retrieve"
)

// download sends a part of a document, whole or a range of it.
func (s *Server) download(kind retrieve.PartKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := s.d.Retrieve.Open(r.Context(), actorOf(r.Context()), archive.DocumentID(r.PathValue("id")), kind)
		if err != nil {
			s.refuse(w, r, err)
			return
		}
		defer c.Close()
		if c.ETag == "" { // made just now and lies in memory
			d, _, err := fixity.OfReader(c)
			if err == nil {
				_, err = c.Seek(0, 0)
			}
			if err != nil {
				s.refuse(w, r, err)
				return
			}
			c.ETag = d.String()
		}
		h := w.Header()
		h.Set("Content-Type", c.MediaType)
		if c.MediaType == "" { // not inspected yet
			h.Set("Content-Type", "application/octet-stream")
		}
		h.Set("ETag", `"`+c.ETag+`"`)
		h.Set("Cache-Control", "private, no-cache") // kept by the browser, asked for again by ETag: rights may have changed
		disposition := "attachment"
		if (kind == retrieve.PartRendition || kind == retrieve.PartAccess) && r.URL.Query().Get("inline") == "1" { // ours; a master may hold anything
			disposition = "inline"
			// What browsers' own viewers of PDF need; a sandbox keeps them from starting.
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; object-src 'self'; style-src 'unsafe-inline'")
		}
		h.Set("Content-Disposition", contentDisposition(disposition, c.FileName))
		http.ServeContent(&rangeWriter{paced: paced{ResponseWriter: w, ctl: http.NewResponseController(w), after: s.d.StallAfter}, s: s, r: r}, r, "", c.ModTime, c)
	}
}

// contentDisposition names a file for old and new clients (RFC 6266; RFC 8187 for what is not ASCII).
func contentDisposition(disposition, name string) string {
	ascii := strings.Map(func(c rune) rune {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '%' {
			return '_'
		}
		return c
	}, name)
	v := fmt.Sprintf(`%s; filename="%s"`, disposition, ascii)
	if ascii != name {
		v += "; filename*=UTF-8''" + strings.NewReplacer("+", "%20", "%7E", "~").Replace(url.QueryEscape(name))
	}
	return v
}

// paced gives up on a peer that takes no bytes, however slow it may be otherwise.
type paced struct {
	http.ResponseWriter
	ctl   *http.ResponseController
	after time.Duration
}

func (p *paced) Write(b []byte) (int, error) {
	_ = p.ctl.SetWriteDeadline(time.Now().Add(p.after)) // a transport without deadlines has no stalled peer either
	return p.ResponseWriter.Write(b)
}

// rangeWriter turns ServeContent's 416 into a problem.
type rangeWriter struct {
	paced
	s       *Server
	r       *http.Request
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (w *rangeWriter) WriteHeader(status int) {
	if status == http.StatusRequestedRangeNotSatisfiable {
		w.refused = true
		w.s.refuse(w.ResponseWriter, w.r, fault.New(fault.RangeInvalid, "the range lies outside the file"))
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *rangeWriter) Write(b []byte) (int, error) {
	if w.refused {
		return len(b), nil
	}
	return w.paced.Write(b)
}
