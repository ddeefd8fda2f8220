package mediation

import (
	"fmt"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Rules is what a decision is judged by: the case's own policy version and its calendar.
type Rules struct {
	Policy   *policy.Policy
	Calendar *clock.Calendar
	// Signer is who holds the post that signs, where the policy names one.
	Signer Signer
}

// Signer holds the post of the signatory at a moment: Holder is "" while it is vacant, StandIn while nobody stands in for them.
type Signer struct{ Holder, StandIn string }

// after is the end of a span that starts at a time.
func (r Rules) after(start time.Time, span policy.Span) time.Time {
	return r.Calendar.After(start, span).UTC()
}

// Order is a command made ready for a decision: everything that costs I/O, chance or a clock has happened already, so
// that Decide may rerun and gives the same answer for the same case.
type Order struct {
	Actor    Actor
	Command  Command
	At       time.Time // millisecond precision, as all times in a case
	Revision int64     // the revision the caller acted on (If-Match); 0 = not said, for the sweep alone
	Key      string    // hash of the client's idempotency key, "" for the sweep

	Words    Sealed // the command's free text
	Facts    Sealed
	Terms    Sealed
	Place    Sealed
	Party    *Party            // for AddParty, sealed
	LinkHash string            // for AddParty and RenewLink
	Mediator *Candidate        // for Assign: the mediator as judged by Match
	Approver Sealed            // for HandlePetition
	Alike    []Suggestion      // for AddParty: open cases that the party is in already
	NewID    string            // for whatever the command creates
	Away     *float64          // for Arrive: metres from the case's place; nil where the case has none
	Plan     string            // for Place: the edition that has the cell
	Body     string            // for TakeCharge: the body that the leader belongs to
	Others   Sealed            // for RecordCall
	Units    map[string]string // for PassOn and RecordCall: the units of the desks that it names, as far as they are known
}

// Decide carries out the order on the case or says why not. It changes nothing else, reads no clock and may run again.
func Decide(c *Case, o Order, r Rules) error {
	name := o.Command.Name()
	if o.Key != "" && c.carriedOut(o.Key) {
		return nil // the same command was sent again after a lost answer
	}
	rule, ok := RuleOf(name)
	if !ok {
		return Refusal("decide", Invalid, "command.unknown", "command")
	}
	// Stale before forbidden: whose offer was filled between look and command is told that the case has changed, not that
	// their role permits nothing. Who never saw the case does not come this far (Service.Do).
	if o.Revision != 0 && o.Revision != c.Revision {
		return ErrStale
	}
	if !MayCase(o.Actor, Action(name), c) {
		return Refusal(string(name), Forbidden, "forbidden", "")
	}
	if !rule.Allows(c.State) {
		return Refusal(string(name), Conflict, "case.state", "", "state", string(c.State), "command", string(name))
	}
	for _, n := range rule.Needs {
		if err := c.meets(n, o, r); err != nil {
			return err
		}
	}
	if join, ok := o.Command.(Join); ok && join.checked(c) == nil && c.OverdueFrom().Before(o.At) && !c.OverdueFrom().IsZero() {
		// What has run out by now, though no sweep has come by, is on record before it stands still; it is one change with the join.
		revision := c.Revision
		Tick(c, o.At, r)
		c.Revision = revision
	}
	before := c.State
	e := Event{At: o.At, Actor: o.Actor.ID, Role: o.Actor.Role, Kind: string(name), From: before, Place: c.Cell, Words: o.Words, Cmd: o.Key}
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy, event: &e, lay: c.Area}
	d.say("for", o.Actor.For)
	if err := d.carryOut(); err != nil {
		return err
	}
	d.loopAfter(name)
	if len(rule.To) == 0 && c.State != before || len(rule.To) > 0 && !has(rule.To, c.State) {
		return fmt.Errorf("mediation: %s led from %s to %s, which the state table does not know", name, before, c.State)
	}
	d.finish()
	return nil
}

// decision is one run of Decide: the case it changes, and the event and notices that come of it.
type decision struct {
	*Case
	Order
	rules   Rules
	pol     *policy.Policy
	event   *Event
	lay     grid.Code // where the case lay before the event
	notices []Notice
}

