package due_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/due"
)

// shelf is records that fall due, kept in memory.
type shelf map[string]time.Time

func (s shelf) Due(_ context.Context, until time.Time, limit int) ([]string, error) {
	var ids []string
	for id, at := range s {
		if !at.IsZero() && !at.After(until) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return s[a].Compare(s[b]) })
	return ids[:min(limit, len(ids))], nil
}

func (s shelf) Defer(_ context.Context, id string, until time.Time) error {
	s[id] = until
	return nil
}

func (s shelf) queue(fails string) due.Queue[string] {
	return due.Queue[string]{Store: s, Tend: func(_ context.Context, id string, _ time.Time) error {
		if id == fails {
			return errors.New(id + " fails")
		}
		s[id] = time.Time{}
		return nil
	}, At: func(_ context.Context, id string) (time.Time, error) { return s[id], nil }}
}

// What fails is put off and told, and everything else that is due is seen to, in its own queue and in those behind it.
func TestWhatFailsHoldsUpNothingElse(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	first := shelf{"broken": now.Add(-time.Hour), "whole": now, "later": now.Add(time.Second)}
	second := shelf{"behind": now.Add(-time.Minute)}
	queues := []due.Kind{first.queue("broken"), second.queue("")}
	if at, err := due.Next(ctx, now, queues...); err != nil || !at.Equal(now.Add(-time.Hour)) {
		t.Errorf("the first instant is %v, %v", at, err)
	}
	done, err := due.Sweep(ctx, now, queues...)
	if done != 2 || err == nil || err.Error() != "broken fails" {
		t.Errorf("done %d, %v", done, err)
	}
	if !first["whole"].IsZero() || !second["behind"].IsZero() || !first["later"].After(now) || !first["broken"].After(now) {
		t.Errorf("left: %v %v", first, second)
	}
	if at, err := due.Next(ctx, now, queues...); err != nil || !at.IsZero() {
		t.Errorf("nothing is due any more, but %v, %v", at, err)
	}
	if at, err := due.Next(ctx, now.Add(time.Second), queues...); err != nil || !at.Equal(now.Add(time.Second)) {
		t.Errorf("what falls due next is at %v, %v", at, err)
	}
}
