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
	if cmd.Unit == "" || cmd.Step != StepSend {
		return nil
	}
	return s.checkTransfer(ctx, c, Transfer{Unit: cmd.Unit})
}
