package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/village"
)

// Villages holds an opened, empty store to the contracts of village's ports.
func Villages(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"a round is there once, and changed", villageRounds},
		{"a result is stored once, with its notices", villageResultsOnce},
		{"of many changes at once none is lost, and a refused one stores nothing", villagesContend},
		{"lists hold what lies in an area and what holds it", villageLists},
		{"what is due comes longest due first, and is put off", villagesDue},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

// resultOf is a result of a round's village.
func resultOf(round string, area grid.Code) village.Result {
	return village.Result{ID: round + "-" + string(area), Round: round, Key: "k", Period: "2026-03", Village: area, Ground: "33.01.11", Frozen: noon,
		Rows: []village.Row{{Case: mediation.Summary{ID: "c", Area: area, Opened: noon}}}, Versions: []village.Version{{At: noon, Passed: true}}}
}

func villageRounds(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.VillageRounds()
	for i, id := range []string{"round-1", "round-2"} {
		r := village.Round{ID: id, Key: "card", Period: fmt.Sprint(i), From: noon.AddDate(0, i, 0)}
		if as, err := p.Add(ctx, r); err != nil || as.Period != fmt.Sprint(i) {
			t.Fatalf("%+v, %v", as, err)
		}
	}
	if as, err := p.Add(ctx, village.Round{ID: "round-1", Key: "other"}); err != nil || as.Key != "card" {
		t.Errorf("the same again: %+v, %v", as, err)
	}
	if as, err := p.Update(ctx, "round-1", func(r *village.Round) error { r.Card = "v1"; return nil }); err != nil || as.Card != "v1" {
		t.Errorf("%+v, %v", as, err)
	}
	no := errors.New("no")
	if _, err := p.Update(ctx, "round-1", func(r *village.Round) error { r.Card = "v2"; return no }); !errors.Is(err, no) {
		t.Error(err)
	}
	list, err := p.List(ctx, "card", 10)
	if err != nil || len(list) != 2 || list[0].ID != "round-2" || list[1].Card != "v1" {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := p.Load(ctx, "none"); !errors.Is(err, mediation.ErrNotFound) {
		t.Error(err)
	}
}

func villageResultsOnce(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.VillageResults()
	r := resultOf("once", "33.01.11.001.002")
	tell := mediation.Notice{ID: "village/" + r.ID + "/frozen/0", Kind: mediation.NoticeVillage, At: noon, To: mediation.Recipient{User: "u"}, Subject: "village/" + r.ID}
	for i, want := range []bool{true, false} {
		r.Period = fmt.Sprint("as ", i)
		if stored, err := p.Add(ctx, r, []mediation.Notice{tell}); err != nil || stored != want {
			t.Fatalf("%d: %v, %v", i, stored, err)
		}
	}
	read, err := p.Load(ctx, r.ID)
	if err != nil || read.Period != "as 0" || read.Version != 1 || len(read.Rows) != 1 || !read.Rows[0].Case.Opened.Equal(noon) {
		t.Errorf("%+v, %v", read, err)
	}
	if e, err := s.Outbox().Entry(ctx, tell.ID); err != nil || e.Notice.Subject != tell.Subject {
		t.Errorf("%+v, %v", e, err)
	}
}

func villagesContend(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.VillageResults()
	r := resultOf("contend", "33.01.11.001.002")
	if _, err := p.Add(ctx, r, nil); err != nil {
		t.Fatal(err)
	}
	const many = 20
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			if _, err := p.Update(ctx, r.ID, func(r *village.Result) ([]mediation.Notice, error) {
				r.Commands = append(r.Commands, fmt.Sprint(i))
				return nil, nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	no := errors.New("no")
	if _, err := p.Update(ctx, r.ID, func(r *village.Result) ([]mediation.Notice, error) { r.Commands = nil; return nil, no }); !errors.Is(err, no) {
		t.Error(err)
	}
	if read, err := p.Load(ctx, r.ID); err != nil || len(read.Commands) != many || len(read.Rows) != 1 {
		t.Errorf("%+v, %v", read, err)
	}
}

func villageLists(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.VillageResults()
	for i, area := range []grid.Code{"44.01.11.001.001", "44.01.11.001.002", "44.01.11.002.001"} {
		r := resultOf("list", area)
		r.Frozen = noon.Add(time.Duration(i) * time.Second)
		if i == 1 {
			r.Objections = []village.Objection{{ID: "o", At: noon}}
		}
		if _, err := p.Add(ctx, r, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Add(ctx, resultOf("another", "44.01.11.001.001"), nil); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		meets grid.Code
		open  bool
		want  string // of the round, by village
		all   int
	}{
		{"44.01.11", false, "[44.01.11.001.001 44.01.11.001.002 44.01.11.002.001]", 4},
		{"44.01.11.001", false, "[44.01.11.001.001 44.01.11.001.002]", 3},
		{"44.01.11.001.002", false, "[44.01.11.001.002]", 1},
		{"44.01.11.001.002.003", false, "[44.01.11.001.002]", 1}, // a grid of it
		{"44.01.1", false, "[]", 0},
		{"44.01.11", true, "", 1},
	} {
		got := []string{}
		if err := p.Of(ctx, "list", x.meets, func(r *village.Result) error {
			if r.Rows != nil || len(r.Versions) != 1 {
				t.Errorf("%+v", r)
			}
			got = append(got, string(r.Village))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if x.want != "" && fmt.Sprint(got) != x.want {
			t.Errorf("%s: %v", x.meets, got)
		}
		n, cursor := 0, ""
		for {
			page, next, err := p.List(ctx, village.Filter{Meets: x.meets, Open: x.open}, cursor, 2)
			if err != nil {
				t.Fatal(err)
			}
			n += len(page)
			if cursor = next; next == "" {
				break
			}
		}
		if n != x.all {
			t.Errorf("%s open %v: %d in the list", x.meets, x.open, n)
		}
	}
}

func villagesDue(t *testing.T, s *store.Store) {
	ctx := context.Background()
	for i, id := range []string{"due-2", "due-1", "due-never"} {
		r, round := resultOf(id, "33.01.11.001.002"), village.Round{ID: id, Key: "due", From: noon}
		if i < 2 {
			r.NextDue = noon.Add(time.Duration(2-i) * time.Hour)
			round.NextDue = r.NextDue
		}
		_, err := s.VillageRounds().Add(ctx, round)
		if err == nil {
			_, err = s.VillageResults().Add(ctx, r, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for suffix, p := range map[string]interface {
		Due(context.Context, time.Time, int) ([]string, error)
		Defer(context.Context, string, time.Time) error
	}{"": s.VillageRounds(), "-33.01.11.001.002": s.VillageResults()} {
		ids, err := p.Due(ctx, noon.Add(3*time.Hour), 10)
		if err != nil || fmt.Sprint(ids) != fmt.Sprint([]string{"due-1" + suffix, "due-2" + suffix}) {
			t.Errorf("%v, %v", ids, err)
		}
		if err := p.Defer(ctx, "due-1"+suffix, noon.Add(9*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if ids, err = p.Due(ctx, noon.Add(3*time.Hour), 10); err != nil || fmt.Sprint(ids) != fmt.Sprint([]string{"due-2" + suffix}) {
			t.Errorf("put off: %v, %v", ids, err)
		}
	}
}
