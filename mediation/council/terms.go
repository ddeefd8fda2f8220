package council

import "fengqiao/mediation/clock"

// Term is when they meet, as what explains it takes it: whoever called the meeting named the time.
func (m *Meeting) Term() clock.Term {
	return clock.Term{Name: clock.Convened, Of: m.ID, Since: m.Made, Due: m.At, Origin: clock.ByPerson, By: m.Convener}
}
