package mediation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/policy"

	"pgregory.net/rapid"
)

// copyCase is a deep copy by way of the stored form.
func copyCase(c *Case) (out Case) {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}

func encoded(c *Case) string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// machine drives one case at random.
type machine struct {
	*story
	rt    *rapid.T
	spare Case // as it was before the step
}

func TestAnyHistoryKeepsTheCaseWhole(t *testing.T) {
	anyHistory(t, rulesFor(jointly(t)))
}

func TestAnyHistoryWithStagesKeepsTheCaseWhole(t *testing.T) {
	anyHistory(t, staged(t, fourClocks))
}

// TestAfterTheSweepEveryOpenCaseHasATimeAtWhichItIsLookedAt is the catch-all's: tick asks it where the policy has one.
func TestAfterTheSweepEveryOpenCaseHasATimeAtWhichItIsLookedAt(t *testing.T) {
	anyHistory(t, staged(t, fourClocks+catchAll))
}

// catchAll gives what no clock watches over to a leader.
const catchAll = `duty:
  ahead: 24h
  again: 24h
  posts: [{key: leader, name: {zh: 值班领导, en: leader}, needed: true}]
dispatch:
  - {key: unheld, name: {zh: 兜底, en: catch}, on: unheld, post: leader}
`

func anyHistory(t *testing.T, r Rules) {
	r.Policy.Petition, r.Policy.Desks = yongkang(t).Petition, twoDesks
	r.Policy.Confirmation = policy.Confirmation{Apply: policy.Limit{Within: policy.Span{Days: 30}, Remind: []policy.Span{{Days: 7}}}}
	r.Policy.Proxies = policy.Proxies{By: []string{"grid_worker", "township_staff"}, Errand: policy.Limit{Within: policy.Span{Days: 3}, Remind: []policy.Span{{Days: 1}}}}
	seen, petitions := map[State]int{}, map[PetitionState]int{}
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{rt: rt}
		r.Policy.Loop = policy.Loop{}
		if rapid.Bool().Draw(rt, "closed loop") {
			r.Policy.Loop = closedLoop
		}
		m.story = beginWith(rt, r, func(rep *Report) {
			rep.Category = rapid.SampledFrom([]string{"neighbour", "medical", "labour", "expropriation"}).Draw(rt, "category")
			rep.Severity = rapid.IntRange(1, 4).Draw(rt, "severity")
			rep.Channel = rapid.SampledFrom([]string{"app", "letter"}).Draw(rt, "channel")
			if rapid.Bool().Draw(rt, "from a desk") {
				rep.Outside = Outside{Desk: "a", Number: "1"}
			}
			rep.Emergency = rapid.IntRange(0, 9).Draw(rt, "emergency") == 0
		})
		if m.c.Petition != nil && rapid.Bool().Draw(rt, "back") {
			m.c.Petition.Back = &Back{Concluded: "c0"}
		}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			m.spare = copyCase(m.c)
			m.step()
			m.whole()
			m.wholeLoop()
			seen[m.c.State]++
			if m.c.Petition != nil {
				petitions[m.c.Petition.State]++
			}
		}
	})
	t.Logf("states seen: %v, of petitions: %v", seen, petitions)
}

func (m *machine) step() {
	m.at = m.at.Add(time.Duration(rapid.IntRange(1, 600).Draw(m.rt, "minutes")) * time.Minute)
	// Now and then a machine's clock is set, or another instance's runs an hour off.
	m.at = m.at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 0, -1, 1}).Draw(m.rt, "clock")) * time.Hour)
	switch rapid.IntRange(0, 9).Draw(m.rt, "kind") {
	case 3:
		m.sendByRule()
	case 0:
		m.at = m.at.AddDate(0, 0, rapid.IntRange(0, 20).Draw(m.rt, "days"))
		m.tick()
	case 1, 2:
		m.sendWave()
	case 4, 5:
		m.command()
	default:
		m.forward()
	}
}

