package slip

import (
	"context"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Watching is by when a case must have moved, each by a trigger of the policy that it is judged under, as what explains it takes it: when that is
// over the system issues a paper. Only who may read the papers of the area is told, and of restricted ones nobody.
func (s *Service) Watching(ctx context.Context, actor mediation.Actor, id string) (list []clock.Term, err error) {
	c, err := s.Reader.Load(ctx, id)
	if err != nil || !mediation.MayArea(actor, mediation.SlipRead, c.Area) {
		return nil, err
	}
	r, err := s.Cases.Rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	for i := range r.Policy.Slips.Triggers {
		t := &r.Policy.Slips.Triggers[i]
		if kind, ok := r.Policy.Slips.Kind(t.Kind); !ok || kind.Restricted != "" || t.When != policy.NoProgress || !t.Covers(c.Channel, c.Category) {
			continue
		}
		due, _, err := s.trip(ctx, &c, t, r)
		if err != nil {
			return nil, err
		}
		if !due.After(s.now()) {
			continue // it moves no more, or was warned of
		}
		moved, err := s.lastProgress(ctx, &c, t)
		if err != nil {
			return nil, err
		}
		list = append(list, clock.Term{Name: clock.Progress, Of: t.Key, Since: moved.last, Due: due, Pauses: moved.stood(), Limit: policy.Limit{Within: t.Within}, Rule: "slips.triggers." + t.Key + ".within"})
	}
	return list, nil
}
