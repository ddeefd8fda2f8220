package mediation

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// next is when this clock has something to say: its next reminder, its end, or never.
func (k Clock) next(r Rules, l policy.Limit) time.Time {
	if k.Due.IsZero() || !k.Paused.IsZero() || !k.Breached.IsZero() {
		return time.Time{}
	}
	if k.Reminded < len(l.Remind) {
		return r.Calendar.Before(k.Due, l.Remind[k.Reminded]).UTC()
	}
	return k.Due
}

// lapses is when a right that is counted in days is over: with the last second of its last day, which Due names; zero: never.
func (k Clock) lapses() time.Time {
	if k.Due.IsZero() {
		return k.Due
	}
	return k.Due.Add(time.Second)
}

// dayOver tells whether the last day of a right that is counted in days is over.
func (k Clock) dayOver(now time.Time) bool { return !k.Due.IsZero() && !now.Before(k.lapses()) }

// stood moves the clock's end by a time in which it stood still, as the policy's calendar counts it. One that had run out before,
// though no sweep had come by, gains nothing; nor does one by what lies before it began, as a machine's clock that is set back has it.
func (k *Clock) stood(p clock.Pause, limit policy.Span, r Rules) {
	if p.From.Before(k.Since) {
		p.From = k.Since
	}
	if !p.From.Before(k.Due) || !p.To.After(p.From) {
		return
	}
	byRule := k.Due.Equal(r.Calendar.AfterPaused(k.Since, limit, k.Pauses))
	extended := r.Calendar.Extend(k.Due, limit, p).UTC()
	k.Pauses = append(slices.Clip(k.Pauses), p)
	if byRule {
		extended = r.Calendar.AfterPaused(k.Since, limit, k.Pauses).UTC()
	}
	k.Due = extended
}

// run lets the clock come to now: how many reminders fell due, and whether the end passed just now. Several missed reminders
// become one.
func (k *Clock) run(r Rules, l policy.Limit, now time.Time) (reminded, breached bool) {
	if k.Due.IsZero() || !k.Paused.IsZero() || !k.Breached.IsZero() {
		return false, false
	}
	for k.Reminded < len(l.Remind) && !r.Calendar.Before(k.Due, l.Remind[k.Reminded]).After(now) {
		k.Reminded++
		reminded = true
	}
	if !k.Due.After(now) {
		k.Breached = now
		return false, true
	}
	return reminded, false
}

// Tick brings the case to now: offers past their deadline expire, clocks remind and breach. It reports whether anything
// happened. It is pure, like Decide.
func Tick(c *Case, now time.Time, r Rules) bool {
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	changed := false
	if !c.State.Over() {
		changed = d.expireOffers() || changed
		changed = d.tickSuspension() || changed
		changed = d.runClock("state", "", &d.StateClock, d.pol.Clocks.States[string(d.State)]) || changed
		if d.runsHeld() {
			changed = d.runClock("held", "", &d.HeldClock, d.pol.Clocks.States[string(d.Held)]) || changed
		}
		changed = d.runClock("whole", "", &d.WholeClock, d.pol.Clocks.Whole) || changed
		changed = d.tickStages() || changed
		changed = d.runTasks() || changed
		changed = d.runReviews() || changed
		changed = d.runErrands() || changed
		changed = d.tickConfirmation() || changed
	}
	changed = d.tickPetition() || changed
	changed = d.catch() || changed
	if changed {
		d.Case.Revision++
		d.Changed = now
	}
	d.schedule(d.rules)
	return changed
}

// begin starts an event of the sweep's own.
func (d *decision) begin(kind string) {
	d.event, d.lay = &Event{At: d.At, Actor: d.Actor.ID, Role: d.Actor.Role, Kind: kind, From: d.State, Place: d.Cell}, d.Area
}

// end writes the event begun and its notices.
func (d *decision) end() {
	d.runStages()
	d.studyState()
	d.hear()
	d.sayMoved()
	d.event.To = d.State
	d.log(*d.event)
	d.echo()
	d.flush()
}

