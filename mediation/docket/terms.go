package docket

import (
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Term is when they sit over the list, as what explains it takes it; zero where no date is set.
func (l *List) Term(rule *policy.ReviewList) clock.Term {
	if l.Meets.IsZero() {
		return clock.Term{}
	}
	return clock.Term{Name: clock.Meeting, Since: l.From, Due: l.Meets, Limit: rule.Meets, Rule: "review_lists." + l.Key + ".meets", Reminded: l.Reminded}
}

// Term is by when the decision is to be carried out, as what explains it takes it; zero once it was reported.
func (d *Decision) Term(rule *policy.ReviewList) clock.Term {
	if !d.Done.IsZero() {
		return clock.Term{}
	}
	t := clock.Term{Name: clock.Decision, Since: d.At, Due: d.Due, Limit: rule.Carry(), Rule: "review_lists." + rule.Key + ".decided", Breached: d.Late}
	switch {
	case d.Named:
		t.Origin, t.By = clock.ByPerson, d.By
	case rule.Decided.Zero():
		t.Origin = clock.ByPeriod
	}
	return t
}
