package web

import (
	"container/list"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"sohoa/internal/archive"
	"sohoa/internal/fault"
	"sohoa/internal/fixity"
)

// pictureSizes are the longer sides, in pixels, that pages are shown at; a wish is rounded up to one of them, so that a few
// pictures of a page serve everybody.
func pictureSizes() []int { return []int{160, 320, 640, 1000, 1600, 2400, 3200} }

// pictures keeps page pictures made lately, up to a number of bytes. It is safe for concurrent use.
type pictures struct {
	slots chan struct{} // a page may take a renderer seconds and hundreds of MB

	mu     sync.Mutex
	budget int
	used   int
	byKey  map[string]*list.Element
	recent *list.List // of picture, latest first
}

type picture struct {
	key string
	jpg []byte
}

func newPictures(budgetBytes int) *pictures {
	return &pictures{budget: budgetBytes, slots: make(chan struct{}, 2), byKey: map[string]*list.Element{}, recent: list.New()}
}

func (p *pictures) get(key string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byKey[key]
	if !ok {
		return nil, false
	}
	p.recent.MoveToFront(e)
	return e.Value.(picture).jpg, true
}

func (p *pictures) put(key string, jpg []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.byKey[key]; ok || len(jpg) > p.budget {
		return
	}
	p.byKey[key] = p.recent.PushFront(picture{key, jpg})
	for p.used += len(jpg); p.used > p.budget; {
		e := p.recent.Back()
		old := p.recent.Remove(e).(picture)
		delete(p.byKey, old.key)
		p.used -= len(old.jpg)
	}
}

// pageImage sends a JPEG of one page as it looks upright.
func (s *Server) pageImage(w http.ResponseWriter, r *http.Request) {
	ctx, a, id := r.Context(), actorOf(r.Context()), archive.DocumentID(r.PathValue("id"))
	n, size, err := pictureWish(r)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	v, err := s.d.Retrieve.Document(ctx, a, id) // rights first, whatever is kept
	if err == nil && (n < 1 || n > len(v.PageList)) {
		err = fault.New(fault.NotFound, "the document has pages 1 to %d", len(v.PageList))
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p := v.PageList[n-1]
	// What a picture depends on. The document is part of it: what is laid over a page may differ by document one day.
	key := fmt.Sprintf("%s %s %d %d %d %d", id, p.Master, p.Page, p.Turn, p.FoundTurn, size)
	s.sendPicture(w, r, key, func(ctx context.Context) ([]byte, error) { return s.d.Retrieve.PageImage(ctx, a, id, n, size) })
}

// pictureWish reads which page is wanted, and how large.
func pictureWish(r *http.Request) (n, size int, err error) {
	if n, err = strconv.Atoi(r.PathValue("page")); err != nil {
		return 0, 0, fault.New(fault.NotFound, "pages are numbered from 1")
	}
	size = 1000
	if v := r.URL.Query().Get("size"); v != "" {
		if size, err = strconv.Atoi(v); err != nil || size < 1 {
			return 0, 0, fault.New(fault.RequestMalformed, "size must be a number of pixels")
		}
	}
	sizes := pictureSizes()
	i, _ := slices.BinarySearch(sizes, size)
	return n, sizes[min(i, len(sizes)-1)], nil
}

// sendPicture sends the picture that is kept under key, made now if need be.
func (s *Server) sendPicture(w http.ResponseWriter, r *http.Request, key string, draw func(context.Context) ([]byte, error)) {
	etag := `"` + fixity.Of([]byte(key)).String()[:32] + `"`
	h := w.Header()
	h.Set("ETag", etag)
	h.Set("Cache-Control", "private, max-age=300")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	jpg, ok := s.pictures.get(key)
	if !ok {
		var err error
		if jpg, err = s.makePicture(r.Context(), key, draw); err != nil {
			s.refuse(w, r, err)
			return
		}
	}
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(jpg)))
	_, _ = w.Write(jpg)
}

// makePicture waits for its turn as long as somebody wants to see the picture, so that leafing through a thick paper leaves no work
// behind; once begun it is finished and kept, whoever has gone.
func (s *Server) makePicture(ctx context.Context, key string, draw func(context.Context) ([]byte, error)) ([]byte, error) {
	select {
	case s.pictures.slots <- struct{}{}:
		defer func() { <-s.pictures.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if jpg, ok := s.pictures.get(key); ok { // made for somebody else meanwhile
		return jpg, nil
	}
	making, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	jpg, err := draw(making)
	if err == nil {
		s.pictures.put(key, jpg)
	}
	return jpg, err
}