func (d *decision) expireOffers() bool {
	expired := 0
	d.begin("offer_expired")
	for i := range d.Offers {
		o := &d.Offers[i]
		if o.State != OfferOpen || o.Deadline.After(d.At) {
			continue
		}
		o.State, o.Answered = OfferExpired, d.At
		expired++
		d.say("offer"+strconv.Itoa(expired), o.ID)
		d.say("mediator"+strconv.Itoa(expired), o.Mediator)
	}
	if expired == 0 {
		return false
	}
	d.settlePanel()
	for i := range d.Offers {
		if o := &d.Offers[i]; o.State == OfferExpired && o.Answered.Equal(d.At) {
			d.seekFor(o.Seat)
		}
	}
	d.end()
	return true
}

func (d *decision) runClock(which, stage string, k *Clock, l policy.Limit) bool {
	reminded, breached := k.run(d.rules, l, d.At)
	if !reminded && !breached {
		return false
	}
	kind, notice := "reminded", NoticeReminder
	if breached {
		kind, notice = "breached", NoticeBreach
	}
	d.begin(kind)
	d.say("clock", which)
	d.say("stage", stage)
	d.say("state", string(d.State))
	d.say("due", k.Due.UTC().Format(time.RFC3339))
	d.tellHolders(notice, k.Due)
	if breached {
		d.studyBreach(which, stage)
		if which == "stage" && !d.pol.Study.CalledBy(stage) { // a study goes by a rule of its own
			d.dispatch(policy.OnBreach)
		}
		d.tell(notice, Recipient{Role: Supervisor, Area: d.Area}, k.Due)
	}
	d.end()
	return true
}

// tellHolders tells whoever has the case: the panel, the unit it lies with, and the township's shared address, which hears
// of work that lies with nobody named.
func (d *decision) tellHolders(kind NoticeKind, due time.Time) {
	if d.State == Closed {
		kind = NoticeFollowUp
	}
	for _, s := range d.Panel.Seats {
		if s.User != "" {
			d.tell(kind, Recipient{User: s.User}, due)
		}
	}
	if d.Unit != "" {
		d.tell(kind, Recipient{Unit: d.Unit, Area: d.Area}, due)
	}
	d.tellLead(kind, due)
	d.tell(kind, Recipient{Role: TownshipStaff, Area: d.Area}, due)
}

// Wave is a planned round of offers, made before the update that sends it.
type Wave struct {
	Revision int64 // the case it was planned for
	Tier     int
	Offers   []Offer
}

// Send offers the wave, or, if there is nobody left to ask on any tier, leaves the case to a person. ErrStale if the case
// has changed since the wave was planned.
func Send(c *Case, w Wave, now time.Time, r Rules) error {
	if c.Revision != w.Revision {
		return ErrStale
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.dropChore(ChoreMatch)
	if len(w.Offers) == 0 {
		d.begin("needs_hand")
		d.NeedsHand = true
		d.tell(NoticeNeedsHand, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
		d.tell(NoticeNeedsHand, Recipient{Role: CountyStaff, Area: d.Area}, d.StateClock.Due)
	} else {
		if w.Tier != d.Tier {
			d.Tier, d.Wave = w.Tier, 0
		}
		d.Wave++
		d.begin("offered")
		d.say("tier", d.pol.Tiers[d.Tier].Key)
		d.say("wave", strconv.Itoa(d.Wave))
		d.say("offers", strconv.Itoa(len(w.Offers)))
		for _, o := range w.Offers {
			o.Tier, o.Wave = d.Tier, d.Wave
			d.Offers = append(d.Offers, o)
			d.tell(NoticeOffer, Recipient{User: o.User}, o.Deadline)
		}
		if d.State == Screened {
			d.enter(Offered)
		}
	}
	d.end()
	d.Case.Revision++
	d.Changed = now
	d.schedule(d.rules)
	return nil
}
