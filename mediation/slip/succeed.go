package slip

import (
	"context"
	"slices"
	"time"

	"fengqiao/mediation"
)

// Succession: an official leaves, and what they were to answer or to judge in person goes to a successor. What is addressed to a unit or a
// post stays with that. A restricted one goes to who might have issued it, or sits where it was answered, and to nobody else; of what is in
// hand it is shown to nobody else either.

// HandOver gives a slip to a successor. It changes nothing where the slip has ended or is not the leaver's (any more).
func HandOver(s *Slip, from, to string, by mediation.Actor, at time.Time, r Rules) bool {
	answers, judges := s.To.User == from, s.Issuer.User == from
	if from == "" || to == "" || from == to || s.State.Over() || !answers && !judges {
		return false
	}
	d := &decision{Slip: s, o: Order{Actor: by, At: at}, rules: r, entry: Entry{At: at, Actor: by.ID, Role: by.Role, Kind: "handed_over"}}
	d.say("fromUser", from)
	d.say("toUser", to)
	if answers {
		s.To.User = to
		d.toAddressee(mediation.NoticeSlip, s.OverdueFrom())
	}
	if judges {
		s.Issuer.User = to
		d.toIssuer(mediation.NoticeSlipMoved)
	}
	d.finish()
	return true
}

// takes tells whether somebody may answer, or judge, what another had in hand.
func takes(s *Slip, from, to mediation.Actor, r Rules) bool {
	answers, judges := s.To.User == from.ID, s.Issuer.User == from.ID
	may := !(answers && len(mediation.Scopes(mediation.SlipAnswer, to.Role)) == 0 || judges && len(mediation.Scopes(mediation.SlipJudge, to.Role)) == 0) &&
		!(answers && to.ID == s.Issuer.User) && !(judges && answering(to, s))
	if s.Restricted == "" || !may {
		return may
	}
	return to.Area.Contains(s.Area) && (!answers || to.Role == from.Role && to.Unit == from.Unit) && (!judges || slices.Contains(r.Kind.Issuers, string(to.Role)) && to.Unit == from.Unit)
}

// InHand lists the open slips that a person is to answer or to judge, newest first.
func (s *Service) InHand(ctx context.Context, user string) ([]Summary, error) {
	return s.Slips.InHand(ctx, user)
}

// HandOver gives a slip to a successor, once.
func (s *Service) HandOver(ctx context.Context, by mediation.Actor, id, from, to string) (Slip, error) {
	sl, err := s.Slips.Load(ctx, id)
	if err != nil {
		return sl, err
	}
	r, err := s.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return sl, err
	}
	at := s.now()
	if probe := sl; !HandOver(&probe, from, to, by, at, r) {
		return sl, nil
	}
	if sl, err = s.Slips.Update(ctx, id, func(x *Slip) error { HandOver(x, from, to, by, at, r); return nil }); err != nil {
		return sl, err
	}
	return s.settled(ctx, sl), nil
}
