package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/duty"
)

// Duty holds an opened, empty store to what the duty roster promises.
func Duty(t *testing.T, s *store.Store) {
	ctx := context.Background()
	p := s.Duty()
	if r, revision, err := p.Roster(ctx); err != nil || revision != 0 || len(r.Shifts) != 0 {
		t.Fatalf("before anybody wrote one: %v at %d, %v", r, revision, err)
	}
	begin := time.Date(2026, 3, 14, 16, 0, 0, 0, time.UTC)
	put := func(revision int64, person string) error {
		return p.Amend(ctx, revision, func(r *duty.Roster) error {
			r.Replace("33.03.83", begin, begin.Add(time.Hour), []duty.Shift{{Post: "leader", Area: "33.03.83", Person: person, From: begin, Until: begin.Add(time.Hour)}})
			return nil
		})
	}
	if err := put(0, "a"); err != nil {
		t.Fatal(err)
	}
	if err := put(0, "b"); !errors.Is(err, mediation.ErrStale) {
		t.Errorf("a first import in place of another: %v", err)
	}
	_, revision, err := p.Roster(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SetTold(ctx, []string{"leader/33.03.83/never"}); err != nil {
		t.Fatal(err)
	}
	if err := put(revision, "b"); err != nil {
		t.Errorf("that a gap was told makes the roster stale: %v", err)
	}
	if r, _, err := p.Roster(ctx); err != nil || len(r.Shifts) != 1 || r.Shifts[0].Person != "b" || !r.Shifts[0].From.Equal(begin) {
		t.Errorf("%v, %v", r, err)
	}
	refused := errors.New("refused")
	if err := p.Amend(ctx, mediation.AnyRevision, func(r *duty.Roster) error { r.Shifts = nil; return refused }); !errors.Is(err, refused) {
		t.Error(err)
	}
	if r, _, _ := p.Roster(ctx); len(r.Shifts) != 1 {
		t.Error("a refused change was stored")
	}
	if told, err := p.Told(ctx); err != nil || !slices.Equal(told, []string{"leader/33.03.83/never"}) {
		t.Errorf("%v, %v", told, err)
	}
	n := mediation.Notice{ID: "duty/x", Kind: mediation.NoticeDutyGap, At: begin, To: mediation.Recipient{Role: mediation.CountyStaff, Area: "33.03.83"}}
	for range 2 {
		if err := p.Announce(ctx, []mediation.Notice{n}); err != nil {
			t.Fatal(err)
		}
	}
	if waiting, _, err := s.Outbox().Depth(ctx, 10); err != nil || waiting != 1 {
		t.Errorf("%d notices wait, %v", waiting, err)
	}
}