// forward takes the step by which a case gets on, so that histories reach every state.
func (m *machine) forward() {
	seatedOr := func(otherwise Actor) Actor {
		for _, a := range cast {
			if a.Mediator != "" && m.c.Panel.Seated(a.Mediator) {
				return a
			}
		}
		return otherwise
	}
	asked := staff
	for _, a := range cast {
		if m.c.asked(a.Mediator) {
			asked = a
		}
	}
	switch m.c.State {
	case Reported:
		if m.c.Emergency {
			m.give(staff, CmdReclassify)
			return
		}
		m.give(staff, CmdAccept)
	case Screened:
		if m.c.NeedsHand {
			m.give(staff, CmdAssign)
			return
		}
		m.sendWave()
	case Offered:
		m.give(asked, CmdTake)
	case Accepted:
		m.give(seatedOr(staff), CmdSession)
	case Mediating:
		m.give(seatedOr(staff), CmdAgree)
	case Agreed:
		m.give(seatedOr(staff), CmdSign)
		m.spare = copyCase(m.c)
		m.give(staff, CmdSign)
	case Effective:
		m.give(staff, rapid.SampledFrom([]CommandName{CmdPerform, CmdConfirm, CmdClose, CmdLoop}).Draw(m.rt, "finish"))
	case Closed:
		m.give(walker, CmdFollowUp)
	case Suspended:
		m.give(staff, CmdResume)
	case Transferred:
		m.together()
	case Failed:
		m.give(staff, CmdExit)
	case Joined:
		m.give(staff, CmdSplit)
	default:
		m.give(applicant, CmdReopen)
	}
}

// together takes the step by which a case that was passed on is handled jointly, or back, or done with.
func (m *machine) together() {
	any := func(names ...CommandName) CommandName { return rapid.SampledFrom(names).Draw(m.rt, "passed on") }
	switch {
	case m.c.toSign() != nil:
		m.give(chief, CmdSignOff)
	case m.c.Joint == nil || m.c.Joint.Order == nil:
		m.give(staff, any(CmdConsult, CmdConsult, CmdTakeBack, CmdFinish))
	case len(m.c.tasks()) == 0:
		m.give(staff, CmdTask)
	default:
		m.give(staff, any(CmdTask, CmdFinish, CmdTaskDrop, CmdTakeBack))
	}
}

func (m *machine) tick() {
	twin := copyCase(m.c)
	changed := Tick(m.c, m.at, m.r)
	if Tick(&twin, m.at, m.r) != changed || encoded(&twin) != encoded(m.c) {
		m.rt.Fatalf("two runs of the sweep differ")
	}
	m.counted(changed)
	if m.r.Policy.Duty.Again > 0 && !m.c.State.Over() && !m.c.Accusation && m.c.NextDue.IsZero() {
		m.rt.Fatalf("nobody will ever look at the case again, which is %s", m.c.State)
	}
	if Tick(&twin, m.at, m.r) {
		m.rt.Fatalf("a second sweep at the same time did something")
	}
}

// sendByRule does what the chore of a dispatch rule does, and takes a command.
func (m *machine) sendByRule() {
	if !m.c.Accusation && rapid.Bool().Draw(m.rt, "sent") {
		units := rapid.SliceOfN(rapid.SampledFrom([]string{"住建局", "水利局"}), 1, 2).Draw(m.rt, "to")
		var sent []Sent
		for i, unit := range units {
			sent = append(sent, Sent{Unit: unit, Lead: i == 0, Signs: rapid.Bool().Draw(m.rt, "signs"), At: m.at})
		}
		m.c.send(append(sent, Sent{User: "u-away"}))
		m.spare = copyCase(m.c)
	}
	m.command()
}

// sendWave does what the sweep does about ChoreMatch.
func (m *machine) sendWave() {
	if !slices.ContainsFunc(m.c.Chores, func(c Chore) bool { return c.Kind == ChoreMatch }) ||
		!has([]State{Screened, Offered, Accepted, Mediating}, m.c.State) {
		return
	}
	for _, seat := range m.c.Panel.Free() {
		if rapid.Bool().Draw(m.rt, "ask") {
			m.spare = copyCase(m.c)
			m.offer(seat, rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"elder", "other", "third"}), 1, 3, rapid.ID[string]).Draw(m.rt, "asked")...)
			m.counted(true)
			return
		}
	}
	if err := Send(m.c, Wave{Revision: m.c.Revision, Tier: m.c.Tier}, m.at, m.r); err != nil {
		m.rt.Fatalf("send: %v", err)
	}
	m.counted(true)
}

func (m *machine) counted(changed bool) {
	want := m.spare.Revision
	if changed {
		want++
	}
	if m.c.Revision != want {
		m.rt.Fatalf("revision %d, want %d", m.c.Revision, want)
	}
}

