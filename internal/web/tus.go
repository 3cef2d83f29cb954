package web

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/intake"
)

// Resumable uploads speak tus 1.0. tusd keeps the offsets; custody begins when the last byte is in, within the request that
// brought it. tusd alone would answer 2xx to whoever asks about a complete upload, even when taking it into custody had failed;
// so a complete upload is looked after here: HEAD and PATCH on it take it into custody first, and answer what came of that.
//
// Beside an upload ID.info and ID (tusd's) lies, once it is in custody, ID.done: the answer, for a sender that did not hear it.

const (
	uploadsRoot = apiRoot + "/uploads/"
	staleAfter  = 24 * time.Hour
	ownerKey    = "sohoa-owner"
	// finishWithin is how long taking a complete upload into custody may take: 1 GiB at 4 MiB/s, and then some.
	finishWithin = 10 * time.Minute
)

type uploads struct {
	s     *Server
	store filestore.FileStore
	locks *memorylocker.MemoryLocker
	tus   http.Handler
}

// done is what is remembered of an upload that is in custody.
type done struct {
	Owner     string              `json:"owner"`
	SizeBytes int64               `json:"size_bytes"`
	Accession archive.AccessionID `json:"accession"`
	Existing  bool                `json:"existing"`
}

func newUploads(s *Server) (*uploads, error) {
	u := &uploads{s: s, store: filestore.New(s.d.SpoolDir), locks: memorylocker.New()}
	u.store.DirModePerm, u.store.FileModePerm = 0o700, 0o600
	composer := handler.NewStoreComposer()
	composer.UseCore(u.store)
	composer.UseTerminater(u.store)
	composer.UseLengthDeferrer(u.store)
	u.locks.UseIn(composer)
	h, err := handler.NewHandler(handler.Config{
		StoreComposer: composer, BasePath: uploadsRoot, MaxSize: s.d.MaxBytes, DisableDownload: true, DisableConcatenation: true,
		Cors: &handler.CorsConfig{Disable: true}, NetworkTimeout: s.d.StallAfter,
		Logger:                    slog.New(silent{}), // its lines name files; the request log says what is needed
		PreUploadCreateCallback:   u.create,
		PreFinishResponseCallback: u.finished,
	})
	if err != nil {
		return nil, fmt.Errorf("set up resumable uploads: %w", err)
	}
	u.tus = http.StripPrefix(uploadsRoot, h)
	return u, nil
}

// silent drops every record.
type silent struct{}

// Enabled implements slog.Handler.
func (silent) Enabled(context.Context, slog.Level) bool { return false }

// Handle implements slog.Handler.
func (silent) Handle(context.Context, slog.Record) error { return nil }

// WithAttrs implements slog.Handler.
func (silent) WithAttrs([]slog.Attr) slog.Handler { return silent{} }

// WithGroup implements slog.Handler.
func (silent) WithGroup(string) slog.Handler { return silent{} }

// ServeHTTP answers tus requests of a known actor.
func (u *uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Header.Del("X-HTTP-Method-Override") // tusd would honour it behind our back
	tw := &tusWriter{ResponseWriter: w, s: u.s, r: r}
	ctx := context.WithValue(r.Context(), tusKey, http.NewResponseController(w))
	a := actorOf(ctx)
	r = r.WithContext(ctx)
	id := strings.TrimPrefix(r.URL.Path, uploadsRoot)
	switch {
	case r.Method == http.MethodOptions, r.Method == http.MethodPost && id == "":
		u.tus.ServeHTTP(tw, r)
	case !validUploadID(id):
		u.s.refuse(w, r, fault.New(fault.NotFound, "there is no such upload"))
	default:
		u.serveUpload(tw, r, a, id)
	}
}

