package storetest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/study"
)

// SweepQueries are all questions that the sweeps of cases, reports, slips, studies and villages, and of what was kept long enough, ask of an engine while things are due in each, so that
// an engine's own test can look how it walks for them. The engine must be opened with all tables and empty.
func SweepQueries(t *testing.T, engine store.Engine) []store.Query {
	t.Helper()
	ctx := context.Background()
	ear := &listening{Engine: engine}
	s, err := store.New(ctx, ear)
	if err != nil {
		t.Fatal(err)
	}
	o := NewOffice(t, s, s, FuyangPolicy(t))
	slips := slip.NewService(slip.Deps{Slips: s.Slips(), Watches: s.Slips(), Cases: o.Service, Reader: s.Cases(), Moves: s.Figures(), Users: s.Directory(), Sealer: o.Sealer, Atlas: o.Atlas,
		Now: o.Clock, Log: slog.New(slog.DiscardHandler)})
	studies := study.NewService(study.Deps{Studies: s.Studies(), Cases: o.Service, Reader: s.Cases(), People: s.Persons(), Sealer: o.Sealer, Now: o.Clock})
	for range 3 {
		o.Report(t, o.Worker(), Quarrel(CellA))
	}
	p := paper("due", "reminder")
	p.NextDue, p.Policy, p.Case, p.About = OfficeStart, o.Policy.ID, "", slip.Subject{Kind: slip.AboutArea, ID: "33.01.11"}
	issuedIn(t, s.Slips(), p)
	for _, later := range []time.Duration{time.Minute, 90 * 24 * time.Hour} {
		o.Pass(later)
		ear.hear(true)
		o.Sweep(t)
		if _, err := slips.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := studies.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := assessing(s, o).Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		months := scorecard.NewService(scorecard.Deps{Cards: s.Scorecards(), Months: s.ScorecardMonths(), Now: o.Clock})
		if _, err := months.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		for _, room := range []kept{s.Slips().Kept, s.Meetings().Kept, s.Visits().Kept, s.OpinionCampaigns().Kept, s.HandOvers().Kept, s.ReviewLists().Kept} {
			if _, _, err := room(ctx, o.Clock(), 10); err != nil {
				t.Fatal(err)
			}
		}
		ear.hear(false)
	}
	if len(ear.heard) == 0 {
		t.Fatal("a sweep asks nothing")
	}
	return ear.heard
}

// CountedQueries are the questions that the lists behind figures ask of an engine, by set, for a county, a township and a unit.
func CountedQueries(t *testing.T, engine store.Engine) map[mediation.Counted][]store.Query {
	t.Helper()
	ctx := context.Background()
	ear := &listening{Engine: engine}
	s, err := store.New(ctx, ear)
	if err != nil {
		t.Fatal(err)
	}
	ear.hear(true)
	asked := map[mediation.Counted][]store.Query{}
	for _, set := range mediation.CountedSets {
		ear.heard = nil
		for _, f := range []mediation.Filter{{}, {Area: "33.01.11.001"}, {Unit: "住建局"}, {Opened: [2]time.Time{OfficeStart, OfficeStart.AddDate(0, 1, 0)}}} {
			f.Visible, f.Counted = mediation.VisibleTo(County), set.Key
			if _, _, err := s.Cases().List(ctx, f, "", 20); err != nil {
				t.Fatal(err)
			}
		}
		asked[set.Key] = ear.heard
	}
	return asked
}

// listening is an engine that remembers what it was asked.
type listening struct {
	store.Engine
	mu    sync.Mutex
	on    bool
	heard []store.Query
}

func (e *listening) hear(on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.on = on
}

func (e *listening) note(q store.Query) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.on {
		e.heard = append(e.heard, q)
	}
}

// Find implements store.Engine.
func (e *listening) Find(ctx context.Context, q store.Query) ([]store.Row, error) {
	e.note(q)
	return e.Engine.Find(ctx, q)
}

// Count implements store.Engine.
func (e *listening) Count(ctx context.Context, q store.Query, most int) (int, error) {
	q.Limit = most
	e.note(q)
	return e.Engine.Count(ctx, q, most)
}
