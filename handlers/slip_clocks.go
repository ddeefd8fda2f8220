package handlers

import (
	"context"

	"fengqiao/mediation/clock"
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

// replyTerm is the limit of a slip's reply, zero where none runs.
func replyTerm(ctx context.Context, slips *slip.Service, s *slip.Slip) (clock.Term, error) {
	terms, err := slips.Terms(ctx, s)
	for _, t := range terms {
		if t.Name == clock.Reply {
			return t, err
		}
	}
	return clock.Term{}, err
}
