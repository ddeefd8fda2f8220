package storetest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// Figures plays random histories through the real service and compares, as they go on, every figure that a book counts with a recount
// over the cases and their timelines by plain code; and the book that was kept up to date with one that is made anew. s must be
// opened and empty.
func Figures(t *testing.T, s *store.Store) {
	k := newFiguresKit(t, s, 7)
	for round := range 5 {
		k.round(t)
		k.compare(t, round)
		k.Pass(time.Duration(k.rng.IntN(20)) * 24 * time.Hour)
		k.Sweep(t)
	}
	all := k.kept.Count(figures.Query{Sight: mediation.VisibleBy(County, mediation.StatsRead), Now: k.Clock()})
	for name, n := range map[string]int{"open": all.Open, "overdue": all.Overdue, "in time": all.InTime, "late": all.Closed - all.InTime, "settled": all.Settled,
		"reopened": all.Reopened, "satisfied": all.Satisfied, "dissatisfied": all.Dissatisfied, "agreed": all.Agreement.N, "joined": len(k.ids) - all.Received, "closed and passed on again": k.passedOn, "a joined petition": k.ofPetition, "joined and late": k.ofLate, "overdue by what was joined to it": k.lateHere, "backlog": k.piled, "backlog reopened": k.again,
		"a first petition": all.First, "a first petition in hand": all.First - all.FirstEnded, "a first petition settled": all.FirstSettled, "a first petition not settled": all.FirstEnded - all.FirstSettled,
		"liked by its petitioner": all.UnitLiked, "disliked": all.OfficeRated - all.OfficeLiked, "passed on": all.PassedOn, "passed on to a desk": k.toDesk, "overdue at a stage alone": k.atStage, "settled at once": all.AtOnce, "studied": all.Studied, "a report that came otherwise than its case": k.otherwise,
		"consulted on more than once": all.Consultations - all.Consulted, "settled under supervision": all.Overseen, "supervised and not settled": all.Supervised - all.Overseen} {
		if n == 0 {
			t.Errorf("no case is %s: %+v after %d commands", name, all, k.done)
		}
	}
}

type figuresKit struct {
	*Office
	rng   *rand.Rand
	elder mediation.Actor
	kept  *figures.Keeper
	ids   []string
	done  int
	// piled and again are the cases of the backlog that were counted, and those of them that had been reopened.
	piled, again int
	// toDesk are the cases counted that were passed on between desks alone, atStage those overdue at a stage and nowhere else.
	toDesk, atStage int
	// ofPetition and ofLate are how often a case was counted that had been joined to another: a petition, and one that had been late.
	ofPetition, ofLate int
	// lateHere is how often one was counted to which a late one had been joined.
	lateHere int
	// passedOn is how often a case was counted that had been closed and passed on again.
	passedOn int
	// had are the units that each case was seen with, before and after every command.
	had map[string][]string
	// channels are those of reports, otherwise how often one was counted that came by another than its case.
	channels  map[string]string
	otherwise int
}

// lies notes with which unit a case lies.
func (k *figuresKit) lies(c *mediation.Case) {
	if c.Unit != "" && !slices.Contains(k.had[c.ID], c.Unit) {
		k.had[c.ID] = append(k.had[c.ID], c.Unit)
	}
}

// newFiguresKit begins random histories, by a seed whose histories hold every kind of case that is looked for.
func newFiguresKit(t *testing.T, s *store.Store, seed uint64) *figuresKit {
	t.Helper()
	rules := bytes.Replace(WithPetitions(t, "12345"), []byte("  number_format:"), []byte("  on_receipt: {within: 24h, max_severity: 2}\n  number_format:"), 1)
	k := &figuresKit{Office: NewOffice(t, s, s, append(append(rules, desksOnOneTrack...), jointUnderOneLead...)), rng: rand.New(rand.NewPCG(3, seed)), had: map[string][]string{}, channels: map[string]string{}}
	k.DeskUnit = func(desk string) string { return desk + "中心" }
	k.elder = k.Hire(t, "elder", "village", "33.01.11.001", 100)
	housing := accountUser("housing", "housing", "33.01.11", mediation.UnitStaff, OfficeStart) // or no consultation could name it
	housing.Unit = "住建局"
	if err := s.Users().Create(t.Context(), housing); err != nil {
		t.Fatal(err)
	}
	k.kept = figures.NewKeeper(s.Figures(), k.Clock)
	return k
}

