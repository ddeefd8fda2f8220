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
	k := newFiguresKit(t, s, 3)
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
	steps int // of a round
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
	k := &figuresKit{Office: NewOffice(t, s, s, append(append(rules, desksOnOneTrack...), jointUnderOneLead...)), rng: rand.New(rand.NewPCG(3, seed)), steps: 320, had: map[string][]string{}, channels: map[string]string{}}
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
	for range k.steps {
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
			for _, by := range append([]figures.By{figures.Whole, figures.ByOfficial, figures.ByHad, figures.ByLain}, figures.Breakdowns...) {
				got, want := k.kept.Break(q, by, cuts), recount(cases, actor, q, by, cuts)
				if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
					t.Fatalf("round %d, %s, %+v by %q:\n got %+v\nwant %+v", round, actor.Role, q, by, got, want)
				}
				if again := anew.Break(q, by, cuts); !reflect.DeepEqual(again, got) && len(again)+len(got) > 0 {
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
