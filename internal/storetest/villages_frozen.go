package storetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
	"fengqiao/mediation/village"
)

// assessing is the room over a store, as a server that has just started has it.
func assessing(data *store.Store, o *Office) *village.Service {
	return village.NewService(village.Deps{Rounds: data.VillageRounds(), Results: data.VillageResults(), Cards: data.Scorecards(), Heads: data.Figures(), Core: o.Service, Reader: o.Cases,
		Sealer: o.Sealer, Atlas: o.Atlas, Now: o.Clock})
}

// villageCard puts Longyou's card in force, its petitions coming by the hotline.
func villageCard(t *testing.T, s *store.Store) *scorecard.Card {
	t.Helper()
	src, err := fixtures.Scorecard("longyou")
	if err != nil {
		t.Fatal(err)
	}
	card, err := scorecard.Load("longyou.yaml", []byte(strings.Replace(string(src), "[petition]", `["12345"]`, 1)))
	if err == nil {
		err = s.Scorecards().Put(context.Background(), mediation.AnyRevision, card)
	}
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// VillagesFrozen plays random histories, freezes their month by a sweep after its end, and compares every village with a recount by plain code;
// then it goes on with the cases, which moves nothing that was frozen, and corrects results at random, each against a recount. s must be opened
// and empty.
func VillagesFrozen(t *testing.T, s *store.Store) {
	ctx := context.Background()
	k := newFiguresKit(t, s, 13)
	card := villageCard(t, s)
	sweep := func() {
		t.Helper()
		if _, err := assessing(s, k.Office).Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	sweep()
	k.steps = 240 // so that they stay within their month
	for range 3 {
		k.round(t)
		k.Pass(3 * 24 * time.Hour)
		k.Sweep(t)
	}
	month := scorecard.MonthOf(OfficeStart, k.zone(t))
	due, err := assessing(s, k.Office).NextDue(ctx, month.Until.AddDate(1, 0, 0))
	if err != nil || !due.Equal(month.Until) {
		t.Fatalf("the month is frozen at %s, %v", due, err)
	}
	if k.Clock().After(month.Until) {
		t.Fatal("the histories have left their month")
	}
	k.Pass(month.Until.Sub(k.Clock()))
	k.Sweep(t)
	all := k.histories(t)
	sweep()
	_, results, err := assessing(s, k.Office).Table(ctx, County, "longyou", month.Name, "")
	if err != nil || len(results) != len(scorecard.VillagesIn(k.Atlas.Load(), "33.01.11", 5)) {
		t.Fatalf("%d results, %v", len(results), err)
	}
	broken := map[string]int{}
	for i := range results {
		counted := map[string]bool{}
		for _, c := range all {
			counted[c.ID] = true
		}
		k.compareVillage(t, card, &results[i], month, all, counted, broken)
	}
	for _, key := range []string{"above", "again", "late", "refused", "unsettled"} {
		if broken[key] == 0 {
			t.Errorf("no village ever broke %q", key)
		}
	}
	k.round(t)
	sweep()
	_, after, err := assessing(s, k.Office).Table(ctx, County, "longyou", month.Name, "")
	if err != nil || !reflect.DeepEqual(after, results) {
		t.Errorf("what was frozen has moved: %v", err)
	}
	for i := range results {
		k.corrections(t, s, card, results[i].ID, month, all)
	}
}

func (k *figuresKit) zone(t *testing.T) *time.Location {
	t.Helper()
	zone, err := k.Policy.Clocks.Calendar.Location()
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// compareVillage compares the newest version of a result with a recount of those of the cases that count.
func (k *figuresKit) compareVillage(t *testing.T, card *scorecard.Card, r *village.Result, month scorecard.Period, all []counted, counts map[string]bool, broken map[string]int) {
	t.Helper()
	within := func(at time.Time) bool { return !at.Before(month.From) && at.Before(month.Until) }
	want := map[string]float64{"above": 0, "again": 0, "late": 0, "refused": 0, "unsettled": 0}
	for _, c := range all {
		if !r.Village.Contains(c.Area) || joinedAway(&c) || !counts[c.ID] {
			continue
		}
		late := slices.IndexFunc(c.timeline, func(e mediation.Event) bool { return e.Kind == "breached" })
		for key, is := range map[string]bool{"above": within(c.Opened) && c.Channel == "12345", "again": within(c.Opened) && c.Repeats > 0,
			"late": late >= 0 && within(c.timeline[late].At), "refused": within(c.Opened) && c.State == mediation.NotAccepted,
			"unsettled": within(c.Opened) && (c.State == mediation.Unsettled || c.State == mediation.Failed)} {
			if is {
				want[key]++
			}
		}
	}
	passes, newest := true, r.Newest()
	for n, x := range card.Villages.Criteria {
		if f := newest.Found[n]; f.Value == nil || *f.Value != want[x.Key] || f.Met != (want[x.Key] == 0) {
			t.Fatalf("%s of %s: %+v, recounted %v", x.Key, r.Village, f, want[x.Key])
		}
		passes = passes && want[x.Key] == 0
		if want[x.Key] > 0 {
			broken[x.Key]++
		}
	}
	if newest.Passed != passes {
		t.Fatalf("%s passed: %v, recounted %v", r.Village, newest.Passed, passes)
	}
}

// corrections takes cases out and in again at random; what comes of it is recounted, and every earlier version stays.
func (k *figuresKit) corrections(t *testing.T, s *store.Store, card *scorecard.Card, id string, month scorecard.Period, all []counted) {
	t.Helper()
	ctx := context.Background()
	r, err := s.VillageResults().Load(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	counts := r.Counted(1)
	for range min(4, 2*len(r.Rows)) {
		one := r.Rows[k.rng.IntN(len(r.Rows))].Case.ID
		counts[one] = !counts[one]
		before := slices.Clone(r.Versions)
		r, err = assessing(s, k.Office).Correct(ctx, County, id, r.Version, k.Next("key"), []village.Claim{{Case: one, Counts: counts[one], Text: "更正"}})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r.Versions[:len(before)], before) || len(r.Versions) != len(before)+1 {
			t.Fatalf("versions were %+v, are %+v", before, r.Versions)
		}
		k.compareVillage(t, card, &r, month, all, counts, map[string]int{})
	}
}

// VillageCrashes kills the store after every write of a freezing, and holds what is there afterwards to
// what the room promises. s must be opened and empty.
func VillageCrashes(t *testing.T, s *store.Store) {
	ctx := context.Background()
	engine := Failing(s.Engine, !s.Engine.Atomic())
	data, err := store.New(ctx, engine)
	if err != nil {
		t.Fatal(err)
	}
	o := NewOffice(t, data, s, FuyangPolicy(t))
	card := villageCard(t, s)
	in := Quarrel(CellA)
	in.Channel = "12345"
	o.Report(t, o.Worker(), in)
	start := scorecard.MonthOf(OfficeStart, time.UTC)
	for n, lost := 1, false; ; {
		// Each attempt is at another month, so that it begins with nothing.
		month := start
		start = start.Next()
		o.Pass(start.Until.Sub(o.Clock()))
		round := village.Round{ID: village.RoundID("longyou", month.Name), Key: "longyou", Period: month.Name, From: month.From, Until: month.Until, Ground: "33.01.11", NextDue: month.Until}
		if _, err := s.VillageRounds().Add(ctx, round); err != nil {
			t.Fatal(err)
		}
		engine.Arm(n, lost)
		_, _ = assessing(data, o).Sweep(ctx)
		fell := engine.Mend()
		for range 3 {
			if _, err := assessing(data, o).Sweep(ctx); err != nil {
				t.Fatalf("write %d lost %v: %v", n, lost, err)
			}
			o.Pass(mediation.Grace)
		}
		_, results, err := assessing(s, o).Table(ctx, County, "longyou", month.Name, "")
		if err != nil || len(results) != len(scorecard.VillagesIn(o.Atlas.Load(), "33.01.11", 5)) {
			t.Fatalf("write %d lost %v: %d results of %s, %v", n, lost, len(results), month.Name, err)
		}
		for i := range results {
			if r := &results[i]; r.Card != card.ID || len(r.Versions) != 1 || !r.Newest().Passed && !r.Village.Contains(CellA) {
				t.Fatalf("write %d lost %v: %+v", n, lost, r)
			}
		}
		if !fell {
			break
		}
		if lost = !lost; !lost {
			n++
		}
	}
}