// say adds a datum to the event: codes and figures only.
func (d *decision) say(key, value string) {
	if value == "" {
		return
	}
	if d.event.Data == nil {
		d.event.Data = map[string]string{}
	}
	d.event.Data[key] = value
}

// tell announces something to a recipient once the change is stored.
func (d *decision) tell(kind NoticeKind, to Recipient, due time.Time) {
	if d.Accusation && (to.Role == TownshipStaff || to.Role == GridLeader) {
		to.Role = CountyStaff // it lies above the townships
	}
	d.notices = append(d.notices, Notice{Kind: kind, To: to, Due: due})
}

// enter moves the case to a state and starts that state's clock, or lets it go on if the case was there before in its turn; the whole case's clock goes on.
func (d *decision) enter(s State) { d.enterFor(s, "") }

// enterFor enters a state in which somebody else has the case: the unit, road or area that it was passed to.
func (d *decision) enterFor(s State, whose string) {
	d.leaveClock(s)
	d.State, d.ClockFor = s, whose
	d.StateClock = Clock{Since: d.At}
	if limit, ok := d.pol.Clocks.States[string(s)]; ok && !limit.Within.Zero() {
		d.StateClock.Due = d.rules.after(d.At, limit.Within)
	}
	if s == Effective && d.Agreement.PerformBy.After(d.StateClock.Due) {
		d.StateClock.Due = d.Agreement.PerformBy // nobody is late before the parties themselves are
	}
	if s == Closed && !d.pol.Closing.FollowUpAfter.Zero() {
		d.StateClock.Due = d.rules.after(d.At, d.pol.Closing.FollowUpAfter)
	}
	d.resumeClock()
}

// finish writes the event and its notices and sets when the sweep must look again.
func (d *decision) finish() {
	d.runStages()
	d.studyState()
	d.keepApart()
	d.hear()
	d.sayMoved()
	e := *d.event
	e.To = d.State
	d.Case.log(e)
	d.echo()
	d.flush()
	d.Case.Revision++
	d.Changed = d.At
	d.Stumble = 0 // what the sweep failed at may be mended now
	d.schedule(d.rules)
}

// flush moves the notices gathered so far to the case, numbered under its newest event.
func (d *decision) flush() {
	seq := d.Spilled + len(d.Events)
	for i, n := range d.notices {
		n.ID = d.Case.ID + "/" + strconv.Itoa(seq) + "/" + strconv.Itoa(i)
		n.At, n.Case, n.Seq = d.At, d.Case.ID, seq
		d.Unsent = append(d.Unsent, n)
	}
	d.notices = nil
}

// chore notes work in another document; the sweep does it, at once as a rule. One that is noted already is dated anew: a
// sweep that is doing it just now strikes off what it found, and must not strike off this.
func (d *decision) chore(kind ChoreKind, target string) {
	for i, x := range d.Chores {
		if x.Kind == kind && x.Target == target {
			d.Chores[i].Since = d.At
			return
		}
	}
	d.Chores = append(d.Chores, Chore{Kind: kind, Target: target, Since: d.At})
}

// carriedOut tells whether a command with this key is in the timeline's newest part. Clients repeat within hours; a
// case that has moved on by more than a page of events answers with a stale revision instead.
func (c *Case) carriedOut(key string) bool {
	for i := len(c.Events) - 1; i >= 0; i-- {
		if c.Events[i].Cmd == key {
			return true
		}
	}
	return false
}

// schedule sets NextDue to the earliest thing that the sweep has to see to.
func (c *Case) schedule(r Rules) {
	var next time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if !c.State.Over() {
		for i := range c.Offers {
			if c.Offers[i].State == OfferOpen {
				sooner(c.Offers[i].Deadline)
			}
		}
		sooner(c.StateClock.next(r, r.Policy.Clocks.States[string(c.State)]))
		if c.runsHeld() {
			sooner(c.HeldClock.next(r, r.Policy.Clocks.States[string(c.Held)]))
		}
		if c.State == Suspended {
			sooner(c.Suspension.Until)
		}
		sooner(c.WholeClock.next(r, r.Policy.Clocks.Whole))
		for i := range c.Stages {
			if rule, ok := r.Policy.Stage(c.Stages[i].Key); ok && c.Stages[i].running() {
				sooner(c.Stages[i].Clock.next(r, rule.Limit))
			}
		}
		sooner(c.nextOfConfirmation(r))
		if i := c.nextReview(); i >= 0 {
			sooner(c.Charge.Reviews[i].Clock.next(r, reviewLimit(r)))
		}
		for i := range c.Errands {
			if e := &c.Errands[i]; c.runs(e) {
				sooner(e.Clock.next(r, r.Policy.Proxies.Errand))
			}
		}
		for i := range c.tasks() {
			if t := &c.Joint.Tasks[i]; t.Open() {
				sooner(t.Clock.next(r, taskLimit(r)))
			}
		}
	}
	sooner(c.nextOfPetition(r))
	sooner(c.nextCatch(next, r))
	for _, ch := range c.Chores {
		sooner(ch.Since)
	}
	c.NextDue = next
}

