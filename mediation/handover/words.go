package handover

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
)

// Why somebody leaves, declines or stays is personal: an illness, a quarrel. It is sealed under a key of the hand-over and goes when that has
// been kept long enough; that there was a hand-over, of what and to whom, stays.

// seal closes words under a hand-over's key.
func (s *Service) seal(ctx context.Context, key, text string) (v mediation.Sealed, err error) {
	if text == "" {
		return v, nil
	}
	if key == "" { // of a hand-over that began before words were sealed
		if key, err = s.Sealer.NewKey(ctx); err != nil {
			return v, err
		}
	}
	return s.Sealer.Seal(ctx, key, []byte(text))
}

// sealWhy gives a new hand-over its key, and seals why they leave.
func (s *Service) sealWhy(ctx context.Context, h *HandOver, reason string) (err error) {
	if h.Key, err = s.Sealer.NewKey(ctx); err == nil {
		h.Why, err = s.seal(ctx, h.Key, reason)
	}
	return err
}

// Read opens a hand-over's words.
func (s *Service) Read(ctx context.Context, h HandOver) (Look, error) {
	l := Look{HandOver: h, Hindrances: make([][]mediation.Reason, len(h.Matters)), Notes: make([]string, len(h.History))}
	why, err := s.open(ctx, h.Why)
	l.Reason = cmp.Or(why, h.Reason)
	failed := []error{err}
	for i, line := range h.History {
		words, err := s.open(ctx, line.Words)
		l.Notes[i] = cmp.Or(words, line.Note)
		failed = append(failed, err)
	}
	return l, errors.Join(failed...)
}

func (s *Service) open(ctx context.Context, v mediation.Sealed) (string, error) {
	return mediation.OpenText(ctx, s.Sealer, v)
}

// keys are all that a hand-over's words are sealed under.
func (h *HandOver) keys() []string {
	keys := []string{h.Key, h.Why.Key}
	for i := range h.History {
		keys = append(keys, h.History[i].Words.Key)
	}
	slices.Sort(keys)
	return slices.DeleteFunc(slices.Compact(keys), func(k string) bool { return k == "" })
}

// KeptSince is since when the words of a hand-over that has ended have been kept; zero while it goes on, and when they are gone.
func (h *HandOver) KeptSince() time.Time {
	if h.State.Open() || h.Erased || len(h.History) == 0 {
		return time.Time{}
	}
	return h.History[len(h.History)-1].At
}

// Eraser lets go of the words of hand-overs that have ended.
type Eraser struct {
	HandOvers HandOvers
	Keys      mediation.Shredder
	Holds     mediation.Holding // nil: nothing is held
}

// About implements retention.Records.
func (e *Eraser) About(ctx context.Context, id string) (mediation.Record, error) {
	h, err := e.HandOvers.Load(ctx, id)
	r := mediation.Record{Area: h.Area}
	for i := range h.Matters {
		if of := h.Matters[i].Case; of != "" {
			r.Cases = append(r.Cases, of)
		}
	}
	return r, err
}

// Kept implements retention.Records.
func (e *Eraser) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return e.HandOvers.Kept(ctx, until, limit)
}

// Erase implements retention.Records. It may be repeated.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	h, err := e.HandOvers.Load(ctx, id)
	if err == nil {
		err = mediation.AnyHeld(ctx, e.Holds, "handover", id)
	}
	if err != nil {
		return err
	}
	for _, key := range h.keys() {
		if err := e.Keys.Erase(ctx, key); err != nil {
			return err
		}
	}
	_, err = e.HandOvers.Change(ctx, id, func(h *HandOver) error {
		h.Erased, h.Reason, h.History = true, "", slices.Clone(h.History)
		for i := range h.History {
			h.History[i].Note = ""
		}
		return nil
	})
	return err
}
