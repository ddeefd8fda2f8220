package desk

import (
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// WaitTerm is how long what a desk said waits for its order, as what explains it takes it; zero where it does not wait, or its order is there.
func (s *Service) WaitTerm(o *Order, m *Message) clock.Term {
	if m.Stands != Waiting || o.Report != "" {
		return clock.Term{}
	}
	wait := s.wait()
	return clock.Term{Name: clock.OrderWait, Of: m.ID, Since: m.At, Due: m.At.Add(wait), Limit: policy.Limit{Within: policy.Span{Clock: wait}}, Rule: "desks.wait",
		Origin: clock.ByOperator}
}