func (u *uploads) serveUpload(w *tusWriter, r *http.Request, a archive.Actor, id string) {
	if err := a.Permit(archive.ActIngest); err != nil {
		u.s.refuse(w.ResponseWriter, r, err)
		return
	}
	if d, ok := u.answered(id); ok && d.Owner == a.Account {
		u.answer(w.ResponseWriter, r, d)
		return
	}
	info, ok := u.info(r.Context(), id)
	if !ok || info.MetaData[ownerKey] != a.Account {
		u.s.refuse(w.ResponseWriter, r, fault.New(fault.NotFound, "there is no such upload, or it was given up"))
		return
	}
	complete := !info.SizeIsDeferred && info.Offset == info.Size
	if r.Method == http.MethodPatch && !complete {
		if err := u.room(max(0, r.ContentLength)); err != nil { // announced when there was room for it
			u.s.refuse(w.ResponseWriter, r, err)
			return
		}
	}
	if !complete || r.Method == http.MethodDelete {
		u.tus.ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodHead && r.Method != http.MethodPatch {
		u.tus.ServeHTTP(w, r) // answers which methods there are
		return
	}
	d, err := u.finishLocked(r.Context(), id)
	if err != nil {
		u.s.refuse(w.ResponseWriter, r, err)
		return
	}
	u.answer(w.ResponseWriter, r, d)
}

// answer repeats what a sender of a complete upload is told.
func (u *uploads) answer(w http.ResponseWriter, r *http.Request, d done) {
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Cache-Control", "no-store")
	h.Set("Upload-Offset", strconv.FormatInt(d.SizeBytes, 10))
	for k, v := range d.headers() {
		h.Set(k, v)
	}
	switch r.Method {
	case http.MethodHead:
		h.Set("Upload-Length", strconv.FormatInt(d.SizeBytes, 10))
		w.WriteHeader(http.StatusOK)
	case http.MethodPatch:
		w.WriteHeader(http.StatusNoContent)
	case http.MethodDelete:
		u.s.refuse(w, r, fault.New(fault.StateConflict, "the upload is in custody; cancel the accession instead"))
	default:
		u.s.refuse(w, r, fault.New(fault.NotFound, "there is no such upload"))
	}
}

func (d done) headers() handler.HTTPHeader {
	return handler.HTTPHeader{"X-Sohoa-Accession": string(d.Accession), "X-Sohoa-Existing": strconv.FormatBool(d.Existing)}
}

// create checks an announced upload before a byte of it is sent.
func (u *uploads) create(hook handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	meta := hook.Upload.MetaData
	a := actorOf(hook.Context)
	unit, err := u.s.unitFor(a, meta["unit"])
	if err == nil {
		err = u.room(hook.Upload.Size)
	}
	if err == nil && meta["sha256"] != "" {
		_, err = parseHexDigest("sha256", meta["sha256"])
	}
	name := meta["name"]
	if name == "" {
		name = meta["filename"]
	}
	// What intake would say at the end is said before the bytes are sent.
	if err == nil {
		err = intake.Request{
			Name: name, Unit: unit, Dossier: meta["dossier"], Batch: meta["batch"], Access: archive.Access(meta["access"]), Queue: archive.Queue(meta["queue"]),
		}.Check()
	}
	if err == nil && meta["batch"] != "" {
		b, found := u.s.d.Retrieve.FindBatch(hook.Context, a, unit, meta["batch"])
		if found == nil && b.State == "closed" {
			err = fault.New(fault.BatchClosed, "the batch is closed; use another")
		}
	}
	if err != nil {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, u.refusal(hook.Context, err)
	}
	kept := handler.MetaData{ownerKey: a.Account, "name": intake.CleanName(name), "unit": unit}
	for _, k := range []string{"dossier", "batch", "access", "queue", "sha256"} {
		if v := meta[k]; v != "" {
			kept[k] = v
		}
	}
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: rand.Text(), MetaData: kept}, nil
}

// room refuses an upload that would not fit on the disk, so that the ones under way can still be finished.
func (u *uploads) room(size int64) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(u.s.d.SpoolDir, &st); err != nil {
		return fmt.Errorf("look at spool: %w", err)
	}
	if free := int64(st.Bavail) * st.Bsize; free-size < u.s.d.MinFree {
		return fault.New(fault.SpoolFull, "the receiving disk has no room for this file now; try again when the operator has made room")
	}
	return nil
}

