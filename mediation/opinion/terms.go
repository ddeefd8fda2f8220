package opinion

import "fengqiao/mediation/clock"

// Term is until when the campaign takes suggestions, as what explains it takes it; zero once it has ended. Who undertook it named its last day, or
// who put that off.
func (c *Campaign) Term() clock.Term {
	if !c.Ended.IsZero() {
		return clock.Term{}
	}
	t := clock.Term{Name: clock.Campaign, Since: c.Opens, Due: c.Closes, Origin: clock.ByPerson, By: c.By}
	if c.Prolonged != nil {
		t.By = c.Prolonged.By
	}
	return t
}
