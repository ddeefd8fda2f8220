package team

import (
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Term is when a vacancy is told of, as what explains it takes it; zero once it was. after is the end of policy's time from a moment on.
func (v *Vacancy) Term(k policy.GridTeam, after func(time.Time, policy.Span) time.Time) clock.Term {
	if !v.Told.IsZero() || v.Since.IsZero() {
		return clock.Term{}
	}
	return clock.Term{Name: clock.Vacancy, Of: v.Post, Since: v.Since, Due: after(v.Since, k.Vacant).UTC(), Limit: policy.Limit{Within: k.Vacant, Basis: k.Basis}, Rule: "teams." + k.Key + ".vacant"}
}

// Term is until when somebody stands in, as what explains it takes it.
func (s *StandIn) Term() clock.Term {
	return clock.Term{Name: clock.StandIn, Of: s.ID, Since: s.From, Due: s.Until, Origin: clock.ByPerson, By: s.By}
}
