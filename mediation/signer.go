package mediation

import (
	"context"

	"fengqiao/grid"
)

// ToSign tells whether a consultation waits for the signatory.
func (c *Case) ToSign() bool { return !c.State.Over() && c.toSign() != nil }

// TellSigner tells who has taken the post that signs what has been waiting for a signature since before, once a consultation, case by case.
// It does nothing for other posts, and may be repeated.
func (s *Service) TellSigner(ctx context.Context, area grid.Code, post, user string) error {
	open, all := true, grid.Code("")
	f := Filter{Visible: Visible{Area: &all}, Open: &open, ToSign: true}
	for cursor := ""; ; {
		page, next, err := s.Cases.List(ctx, f, cursor, 100)
		if err != nil {
			return err
		}
		for _, sum := range page {
			if err := s.tellSigner(ctx, sum.ID, area, post, user); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

func (s *Service) tellSigner(ctx context.Context, id string, area grid.Code, post, user string) error {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil || r.Policy.Joint.Signatory.Post != post || grid.Code(r.Policy.County) != area {
		return err
	}
	at := s.now()
	_, err = s.Cases.Update(ctx, id, func(c *Case) error {
		if !c.ToSign() || c.toSign().Told == user {
			return nil
		}
		d := &decision{Case: c, Order: Order{Actor: SystemActor, At: at}, rules: r, pol: r.Policy}
		j := d.joint()
		j.Consultations[len(j.Consultations)-1].Told = user
		d.begin("signer_changed")
		d.say("consultation", d.toSign().ID)
		d.say("signer", user)
		d.tell(NoticeSign, Recipient{User: user}, d.StateClock.Due)
		d.finish()
		return nil
	})
	return err
}
