package storetest

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
	"fengqiao/push"
)

// RulesOf are the rules of a loaded policy.
func RulesOf(p *policy.Policy) mediation.Rules {
	return mediation.Rules{Policy: p, Calendar: clock.Of(p)}
}

// everything is what the store holds.
type everything struct {
	cases     map[string]mediation.Case
	reports   map[string]mediation.Report
	mediators map[string]mediation.Mediator
	notices   map[string]mediation.Notice
}

func readEverything(t testing.TB, s *store.Store) everything {
	t.Helper()
	ctx := context.Background()
	all := everything{map[string]mediation.Case{}, map[string]mediation.Report{}, map[string]mediation.Mediator{}, map[string]mediation.Notice{}}
	walk := func(table string, fn func(row store.Row) error) {
		if err := s.Engine.Walk(ctx, table, fn); err != nil {
			t.Fatalf("walk %s: %v", table, err)
		}
	}
	var err error
	ids := map[string][]string{}
	for _, table := range []string{"cases", "reports", "mediators"} {
		walk(table, func(row store.Row) error { ids[table] = append(ids[table], row.ID); return nil })
	}
	for _, id := range ids["cases"] {
		if all.cases[id], err = s.Cases().Load(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids["reports"] {
		if all.reports[id], err = s.Reports().Load(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids["mediators"] {
		if all.mediators[id], err = s.Mediators().Load(ctx, id); err != nil {
			t.Fatal(err)
		}
	}
	walk("outbox", func(row store.Row) error {
		var e push.Entry
		if err := json.Unmarshal(row.Body, &e); err != nil {
			return err
		}
		all.notices[row.ID] = e.Notice
		return nil
	})
	return all
}

// Sound fails the test unless the store holds together: every placed report in exactly one case, every seat with its holder and
// every holder with their seat, numbers without gaps, chains that verify, and each notice in the outbox.
func Sound(t testing.TB, s *store.Store) {
	t.Helper()
	all := readEverything(t, s)
	all.reportsInCases(t)
	all.seats(t)
	all.numbers(t)
	all.announced(t)
	for id := range all.cases {
		events, err := s.Cases().Timeline(context.Background(), id, 0, 1_000_000)
		if err != nil {
			t.Fatal(err)
		}
		c := all.cases[id]
		if i := mediation.VerifyChain(nil, 1, events); i >= 0 {
			t.Errorf("case %s: the chain breaks at event %d", id, i+1)
		}
		if n := len(events); n == 0 || string(events[n-1].Hash) != string(c.Head) {
			t.Errorf("case %s: the head is not the newest event's", id)
		}
	}
}

func (a *everything) reportsInCases(t testing.TB) {
	t.Helper()
	holders := map[string][]string{}
	for id, c := range a.cases {
		if c.State == mediation.Joined {
			continue // lists its reports for the case of a split
		}
		for _, r := range c.Reports {
			holders[r] = append(holders[r], id)
		}
	}
	for id, r := range a.reports {
		if r.Cell == "" && !r.Emergency || !r.Withdrawn.IsZero() && r.Case == "" {
			continue
		}
		if h := holders[id]; len(h) != 1 || h[0] != r.Case {
			t.Errorf("report %s points to case %q and is listed by %q", id, r.Case, h)
		}
	}
}

// holds tells whether the case takes up its panel's time: what releases seats has not come yet.
func holds(c mediation.Case) bool {
	return !c.State.Over() && c.State != mediation.Closed && c.State != mediation.Unsettled
}

func (a *everything) seats(t testing.TB) {
	t.Helper()
	want := map[string]int{} // mediator and case → seats
	for id, c := range a.cases {
		seen := map[string]bool{}
		for _, seat := range c.Panel.Seats {
			if seat.Mediator == "" {
				continue
			}
			if seen[seat.Mediator] {
				t.Errorf("case %s: %s has two seats", id, seat.Mediator)
			}
			seen[seat.Mediator] = true
			if holds(c) {
				want[seat.Mediator+" in "+id]++
			}
		}
	}
	for id, m := range a.mediators {
		if m.Cap > 0 && len(m.Seats) > m.Cap {
			t.Errorf("mediator %s holds %d seats of at most %d", id, len(m.Seats), m.Cap)
		}
		for _, seat := range m.Seats {
			if !seat.Definite {
				t.Errorf("mediator %s: the seat in %s is only reserved", id, seat.Case)
			}
			want[id+" in "+seat.Case]--
		}
	}
	for at, n := range want {
		if n != 0 {
			t.Errorf("%s: panels say %+d more than mediators' records", at, n)
		}
	}
}

func (a *everything) numbers(t testing.TB) {
	t.Helper()
	series := map[string][]int64{}
	for _, c := range a.cases {
		series[c.Number.Series] = append(series[c.Number.Series], c.Number.N)
	}
	for name, numbers := range series {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != int64(i+1) {
				t.Errorf("series %s: numbers %v", name, numbers)
				break
			}
		}
	}
}

// announced checks that nothing waits in cases and that each event's notices are whole.
func (a *everything) announced(t testing.TB) {
	t.Helper()
	count := map[string]int{} // case/seq → notices
	kinds := map[string]int{} // case/seq/kind → notices
	for id, n := range a.notices {
		if of, ok := strings.CutPrefix(n.ID, "report/"); ok && id == n.ID && n.Case == "" {
			report, _, _ := strings.Cut(of, "/")
			if told := a.reports[report].Told; n.Kind != mediation.NoticeUnplaced || told < n.Seq {
				t.Errorf("%s of report %s, of which staff were told %d times", n.Kind, report, told)
			}
			continue
		}
		if strings.HasPrefix(n.ID, "handover/") && id == n.ID && n.Case == "" && n.Kind == mediation.NoticeHandOver {
			continue
		}
		if id != n.ID || n.Case == "" {
			t.Errorf("outbox entry %s holds notice %s of case %q", id, n.ID, n.Case)
		}
		at := n.Case + "/" + strconv.Itoa(n.Seq)
		count[at]++
		kinds[at+"/"+string(n.Kind)]++
	}
	for id, c := range a.cases {
		if len(c.Unsent) > 0 {
			t.Errorf("case %s: %d notices have not left it", id, len(c.Unsent))
		}
		for _, e := range c.Events {
			at := id + "/" + strconv.Itoa(e.Seq)
			for i := range count[at] {
				if _, there := a.notices[at+"/"+strconv.Itoa(i)]; !there {
					t.Errorf("event %s has %d notices, but not number %d", at, count[at], i)
				}
			}
			if want := noticesOf(e); want > 0 && count[at] < want {
				t.Errorf("event %s (%s): %d notices, at least %d are due", at, e.Kind, count[at], want)
			}
			if n, _ := strconv.Atoi(e.Data["offers"]); e.Kind == "offered" && kinds[at+"/"+string(mediation.NoticeOffer)] != n {
				t.Errorf("event %s: %d offers, %d told", at, n, kinds[at+"/"+string(mediation.NoticeOffer)])
			}
		}
	}
}

// noticesOf is the least number of notices that an event must have.
func noticesOf(e mediation.Event) int {
	switch e.Kind {
	case "opened":
		if e.To == mediation.Reported {
			return 1
		}
	case "needs_hand":
		return 2
	case "take", "assign":
		if e.From != e.To && e.To == mediation.Accepted {
			return 2
		}
	case "join", "split", "breached", "reminded", "transfer", "terminate", "reopen":
		return 1
	}
	return 0
}
