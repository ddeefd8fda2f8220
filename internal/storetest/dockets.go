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
	"fengqiao/mediation/docket"
	"fengqiao/mediation/policy"
)

// Dockets holds an opened, empty store to the contracts of docket.Lists and docket.Decisions.
func Dockets(t *testing.T, s *store.Store) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"a list is frozen once, however many do it at once", docketsOnce},
		{"lists are paged, the latest first, without their items", docketsPaged},
		{"what is due is found, and can be put off", docketsDue},
		{"a decision is taken once, and a refused change stores nothing", decisionsOnce},
		{"decisions are found by list, case, area and who carries them out", decisionsFound},
		{"of many changes to a decision at once none is lost", decisionsContend},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, s) })
	}
}

func monthOf(key, id string, month time.Month) docket.List {
	p := docket.PeriodOf(policy.EveryMonth, time.Date(2026, month, 2, 0, 0, 0, 0, time.UTC), time.UTC)
	l := docket.List{Key: key, ID: docket.IDOf(key, p), Area: "33.01.11", Period: p, Items: []docket.Item{{Case: id, Reasons: []string{"old"}}}, Total: 1}
	return l
}

func docketsOnce(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.ReviewLists()
	var all sync.WaitGroup
	var mu sync.Mutex
	first := 0
	for i := range 8 {
		all.Go(func() {
			l := monthOf("once", fmt.Sprint(i), 4)
			stored, as, err := p.Freeze(ctx, l, []mediation.Notice{{ID: "review-list/" + l.ID + "/frozen/0", Kind: mediation.NoticeDocket, At: noon, To: mediation.Recipient{User: "once-u"}}})
			mu.Lock()
			defer mu.Unlock()
			if err != nil || len(as.Items) != 1 {
				t.Errorf("%+v, %v", as, err)
			}
			if stored {
				first++
			}
		})
	}
	all.Wait()
	if first != 1 {
		t.Errorf("frozen %d times", first)
	}
	read, err := p.Load(ctx, "once.2026-04")
	if err != nil || read.Version != 1 || read.Period.Name != "2026-04" || len(read.Items) != 1 || !slices.Equal(read.Items[0].Reasons, []string{"old"}) {
		t.Errorf("%+v, %v", read, err)
	}
	if _, err := p.Load(ctx, "once.2026-05"); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("another: %v", err)
	}
}