// finished runs when tusd has the last byte, under tusd's lock of the upload.
func (u *uploads) finished(hook handler.HookEvent) (handler.HTTPResponse, error) {
	if ctl, ok := hook.Context.Value(tusKey).(*http.ResponseController); ok {
		// tusd's deadlines cover the bytes, not what we do with them; see watchedBody for the one of reading.
		_ = ctl.SetReadDeadline(time.Time{})
		_ = ctl.SetWriteDeadline(time.Now().Add(finishWithin))
	}
	d, err := u.finish(hook.Context, hook.Upload)
	if err != nil {
		return handler.HTTPResponse{}, u.refusal(hook.Context, err)
	}
	return handler.HTTPResponse{Header: d.headers()}, nil
}

// finishLocked finishes a complete upload that an earlier request could not.
func (u *uploads) finishLocked(ctx context.Context, id string) (done, error) {
	lock, err := u.locks.NewLock(id)
	if err != nil {
		return done{}, fmt.Errorf("lock upload: %w", err)
	}
	wait, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if err := lock.Lock(wait, func() {}); err != nil {
		return done{}, fault.Wrap(fault.Fenced, err, "the upload is being finished by another request; ask again")
	}
	defer func() { _ = lock.Unlock() }()
	if d, ok := u.answered(id); ok {
		return d, nil
	}
	info, ok := u.info(ctx, id)
	if !ok {
		return done{}, fault.New(fault.NotFound, "there is no such upload, or it was given up")
	}
	return u.finish(ctx, info)
}

// finish takes a complete upload into custody and remembers the answer. Rejected content is not kept; after a stall the bytes
// wait here for the sender to ask again.
func (u *uploads) finish(ctx context.Context, info handler.FileInfo) (done, error) {
	m := info.MetaData
	req := intake.Request{
		Name: m["name"], Unit: m["unit"], Dossier: m["dossier"], Batch: m["batch"], Access: archive.Access(m["access"]),
		Queue: archive.Queue(m["queue"]), Actor: m[ownerKey],
	}
	var err error
	if m["sha256"] != "" {
		if req.Want, err = parseHexDigest("sha256", m["sha256"]); err != nil {
			return done{}, err
		}
	}
	rec, err := u.s.d.Intake.AcceptFile(ctx, req, u.path(info.ID))
	if err != nil {
		if fault.VerdictOf(err) == fault.Rejected {
			u.remove(info.ID)
		}
		return done{}, err
	}
	d := done{Owner: m[ownerKey], SizeBytes: info.Size, Accession: rec.Accession.ID, Existing: rec.Existing}
	if err := u.remember(info.ID, d); err != nil {
		// It is in custody; only a sender that did not hear so will send it again, and meet what is there.
		u.s.d.Logger.ErrorContext(ctx, "remember finished upload", "error", err)
	}
	u.remove(info.ID)
	return d, nil
}

// refusal carries a problem through tusd; tusWriter adds the headers.
func (u *uploads) refusal(ctx context.Context, err error) error {
	p := u.s.problem(ctx, err)
	b, jsonErr := json.Marshal(p)
	if jsonErr != nil {
		return jsonErr
	}
	return handler.Error{ErrorCode: string(p.Code), Message: p.Detail,
		HTTPResponse: handler.HTTPResponse{StatusCode: p.Status, Body: string(b), Header: handler.HTTPHeader{"Content-Type": problemType}}}
}

