package mediation

import (
	"slices"
	"time"
)

// Course is when a case first came to what figures ask of its timeline, whose old events lie in pages that no list reads.
// Zero: it never did.
type Course struct {
	Known    bool      // it was kept from the first event on
	Edition  int       // of what is kept; an older one is read anew
	Accepted time.Time // 受理
	Agreed   time.Time // an agreement was reached, written or oral
	Breached time.Time // a limit passed
	// Officials are the accounts of public office that acted on it, in the order in which they first did.
	Officials []string
	Passed    time.Time // 转办, to another desk, unit or area
	AtOnce    time.Time // 即接即办
	Studied   time.Time // 提级研判 was called
	// Consultations is how many were held (会商). Supervised is when a supervision team was set on it (督查组), Overseen that one had been when it
	// was last settled.
	Consultations int
	Supervised    time.Time
	Overseen      bool
}

// courseEdition is of the course that this release keeps.
const courseEdition = 1

// Current tells whether it holds all that this release asks of a course.
func (k *Course) Current() bool { return k.Known && k.Edition == courseEdition }

// Offices are the roles whose acts are those of an official (干部), who answers for them.
var Offices = []Role{TownshipStaff, CountyStaff, UnitStaff, Leader}

// CourseOf reads a course from a whole timeline.
func CourseOf(events []Event) Course {
	k := Course{Known: true, Edition: courseEdition}
	for i := range events {
		k.note(&events[i])
	}
	return k
}

func (k *Course) note(e *Event) {
	first := func(t *time.Time) {
		if t.IsZero() {
			*t = e.At
		}
	}
	if slices.Contains(Offices, e.Role) && !slices.Contains(k.Officials, e.Actor) {
		k.Officials = append(slices.Clip(k.Officials), e.Actor)
	}
	if e.To == Settled && e.From != Settled {
		k.Overseen = !k.Supervised.IsZero()
	}
	switch {
	case e.Kind == "breached":
		first(&k.Breached)
	case e.Kind == string(CmdSettleAtOnce):
		first(&k.AtOnce)
	case e.Kind == StudyCalled:
		first(&k.Studied)
	case e.Kind == string(CmdConsult):
		k.Consultations++
	case e.Kind == SupervisionSet:
		first(&k.Supervised)
	case e.Kind == string(CmdPassOn) || e.To == Transferred && e.From != Transferred:
		first(&k.Passed)
	case e.To == Screened:
		first(&k.Accepted)
	case e.To == Agreed || e.To == Effective:
		first(&k.Agreed)
	}
}

// follow keeps the course of a case whose timeline it has seen from the first event on.
func (c *Case) follow(e *Event) {
	if e.Seq == 1 {
		c.Course.Known, c.Course.Edition = true, courseEdition
	}
	if c.Course.Current() {
		c.Course.note(e)
	}
}

// OverdueFrom is the moment from which the case counts as overdue: the earliest end of its clocks, and of those that had passed in cases joined to it; zero if none runs.
func (c *Case) OverdueFrom() time.Time {
	var first time.Time
	if c.State.Over() {
		return first
	}
	clocks := []Clock{c.StateClock, c.WholeClock}
	if c.runsHeld() {
		clocks = append(clocks, c.HeldClock)
	}
	for i := range c.Stages {
		if c.Stages[i].running() {
			clocks = append(clocks, c.Stages[i].Clock)
		}
	}
	if p := c.Petition; p != nil && !p.State.Info().Right {
		clocks = append(clocks, p.Clock)
	}
	first = c.lateHere()
	for _, k := range clocks {
		if !k.Due.IsZero() && k.Paused.IsZero() && (first.IsZero() || k.Due.Before(first)) {
			first = k.Due
		}
	}
	return first
}
