package seal

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"fengqiao/mediation"
)

// shelf keeps wraps and journal in memory, by the ports' contract. It outlives keyrings, as a store outlives processes.
// storetest.Seal holds the real ones to the same behaviour.
type shelf struct {
	mu      sync.Mutex
	wraps   map[string]Wrap
	journal map[string]time.Time
	puts    int
	told    int // erasures that Since gave out
	// failing makes every call fail.
	failing error
	// hold, if set, is received from before a Get answers.
	hold chan struct{}
}

func newShelf() *shelf { return &shelf{wraps: map[string]Wrap{}, journal: map[string]time.Time{}} }

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = err
}

func (s *shelf) Put(_ context.Context, ws []Wrap) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts++
	for _, w := range ws {
		if _, taken := s.wraps[w.ID]; taken {
			return mediation.ErrExists
		}
		w.Version = 1
		s.wraps[w.ID] = w
	}
	return s.failing
}

func (s *shelf) Get(_ context.Context, id string) (Wrap, error) {
	s.mu.Lock()
	w, ok := s.wraps[id]
	err, hold := s.failing, s.hold
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	if err != nil {
		return Wrap{}, err
	}
	if !ok {
		return Wrap{}, mediation.ErrNotFound
	}
	return w, nil
}

func (s *shelf) Replace(_ context.Context, w Wrap) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.wraps[w.ID]
	switch {
	case s.failing != nil:
		return s.failing
	case !ok:
		return mediation.ErrNotFound
	case old.Version != w.Version:
		return mediation.ErrStale
	}
	w.Version++
	s.wraps[w.ID] = w
	return nil
}

func (s *shelf) Older(_ context.Context, epoch int64, limit int) ([]Wrap, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Wrap
	for _, w := range s.wraps {
		if w.Epoch < epoch && len(out) < limit {
			out = append(out, w)
		}
	}
	return out, s.failing
}

func (s *shelf) Count(_ context.Context, epoch int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int64(0)
	for _, w := range s.wraps {
		if w.Epoch < epoch {
			n++
		}
	}
	return n, s.failing
}

func (s *shelf) Erase(_ context.Context, e Erasure) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing != nil {
		return s.failing
	}
	if _, ok := s.journal[e.ID]; !ok {
		s.journal[e.ID] = e.At
	}
	delete(s.wraps, e.ID)
	return nil
}

func (s *shelf) Erased(_ context.Context, id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.journal[id]
	return ok, s.failing
}

func (s *shelf) Since(_ context.Context, t time.Time, fn func(Erasure) error) error {
	s.mu.Lock()
	entries, err := maps.Clone(s.journal), s.failing
	s.mu.Unlock()
	if err != nil {
		return err
	}
	var out []Erasure
	for id, at := range entries {
		if !at.Before(t) {
			out = append(out, Erasure{ID: id, At: at})
		}
	}
	slices.SortFunc(out, func(a, b Erasure) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	s.mu.Lock()
	s.told += len(out)
	s.mu.Unlock()
	for _, e := range out {
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}

// copyWraps is a backup of the wraps.
func (s *shelf) copyWraps() map[string]Wrap {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.wraps)
}
