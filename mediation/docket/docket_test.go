package docket

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

var (
	zone  = time.FixedZone("", 8*3600)
	first = time.Date(2026, 4, 1, 0, 0, 0, 0, zone)
)

const oneDay = 24 * time.Hour

func TestPeriodsAreMonthsAndQuartersOfTheCountysCalendar(t *testing.T) {
	for _, x := range []struct {
		every, at, key, from, until string
	}{
		{"month", "2026-04-01T00:00:00+08:00", "2026-04", "2026-03-31T16:00:00Z", "2026-04-30T16:00:00Z"},
		{"month", "2026-03-31T15:59:59Z", "2026-03", "2026-02-28T16:00:00Z", "2026-03-31T16:00:00Z"},
		{"month", "2026-12-31T23:59:59+08:00", "2026-12", "2026-11-30T16:00:00Z", "2026-12-31T16:00:00Z"},
		{"quarter", "2026-02-28T12:00:00Z", "2026-Q1", "2025-12-31T16:00:00Z", "2026-03-31T16:00:00Z"},
		{"quarter", "2026-10-01T00:00:00+08:00", "2026-Q4", "2026-09-30T16:00:00Z", "2026-12-31T16:00:00Z"},
	} {
		at, _ := time.Parse(time.RFC3339, x.at)
		p := PeriodOf(x.every, at, zone)
		if p.Name != x.key || p.From.Format(time.RFC3339) != x.from || p.Until.Format(time.RFC3339) != x.until {
			t.Errorf("%s at %s: %+v", x.every, x.at, p)
		}
	}
	// Where a county goes over to quarters in the middle of one, the next list is of the next whole quarter: no time is on two lists.
	if p := After(policy.EveryQuarter, time.Date(2026, 5, 1, 0, 0, 0, 0, zone), zone); p.Name != "2026-Q3" {
		t.Errorf("%+v", p)
	}
	if p := After(policy.EveryMonth, first, zone); p.Name != "2026-04" {
		t.Errorf("%+v", p)
	}
}

func TestACaseStandsOnAListForEveryReasonThatHolds(t *testing.T) {
	rule := &policy.ReviewList{Reasons: []policy.ReviewReason{
		{Key: "old", OlderThan: 90 * oneDay}, {Key: "reopened", Reopened: 2}, {Key: "overdue", Overdue: true}, {Key: "charged", Charged: true},
		{Key: "police", Sources: []string{"police"}, OlderThan: 30 * oneDay}, {Key: "suits", Categories: []string{"contract"}},
	}}
	for name, x := range map[string]struct {
		f    Facts
		want string
	}{
		"exactly ninety days":        {Facts{Open: true, Opened: first.Add(-90 * oneDay)}, "[old]"},
		"a moment younger":           {Facts{Open: true, Opened: first.Add(-90*oneDay + time.Second)}, "[]"},
		"reopened once":              {Facts{Open: true, Opened: first.Add(-oneDay), Turns: 1}, "[]"},
		"reopened twice, and late":   {Facts{Open: true, Opened: first.Add(-oneDay), Turns: 2, Late: true}, "[reopened overdue]"},
		"in charge":                  {Facts{Open: true, Opened: first.Add(-oneDay), Leader: "u"}, "[charged]"},
		"of the police, young":       {Facts{Open: true, Opened: first.Add(-29 * oneDay), Source: "police"}, "[]"},
		"of the police, a month old": {Facts{Open: true, Opened: first.Add(-30 * oneDay), Source: "police"}, "[police]"},
		"of a category":              {Facts{Open: true, Opened: first.Add(-1 * oneDay), Category: "contract"}, "[suits]"},
		"of another source":          {Facts{Open: true, Opened: first.Add(-60 * oneDay), Source: "court"}, "[]"},
		"closed":                     {Facts{Opened: first.Add(-200 * oneDay), Turns: 5, Late: true, Leader: "u"}, "[]"},
		"opened as the period began": {Facts{Open: true, Opened: first, Leader: "u"}, "[]"},
	} {
		if got := fmt.Sprint(Reasons(rule, x.f, first)); got != x.want {
			t.Errorf("%s: %s, want %s", name, got, x.want)
		}
	}
}