// jointUnderOneLead has consultations signed by a leader.
const jointUnderOneLead = `
joint:
  name: {zh: 联席会议, en: joint conference}
  signatory:
    role: leader
    unit: 区委
    title: {zh: 区委副书记, en: deputy secretary}
  task:
    within: 7d
`

// desksOnOneTrack are two desks that pass on to each other, one of which has its matters signed for and closed by stages.
const desksOnOneTrack = `
desks:
  passes:
    - {from: "12345", to: "110"}
    - {from: "110", to: "12345"}
stages:
  channels: ["110"]
  clocks:
    - {key: sign, name: {zh: 签收, en: sign}, start: receipt, within: 1m, ends: [sign_for]}
    - {key: close, name: {zh: 办结, en: close}, start: sign, within: 24h, reaches: [closed], pauses: [illness]}
`

// round opens some cases and takes old and new ones on; the book knows of all of it afterwards.
func (k *figuresKit) round(t *testing.T) {
	t.Helper()
	for range 8 {
		in := Quarrel([]grid.Code{CellA, CellB, CellC, CellD}[k.rng.IntN(4)])
		in.Channel = []string{"app", "12345", "12345", "110"}[k.rng.IntN(4)]
		if in.Channel != "app" {
			in.Outside = mediation.Outside{Desk: in.Channel, Number: k.Next("order")}
		}
		if k.rng.IntN(4) == 0 {
			in.Category = []string{"accusation", "labour", "medical"}[k.rng.IntN(3)]
		}
		in.Parties = []mediation.PartyInput{{Kind: mediation.Person, Side: mediation.Applicant, Name: "甲", Phone: fmt.Sprint(13800000000 + k.rng.IntN(12))}, {Kind: mediation.Person, Side: mediation.Respondent, Name: "乙"}}
		id := k.Report(t, k.Worker(), in).ID
		if slices.Contains(k.ids, id) {
			continue // it joined a case by the same party
		}
		k.ids = append(k.ids, id)
		k.joinOwn(t, id)
		if k.rng.IntN(6) == 0 { // while it is new it may be the same as another
			k.give(k.ids[len(k.ids)-1], County, mediation.Join{Into: k.ids[0]}, k.Read(t, k.ids[len(k.ids)-1]).Revision)
		}
		k.Pass(time.Duration(k.rng.IntN(90)) * time.Minute)
	}
	for range 240 {
		k.step(t, k.ids[k.rng.IntN(len(k.ids))])
	}
	if err := k.kept.Pass(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !k.kept.AsOf().Equal(k.Clock()) {
		t.Fatalf("complete up to %s at %s", k.kept.AsOf(), k.Clock())
	}
}

// histories are the cases with their whole timelines.
func (k *figuresKit) histories(t *testing.T) []counted {
	t.Helper()
	cases := make([]counted, len(k.ids))
	for i, id := range k.ids {
		events, err := k.Cases.Timeline(context.Background(), id, 0, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		c := k.Read(t, id)
		k.lies(&c)
		cases[i] = counted{c, events, k.had[id]}
	}
	return cases
}

// compare holds the figures of every sight to a recount.
func (k *figuresKit) compare(t *testing.T, round int) {
	t.Helper()
	anew := figures.NewKeeper(k.Store.Figures(), k.Clock)
	if err := anew.Pass(context.Background()); err != nil {
		t.Fatal(err)
	}
	cases := k.histories(t)
	for i := range cases {
		if cases[i].State == mediation.Transferred && !cases[i].Case.Closed.IsZero() {
			k.passedOn++
		}
		k.seen(&cases[i])
	}
	cuts := []time.Time{OfficeStart, OfficeStart.AddDate(0, 0, 7), OfficeStart.AddDate(0, 0, 21)}
	actors := []mediation.Actor{Town, County, {ID: "u", Role: mediation.UnitStaff, Unit: "住建局", Area: "33.01.11"}, {ID: "s", Role: mediation.Supervisor, Area: "33.01"},
		{ID: "g", Role: mediation.GridLeader, Area: CellA.Parent()}, {ID: "a", Role: mediation.Administrator, Area: "33"}, {ID: "w", Role: mediation.GridWorker, Area: "33"}}
	for _, actor := range actors {
		for _, q := range []figures.Query{{}, {Area: "33.01.11.001"}, {Category: "neighbour"}, {Channel: "12345"}, {Unit: "住建局"}, {HadBy: "住建局"}, {Official: Town.ID}, {Official: "nobody"}, {Source: "petition"}, {From: cuts[1]}, {Until: cuts[1]},
			{Area: "33.01.11.001", From: cuts[0], Until: cuts[2]}, {Unit: "住建局", From: cuts[1]}, {Area: "33.01.11.001", Unit: "住建局", Official: Town.ID, Until: cuts[2]}} {
			q.Sight, q.Now, q.SourceOf = mediation.VisibleBy(actor, mediation.StatsRead), k.Clock(), sourceOf
			for _, by := range append([]figures.By{figures.Whole, figures.ByOfficial, figures.ByHad}, figures.Breakdowns...) {
				got, want := k.kept.Break(q, by, cuts), recount(cases, actor, q, by, cuts)
				if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
					t.Fatalf("round %d, %s, %+v by %q:\n got %+v\nwant %+v", round, actor.Role, q, by, got, want)
				}
				if again := anew.Break(q, by, cuts); !reflect.DeepEqual(again, got) {
					t.Fatalf("round %d, %s by %q: made anew %+v, kept %+v", round, actor.Role, by, again, got)
				}
			}
			k.linked(t, actor, q)
			k.backlog(t, cases, actor, q)
			k.uses(t, anew, cases, actor, q, cuts)
		}
	}
}

// seen notes that a case is of a kind without which a recount would not show much.
func (k *figuresKit) seen(c *counted) {
	late := func(clock mediation.Clock) bool {
		return !clock.Due.IsZero() && clock.Paused.IsZero() && clock.Due.Before(k.Clock())
	}
	if len(c.Late) > 0 && !c.State.Over() {
		k.lateHere++
	}
	if c.State == mediation.Joined && c.Petition != nil {
		k.ofPetition++
	}
	if c.State == mediation.Joined && slices.ContainsFunc(c.timeline, func(e mediation.Event) bool { return e.Kind == "breached" }) {
		k.ofLate++
	}
	if len(c.Passes) > 0 && !slices.ContainsFunc(c.timeline, func(e mediation.Event) bool { return e.To == mediation.Transferred }) {
		k.toDesk++
	}
	if !c.State.Over() && !late(c.StateClock) && !late(c.WholeClock) && (c.Petition == nil || !late(c.Petition.Clock)) &&
		slices.ContainsFunc(c.Stages, func(s mediation.Stage) bool { return s.Ended.IsZero() && s.Moot.IsZero() && late(s.Clock) }) {
		k.atStage++
	}
}

// counted is a case with its whole timeline.
type counted struct {
	mediation.Case
	timeline []mediation.Event
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
		if by == figures.ByOfficial {
			for _, id := range officials(&c) {
				groups[id] = append(groups[id], c)
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
		if c.Repeats > 0 {
			t.Reopened++
		}
		t.petition(c, closed)
		for _, p := range c.Parties {
			if p.Satisfied != nil && p.Satisfied.Yes {
				t.Satisfied++
			} else if p.Satisfied != nil {
				t.Dissatisfied++
			}
		}
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

// joinedAway tells whether a case counts with the one that it was joined to: not what another body handed over, nor what was late before.
func joinedAway(c *counted) bool {
	late := slices.ContainsFunc(c.timeline, func(e mediation.Event) bool { return e.Kind == "breached" })
	return c.State == mediation.Joined && c.Channel == "app" && c.Petition == nil && !late
}

// joinOwn joins a petition to an earlier one of the same petitioner, and a case that is late to any other, which random steps seldom do.
func (k *figuresKit) joinOwn(t *testing.T, id string) {
	t.Helper()
	c := k.Read(t, id)
	for _, other := range k.ids {
		o := k.Read(t, other)
		if other == id || o.State.Over() {
			continue
		}
		if c.Petition != nil && o.Petition != nil && slices.Equal(applicants(&c), applicants(&o)) {
			k.give(id, County, mediation.Join{Into: other}, c.Revision)
			return
		}
		if c.Petition == nil && k.rng.IntN(2) == 0 && c.Channel == "app" && o.Channel == "app" {
			k.give(id, County, mediation.Join{Into: other}, c.Revision)
			return
		}
		if o.State == mediation.Reported && !o.Course.Breached.IsZero() && k.rng.IntN(3) == 0 {
			k.give(other, County, mediation.Join{Into: id}, o.Revision)
		}
	}
}

// applicants are the numbers of those who apply, as they are known.
func applicants(c *mediation.Case) (match []string) {
	for _, p := range c.Parties {
		if p.Side == mediation.Applicant {
			match = append(match, p.Match...)
		}
	}
	return match
}
