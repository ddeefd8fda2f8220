package campaign

import "fengqiao/mediation/clock"

// Term is when the campaign ends, as what explains it takes it: on the day that its maker named, or who moved its end last.
func (c *Campaign) Term() clock.Term {
	t := clock.Term{Name: clock.Backlog, Since: c.From, Due: c.Until, Origin: clock.ByPerson, By: c.By}
	if n := len(c.Changes); n > 0 {
		t.By = c.Changes[n-1].By
	}
	return t
}
