package duty

import (
	"time"

	"fengqiao/mediation/clock"
)

// Term is when the shift begins, as what explains it takes it: the roster names that, from now on or from when it began.
func (s *Shift) Term(now time.Time) clock.Term {
	t := clock.Term{Name: clock.Shift, Of: s.Post, Since: now, Due: s.From, Origin: clock.ByPerson}
	if s.From.Before(now) {
		t.Since = s.From
	}
	return t
}
