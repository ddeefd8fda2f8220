package storetest

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Editions holds an opened, empty store to what the register of plans promises.
func Editions(t *testing.T, s *store.Store) {
	ctx := context.Background()
	p := s.Plans()
	if r, at, err := p.Register(ctx); err != nil || at != 0 || r.InForce() != "" {
		t.Fatalf("before anything was stored: %+v at %d, %v", r, at, err)
	}
	_, _, err := p.Amend(ctx, 3, func(*mediation.Register) error { return nil })
	refused(t, err, mediation.ErrStale)
	enact := func(version string, from time.Time) func(*mediation.Register) error {
		return func(r *mediation.Register) error { return r.Enact(mediation.Term{Version: version, From: from}, from) }
	}
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	_, _, err = p.Amend(ctx, mediation.AnyRevision, enact("one", start))
	refused(t, err, &mediation.Error{Kind: mediation.Invalid, Code: "unknown_value", Field: "version"})

	d := edition.Drawing{Schema: grid.Schema{Levels: []grid.Level{{Key: "region"}, {Key: "council"}}}, Units: []grid.Unit{{Code: "REGION 1", Name: "East"}}, Cells: settingCells(20)}
	for i, version := range []string{"one", "two"} {
		e := mediation.Edition{Version: version, Made: start.Add(time.Duration(i) * time.Hour), By: "somebody", How: mediation.Divided, Of: "zero", Cells: 20}
		for range 2 {
			if err := p.Keep(ctx, e, d, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if v, _, err := p.InForce(ctx); err != nil || v != "" {
		t.Fatalf("what is only kept is in force: %s, %v", v, err)
	}
	other := d
	other.Cells = d.Cells[1:]
	refused(t, p.Keep(ctx, mediation.Edition{Version: "one"}, other, nil), &mediation.Error{Kind: mediation.Differs, Code: "plan.version_taken"})
	if got, err := s.Plans().Drawing(ctx, "two"); err != nil || !reflect.DeepEqual(got, d) {
		t.Fatalf("the drawing comes back as %+v, %v", got, err)
	}
	_, err = p.Drawing(ctx, "none")
	refused(t, err, mediation.ErrNotFound)

	_, at, err := p.Amend(ctx, mediation.AnyRevision, enact("one", start))
	if err != nil {
		t.Fatal(err)
	}
	if _, again, err := p.Amend(ctx, at-1, enact("one", start.Add(time.Minute))); err != nil || again != at {
		t.Errorf("what changes nothing is told again: %d after %d, %v", again, at, err)
	}
	_, _, err = p.Amend(ctx, at-1, enact("two", start))
	refused(t, err, mediation.ErrStale)
	r, next, err := p.Amend(ctx, at, enact("two", start.Add(24*time.Hour)))
	if err != nil || next == at || r.InForce() != "two" || len(r.Terms) != 2 || len(r.Editions) != 2 || r.Editions[0].Of != "zero" {
		t.Fatalf("%+v at %d, %v", r, next, err)
	}
	settled := start.Add(25 * time.Hour)
	for _, step := range []struct {
		n  mediation.Moved
		at time.Time
	}{{mediation.Moved{Cases: 3, People: 1}, time.Time{}}, {mediation.Moved{Cases: 2}, time.Time{}}, {mediation.Moved{}, settled}, {mediation.Moved{}, settled.Add(time.Hour)}} {
		if err := p.Settle(ctx, 1, step.n, step.at); err != nil {
			t.Fatal(err)
		}
	}
	r, now, err := s.Plans().Register(ctx)
	if err != nil || now != next || r.Terms[1].Cases != 5 || r.Terms[1].People != 1 || !r.Terms[1].Settled.Equal(settled) || !r.Terms[0].Settled.Equal(start) {
		t.Fatalf("settled: %+v at %d after %d, %v", r.Terms, now, next, err)
	}
	if r, _, err = p.Amend(ctx, next, enact("one", start.Add(48*time.Hour))); err != nil || len(r.Terms) != 3 {
		t.Fatalf("settling has made the revision stale: %+v, %v", r, err)
	}
	editionsAtOnce(t, s, start.Add(72*time.Hour))
}

// editionsAtOnce lets many put plans in force from one revision: one of them does.
func editionsAtOnce(t *testing.T, s *store.Store, from time.Time) {
	t.Helper()
	ctx := context.Background()
	_, at, err := s.Plans().Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	done := make(chan bool, 8)
	for i := range cap(done) {
		group.Go(func() {
			_, _, err := s.Plans().Amend(ctx, at, func(r *mediation.Register) error {
				return r.Enact(mediation.Term{Version: "two", From: from, Note: string(rune('a' + i))}, from)
			})
			if err != nil && !errors.Is(err, mediation.ErrStale) {
				t.Error(err)
			}
			done <- err == nil
		})
	}
	group.Wait()
	close(done)
	r, _, err := s.Plans().Register(ctx)
	if err != nil || len(r.Terms) != 4 {
		t.Errorf("%d terms, %v", len(r.Terms), err)
	}
}

// PlanOfAnEarlierRelease is the plan in force as a release before the register stored it: the setting names the version alone.
func PlanOfAnEarlierRelease(t *testing.T, s *store.Store) {
	ctx := context.Background()
	p := s.Plans()
	d := edition.Drawing{Schema: grid.Schema{Levels: []grid.Level{{Key: "region"}, {Key: "council"}}}, Cells: settingCells(5)}
	for _, version := range []string{"old", "new"} {
		if err := p.Keep(ctx, mediation.Edition{Version: version}, d, nil); err != nil {
			t.Fatal(err)
		}
	}
	row, err := s.Engine.Get(ctx, "settings", "plan")
	if err != nil {
		t.Fatal(err)
	}
	row.Body = []byte("old")
	if _, err := s.Engine.Apply(ctx, store.Write{Table: "settings", Op: store.Replace, Row: row}); err != nil {
		t.Fatal(err)
	}
	r, at, err := p.Register(ctx)
	if err != nil || r.InForce() != "old" || len(r.Editions) != 1 || r.Unsettled() {
		t.Fatalf("%+v, %v", r, err)
	}
	r, _, err = p.Amend(ctx, at, func(r *mediation.Register) error {
		r.Enter(mediation.Edition{Version: "new"})
		return r.Enact(mediation.Term{Version: "new"}, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	})
	if err != nil || r.InForce() != "new" || r.At(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)) != "old" || !r.Unsettled() {
		t.Fatalf("%+v, %v", r, err)
	}
}
