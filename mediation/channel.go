package mediation

import (
	"context"
	"errors"
	"slices"

	"fengqiao/mediation/policy"
)

// mayRegister tells whether somebody of the role may register a matter by its channel. Danger is taken from everybody, by whatever channel; a
// suggestion that turns out to be a dispute comes by the policy's own; and an outside desk's channel bears the desk's name, which the policy
// need not know.
func (in *ReportInput) mayRegister(role Role, pol *policy.Policy) bool {
	if in.Emergency || in.Suggestion != "" {
		return true
	}
	known := slices.ContainsFunc(pol.Intake.Channels, func(c policy.Channel) bool { return c.Key == in.Channel })
	return role == Desk && !known || pol.Intake.Registers(in.Channel, string(role))
}

// unregistered refuses a report by a channel that its sender may not register by. One that was taken in before the policy said so is answered as it
// was: a phone that did not get the answer asks again.
func (s *Service) unregistered(ctx context.Context, rep *Report, role Role) (Receipt, error) {
	as, err := s.Reports.Load(ctx, rep.ID)
	switch {
	case err == nil:
		return s.again(ctx, as, rep.Print)
	case errors.Is(err, ErrNotFound):
		err = Refusal("receive", Invalid, "report.channel", "channel", "channel", rep.Channel, "role", string(role))
	}
	return Receipt{}, err
}
