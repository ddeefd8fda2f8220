package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// What a join (并案) must not erase. A petition has a course and an answer of its own, so its case goes into another only where the same petitioners'
// earlier petition goes on; what was handed over, or was late, keeps counting; and with a split the case stands as if it had never been joined.

// Apart is how a joined case stood: what it goes back to with a split, for nothing begins anew with that. The zero value: it is not joined, or an earlier
// release joined it.
type Apart struct {
	State State
	Clock Clock
	At    time.Time
	// Counts: figures count it by itself all the same, because another body handed it over or it came as a petition.
	Counts bool
}

// Late is a case that was joined to this one when a limit of it had passed: the matter stays overdue as long as it is in hand here.
type Late struct {
	Case string
	Due  time.Time // the earliest end that had passed
}

// joinBars says why a case may not be joined to another; nil: it may. A petition goes on only with the same petitioners' own that came no later, so that the
// earliest clock runs on; else it would lose its clocks and its answer.
func joinBars(c, into *Case) error {
	p, there := c.Petition, into.Petition
	switch {
	case p == nil:
		return nil
	case there == nil || !there.inCourse() || !p.inCourse():
		return Refusal("join", Conflict, "petition.join", "into", "case", c.ID, "petition", string(p.State))
	case !into.broughtBy(c.bringing()) || !c.broughtBy(into.bringing()):
		return Refusal("join", Conflict, "petition.join_other", "into", "case", into.ID)
	case into.petitionCame().After(c.petitionCame()):
		return Refusal("join", Conflict, "petition.join_later", "into", "case", c.ID, "into", into.ID)
	}
	return nil
}

// inCourse tells whether something is still owed or may be asked for, now or when what is taken for an accusation turns out to be none.
func (p *Petition) inCourse() bool { return !p.State.Over() || p.State == PetitionAccused }

// bringing are the petitioners who have not withdrawn.
func (c *Case) bringing() []Party {
	return slices.DeleteFunc(slices.Clone(c.Parties), func(p Party) bool { return !c.petitions(&p) })
}

// petitionCame is when the petition came in.
func (c *Case) petitionCame() time.Time {
	if c.Petitioned.IsZero() {
		return c.Opened
	}
	return c.Petitioned
}

// setApart notes how the case stands that is about to be joined. What has run out by now has been noted before (Decide).
func (d *decision) setApart() {
	d.Apart = Apart{State: d.State, Clock: d.StateClock, At: d.At, Counts: d.Petition != nil || !d.Petitioned.IsZero() || handedOver(d.Channel, d.pol)}
}

// standAgain gives a case that is split off the state and the clocks that it would have had. Its panel was dismissed with the join, and is sought anew.
func (d *decision) standAgain() error {
	was := d.Apart
	d.Apart = Apart{}
	if was.State == "" {
		d.goOnStages()
		d.enter(Reported)
		return nil
	}
	d.State, d.StateClock = was.State, was.Clock
	for i := range d.Stages {
		if k := &d.Stages[i]; k.Moot.Equal(was.At) { // the join dropped it
			k.Moot = time.Time{}
		}
	}
	if d.State != Reported {
		panel, err := NewPanel(d.pol, d.Category, d.Severity)
		if err != nil {
			return err
		}
		d.Panel, d.NeedsHand = panel, false
		d.chore(ChoreMatch, "")
	}
	d.reckonAll() // days off may have become known
	for _, x := range d.petitionClocks(d.pol) {
		if x.right { // the petitioner was led elsewhere by their link
			x.clock.stood(clock.Pause{From: was.At, To: d.At}, x.limit.Within, d.rules)
		}
	}
	return nil
}

// lateSince is the earliest end of the case's limits that had passed when it was joined; zero if none had.
func (c *Case) lateSince() (first time.Time) {
	clocks := []Clock{c.Apart.Clock, c.WholeClock}
	for i := range c.Stages {
		if k := &c.Stages[i]; k.running() || k.Moot.Equal(c.Apart.At) && k.Ended.IsZero() {
			clocks = append(clocks, c.Stages[i].Clock)
		}
	}
	if p := c.Petition; p != nil {
		clocks = append(clocks, p.Clock)
	}
	for _, k := range clocks {
		if !k.Breached.IsZero() && (first.IsZero() || k.Due.Before(first)) {
			first = k.Due
		}
	}
	return earlier(first, c.lateHere())
}

// lateHere is the earliest such end among the cases that were joined to this one.
func (c *Case) lateHere() (first time.Time) {
	for _, l := range c.Late {
		first = earlier(first, l.Due)
	}
	return first
}

// earlier is the earlier of two times, either of which may be none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// takeOver takes over what must not be lost of a case that is joined to this one: that it was late, and that its petitioners bring their matter again.
func (d *decision) takeOver(from *Case) {
	if due := from.lateSince(); !due.IsZero() {
		d.Late = append(slices.Clip(d.Late), Late{from.ID, due})
	}
	if from.Petition != nil && d.Petition != nil && !has(d.Petition.Again, from.ID) {
		d.Petition.Again = append(slices.Clip(d.Petition.Again), from.ID)
		d.say("petition", "again")
	}
}

// giveBack takes it off again.
func (d *decision) giveBack(from *Case) {
	d.Late = slices.DeleteFunc(slices.Clone(d.Late), func(l Late) bool { return l.Case == from.ID })
	if d.Petition != nil && has(d.Petition.Again, from.ID) {
		d.Petition.Again = without(d.Petition.Again, from.ID)
		d.say("taken_back", "true")
	}
}

// Counts tells whether figures count the case: of those that were joined to another, which else count with that one, what another body handed over, what came
// as a petition, and what was late before.
func (s *Summary) Counts() bool {
	return s.State != Joined || s.Apart || !s.Course.Breached.IsZero()
}

// unjoinedRefused puts a case that is split off back to be screened, when one of its parties has refused mediation meanwhile. The time to do so counts from when it
// came in, so that nothing is gained by the way there and back.
func (d *decision) unjoinedRefused() {
	refused := slices.ContainsFunc(d.Case.Parties, func(p Party) bool { return !p.RefusedMediation.IsZero() })
	if !refused || !has([]State{Screened, Offered}, d.State) {
		return
	}
	d.disband()
	d.dropChore(ChoreMatch)
	d.State, d.StateClock = Reported, Clock{Since: d.Opened}
	if limit := d.limitOf(Reported); !limit.Within.Zero() {
		d.StateClock.Due = d.rules.after(d.Opened, limit.Within)
	}
}

func (d *decision) limitOf(s State) policy.Limit { return d.pol.Clocks.States[string(s)] }
