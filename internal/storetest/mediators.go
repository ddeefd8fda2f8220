package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

// Mediators holds an opened, empty store to the contracts of mediation.Mediators and mediation.Looks.
func Mediators(t *testing.T, s *store.Store) {
	p := s.Mediators()
	t.Run("serving an area", func(t *testing.T) { mediatorsServing(t, p) })
	t.Run("known by a hash", func(t *testing.T) { mediatorsKnown(t, p) })
	t.Run("a mediator comes back as put", func(t *testing.T) { mediatorRoundTrip(t, p) })
	t.Run("an import keeps what the office knows better", func(t *testing.T) { mediatorImport(t, p) })
	t.Run("a hundred reservations lose none", func(t *testing.T) { mediatorContention(t, p) })
	t.Run("reservations that nobody settled are found", func(t *testing.T) { mediatorsReserved(t, p) })
	t.Run("looks", func(t *testing.T) { looks(t, s.Looks()) })
}

var mediatorDay = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func mediatorPut(t *testing.T, p mediation.Mediators, m mediation.Mediator) bool {
	t.Helper()
	created, err := p.Put(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func mediatorIDs(list []mediation.Mediator) []string {
	ids := make([]string, 0, len(list))
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func mediatorsServing(t *testing.T, p mediation.Mediators) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(3, 5))
	var all []mediation.Mediator
	for i := range 80 {
		m := mediation.Mediator{ID: fmt.Sprintf("serving-%03d", i), Tier: []string{"village", "town"}[rng.IntN(2)], Area: listAreas[rng.IntN(len(listAreas))]}
		if !mediatorPut(t, p, m) {
			t.Fatal("a new mediator was not created")
		}
		all = append(all, m)
	}
	for _, area := range append([]grid.Code{"", "33.01.11.001.-", "99"}, listAreas...) {
		for _, tier := range []string{"village", "town", "county"} {
			var want []string
			for _, m := range all {
				if m.Tier == tier && (inside(area, m.Area) || inside(m.Area, area)) {
					want = append(want, m.ID)
				}
			}
			list, err := p.Serving(ctx, tier, area)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Sorted(slices.Values(mediatorIDs(list))); !slices.Equal(got, want) {
				t.Errorf("%s mediators around %q: %q, want %q", tier, area, got, want)
			}
		}
		var want, got []string
		for _, m := range all {
			if inside(area, m.Area) {
				want = append(want, m.ID)
			}
		}
		for cursor := ""; ; {
			page, next, err := p.List(ctx, area, cursor, 7)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, mediatorIDs(page)...)
			if cursor = next; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("mediators inside %q: %q, want %q", area, got, want)
		}
	}
}

