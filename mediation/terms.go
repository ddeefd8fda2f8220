package mediation

import (
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

// Term is the clock as what explains it takes it, for a room that keeps one.
func (k Clock) Term(name, rule string, limit policy.Limit) clock.Term {
	t := k.term(name, limit)
	t.Rule = rule
	return t
}