// Actions lists the commands that the actor may give now, in the table's order.
func Actions(c *Case, actor Actor, r Rules, now time.Time) []CommandName {
	var names []CommandName
rules:
	for _, rule := range Table {
		if !rule.Allows(c.State) || !MayCase(actor, Action(rule.Command), c) {
			continue
		}
		for _, n := range rule.Needs {
			if c.meets(n, Order{Actor: actor, At: now}, r) != nil {
				continue rules
			}
		}
		names = append(names, rule.Command)
	}
	return names
}

// Summarise makes the case's list form.
func (c *Case) Summarise() Summary {
	s := Summary{ID: c.ID, Revision: c.Revision, Number: c.Number, State: c.State, Category: c.Category, Severity: c.Severity,
		Emergency: c.Emergency, Area: c.Area, Cell: c.Cell, PlanVersion: c.PlanVersion, Channel: c.Channel, Unit: c.Unit, Had: c.Had, Lain: c.Lain, Came: c.Channels(), Reporters: c.Reporters,
		Reports: len(c.Reports), NeedsHand: c.NeedsHand, Repeats: c.Repeats, StateDue: c.StateClock.Due, WholeDue: c.WholeClock.Due,
		Breached: !c.StateClock.Breached.IsZero() || !c.WholeClock.Breached.IsZero(),
		Warned:   c.StateClock.Reminded > 0 || c.WholeClock.Reminded > 0, Opened: c.Opened, Changed: c.Changed, Closed: c.Closed,
		Policy: c.Policy, Course: c.Course, Overdue: c.OverdueFrom(), ReviewDue: c.ReviewDue(), KeptFrom: c.KeptFrom()}
	s.Confirm = c.confirmations()
	s.Apart = c.State == Joined && c.Apart.Counts
	if c.Charge != nil {
		s.Leader = c.Charge.Leader
	}
	if p := c.Petition; p != nil {
		s.Petition, s.PetitionDue = p.State, p.Clock.Due
		s.PetitionKind, s.BroughtAgain, s.Rating = p.Kind, len(p.Again) > 0, p.Rating
		if p.State == PetitionAccused {
			s.PetitionKind = "" // it counts as an accusation meanwhile
		}
		s.Breached, s.Warned = s.Breached || !p.Clock.Breached.IsZero(), s.Warned || p.Clock.Reminded > 0
	}
	if c.Earlier != nil {
		s.EarlierPlans = c.Earlier.Versions
	}
	for i := range c.Stages {
		if k := &c.Stages[i]; k.running() {
			s.Breached, s.Warned = s.Breached || !k.Clock.Breached.IsZero(), s.Warned || k.Clock.Reminded > 0
			if !c.State.Over() && k.Clock.Due.After(s.StageDue) {
				s.StageDue = k.Clock.Due
			}
		}
	}
	for _, p := range c.Parties {
		s.Match = append(s.Match, p.Match...)
		switch w := p.Satisfied; {
		case w == nil:
		case w.Yes:
			s.Satisfied++
		default:
			s.Dissatisfied++
		}
	}
	for _, seat := range c.Panel.Seats {
		if seat.Mediator != "" {
			s.Seated = append(s.Seated, seat.Mediator)
		}
	}
	if c.runsHeld() {
		s.Breached, s.Warned = s.Breached || !c.HeldClock.Breached.IsZero(), s.Warned || c.HeldClock.Reminded > 0
	}
	s.BesideDue = c.besideDue()
	s.Counted = MembershipOf(&s)
	return s
}
