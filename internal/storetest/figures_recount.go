package storetest

import (
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// counted is a case with its whole timeline.
type counted struct {
	mediation.Case
	timeline []mediation.Event
	had      []string // the units that it was seen with
}

// said is how many of its parties said that they were satisfied, and that they were not.
func (c *counted) said() (yes, no int) {
	for _, p := range c.Parties {
		switch {
		case p.Satisfied == nil:
		case p.Satisfied.Yes:
			yes++
		default:
			no++
		}
	}
	return yes, no
}

// recount counts in the plainest way, from the cases themselves and who may read them.
func recount(cases []counted, actor mediation.Actor, q figures.Query, by figures.By, cuts []time.Time) []figures.Group {
	groups := map[string][]counted{}
	for _, c := range cases {
		late := !q.From.IsZero() && c.Opened.Before(q.From) || !q.Until.IsZero() && !c.Opened.Before(q.Until)
		other := q.Category != "" && c.Category != q.Category || q.Channel != "" && c.Channel != q.Channel || q.Source != "" && q.SourceOf(c.Channel) != q.Source || q.Unit != "" && c.Unit != q.Unit
		if late || other || joinedAway(&c) || !q.Area.Contains(c.Area) || !mediation.MayCase(actor, mediation.StatsRead, &c.Case) {
			continue
		}
		if q.Official != "" && !slices.Contains(officials(&c), q.Official) {
			continue
		}
		if q.HadBy != "" && !slices.Contains(c.had, q.HadBy) {
			continue
		}
		if by == figures.ByOfficial || by == figures.ByHad {
			for _, id := range map[figures.By][]string{figures.ByOfficial: officials(&c), figures.ByHad: c.had}[by] {
				groups[id] = append(groups[id], c)
			}
		} else if by == figures.ByLain {
			for _, key := range parts(&c, actor, q) {
				groups[key] = append(groups[key], c)
			}
		} else if key, ok := groupOf(&c, actor, q, by, cuts); ok {
			groups[key] = append(groups[key], c)
		}
	}
	var out []figures.Group
	for key, members := range groups {
		out = append(out, figures.Group{Key: key, Tally: tallied(members, q.Now)})
	}
	slices.SortFunc(out, func(a, b figures.Group) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

// parts are the parts of the ground that a case has lain with: it lies with one, and its timeline says from where it was passed on.
func parts(c *counted, actor mediation.Actor, q figures.Query) (keys []string) {
	lain := []grid.Code{c.Area}
	for i := range c.timeline {
		e := &c.timeline[i]
		if before := grid.Code(e.Data["area_before"]); e.Kind != "rezoned" && !before.Contains(grid.Code(e.Data["area"])) {
			lain = append(lain, before)
		}
	}
	for _, area := range lain {
		at := *c
		at.Area = area
		if area == "" || !actor.Area.Contains(area) || !q.Area.Contains(area) {
			continue
		}
		if key, ok := groupOf(&at, actor, q, figures.ByArea, nil); ok && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// officials are the accounts of public office in a case's timeline.
func officials(c *counted) []string {
	var ids []string
	for i := range c.timeline {
		switch e := &c.timeline[i]; e.Role {
		case mediation.TownshipStaff, mediation.CountyStaff, mediation.UnitStaff, mediation.Leader:
			if !slices.Contains(ids, e.Actor) {
				ids = append(ids, e.Actor)
			}
		}
	}
	return ids
}

func groupOf(c *counted, actor mediation.Actor, q figures.Query, by figures.By, cuts []time.Time) (string, bool) {
	switch by {
	case figures.ByArea:
		within := actor.Area
		if within.Contains(q.Area) {
			within = q.Area
		}
		return string(c.Area.Prefix(within.Depth() + 1)), true
	case figures.ByCategory:
		return c.Category, true
	case figures.ByChannel:
		return c.Channel, true
	case figures.ByUnit:
		return c.Unit, true
	case figures.BySource:
		return q.SourceOf(c.Channel), true
	case figures.ByMonth:
		for i := len(cuts) - 1; i >= 0; i-- {
			if !c.Opened.Before(cuts[i]) {
				return cuts[i].Format(time.RFC3339), true
			}
		}
		return "", false
	}
	return "", true
}

func tallied(cases []counted, now time.Time) figures.Tally {
	t := recounted{figures.Tally{Received: len(cases)}}
	var accept, agree, closing []uint32
	for i := range cases {
		c := &cases[i]
		first := func(of func(e *mediation.Event) bool) time.Time {
			for j := range c.timeline {
				if of(&c.timeline[j]) {
					return c.timeline[j].At
				}
			}
			return time.Time{}
		}
		took := func(list *[]uint32, end time.Time) {
			if !end.IsZero() {
				*list = append(*list, uint32(max(0, end.Unix()-c.Opened.Unix())))
			}
		}
		took(&accept, first(func(e *mediation.Event) bool { return e.To == mediation.Screened && e.Kind != "breached" }))
		took(&agree, first(func(e *mediation.Event) bool { return e.Kind == "agree" }))
		breached := first(func(e *mediation.Event) bool { return e.Kind == "breached" })
		in := func(states ...mediation.State) bool { return slices.Contains(states, c.State) }
		if !breached.IsZero() {
			t.Breached++
		}
		t.States[slices.IndexFunc(mediation.States, func(s mediation.StateInfo) bool { return s.State == c.State })]++
		closed := !c.Case.Closed.IsZero() && in(mediation.Closed, mediation.Settled, mediation.Unsettled, mediation.Exited)
		if closed {
			took(&closing, c.Case.Closed)
			t.Closed++
			if breached.IsZero() || breached.Unix() > c.Case.Closed.Unix() {
				t.InTime++
			}
		}
		if !c.State.Over() {
			t.Open++
			clocks := []mediation.Clock{c.StateClock, c.WholeClock}
			if in(mediation.Suspended) { // that of the state it goes back to, which runs where the reason does not stop it
				clocks = append(clocks, c.HeldClock)
			}
			for _, stage := range c.Stages {
				if stage.Ended.IsZero() && stage.Moot.IsZero() {
					clocks = append(clocks, stage.Clock)
				}
			}
			if c.Petition != nil {
				clocks = append(clocks, c.Petition.Clock)
			}
			if slices.ContainsFunc(clocks, func(k mediation.Clock) bool { return !k.Due.IsZero() && k.Paused.IsZero() && k.Due.Before(now) }) || len(c.Late) > 0 {
				t.Overdue++
			}
		}
		if in(mediation.Settled) {
			t.Settled++
		}
		if closed || in(mediation.Unsettled, mediation.Failed, mediation.Exited) {
			t.Concluded++
		}
		ever := func(count *int, of func(e *mediation.Event) bool) {
			if !first(of).IsZero() {
				*count++
			}
		}
		ever(&t.PassedOn, func(e *mediation.Event) bool {
			return e.Kind == "pass_on" || e.To == mediation.Transferred && e.Kind != "breached"
		})
		ever(&t.AtOnce, func(e *mediation.Event) bool { return e.Kind == "settle_at_once" })
		ever(&t.Studied, func(e *mediation.Event) bool { return e.Kind == "study_called" })
		ever(&t.Supervised, func(e *mediation.Event) bool { return e.Kind == "slip_convene" })
		t.liandu(c)
		t.confirmation(c)
		if c.Repeats > 0 {
			t.Reopened++
		}
		t.petition(c, closed)
		yes, no := c.said()
		t.Satisfied += yes
		t.Dissatisfied += no
		t.SatisfiedCases += min(yes, 1)
		t.DissatisfiedCases += min(no, 1)
		t.RatedCases += min(yes+no, 1)
	}
	t.Acceptance, t.Agreement, t.Closing = spreadOf(accept), spreadOf(agree), spreadOf(closing)
	return t.Tally
}

// spreadOf counts up to the rank: the least value that half, or nine tenths, do not exceed.
func spreadOf(times []uint32) figures.Spread {
	s := figures.Spread{N: len(times)}
	if s.N > 0 {
		slices.Sort(times)
		s.Median, s.Ninety = times[(s.N+1)/2-1], times[(9*s.N+9)/10-1]
	}
	return s
}

// liandu counts what Liandu tells of: consultations, and what was settled under a supervision team's eyes.
func (t *recounted) liandu(c *counted) {
	held, team, overseen := 0, false, false
	for i := range c.timeline {
		switch e := &c.timeline[i]; {
		case e.Kind == "consult":
			held++
		case e.Kind == "slip_convene":
			team = true
		case e.To == mediation.Settled && e.From != e.To:
			overseen = team
		}
	}
	if t.Consultations += held; held > 0 {
		t.Consulted++
	}
	if overseen && c.State == mediation.Settled {
		t.Overseen++
	}
}

// confirmation counts what came of judicial confirmation, by the timeline but for whether an agreement could be confirmed.
func (t *recounted) confirmation(c *counted) {
	open := slices.ContainsFunc(c.Former, func(a mediation.Agreement) bool { return !a.Confirm.Due.IsZero() })
	if open || c.Agreement != nil && !c.Agreement.Confirm.Due.IsZero() {
		t.Confirmable++
	}
	asked, lapsed, rulings := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range c.timeline {
		switch e := &c.timeline[i]; {
		case e.Kind == "apply_confirmation" && e.Data["ruling"] != "":
			rulings[e.Data["ruling"]] = true
		case e.Kind == "apply_confirmation":
			asked[e.Data["agreement"]] = true
		case e.Kind == "confirm_lapsed":
			lapsed[e.Data["agreement"]] = true
		}
	}
	for count, is := range map[*int]bool{&t.ConfirmAsked: len(asked) > 0, &t.Confirmed: rulings["confirmed"], &t.ConfirmRefused: rulings["refused"]} {
		if is {
			*count++
		}
	}
	for agreement := range lapsed {
		if !asked[agreement] {
			t.ConfirmLapsed++
			break
		}
	}
}

// joinedAway tells whether a case counts with the one that it was joined to: not what another body handed over, nor what was late before.
func joinedAway(c *counted) bool {
	late := slices.ContainsFunc(c.timeline, func(e mediation.Event) bool { return e.Kind == "breached" })
	return c.State == mediation.Joined && c.Channel == "app" && c.Petition == nil && !late
}
