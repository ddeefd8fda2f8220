package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Reports holds an opened, empty store to the contract of mediation.Reports.
func Reports(t *testing.T, s *store.Store) {
	k := newCaseKit(t, s)
	p := s.Reports()
	for _, situation := range []struct {
		name string
		run  func(*testing.T, *caseKit, *store.Reports)
	}{
		{"a report and its case are stored once", reportIntake},
		{"twenty sends of one report are one report, one case, one number", reportRace},
		{"what a crash left without a case is pending", reportPending},
		{"a hundred supplements lose none", reportContention},
		{"pages of one's own reports", reportsOf},
		{"pages of some reports", reportsMany},
		{"reports that wait to be placed", reportsUnplaced},
	} {
		t.Run(situation.name, func(t *testing.T) { situation.run(t, k, p) })
	}
}

// report is a placed report and the case that it opens.
func (k *caseKit) report(t *testing.T, at time.Time) (mediation.Report, *mediation.Case) {
	t.Helper()
	c := k.fresh(t, CellA, at)
	r := mediation.Report{ID: c.Reports[0], ClientID: "client", Print: "print", Reporter: "worker", Channel: "app", Category: "neighbour", Severity: 1,
		Text: mediation.Sealed{Key: "key", Box: []byte("words")}, Received: at, Home: CellA.Parent(), Cell: CellA, Case: c.ID}
	return r, &c
}

func reportIntake(t *testing.T, k *caseKit, p *store.Reports) {
	ctx := context.Background()
	_, err := p.Load(ctx, "none")
	refused(t, err, mediation.ErrNotFound)
	r, c := k.report(t, caseDay)
	stored, as, opened, err := p.Intake(ctx, r, c)
	if err != nil || !stored || as.Case != c.ID || opened.ID != c.ID || opened.Number.N == 0 {
		t.Fatalf("stored %v, case %q, number %d, %v", stored, as.Case, opened.Number.N, err)
	}
	got, err := p.Load(ctx, r.ID)
	if err != nil || shown(got) != shown(as) {
		t.Fatalf("stored %+v\nread   %+v, %v", as, got, err)
	}
	rows := k.rows(t)
	other := r
	other.Print, other.Case = "other", "another"
	stored, as, opened, err = p.Intake(ctx, other, c)
	if err != nil || stored || as.Print != "print" || as.Case != c.ID || opened.ID != "" {
		t.Fatalf("sent again: stored %v, %+v, case %q, %v", stored, as, opened.ID, err)
	}
	if after := k.rows(t); after != rows {
		t.Fatalf("sent again: rows %s became %s", rows, after)
	}
	alone, _ := k.report(t, caseDay)
	alone.Case, alone.Cell, alone.Home = "", "", "77.01"
	stored, as, opened, err = p.Intake(ctx, alone, nil)
	if err != nil || !stored || as.Case != "" || opened.ID != "" {
		t.Fatalf("without a case: stored %v, %+v, %q, %v", stored, as, opened.ID, err)
	}
}

func reportRace(t *testing.T, k *caseKit, p *store.Reports) {
	r, c := k.report(t, caseDay)
	c.Number.Series = "race/2026"
	var mu sync.Mutex
	firsts := 0
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			mine := *c
			stored, as, _, err := p.Intake(context.Background(), r, &mine)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || as.ID != r.ID {
				t.Errorf("%+v, %v", as, err)
			}
			if stored {
				firsts++
			}
		})
	}
	wg.Wait()
	if firsts != 1 {
		t.Errorf("%d sends were the first", firsts)
	}
	if as, err := p.Load(context.Background(), r.ID); err != nil || as.Case != c.ID {
		t.Errorf("the report leads to %q, %v", as.Case, err)
	}
	next, d := k.report(t, caseDay)
	d.Number.Series = "race/2026"
	if _, _, opened, err := p.Intake(context.Background(), next, d); err != nil || opened.Number.N != 2 {
		t.Errorf("the next number is %d, %v", opened.Number.N, err)
	}
}