func mediatorsKnown(t *testing.T, p mediation.Mediators) {
	ctx := context.Background()
	for id, match := range map[string][]string{"known-1": {"h1"}, "known-2": {"h2", "h3"}, "known-3": {"h3"}, "known-4": nil} {
		mediatorPut(t, p, mediation.Mediator{ID: id, Tier: "town", Area: "33.01.11", Match: match})
	}
	for _, x := range []struct{ hashes, want []string }{
		{nil, []string{}},
		{[]string{"h"}, []string{}},
		{[]string{"h1"}, []string{"known-1"}},
		{[]string{"h3", "h2"}, []string{"known-2", "known-3"}}, // who bears both is there once
		{[]string{"nobody's", "h1", "h3"}, []string{"known-1", "known-2", "known-3"}},
	} {
		list, err := p.Known(ctx, x.hashes)
		if err != nil {
			t.Fatal(err)
		}
		if got := mediatorIDs(list); !slices.Equal(got, x.want) {
			t.Errorf("known by %q: %q, want %q", x.hashes, got, x.want)
		}
	}
	if _, err := p.Update(ctx, "known-1", func(m *mediation.Mediator) error { m.Match = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if list, err := p.Known(ctx, []string{"h1"}); err != nil || len(list) != 0 {
		t.Errorf("known by a hash that was taken away: %q, %v", mediatorIDs(list), err)
	}
}

func mediatorRoundTrip(t *testing.T, p mediation.Mediators) {
	ctx := context.Background()
	_, err := p.Load(ctx, "nobody")
	refused(t, err, mediation.ErrNotFound)
	_, err = p.Update(ctx, "nobody", func(*mediation.Mediator) error { return nil })
	refused(t, err, mediation.ErrNotFound)
	m := mediation.Mediator{ID: "round", User: "u", Name: "孙德", Kind: "elder", Tier: "village", Area: "33.01.11.001", Point: orb.Point{119.9, 30},
		Categories: []string{"neighbour"}, Dialects: []string{"吴语"}, Unit: "调委会", Phone: mediation.Sealed{Key: "k", Box: []byte{1}}, Key: "k",
		Match: []string{"h"}, Kin: []string{"other"}, Ties: []string{"clan:孙"}, Cap: 3, Available: true, Version: 1}
	mediatorPut(t, p, m)
	got, err := p.Load(ctx, m.ID)
	if err != nil || shown(got) != shown(m) {
		t.Fatalf("put  %+v\nread %+v, %v", m, got, err)
	}
	refusal := errors.New("no")
	if _, err := p.Update(ctx, m.ID, func(m *mediation.Mediator) error { m.Name = "changed"; return refusal }); err != refusal {
		t.Fatalf("got %v, want the function's own error", err)
	}
	if got, _ := p.Load(ctx, m.ID); got.Name != m.Name || got.Version != 1 {
		t.Fatal("a failing update was stored")
	}
}

func mediatorImport(t *testing.T, p mediation.Mediators) {
	ctx := context.Background()
	m := mediation.Mediator{ID: "import", Name: "旧名", Tier: "village", Area: "55.01", Available: true}
	mediatorPut(t, p, m)
	_, err := p.Update(ctx, m.ID, func(m *mediation.Mediator) error {
		m.Available, m.Declines, m.Declined = false, 2, []string{"of1", "of2"}
		m.Leaves = []mediation.Leave{{ID: "l", From: mediatorDay, To: mediatorDay.AddDate(0, 0, 1)}}
		m.Seats = []mediation.HeldSeat{{Case: "c", Offer: "o", Since: mediatorDay, Definite: true}}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.Name, m.Area = "新名", "55.02"
	if mediatorPut(t, p, m) {
		t.Fatal("a known mediator was created")
	}
	got, err := p.Load(ctx, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "新名" || got.Available || got.Declines != 2 || len(got.Declined) != 2 || len(got.Leaves) != 1 || len(got.Seats) != 1 {
		t.Fatalf("after the import %+v", got)
	}
	for area, n := range map[grid.Code]int{"55.01": 0, "55.02": 1} {
		if list, err := p.Serving(ctx, "village", area); err != nil || len(list) != n {
			t.Errorf("%d mediators serve %s, %v", len(list), area, err)
		}
	}
}

func mediatorContention(t *testing.T, p mediation.Mediators) {
	mediatorPut(t, p, mediation.Mediator{ID: "busy", Tier: "village", Area: "56"})
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			_, err := p.Update(context.Background(), "busy", func(m *mediation.Mediator) error {
				m.Seats = append(m.Seats, mediation.HeldSeat{Case: fmt.Sprintf("c%d", i), Since: mediatorDay, Definite: true})
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m, err := p.Load(context.Background(), "busy"); err != nil || len(m.Seats) != 100 || m.Version != 101 {
		t.Fatalf("%d seats, version %d, %v", len(m.Seats), m.Version, err)
	}
}

func mediatorsReserved(t *testing.T, p mediation.Mediators) {
	ctx := context.Background()
	held := func(id string, seats ...mediation.HeldSeat) {
		mediatorPut(t, p, mediation.Mediator{ID: id, Tier: "village", Area: "57", Seats: seats})
	}
	at := func(minutes int, definite bool) mediation.HeldSeat {
		return mediation.HeldSeat{Case: "c", Since: mediatorDay.Add(time.Duration(minutes) * time.Minute), Definite: definite}
	}
	held("reserved-a", at(5, false))
	held("reserved-b", at(9, false), at(1, false))
	held("reserved-c", at(0, true))
	held("reserved-d", at(0, true), at(7, false))
	for _, x := range []struct {
		before, limit int
		want          string
	}{{10, 9, "b a d"}, {6, 9, "b a"}, {5, 9, "b"}, {1, 9, ""}, {10, 1, "b"}} {
		list, err := p.Reserved(ctx, mediatorDay.Add(time.Duration(x.before)*time.Minute), x.limit)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(strings.Join(list, " "), "reserved-", ""); got != x.want {
			t.Errorf("reserved before minute %d: %q, want %q", x.before, got, x.want)
		}
	}
}

func looks(t *testing.T, p mediation.Looks) {
	ctx := context.Background()
	var want []string
	for i := range 25 {
		l := mediation.Look{ID: fmt.Sprintf("look-%02d", i), Case: "looked", Actor: "u", Role: mediation.TownshipStaff, What: "case",
			At: mediatorDay.Add(time.Duration(i/2) * time.Second)}
		for range 2 { // sent again after a lost answer
			if err := p.Record(ctx, l); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, l.ID)
	}
	if err := p.Record(ctx, mediation.Look{ID: "elsewhere", Case: "looked2", At: mediatorDay}); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	var got []string
	for cursor := ""; ; {
		page, next, err := p.Of(ctx, "looked", cursor, 4)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			got = append(got, l.ID)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("looks %q, want %q", got, want)
	}
	for i, l := range []mediation.Look{{Report: "read"}, {Case: "became", Report: "read"}, {Case: "became"}, {Case: "became", Report: "another"}} {
		l.ID, l.At = fmt.Sprintf("report-look-%d", i), mediatorDay.Add(time.Duration(i)*time.Second)
		if err := p.Record(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	for what, ask := range map[string]struct {
		list func(context.Context, string, string, int) ([]mediation.Look, string, error)
		of   string
		want []string
	}{
		"at a report, from before it had a case on": {p.OfReport, "read", []string{"report-look-1", "report-look-0"}},
		"at a case, at its reports too":             {p.Of, "became", []string{"report-look-3", "report-look-2", "report-look-1"}},
		"at a report that nobody read":              {p.OfReport, "unread", nil},
		"of no case":                                {p.Of, "", nil},
	} {
		page, _, err := ask.list(ctx, ask.of, "", 9)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, l := range page {
			ids = append(ids, l.ID)
		}
		if !slices.Equal(ids, ask.want) {
			t.Errorf("looks %s: %q, want %q", what, ids, ask.want)
		}
	}
}
