package slip

import (
	"cmp"
	"context"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Terms are the time limits of the slip that run, or have run out while it was not over, as what explains them takes them.
func (s *Slip) Terms(r Rules) []clock.Term {
	var list []clock.Term
	if s.State.Over() {
		return nil
	}
	for _, x := range []struct {
		name  string
		of    Limit
		limit policy.Limit
	}{{clock.Acknowledge, s.Acknowledge, r.Kind.Acknowledge}, {clock.Reply, s.Reply, r.Kind.Reply}} {
		if x.of.Due.IsZero() {
			continue
		}
		x.limit.Basis = cmp.Or(x.limit.Basis, r.Kind.Basis)
		t := clock.Term{Name: x.name, Since: x.of.Since, Due: x.of.Due, Limit: x.limit, Rule: "slips.kinds." + s.Kind + "." + x.name, Breached: x.of.Breached, Reminded: x.of.Reminded}
		if x.of.Named {
			t.Origin, t.By = clock.ByPerson, s.Issuer.User
		}
		list = append(list, t)
	}
	return list
}

// Terms are the time limits of a slip by the rules under which it was issued.
func (s *Service) Terms(ctx context.Context, sl *Slip) ([]clock.Term, error) {
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return nil, err
	}
	return sl.Terms(r), nil
}

// ReplyTerm is the limit of a slip's reply, zero where none runs.
func (s *Service) ReplyTerm(ctx context.Context, sl *Slip) (clock.Term, error) {
	terms, err := s.Terms(ctx, sl)
	for _, t := range terms {
		if t.Name == clock.Reply {
			return t, err
		}
	}
	return clock.Term{}, err
}

// limitOf is the limit of that name.
func (s *Slip) limitOf(name string) *Limit {
	switch name {
	case clock.Acknowledge:
		return &s.Acknowledge
	case clock.Reply:
		return &s.Reply
	}
	return nil
}
