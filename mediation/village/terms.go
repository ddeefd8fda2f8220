package village

import (
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/scorecard"
)

// Term is until when the village may object, as what explains it takes it; zero where it may not.
func (r *Result) Term(card *scorecard.Card) clock.Term {
	if r.Contest.IsZero() {
		return clock.Term{}
	}
	return clock.Term{Name: clock.Object, Since: r.contestSince(), Due: r.Contest, Limit: card.Villages.Objection.Raise(), Rule: "villages.objection.within"}
}

// contestSince is when the time for objecting began: as the result was frozen, or last corrected without an objection.
func (r *Result) contestSince() (since time.Time) {
	for i := range r.Versions {
		if r.Versions[i].Objection == "" {
			since = r.Versions[i].At
		}
	}
	return since
}

// Term is by when the county must have decided on an objection, as what explains it takes it; zero once it has.
func (o *Objection) Term(card *scorecard.Card) clock.Term {
	if !o.Decided.IsZero() || o.Clock.Due.IsZero() {
		return clock.Term{}
	}
	t := o.Clock.Term(clock.Objection, "villages.objection.decide", card.Villages.Objection.Decide)
	t.Of = o.ID
	return t
}
