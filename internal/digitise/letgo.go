package digitise

import (
	"context"

	"sohoa/internal/fixity"
)

// LetGo drops those masters from local disk that gone reports as purged, unless somebody reads them just now. Every worker has a shelf of its own.
func (s *Service) LetGo(ctx context.Context, gone func(context.Context, fixity.Digest) (bool, error)) error {
	for _, d := range s.masters.digests() {
		purged, err := gone(ctx, d)
		if err != nil {
			return err
		}
		if purged {
			s.masters.drop(d)
		}
	}
	return nil
}

func (s *masterShelf) digests() []fixity.Digest {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]fixity.Digest, 0, len(s.books))
	for d := range s.books {
		out = append(out, d)
	}
	return out
}

// drop takes a master that nobody reads off the shelf.
func (s *masterShelf) drop(d fixity.Digest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.books[d]; ok && b.readers == 0 {
		b.discard()
		delete(s.books, d)
	}
}
