package mediation

import "context"

// preparePetition seals who approved an extension, and refuses a unit that nobody would hear of it or that an accused works at.
func (s *Service) preparePetition(ctx context.Context, c *Case, o *Order, cmd HandlePetition) (err error) {
	if err := tooLong("approver", cmd.Approver); err != nil {
		return err
	}
	if o.Approver, err = s.seal(ctx, c.Key, cmd.Approver); err != nil {
		return err
	}
	if cmd.Evidence != "" && has(petitionersOwn, cmd.Step) {
		return s.attach(ctx, c, *o, []string{cmd.Evidence})
	}
	if cmd.Unit == "" {
		return nil
	}
	r, err := s.rules(ctx, c.Policy)
	switch {
	case err != nil:
		return err
	case cmd.Step == StepSend:
	case cmd.Step == StepReview && len(r.Policy.Petition.Reviewers) == 0:
	case cmd.Step == StepRereview && len(r.Policy.Petition.Rereviewers) == 0:
	default:
		return nil // Decide holds it to the policy
	}
	return s.checkTransfer(ctx, c, Transfer{Unit: cmd.Unit})
}