func TestHowACaseStoodIsReadFromItsTimeline(t *testing.T) {
	at := func(days int) time.Time { return first.Add(time.Duration(days) * oneDay) }
	events := []mediation.Event{
		{At: at(-9), Kind: "opened", To: mediation.Reported, Data: map[string]string{"category": "neighbour"}},
		{At: at(-8), Kind: "take_charge", To: mediation.Reported, Data: map[string]string{"leader": "a"}},
		{At: at(-7), Kind: "handed_over", To: mediation.Reported, Data: map[string]string{"leader": "b"}},
		{At: at(-6), Kind: "breached", To: mediation.Reported},
		{At: at(-5), Kind: "refuse", To: mediation.NotAccepted},
		{At: at(-4), Kind: "reopen", To: mediation.Reported, Data: map[string]string{"repeat": "1"}},
		{At: at(-3), Kind: "release_charge", To: mediation.Reported, Data: map[string]string{"leader": "b"}},
		{At: at(-2), Kind: "reclassify", To: mediation.Reported, Data: map[string]string{"category": "contract", "category_before": "neighbour"}},
	}
	h := &mediation.Summary{Opened: at(-9)}
	for day, want := range map[int]Facts{
		-9: {}, -8: {Open: true}, -7: {Open: true, Leader: "a"}, -6: {Open: true, Leader: "b"}, -5: {Open: true, Leader: "b", Late: true}, -4: {Leader: "b", Late: true},
		-3: {Open: true, Turns: 1, Leader: "b", Late: true}, 0: {Open: true, Turns: 1, Late: true},
	} {
		want.Opened, want.Category = h.Opened, "neighbour"
		if day == -9 {
			want.Category = ""
		} else if day > -2 {
			want.Category = "contract"
		}
		if got := FactsOf(h, events, at(day)); got != want {
			t.Errorf("just before day %d: %+v, want %+v", day, got, want)
		}
	}
}

// anyCase is a case as it may stand some time after a decision was taken over it.
func anyCase(t *rapid.T, label string) mediation.Summary {
	state := rapid.SampledFrom([]mediation.State{mediation.Reported, mediation.Mediating, mediation.Closed, mediation.Settled, mediation.NotAccepted, mediation.Withdrawn, mediation.Exited,
		mediation.Unsettled, mediation.Joined}).Draw(t, label)
	h := mediation.Summary{State: state, Changed: first.Add(time.Duration(rapid.IntRange(1, 80).Draw(t, label+" days")) * oneDay)}
	if state == mediation.Closed || state == mediation.Settled {
		h.Closed = h.Changed
	}
	return h
}

// Whatever happens: a decision stands in exactly one way, it is reported once, told late once and only after its time, and it goes to one person
// at a time; and what is announced of it is announced under ids that are used once.
func TestADecisionIsReportedOnceAndLateOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &Decision{ID: "d", List: "l", Case: "c", Party: Party{User: "u0"}, Due: first.Add(20 * oneDay)}
		now, late, reports, told := first, 0, 0, map[string]bool{}
		step := func(deed func(*turn) error, looked bool) error {
			copied := *d
			tn := &turn{Decision: &copied, at: now, by: mediation.SystemActor}
			if err := deed(tn); err != nil {
				return err
			}
			tn.schedule(looked)
			for _, n := range tn.notices {
				if told[n.ID] {
					t.Fatalf("%s was told before", n.ID)
				}
				told[n.ID] = true
			}
			d = &copied
			return nil
		}
		_ = step(func(tn *turn) error { tn.decide(); return nil }, false)
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
			h := anyCase(t, "case")
			switch rapid.SampledFrom([]string{"report", "tick", "hand", "told"}).Draw(t, "deed") {
			case "report":
				err := step(func(tn *turn) error { return tn.report(mediation.Sealed{}) }, false)
				if (err == nil) == (reports > 0) {
					t.Fatalf("report %d: %v", reports+1, err)
				}
				reports = 1
			case "tick":
				was := d.Late
				_ = step(func(tn *turn) error { tn.tick(&h); return nil }, true)
				if !d.Late.Equal(was) {
					late++
					if now.Before(d.Due) || reports > 0 || h.State.Over() || h.State == mediation.Closed {
						t.Fatalf("late at %s though %+v", now, FollowUpOf(d, &h, now))
					}
				}
				if len(d.Untold) == 0 && !d.NextDue.IsZero() && !d.NextDue.After(now) {
					t.Fatalf("the sweep has been there and is due again at %s", d.NextDue)
				}
			case "hand":
				to := fmt.Sprintf("u%d", i+1)
				was := d.User
				_ = step(func(tn *turn) error { tn.hand(was, to); return nil }, false)
				if (d.User == to) == (reports > 0) {
					t.Fatalf("handed from %s to %s: %s", was, to, d.User)
				}
			case "told":
				d.Untold = nil
			}
			if late > 1 {
				t.Fatal("late twice")
			}
			f := FollowUpOf(d, &h, now)
			if !slices.Contains(Standings, f.Standing) || (f.Standing == Done) != (f.How != "") || (f.Standing == Done) != !f.When.IsZero() || f.InTime && f.When.After(d.Due) {
				t.Fatalf("%+v", f)
			}
		}
	})
}

