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

// step takes a case on, or gives it a command that may well be refused.
func (k *figuresKit) step(t *testing.T, id string) {
	t.Helper()
	k.Pass(time.Duration(k.rng.IntN(600)) * time.Minute / 10)
	c := k.Read(t, id)
	by, cmd := k.onward(&c)
	if k.rng.IntN(3) == 0 {
		by, cmd = k.aside(&c)
	}
	k.give(id, by, cmd, c.Revision)
	if k.rng.IntN(40) == 0 {
		if err := k.Record(context.Background(), id, mediation.Beside{ID: k.Next("study"), At: k.Clock(), Actor: "leader", Role: mediation.Leader, Kind: mediation.StudyCalled}, false); err != nil {
			t.Fatal(err)
		}
	}
	switch k.rng.IntN(20) {
	case 0, 1:
		k.Sweep(t)
	case 2:
		k.asBefore(t, id)
	}
}

// reopen takes up some closed cases again, which random steps seldom do.
func (k *figuresKit) reopen(t *testing.T, n int) {
	t.Helper()
	for _, id := range k.ids {
		if c := k.Read(t, id); c.State == mediation.Closed && n > 0 {
			k.give(id, County, mediation.Reopen{Reason: "again"}, c.Revision)
			n--
		}
	}
}

// asBefore stores a case as a release did that knew of no course.
func (k *figuresKit) asBefore(t *testing.T, id string) {
	t.Helper()
	if _, err := k.Cases.Update(context.Background(), id, func(c *mediation.Case) error { c.Course = mediation.Course{}; return nil }); err != nil {
		t.Fatal(err)
	}
}

// give gives a command, which may be refused.
func (k *figuresKit) give(id string, by mediation.Actor, cmd mediation.Command, revision int64) {
	_, err := k.Do(context.Background(), by, id, mediation.Request{Command: cmd, Revision: revision, Key: k.Next("key")})
	if err == nil {
		k.done++
	}
}

// onward is what takes a case to its end.
func (k *figuresKit) onward(c *mediation.Case) (mediation.Actor, mediation.Command) {
	party := ""
	if len(c.Parties) > 0 {
		party = c.Parties[k.rng.IntN(len(c.Parties))].ID
	}
	switch c.State {
	case mediation.Screened, mediation.Offered:
		return County, mediation.Assign{Mediator: k.elder.Mediator, Seat: -1, Force: true}
	case mediation.Accepted:
		return k.elder, mediation.RecordSession{}
	case mediation.Mediating:
		return k.elder, mediation.Agree{Terms: "各让一步", Oral: true}
	case mediation.Effective:
		if c.Performed.IsZero() {
			return County, mediation.Perform{}
		}
		return County, mediation.Close{}
	case mediation.Closed:
		if k.rng.IntN(2) == 0 {
			return County, mediation.Rate{Behalf: mediation.Behalf{Party: party}, Satisfied: k.rng.IntN(4) > 0, Stars: 4}
		}
		return County, mediation.RecordFollowUp{Kept: true, Resolved: k.rng.IntN(5) > 0}
	case mediation.Unsettled: // closed once, and in hand again elsewhere
		return County, mediation.Transfer{Unit: "住建局", Reason: "theirs"}
	case mediation.Transferred:
		if !c.Closed.IsZero() {
			return County, mediation.Note{Text: "n"}
		}
		return County, mediation.Finish{}
	}
	return County, mediation.Accept{}
}

// aside is what does not.
func (k *figuresKit) aside(c *mediation.Case) (mediation.Actor, mediation.Command) {
	applicant := ""
	for _, p := range c.Parties {
		if p.Side == mediation.Applicant {
			applicant = p.ID
		}
	}
	yes, no := k.rng.IntN(3) > 0, k.rng.IntN(3) == 0
	all := []mediation.Command{mediation.HandlePetition{Step: mediation.StepRefuse, Route: "court", Reason: "court"},
		mediation.HandlePetition{Step: mediation.StepRate, Behalf: mediation.Behalf{Party: applicant, Manner: "phone"}, Rating: mediation.Rating{Unit: &yes, Office: &no}}, mediation.Reopen{Reason: "again"}, mediation.Suspend{Reason: "illness"}, mediation.Resume{},
		mediation.Terminate{Reason: "no_agreement"}, mediation.Exit{Route: "court", Reason: "no_agreement"}, mediation.WithdrawCase{Reason: "gone"},
		mediation.Refuse{Route: "court", Reason: "court"}, mediation.Transfer{Unit: "住建局", Reason: "theirs"}, mediation.TakeBack{},
		mediation.Transfer{Area: "33.01.11.002", Reason: "theirs"}, mediation.Split{}, mediation.Join{Into: k.ids[k.rng.IntN(len(k.ids))]}, mediation.Default{},
		mediation.Reclassify{Category: "labour", Severity: 2}, mediation.Reclassify{Category: "accusation", Severity: 2}, mediation.Note{Text: "n"}, mediation.SettleAtOnce{Answer: "已答复"},
		mediation.PassOn{To: "110"}, mediation.PassOn{To: "12345"}, mediation.SignFor{}}
	return County, all[k.rng.IntN(len(all))]
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