// reportPending crashes at every write of an intake, on an engine without transactions.
func reportPending(t *testing.T, k *caseKit, _ *store.Reports) {
	ctx := context.Background()
	for n, lost := 1, false; ; {
		engine := Failing(k.s.Engine, true)
		s, err := store.New(ctx, engine)
		if err != nil {
			t.Fatal(err)
		}
		r, c := k.report(t, caseDay.AddDate(0, 0, n))
		engine.Arm(n, lost)
		_, _, _, err = s.Reports().Intake(ctx, r, c)
		fell := engine.Mend()
		if fell == (err == nil) && n < 4 {
			t.Errorf("write %d: fell %v, %v", n, fell, err)
		}
		got, err := s.Reports().Load(ctx, r.ID)
		if errors.Is(err, mediation.ErrNotFound) && n == 1 && !lost {
			n, lost = 1, true // nothing was stored and the phone sends again
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if got.Case == "" != isPending(t, s, r) {
			t.Errorf("write %d lost %v: case %q, pending %v", n, lost, got.Case, !(got.Case == ""))
		}
		if got.Case == "" { // mended so that the next round finds no trace of it
			if _, err := s.Reports().Update(ctx, r.ID, func(r *mediation.Report) error { r.Withdrawn = caseDay; return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if !fell {
			return
		}
		if lost = !lost; !lost {
			n++
		}
	}
}

func isPending(t *testing.T, s *store.Store, r mediation.Report) bool {
	t.Helper()
	if list, err := s.Reports().Pending(context.Background(), r.Received, 100); err != nil || slices.Contains(list, r.ID) {
		t.Errorf("pending before it was received, %v", err)
	}
	list, err := s.Reports().Pending(context.Background(), r.Received.Add(time.Millisecond), 100)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Contains(list, r.ID)
}

func reportContention(t *testing.T, k *caseKit, p *store.Reports) {
	ctx := context.Background()
	r, c := k.report(t, caseDay)
	if _, _, _, err := p.Intake(ctx, r, c); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if _, err := p.Update(ctx, r.ID, func(r *mediation.Report) error {
				r.Supplements = append(r.Supplements, mediation.Supplement{At: caseDay, Cmd: fmt.Sprint(i)})
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	refusal := errors.New("no")
	if _, err := p.Update(ctx, r.ID, func(r *mediation.Report) error { r.Supplements = nil; return refusal }); err != refusal {
		t.Fatalf("got %v, want the function's own error", err)
	}
	if got, err := p.Load(ctx, r.ID); err != nil || len(got.Supplements) != 100 {
		t.Fatalf("%d supplements, %v", len(got.Supplements), err)
	}
}

// pages reads a list of reports page by page.
func pages(t *testing.T, limit int, list func(cursor string) ([]mediation.Report, string, error)) []string {
	t.Helper()
	var ids []string
	for cursor := ""; ; {
		page, next, err := list(cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > limit {
			t.Fatalf("a page of %d has %d reports", limit, len(page))
		}
		for _, r := range page {
			ids = append(ids, r.ID)
		}
		if cursor = next; cursor == "" {
			return ids
		}
	}
}

func reportsOf(t *testing.T, _ *caseKit, p *store.Reports) {
	ctx := context.Background()
	var want []string
	for i := range 17 {
		r := mediation.Report{ID: fmt.Sprintf("own-%02d", i), Reporter: "collector", Received: caseDay.Add(time.Duration(i/3) * time.Second), Case: "some"}
		if _, _, _, err := p.Intake(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
		want = append(want, r.ID)
	}
	slices.Reverse(want)
	for _, limit := range []int{1, 4, 17, 50} {
		got := pages(t, limit, func(cursor string) ([]mediation.Report, string, error) { return p.Of(ctx, "collector", cursor, limit) })
		if !slices.Equal(got, want) {
			t.Fatalf("in pages of %d: %q, want %q", limit, got, want)
		}
	}
	if list, _, err := p.Of(ctx, "collecto", "", 10); err != nil || len(list) > 0 {
		t.Fatalf("somebody whose id begins alike has %d reports, %v", len(list), err)
	}
}

func reportsMany(t *testing.T, _ *caseKit, p *store.Reports) {
	ctx := context.Background()
	var ids, want []string
	for i := range 9 {
		r := mediation.Report{ID: fmt.Sprintf("many-%d", i), Reporter: "w", Received: caseDay.Add(time.Duration(i/2) * time.Second), Case: "some"}
		if _, _, _, err := p.Intake(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
		if want = append(want, r.ID); i != 4 {
			ids = append([]string{r.ID}, ids...)
		}
	}
	want = slices.Delete(want, 4, 5)
	for _, limit := range []int{1, 3, 8, 20} {
		got := pages(t, limit, func(cursor string) ([]mediation.Report, string, error) {
			return p.Many(ctx, append(ids, "nobody's"), cursor, limit)
		})
		if !slices.Equal(got, want) {
			t.Fatalf("in pages of %d: %q, want %q", limit, got, want)
		}
	}
	if list, _, err := p.Many(ctx, nil, "", 10); err != nil || len(list) > 0 {
		t.Fatalf("of no ids: %d reports, %v", len(list), err)
	}
}

func reportsUnplaced(t *testing.T, _ *caseKit, p *store.Reports) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	var all []mediation.Report
	for i := range 60 {
		r := mediation.Report{ID: fmt.Sprintf("unplaced-%02d", i), Reporter: "w", Received: caseDay.Add(time.Duration(i) * time.Second),
			Home: listAreas[rng.IntN(len(listAreas))], Emergency: rng.IntN(6) == 0}
		switch rng.IntN(5) {
		case 0:
			r.Cell = CellA
		case 1:
			r.Case = "some"
		case 2:
			r.Withdrawn = caseDay
		}
		if _, _, _, err := p.Intake(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	for _, area := range append([]grid.Code{"33.01.1", "99"}, listAreas...) {
		var want []string
		for _, r := range all {
			if r.Cell == "" && !r.Emergency && r.Case == "" && r.Withdrawn.IsZero() && inside(area, r.Home) {
				want = append(want, r.ID)
			}
		}
		got := pages(t, 5, func(cursor string) ([]mediation.Report, string, error) { return p.Unplaced(ctx, area, cursor, 5) })
		if !slices.Equal(got, want) {
			t.Errorf("unplaced in %q: %q, want %q", area, got, want)
		}
	}
}