func (m *machine) command() {
	by := rapid.SampledFrom(cast).Draw(m.rt, "by")
	actions := Actions(m.c, by, m.r, m.at)
	if rapid.IntRange(0, 3).Draw(m.rt, "ask for actions") == 0 {
		m.actionsAreWhatDecideAllows(by, actions)
	}
	name := rapid.SampledFrom(Table).Draw(m.rt, "any").Command
	if len(actions) > 0 && rapid.IntRange(0, 4).Draw(m.rt, "legal") > 0 {
		name = rapid.SampledFrom(actions).Draw(m.rt, "command")
	}
	m.give(by, name)
}

// give gives the command and checks what must come of it, whether it is carried out or refused.
func (m *machine) give(by Actor, name CommandName) {
	o := m.order(by, plausible(m.c, by, name))
	o.Key = fmt.Sprintf("key-%d", m.n)
	twin, before := copyCase(m.c), encoded(m.c)
	err := Decide(m.c, o, m.r)
	if again := Decide(&twin, o, m.r); (err == nil) != (again == nil) || encoded(&twin) != encoded(m.c) {
		m.rt.Fatalf("%s: two runs differ: %v, %v", name, err, again)
	}
	if err != nil {
		var no *Error
		if !errors.As(err, &no) {
			m.rt.Fatalf("%s in %s: %v", name, m.spare.State, err)
		}
		if encoded(m.c) != before {
			m.rt.Fatalf("%s was refused (%v) and changed the case", name, err)
		}
		return
	}
	m.counted(true)
	if n := m.spare.openTasks(); n > 0 && (name == CmdFinish || name == CmdClose) {
		m.rt.Fatalf("%s with %d sub-tasks open", name, n)
	}
	if rule, _ := RuleOf(name); m.c.State != m.spare.State && !rule.leads(m.spare.State, m.c.State) {
		m.rt.Fatalf("%s led from %s to %s, which the diagram does not show", name, m.spare.State, m.c.State)
	}
	after := encoded(m.c)
	if err := Decide(m.c, o, m.r); err != nil || encoded(m.c) != after {
		m.rt.Fatalf("%s sent again: %v", name, err)
	}
}

// actionsAreWhatDecideAllows: no action that is listed is refused for who, where or what is missing, and none that is not
// listed goes through.
func (m *machine) actionsAreWhatDecideAllows(by Actor, actions []CommandName) {
	for _, rule := range Table {
		c := copyCase(m.c)
		err := Decide(&c, m.order(by, plausible(m.c, by, rule.Command)), m.r)
		listed := has(actions, rule.Command)
		var no *Error
		switch {
		case err == nil && !listed:
			m.rt.Fatalf("%s by %s in %s goes through and is not listed", rule.Command, by.ID, m.c.State)
		case listed && errors.As(err, &no) && (no.Kind == Forbidden || no.Code == "case.state" || len(no.Code) > 5 && no.Code[:5] == "need."):
			m.rt.Fatalf("%s by %s in %s is listed and refused: %v", rule.Command, by.ID, m.c.State, err)
		}
	}
}

// whole checks what holds of every case at every time.
func (m *machine) whole() {
	c := m.c
	if c.State.Info().Zh == "" || c.State.Info().PlainZh == "" {
		m.rt.Fatalf("state %q is not in the table", c.State)
	}
	if i := VerifyChain(nil, 1, c.Events); i >= 0 {
		m.rt.Fatalf("the chain breaks at event %d", i+1)
	}
	ids := map[string]bool{}
	for _, n := range c.Unsent {
		if ids[n.ID] {
			m.rt.Fatalf("two notices %s", n.ID)
		}
		ids[n.ID] = true
	}
	searching := has([]State{Screened, Offered, Accepted, Mediating}, c.State) && len(c.Panel.Free()) > 0
	if c.hasOpenOffer() && !searching {
		m.rt.Fatalf("somebody is asked although the case is %s with free seats %v", c.State, c.Panel.Free())
	}
	if searching && !c.hasOpenOffer() && !c.NeedsHand && !slices.ContainsFunc(c.Chores, func(x Chore) bool { return x.Kind == ChoreMatch }) {
		m.rt.Fatalf("the case is %s, seats %v are free, and nobody looks for anyone", c.State, c.Panel.Free())
	}
	if p := c.Petition; p != nil && (p.State.Over() != p.Clock.Due.IsZero() || p.State.Info().Zh == string(p.State)) {
		m.rt.Fatalf("a petition that is %s is due %v", p.State, p.Clock.Due)
	}
	if c.Accusation && len(c.Sent) > 0 {
		m.rt.Fatalf("an accusation is with %+v", c.Sent)
	}
	for i, s := range c.Sent {
		if slices.ContainsFunc(c.Sent[:i], func(b Sent) bool { return b.Unit == s.Unit && b.User == s.User && b.Role == s.Role }) {
			m.rt.Fatalf("it was sent to the same twice: %+v", c.Sent)
		}
	}
	if last := c.Events[len(c.Events)-1]; last.Kind == string(CmdExit) && c.Petition != nil && (c.Petition.State == PetitionReviewing || c.Petition.State == PetitionRereviewing) {
		m.rt.Fatalf("an orderly exit while the petition is %s", c.Petition.State)
	}
	m.seatsOnce()
	m.dueInTime()
	m.clocksExplainThemselves()
	m.everybodyHears()
}

