package mediation

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Reckon works the clocks of a case out anew, after the days off of a year have become known or changed, and tells whether any ends at
// another time. A clock that has run out stays so: it was late by what was known then. Of a case that is over those of its petition still
// run. It is pure, like Decide.
func Reckon(c *Case, now time.Time, r Rules) bool {
	if c.State.Over() && !c.Remedies() {
		return false
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("reckoned")
	if clocks := d.reckonAll(); !d.reckonDuties() && len(clocks) == 0 {
		return false
	}
	d.reckonedAnew()
	return true
}

// Reckoned is a clock that ends at another time than before; zero: never.
type Reckoned struct {
	Clock         ClockName
	Before, After time.Time
}

// runningClock is a clock of the case with its name and the limit that it runs by.
type runningClock struct {
	name  ClockName
	clock *Clock
	limit policy.Limit
	right bool // somebody may act so long: when it is over nobody is late
}

// runningClocks lists the clocks of the case with what the decision's rules say of each; a stage that they do not know is left out. Of a case
// that is over only its petition's run.
func (d *decision) runningClocks() []runningClock {
	if d.State.Over() {
		return d.petitionClocks(d.pol)
	}
	states := d.pol.Clocks.States
	list := []runningClock{
		{name: StateClock, clock: &d.StateClock, limit: states[string(d.State)]},
		{name: HeldClock, clock: &d.HeldClock, limit: states[string(d.Held)]},
		{name: WholeClock, clock: &d.WholeClock, limit: d.pol.Clocks.Whole},
	}
	for i := range d.Stages {
		if rule, ok := d.pol.Stage(d.Stages[i].Key); ok && d.Stages[i].running() {
			list = append(list, runningClock{name: ClockName("stage_" + rule.Key), clock: &d.Stages[i].Clock, limit: rule.Limit})
		}
	}
	return append(append(list, d.confirmClock(d.pol)...), d.petitionClocks(d.pol)...)
}

// reckonAll works out every clock of the case by the decision's rules, and says in the event which end at another time.
func (d *decision) reckonAll() []Reckoned {
	var list []Reckoned
	d.Petition = d.Petition.clone()
	if d.Agreement != nil {
		agreement := *d.Agreement
		d.Agreement = &agreement
	}
	for _, x := range d.runningClocks() {
		due, ok := d.reckon(x)
		if !ok {
			continue
		}
		list = append(list, Reckoned{x.name, x.clock.Due, due})
		d.say(string(x.name)+"_before", written(x.clock.Due))
		d.say(string(x.name), written(due))
		x.clock.Due = due
	}
	return list
}

// reckonDuties works out the ends of sub-tasks, of errands, of the leader's dates and of offers that the policy's rule made, and says in the event
// which are others now. Whoever is asked by an offer is told until when, once for each end.
func (d *decision) reckonDuties() (moved bool) {
	if d.State.Over() {
		return false
	}
	reckon := func(what string, t clock.Term) (time.Time, bool) {
		due, ok := d.rules.Calendar.Reckoned(&t)
		if !ok || due.Equal(t.Due) {
			return due, false
		}
		d.say(what+"_before", written(t.Due))
		d.say(what, written(due))
		return due, true
	}
	for i := range d.tasks() {
		if due, ok := reckon("task_"+strconv.Itoa(i+1), d.Case.Joint.Tasks[i].Term(d.rules)); ok {
			d.joint().Tasks[i].Clock.Due, moved = due, true
		}
	}
	if i := d.nextReview(); i >= 0 {
		if due, ok := reckon("charge_review", d.Case.Charge.Reviews[i].Term(d.rules)); ok {
			d.charge().Reviews[i].Clock.Due, moved = due, true
		}
	}
	d.Errands, d.Offers = slices.Clone(d.Errands), slices.Clone(d.Offers)
	for i := range d.Errands {
		if due, ok := reckon("errand_"+strconv.Itoa(i+1), d.ErrandTerm(&d.Errands[i], d.rules)); ok {
			d.Errands[i].Clock.Due, moved = due, true
		}
	}
	for i := range d.Offers {
		o := &d.Offers[i]
		if !o.Deadline.After(d.At) {
			continue // it has run out, though no sweep has come by
		}
		if due, ok := reckon("offer_"+strconv.Itoa(i+1), d.OfferTerm(o, d.rules)); ok {
			o.Deadline, moved = due, true
			d.tell(NoticeOffer, Recipient{User: o.User}, due)
		}
	}
	return moved
}

// besideDue is the latest end of the clocks that run beside the case's own: of its sub-tasks, of errands, of the leader's dates, of offers that wait
// for an answer, of judicial confirmation.
func (c *Case) besideDue() (last time.Time) {
	later := func(t time.Time) {
		if t.After(last) {
			last = t
		}
	}
	for i := range c.tasks() {
		if t := &c.Joint.Tasks[i]; t.Open() {
			later(t.Clock.Due)
		}
	}
	for i := range c.Errands {
		if e := &c.Errands[i]; c.runs(e) {
			later(e.Clock.Due)
		}
	}
	for i := range c.Offers {
		if o := &c.Offers[i]; o.State == OfferOpen {
			later(o.Deadline)
		}
	}
	later(c.ReviewDue())
	if c.confirmable() {
		later(c.Agreement.Confirm.Due)
	}
	return last
}

// written is an end as events say it.
func written(due time.Time) string {
	if due.IsZero() {
		return "never"
	}
	return due.Format(time.RFC3339)
}

// reckonedAnew ends the event begun, as a change of the case.
func (d *decision) reckonedAnew() {
	d.end()
	d.Case.Revision++
	d.Changed = d.At
	d.schedule(d.rules)
}

// reckon is when a clock that still runs ends, if that is another time than it says.
func (d *decision) reckon(x runningClock) (due time.Time, other bool) {
	if x.clock.Since.IsZero() || !x.clock.Breached.IsZero() {
		return due, false
	}
	if !x.limit.Within.Zero() {
		due = d.rules.Calendar.AfterPaused(x.clock.Since, x.limit.Within, x.clock.Pauses).UTC()
	}
	performs := x.name == StateClock && d.State == Effective || x.name == HeldClock && d.Held == Effective
	if performs && d.Agreement != nil && d.Agreement.PerformBy.After(due) {
		due = d.Agreement.PerformBy
	}
	return due, !due.Equal(x.clock.Due)
}

// Reckoner is a room beside the cases whose clocks are reckoned anew when a year's days off have become known or changed.
type Reckoner interface {
	// Reckon works out anew what runs, and returns how many records it changed. It changes none twice, and may be run at any time.
	Reckon(ctx context.Context) (int, error)
}

// reckonRooms lets the rooms follow.
func (s *Service) reckonRooms(ctx context.Context) (n int, err error) {
	if s.Rooms == nil {
		return 0, nil
	}
	var failed []error
	for _, r := range s.Rooms() {
		changed, err := r.Reckon(ctx)
		n, failed = n+changed, append(failed, err)
	}
	return n, errors.Join(failed...)
}

// Reckon is a run over the cases whose clocks run and end in a year that has changed, or after it began, and over those of the rooms beside them; it returns how many cases and records it changed. When a run that began a Grace
// after the change has found nothing left, it is noted that every clock has been reckoned: by then every instance counts by what is
// known now.
func (s *Service) Reckon(ctx context.Context) (reckoned int, err error) {
	began := s.now()
	changed, since, err := s.Calendars.Unreckoned(ctx)
	if err != nil || len(changed) == 0 {
		return 0, err
	}
	// A span that ends after the year began may have days of it, and so may one that the year's first days off pushed into it.
	from := time.Date(slices.Min(changed), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -14)
	touched := func(sum *Summary) bool {
		return sum.State == Suspended || !sum.StateDue.Before(from) || !sum.StageDue.Before(from) || !sum.WholeDue.Before(from) || !sum.PetitionDue.Before(from) ||
			!sum.BesideDue.Before(from)
	}
	n, err := s.updateRunning(ctx, touched, nil, func(c *Case) error {
		r, err := s.rules(ctx, c.Policy)
		if err == nil && !Reckon(c, s.now(), r) {
			err = ErrStale
		}
		return err
	})
	beside, failed := s.reckonRooms(ctx)
	n, err = n+beside, errors.Join(err, failed)
	if err != nil || n > 0 || began.Before(since.Add(Grace)) {
		return n, err
	}
	return 0, s.Calendars.Reckoned(ctx, since)
}
