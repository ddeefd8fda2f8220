package mediation

import (
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Term is what is due of a sub-task, as what explains it takes it; zero once its result is there, or it was dropped.
func (t *Task) Term(r Rules) clock.Term {
	if !t.Open() {
		return clock.Term{}
	}
	k := t.Clock.term(clock.Task, taskLimit(r))
	k.Of, k.Rule = t.ID, "joint.task"
	return k
}

// Term is a date on which the leader looks after the case, as what explains it takes it; zero once that is done.
func (v *Review) Term(r Rules) clock.Term {
	if !v.Done.IsZero() {
		return clock.Term{}
	}
	k := v.Clock.term(clock.ChargeReview, reviewLimit(r))
	k.Rule = "charge.every"
	return k
}

// OfferTerm is until when an offer waits for its mediator, as what explains it takes it; zero once it does not. One that came by a hand-over runs
// since whoever handed over was asked.
func (c *Case) OfferTerm(o *Offer, r Rules) clock.Term {
	if o.State != OfferOpen {
		return clock.Term{}
	}
	t := clock.Term{Name: clock.Answer, Of: o.ID, Since: c.askedSince(o), Due: o.Deadline}
	if o.Tier < len(r.Policy.Tiers) {
		tier := &r.Policy.Tiers[o.Tier]
		t.Limit, t.Rule = policy.Limit{Within: tier.Answer}, "tiers."+tier.Key+".answer"
	}
	return t
}

// AskedTerm is until when the case waits for a mediator's answer, the first where they are asked more than once; zero where it does not.
func (c *Case) AskedTerm(mediator string, r Rules) (first clock.Term) {
	for i := range c.Offers {
		if o := &c.Offers[i]; o.Mediator == mediator && o.State == OfferOpen && (first.Due.IsZero() || o.Deadline.Before(first.Due)) {
			first = c.OfferTerm(o, r)
		}
	}
	return first
}

// askedSince is when the time to answer an offer began.
func (c *Case) askedSince(o *Offer) time.Time {
	if o.By != "" {
		x := Succession{ID: o.By, Case: c.ID}
		for i := range c.Offers {
			if before := &c.Offers[i]; before.ID != o.ID && x.offer(before.ID) == o.ID {
				return c.askedSince(before)
			}
		}
	}
	return o.Sent
}

// StateTerm is the clock of the state that the case is in, as what explains it takes it; zero where that has no end.
func (c *Case) StateTerm(r Rules) clock.Term {
	if c.StateClock.Due.IsZero() {
		return clock.Term{}
	}
	return explain(c, StateClock, c.State, c.StateClock, r.Policy.Clocks.States[string(c.State)], r, c.Changed).Term
}

// ConfirmTerm is for how long the parties may apply for confirmation of an agreement, as what explains it takes it; zero where they may not any more.
func (c *Case) ConfirmTerm(a *Agreement, r Rules) clock.Term {
	if a != c.Agreement || !c.confirmable() {
		return clock.Term{}
	}
	return a.Confirm.Term(string(ConfirmClock), ruleOf(ConfirmClock, ""), r.Policy.Confirmation.Apply)
}

// ErrandTerm is by when an errand wants a result, as what explains it takes it; zero once that is there, or its helper acts no more, or no limit is set.
func (c *Case) ErrandTerm(e *Errand, r Rules) clock.Term {
	if e.Clock.Due.IsZero() || !c.runs(e) {
		return clock.Term{}
	}
	k := e.Clock.term(clock.Errand, r.Policy.Proxies.Errand)
	k.Of, k.Rule = e.ID, "proxies.within"
	return k
}

// Term is the clock as what explains it takes it, for a room that keeps one.
func (k Clock) Term(name, rule string, limit policy.Limit) clock.Term {
	t := k.term(name, limit)
	t.Rule = rule
	return t
}
