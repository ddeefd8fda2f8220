package patrol

import (
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Term is by when the cell must be visited next, as what explains it takes it; zero where it was never visited.
func (c *Cell) Term(p *policy.Patrols) clock.Term {
	if c.Due.IsZero() {
		return clock.Term{}
	}
	t := clock.Term{Name: clock.Visit, Of: string(c.Code), Since: c.Last, Due: c.Due, Limit: policy.Limit{Within: c.Every, Basis: p.Basis}, Rule: "patrols.every"}
	if place, ok := p.PlaceOf(string(c.Code)); ok {
		t.Rule = "patrols.places." + place.Area + ".every"
	}
	return t
}
