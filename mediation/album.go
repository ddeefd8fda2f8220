package mediation

import "context"

// Album ties uploaded photos to what they show.
type Album interface {
	// Attach makes photos part of a report and its case, or of a case alone (report ""), for good. It refuses photos that are
	// not the owner's own (Invalid) and those that are part of something else (Conflict), and then ties none.
	Attach(ctx context.Context, owner string, ids []string, report, caseID string) error
}

// attach ties a supplement's photos to its case. They are tied before the command is carried out, so all that may refuse it
// is asked before that: what was refused must not have taken a photo from its owner.
func (s *Service) attach(ctx context.Context, c *Case, o Order, photos []string) error {
	if len(photos) == 0 {
		return nil
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return err
	}
	probe, err := s.Cases.Load(ctx, c.ID)
	if err != nil {
		return err
	}
	if err := Decide(&probe, o, r); err != nil {
		return err
	}
	return s.Album.Attach(ctx, o.Actor.ID, photos, "", c.ID)
}