// clocksExplainThemselves: what the calendar says step by step leads to the very time at which the clock ends.
func (m *machine) clocksExplainThemselves() {
	for _, e := range Clocks(m.c, m.r, m.at) {
		if e.Due.IsZero() {
			if e.Why != nil {
				m.rt.Fatalf("%s never ends, because %v", e.Name, e.Why)
			}
			continue
		}
		if last := e.Why[len(e.Why)-1]; last.Text("en") != m.r.Calendar.Due(e.Due).Text("en") {
			m.rt.Fatalf("%s is due at %v and explained as %v", e.Name, e.Due, e.Why)
		}
		for _, line := range e.Why {
			if line.Code == "clock.set" {
				m.rt.Fatalf("%s of %s, since %v, due %v, pauses %v: reckoned by nothing known", e.Name, e.State, e.Since, e.Due, e.Pauses)
			}
		}
		if len(e.Reminders) < e.Reminded {
			m.rt.Fatalf("%s has reminded %d times of %d", e.Name, e.Reminded, len(e.Reminders))
		}
	}
}

func (m *machine) seatsOnce() {
	seen := map[string]bool{}
	for _, s := range m.c.Panel.Seats {
		if s.Mediator != "" && seen[s.Mediator] {
			m.rt.Fatalf("%s has two seats", s.Mediator)
		}
		seen[s.Mediator] = true
	}
	// Whoever left a panel gives the seat back, unless the case goes on with them.
	for _, s := range m.spare.Panel.Seats {
		if s.Mediator != "" && !m.c.Panel.Seated(s.Mediator) &&
			!slices.ContainsFunc(m.c.Chores, func(x Chore) bool { return x.Kind == ChoreReleaseSeat && x.Target == s.Mediator }) {
			m.rt.Fatalf("%s left the panel and keeps the load", s.Mediator)
		}
	}
}

// dueInTime: the sweep looks no later than anything falls due.
func (m *machine) dueInTime() {
	c := m.c
	late := func(what string, t time.Time) {
		if !t.IsZero() && (c.NextDue.IsZero() || c.NextDue.After(t)) {
			m.rt.Fatalf("%s is due at %s, the sweep looks at %s", what, t, c.NextDue)
		}
	}
	for _, ch := range c.Chores {
		late(string(ch.Kind), ch.Since)
	}
	if p := c.Petition; p != nil && c.State != Joined && p.Clock.Breached.IsZero() && p.Clock.Paused.IsZero() {
		late("the petition's clock", p.Clock.Due)
	}
	if c.State.Over() {
		return
	}
	for _, o := range c.Offers {
		if o.State == OfferOpen {
			late("an offer", o.Deadline)
		}
	}
	if i := c.nextReview(); i >= 0 && c.Charge.Reviews[i].Clock.Breached.IsZero() {
		late("a review", c.ReviewDue())
	}
	for _, task := range c.tasks() {
		if task.Open() && task.Clock.Breached.IsZero() {
			late("a sub-task", task.Clock.Due)
		}
	}
	if c.confirmable() {
		late("the time to apply for confirmation", c.Agreement.Confirm.Due)
	}
	for name, k := range map[string]Clock{"the state's clock": c.StateClock, "the whole clock": c.WholeClock} {
		if k.Breached.IsZero() && k.Paused.IsZero() {
			late(name, k.Due)
		}
	}
	for i := range c.Stages {
		if k := &c.Stages[i]; k.running() && k.Clock.Breached.IsZero() && k.Clock.Paused.IsZero() {
			late("the stage "+k.Key, k.Clock.Due)
		}
	}
}