func docketsPaged(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.ReviewLists()
	for _, m := range []time.Month{5, 3, 4} {
		for _, key := range []string{"paged", "paged2"} {
			if stored, _, err := p.Freeze(ctx, monthOf(key, "c", m), nil); err != nil || !stored {
				t.Fatal(stored, err)
			}
		}
	}
	var got []string
	for cursor := ""; ; {
		page, next, err := p.List(ctx, "paged", cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range page {
			got = append(got, l.ID)
			if l.Items != nil || l.Total != 1 {
				t.Errorf("%+v", l)
			}
		}
		if cursor = next; next == "" {
			break
		}
	}
	if want := []string{"paged.2026-05", "paged.2026-04", "paged.2026-03"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func docketsDue(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.ReviewLists()
	for i := range 3 {
		l := monthOf(fmt.Sprintf("due%d", i), "c", 4)
		if i < 2 {
			l.NextDue = noon.Add(time.Duration(2-i) * time.Hour)
		}
		if _, _, err := p.Freeze(ctx, l, nil); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := p.Due(ctx, noon.Add(3*time.Hour), 10)
	if err != nil || fmt.Sprint(ids) != "[due1.2026-04 due0.2026-04]" {
		t.Errorf("%v, %v", ids, err)
	}
	if err := p.Defer(ctx, "due1.2026-04", noon.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if ids, err = p.Due(ctx, noon.Add(3*time.Hour), 10); err != nil || fmt.Sprint(ids) != "[due0.2026-04]" {
		t.Errorf("put off: %v, %v", ids, err)
	}
	l, err := p.Update(ctx, "due0.2026-04", func(l *docket.List) ([]mediation.Notice, error) { l.NextDue = time.Time{}; return nil, nil })
	if err != nil || l.Version != 2 || len(l.Items) != 1 {
		t.Errorf("%+v, %v", l, err)
	}
	if ids, err = p.Due(ctx, noon.Add(3*time.Hour), 10); err != nil || len(ids) != 0 {
		t.Errorf("seen to: %v, %v", ids, err)
	}
}

func decided(t *testing.T, p *store.ReviewDecisions, d docket.Decision) docket.Decision {
	t.Helper()
	d.At = noon
	made, err := p.Open(context.Background(), d, []mediation.Notice{{ID: "review/" + d.ID + "/decided/0", Kind: mediation.NoticeDecision, At: noon, Case: d.Case}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func decisionsOnce(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.ReviewDecisions()
	made := decided(t, p, docket.Decision{ID: "one-1", List: "one", Case: "one-c", Area: "33.01.11.001", Party: docket.Party{Unit: "住建局"}})
	if _, err := p.Open(ctx, docket.Decision{ID: "one-1", At: noon}, nil); !errors.Is(err, mediation.ErrExists) {
		t.Errorf("a second time: %v", err)
	}
	no := errors.New("no")
	if _, err := p.Update(ctx, "one-1", func(d *docket.Decision) ([]mediation.Notice, error) { d.Unit = "bent"; return nil, no }); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if read, err := p.Load(ctx, "one-1"); err != nil || made.Version != 1 || read.Version != 1 || read.Unit != "住建局" {
		t.Errorf("%+v, %v", read, err)
	}
}

func decisionsFound(t *testing.T, s *store.Store) {
	ctx, p := context.Background(), s.ReviewDecisions()
	decided(t, p, docket.Decision{ID: "find-1", List: "find-l", Case: "find-c", Area: "44.01.11.001", Party: docket.Party{User: "find-u"}, NextDue: noon.Add(2 * time.Hour)})
	decided(t, p, docket.Decision{ID: "find-2", List: "find-l", Case: "find-d", Area: "44.01.12", Party: docket.Party{Unit: "找到局"}, Done: noon, NextDue: noon.Add(time.Hour)})
	yes, no := true, false
	for name, c := range map[string]struct {
		f    docket.Filter
		want string
	}{
		"of a list": {docket.Filter{List: "find-l"}, "[find-2 find-1]"}, "of a case": {docket.Filter{Case: "find-c"}, "[find-1]"}, "of both": {docket.Filter{List: "find-l", Case: "find-d"}, "[find-2]"},
		"of another list": {docket.Filter{List: "find-m", Case: "find-d"}, "[]"}, "in the county": {docket.Filter{Area: "44.01"}, "[find-2 find-1]"}, "in a township": {docket.Filter{Area: "44.01.11"}, "[find-1]"},
		"of a person": {docket.Filter{User: "find-u"}, "[find-1]"}, "of a unit": {docket.Filter{Unit: "找到局"}, "[find-2]"}, "of either": {docket.Filter{User: "find-u", Unit: "找到局"}, "[find-2 find-1]"},
		"not reported": {docket.Filter{List: "find-l", Open: &yes}, "[find-1]"}, "reported": {docket.Filter{List: "find-l", Open: &no}, "[find-2]"}, "of nobody": {docket.Filter{Open: &yes}, "[]"},
	} {
		list, _, err := p.List(ctx, c.f, "", 10)
		ids := []string{}
		for _, d := range list {
			ids = append(ids, d.ID)
		}
		if err != nil || fmt.Sprint(ids) != c.want {
			t.Errorf("%s: %v, want %s, %v", name, ids, c.want, err)
		}
	}
	if ids, err := p.Due(ctx, noon.Add(3*time.Hour), 10); err != nil || fmt.Sprint(ids) != "[find-2 find-1]" {
		t.Errorf("%v, %v", ids, err)
	}
	if err := p.Defer(ctx, "find-2", noon.Add(9*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if ids, err := p.Due(ctx, noon.Add(3*time.Hour), 10); err != nil || fmt.Sprint(ids) != "[find-1]" {
		t.Errorf("%v, %v", ids, err)
	}
}

func decisionsContend(t *testing.T, s *store.Store) {
	p := s.ReviewDecisions()
	decided(t, p, docket.Decision{ID: "contend-1", List: "contend"})
	const many = 20
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			if _, err := p.Update(context.Background(), "contend-1", func(d *docket.Decision) ([]mediation.Notice, error) { d.Handed++; return nil, nil }); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if d, err := p.Load(context.Background(), "contend-1"); err != nil || d.Handed != many {
		t.Errorf("%d, %v", d.Handed, err)
	}
}

// DocketsFrozen plays cases through random histories over several months and holds each list, frozen in time or long after, against what was
// noted of every case as the month began. s must be opened and empty.
func DocketsFrozen(t *testing.T, s *store.Store) {
	ctx := context.Background()
	k := &figuresKit{Office: NewOffice(t, s, s, FuyangPolicy(t)), steps: 320, rng: rand.New(rand.NewPCG(5, 11))}
	k.elder = k.Hire(t, "elder", "village", "33.01.11.001", 100)
	rule := policy.ReviewList{Key: "monthly", Every: policy.EveryMonth, Reasons: []policy.ReviewReason{{Key: "old", OlderThan: 20 * 24 * time.Hour}, {Key: "again", Reopened: 1}, {Key: "late", Overdue: true}}}
	zone, err := k.Policy.Clocks.Calendar.Location()
	if err != nil {
		t.Fatal(err)
	}
	service := func(now time.Time) *docket.Service {
		return docket.NewService(docket.Deps{Lists: s.ReviewLists(), Decisions: s.ReviewDecisions(), Core: ruledBy{k.Service, rule}, Cases: s.Cases(), Heads: s.Figures(),
			Now: func() time.Time { return now }})
	}
	met := map[string]int{}
	want := map[string]map[string]string{} // by list: case → reasons
	for month := range 5 {
		for range 25 {
			if len(k.ids) < 3 || k.rng.IntN(2) == 0 {
				k.ids = append(k.ids, k.Report(t, k.Worker(), Quarrel([]grid.Code{CellA, CellB, CellC, CellD}[k.rng.IntN(4)])).ID)
			}
			for i := range 4 {
				if id := k.ids[k.rng.IntN(len(k.ids))]; i > 0 {
					k.step(t, id)
				} else {
					k.give(id, County, mediation.Reopen{Reason: "again"}, k.Read(t, id).Revision) // where that may be
				}
			}
		}
		next := docket.PeriodOf(policy.EveryMonth, k.Clock(), zone).Until
		k.Pass(next.Sub(k.Clock()))
		noted := map[string]string{}
		for _, id := range k.ids {
			c := k.Read(t, id)
			h := c.Summarise()
			var why []string
			for _, r := range []struct {
				key   string
				holds bool
			}{{"old", !c.Opened.After(next.Add(-20 * 24 * time.Hour))}, {"again", c.Repeats > 0}, {"late", breachedBy(t, k, id)}} {
				if r.holds && !h.State.Over() && h.State != mediation.Closed {
					why = append(why, r.key)
					met[r.key]++
				}
			}
			if len(why) > 0 {
				noted[id] = fmt.Sprint(why)
			}
		}
		want["monthly."+docket.PeriodOf(policy.EveryMonth, next, zone).Name] = noted
		if month%2 == 0 { // the others are frozen a month late
			if _, err := service(k.Clock()).Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 { // again changes nothing
		if _, err := service(k.Clock()).Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	lists, _, err := s.ReviewLists().List(ctx, "monthly", "", 100)
	if err != nil || len(lists) < 5 {
		t.Fatalf("%d lists, %v", len(lists), err)
	}
	for i, head := range lists {
		noted, ok := want[head.ID]
		if !ok {
			continue // the month in which it all began
		}
		l, err := s.ReviewLists().Load(ctx, head.ID)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, x := range l.Items {
			got[x.Case] = fmt.Sprint(x.Reasons)
		}
		if fmt.Sprint(got) != fmt.Sprint(noted) || len(got) == 0 {
			t.Errorf("%s holds\n%v, there were\n%v", l.ID, got, noted)
		}
		if !slices.IsSortedFunc(l.Items, func(a, b docket.Item) int { return a.Opened.Compare(b.Opened) }) || i+1 < len(lists) && l.Earlier != lists[i+1].ID {
			t.Errorf("%s follows %q", l.ID, l.Earlier)
		}
	}
	for _, key := range []string{"old", "again", "late"} {
		if met[key] == 0 {
			t.Errorf("no case was ever %s", key)
		}
	}
}

// ruledBy is an office whose policy has the review list besides.
type ruledBy struct {
	*mediation.Service
	rule policy.ReviewList
}

func (r ruledBy) Rules(ctx context.Context, version string) (mediation.Rules, error) {
	rules, err := r.Service.Rules(ctx, version)
	if err == nil {
		pol := *rules.Policy
		pol.ReviewLists = []policy.ReviewList{r.rule}
		rules.Policy = &pol
	}
	return rules, err
}

// breachedBy tells whether any limit of a case has run out, by its timeline.
func breachedBy(t *testing.T, k *figuresKit, id string) bool {
	t.Helper()
	events, err := k.Cases.Timeline(context.Background(), id, 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(events, func(e mediation.Event) bool { return e.Kind == "breached" })
}
