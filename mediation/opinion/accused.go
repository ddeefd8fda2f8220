package opinion

import (
	"context"
	"errors"

	"fengqiao/mediation"
)

// A suggestion may in truth be an accusation (检举控告). Who took it down and who said so have reported it and see it on; the unit that was
// asked, and the office whose area it was, must not.

// Hides tells whether a suggestion, and the papers about it, must be kept from the actor: it has become an accusation.
func (s *Service) Hides(ctx context.Context, actor mediation.Actor, id string) (bool, error) {
	x, err := s.Suggestions.Load(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return s.hides(ctx, actor, &x)
}

func (s *Service) hides(ctx context.Context, actor mediation.Actor, x *Suggestion) (bool, error) {
	if x.Turn == nil || actor.Role == mediation.System || actor.ID == x.By || actor.ID == x.Turn.By.ID {
		return false, nil
	}
	if x.Case != "" {
		return s.Core.Hides(ctx, x.Case, actor)
	}
	r, err := s.Core.Rules(ctx, x.Policy)
	if err != nil {
		return false, err
	}
	category, _ := r.Policy.Category(x.Turn.Category)
	return category.Accusation > 0 && !actor.Area.Contains(x.Area.Prefix(category.Accusation).Unit()), nil
}
