package handlers

import (
	"fengqiao/mediation/slip"
)

// slipClocks explains the limits of a slip that run.
func (a *API) slipClocks(c *Call, s *slip.Slip) ([]dueView, error) {
	terms, err := a.Slips.Terms(c.Context, s)
	if err != nil {
		return nil, err
	}
	x, err := a.explainer(c, s.Policy)
	if err != nil {
		return nil, err
	}
	return a.clocks(c, x, terms)
}