func validUploadID(id string) bool {
	if len(id) != 26 { // rand.Text: 26 characters of base32, at least 128 random bits
		return false
	}
	for i := range len(id) {
		if c := id[i]; (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

func (u *uploads) path(id string) string { return filepath.Join(u.s.d.SpoolDir, id) }

func (u *uploads) info(ctx context.Context, id string) (handler.FileInfo, bool) {
	up, err := u.store.GetUpload(ctx, id)
	if err != nil {
		return handler.FileInfo{}, false
	}
	info, err := up.GetInfo(ctx)
	return info, err == nil
}

func (u *uploads) answered(id string) (d done, ok bool) {
	b, err := os.ReadFile(u.path(id) + ".done")
	if err != nil {
		return done{}, false
	}
	return d, json.Unmarshal(b, &d) == nil && d.Accession != ""
}

func (u *uploads) remember(id string, d done) error {
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	tmp := u.path(id) + ".tmp"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, u.path(id)+".done")
}

func (u *uploads) remove(id string) {
	for _, p := range []string{u.path(id), u.path(id) + ".info"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			u.s.d.Logger.Error("remove upload", "error", err)
		}
	}
}

// sweep removes what nobody touched since before: given-up uploads and old answers.
func (u *uploads) sweep(ctx context.Context, before time.Time) (int, error) {
	gone, cancel := context.WithCancel(ctx) // for asking for a lock without waiting
	cancel()
	entries, err := os.ReadDir(u.s.d.SpoolDir)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, e := range entries {
		id, ext, _ := strings.Cut(e.Name(), ".")
		if !validUploadID(id) {
			continue
		}
		// The bytes carry the time of the last PATCH; ID.info that of the announcement only.
		st, err := os.Stat(u.path(id))
		if err != nil || ext == "done" {
			if st, err = os.Stat(filepath.Join(u.s.d.SpoolDir, e.Name())); err != nil {
				continue
			}
		}
		if st.ModTime().After(before) {
			continue
		}
		lock, err := u.locks.NewLock(id)
		if err != nil {
			return n, err
		}
		if lock.Lock(gone, func() {}) != nil {
			continue // somebody writes just now
		}
		if ext == "" {
			u.remove(id)
			n++
		} else if err := os.Remove(filepath.Join(u.s.d.SpoolDir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			u.s.d.Logger.Error("remove stale upload", "error", err)
		}
		_ = lock.Unlock()
	}
	return n, nil
}

// tusWriter puts tusd's own answers into our form: errors as problems, and a Location that fits whatever proxy stands before us.
type tusWriter struct {
	http.ResponseWriter
	s       *Server
	r       *http.Request
	problem *Problem
}

// Unwrap lets tusd reach the connection's deadlines.
func (w *tusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (w *tusWriter) WriteHeader(status int) {
	h := w.Header()
	if l := h.Get("Location"); l != "" {
		if u, err := url.Parse(l); err == nil {
			h.Set("Location", u.Path)
		}
	}
	if status < 400 {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if h.Get("Content-Type") == problemType { // ours, carried through tusd
		setProblemHeaders(h, &Problem{Status: status, Code: fault.StoreUnavailable})
		w.ResponseWriter.WriteHeader(status)
		return
	}
	w.problem = w.s.problem(w.r.Context(), tusFault(status))
	w.problem.Status = status // the protocol's own (409 wrong offset, 412 version, 423 locked …) means more to its clients
	w.s.writeProblem(w.ResponseWriter, w.problem)
}

// Write implements http.ResponseWriter.
func (w *tusWriter) Write(b []byte) (int, error) {
	if w.problem != nil {
		return len(b), nil // tusd's words are replaced; they may hold paths
	}
	return w.ResponseWriter.Write(b)
}

func tusFault(status int) error {
	switch status {
	case http.StatusNotFound, http.StatusGone:
		return fault.New(fault.NotFound, "there is no such upload, or it was given up")
	case http.StatusRequestEntityTooLarge:
		return fault.New(fault.FileTooLarge, "the file is larger than what is taken in at once; split it")
	case http.StatusConflict, http.StatusLocked:
		return fault.New(fault.StateConflict, "the upload stands elsewhere; ask for its offset with HEAD")
	}
	if status >= 500 {
		return fault.New(fault.Internal, "")
	}
	return fault.New(fault.RequestMalformed, "the request does not follow tus 1.0 (status %d)", status)
}