// To refuse a case, or to end it otherwise, never makes more of what was decided done, and never raises a place: the base of every share is all that
// stood on the list, and who settles more stands above whoever is faster.
func TestRefusingNeverHelpsOnAReviewList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &List{Period: Period{From: first, Until: first.AddDate(0, 1, 0)}}
		towns := []string{"a", "b", "c"}
		cases := map[string][]mediation.Summary{}
		for _, town := range towns {
			for range rapid.IntRange(1, 6).Draw(t, "cases") {
				cases[town] = append(cases[town], anyCase(t, "case"))
			}
		}
		placed := func() map[string]Placed {
			counts := map[string]*Count{}
			for town, list := range cases {
				counts[town] = &Count{}
				for i := range list {
					counts[town].add(l, &list[i])
				}
			}
			by := map[string]Placed{}
			for _, p := range rank(counts) {
				if n := p.Count; n.Settled+n.Closed+n.Ended+n.Open != n.Listed || n.Listed != len(cases[p.Key]) || n.InTime > n.Settled+n.Closed {
					t.Fatalf("%+v", p)
				}
				by[p.Key] = p
			}
			return by
		}
		tally := func() (sum Tally) {
			for i := range cases["a"] {
				sum.Add(FollowUpOf(&Decision{Due: first.Add(20 * oneDay)}, &cases["a"][i], first.Add(90*oneDay)))
			}
			return sum
		}
		before, done := placed(), tally()
		for _, x := range towns {
			for _, y := range towns {
				p, q := before[x], before[y]
				if p.Count.Settled*q.Count.Listed > q.Count.Settled*p.Count.Listed && p.Place >= q.Place {
					t.Fatalf("%+v settled more than %+v and does not stand above it", p, q)
				}
			}
		}
		i := rapid.IntRange(0, len(cases["a"])-1).Draw(t, "which")
		cases["a"][i].State, cases["a"][i].Closed = mediation.NotAccepted, time.Time{}
		after, then := placed(), tally()
		if after["a"].Place < before["a"].Place {
			t.Fatalf("a refusal raised the place from %d to %d", before["a"].Place, after["a"].Place)
		}
		if then.Done > done.Done || then.InTime > done.InTime || then.Decisions != done.Decisions || then.Done+then.Open+then.Late+then.Ended != then.Decisions {
			t.Fatalf("before %+v, after %+v", done, then)
		}
	})
}

func TestWhoSitsIsToldOnceAListAndOnceAReminder(t *testing.T) {
	rule := &policy.ReviewList{Sits: []string{"leader", "township_staff", "unit_staff"}}
	l := &List{ID: "monthly.2026-04", Area: "33.01.11", Items: []Item{
		{Case: "1", Area: "33.01.11.001.2", Leader: "chief", Unit: "住建局"}, {Case: "2", Area: "33.01.11.001.3", Unit: "住建局"}, {Case: "3", Area: "33.01.11.002", Leader: "chief"}, {Case: "4", Area: "33.01.11"},
	}}
	to := map[mediation.Recipient]int{}
	ids := map[string]bool{}
	for _, what := range []string{"frozen", "remind1"} {
		for _, n := range l.call(rule, first, what) {
			to[n.To]++
			ids[n.ID] = true
		}
	}
	want := []mediation.Recipient{{Role: mediation.Leader, Area: "33.01.11"}, {User: "chief"}, {Role: mediation.TownshipStaff, Area: "33.01.11.001"}, {Role: mediation.TownshipStaff, Area: "33.01.11.002"},
		{Role: mediation.TownshipStaff, Area: "33.01.11"}, {Unit: "住建局", Area: "33.01.11"}}
	for _, r := range want {
		if to[r] != 2 {
			t.Errorf("%+v was told %d times", r, to[r])
		}
	}
	if len(to) != len(want) || len(ids) != 2*len(want) {
		t.Errorf("%d were told under %d ids: %v", len(to), len(ids), to)
	}
	l.Items = nil
	if n := l.call(rule, first, "frozen"); len(n) > 0 {
		t.Errorf("called to sit over nothing: %+v", n)
	}
}
