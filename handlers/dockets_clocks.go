package handlers

import (
	"fengqiao/mediation/docket"
	"fengqiao/mediation/policy"
)

// docketRules is what explains the clocks of a review list and of what was decided at it.
type docketRules struct {
	explainer
	rule *policy.ReviewList
}

// rulesOf reads by what a list was frozen, once an answer; l is the list where it is at hand.
func (v *docketViewer) rulesOf(id string, l *docket.List) (docketRules, error) {
	if r, ok := v.ruled[id]; ok {
		return r, nil
	}
	if l == nil {
		read, err := v.a.Dockets.Lists.Load(v.c.Context, id)
		if err != nil {
			return docketRules{}, err
		}
		l = &read
	}
	x, err := v.a.explainer(v.c, l.Policy)
	if err != nil {
		return docketRules{}, err
	}
	r := docketRules{x, &policy.ReviewList{Key: l.Key}}
	if rule, ok := x.pol.ReviewList(l.Key); ok {
		r.rule = rule
	}
	if v.ruled == nil {
		v.ruled = map[string]docketRules{}
	}
	v.ruled[id] = r
	return r, nil
}
