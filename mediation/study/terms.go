package study

import (
	"fengqiao/mediation"
	"fengqiao/mediation/clock"
)

// Term is until when the study must have concluded, as what explains it takes it; zero once it has.
func (s *Study) Term(r mediation.Rules) clock.Term {
	if !s.Open() {
		return clock.Term{}
	}
	return s.Clock.Term(clock.Study, "study", r.Policy.Study.Limit)
}

// Term is by when an order is to be carried out, as what explains it takes it; zero once it was reported done. Who gave it named the time.
func (o *Order) Term() clock.Term {
	if !o.Done.IsZero() {
		return clock.Term{}
	}
	return clock.Term{Name: clock.StudyOrder, Of: o.ID, Since: o.At, Due: o.Due, Origin: clock.ByPerson, By: o.By, Breached: o.Late}
}
