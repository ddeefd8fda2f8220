package desk

import (
	"context"
	"errors"

	"fengqiao/mediation"
)

// Danger that overtakes its order (险情先于工单, PML 25): a desk names it in a matter whose order has not come yet. It waits for nothing. What is known, the
// desk, its number and its words, opens a case at once, which goes to the police and the desk for danger as every case does in which danger is named; the
// order, when it comes, joins that case with all that it says, and everything else that waited joins it at once. Where the order never comes the case
// has its clocks, and its end is told to the desk under its number like any other.

// gravest is how grave danger is of which nothing else is known.
const gravest = 4

// keyOf is the key under which a message is carried out once.
func (o *Order) keyOf(message string) string {
	return "desk/" + o.Desk + "/" + o.Number + "/" + message
}

// overtakes does so for an order in its turn.
func (s *Service) overtakes(ctx context.Context, actor mediation.Actor, key mediation.Outside) (Order, error) {
	defer s.turn(key)()
	o, err := s.Orders.Load(ctx, key)
	if err != nil {
		return o, err
	}
	return s.overtake(ctx, actor, o)
}

// overtake opens the case of the first danger that waits on an order that has not come, and carries out what else waits. Every step may be done
// again after a crash and then does nothing: people are told once, and the report is the message's own.
func (s *Service) overtake(ctx context.Context, actor mediation.Actor, o Order) (Order, error) {
	if o.Report != "" {
		return s.apply(ctx, actor, o)
	}
	m := o.danger()
	if m == nil {
		return o, nil
	}
	if s.Catch != nil {
		if err := s.Catch(ctx, mediation.Stray{Subject: "desk/" + o.Desk + "/" + o.Number, Area: actor.Area, At: m.At}); err != nil {
			return o, err
		}
	}
	id := m.ID
	plain, err := s.Sealer.Open(ctx, m.Words)
	if errors.Is(err, mediation.ErrErased) {
		return s.Orders.Change(ctx, o.Outside, func(o *Order) error { o.settle(id, Expired); return nil })
	}
	if err != nil {
		return o, err
	}
	receipt, err := s.Cases.Receive(ctx, actor, s.dangerOf(&o, o.keyOf(id), string(plain)))
	if err != nil {
		return o, err
	}
	o, err = s.Orders.Change(ctx, o.Outside, func(o *Order) error {
		if o.Report == "" { // else it has come by way of another server: there the message is carried out as what comes after
			o.Ahead = receipt.Report.ID
			o.Report, o.User = o.Ahead, actor.ID
			o.Settle(id, nil)
		}
		return nil
	})
	if err != nil {
		return o, err
	}
	return s.apply(ctx, actor, o)
}

// ahead is the case that danger opened before the order came, to which the order belongs; "" where there is none. What a crash has left of it is
// made up for first.
func (s *Service) ahead(ctx context.Context, actor mediation.Actor, key mediation.Outside) (string, error) {
	o, err := s.Orders.Load(ctx, key)
	if errors.Is(err, mediation.ErrNotFound) || err == nil && (o.Came() || o.Report == "" && o.danger() == nil) {
		return "", nil
	}
	if err == nil {
		o, err = s.overtake(ctx, actor, o)
	}
	if err != nil || o.Ahead == "" {
		return "", err
	}
	rep, err := s.Cases.ReportOf(ctx, actor, o.Ahead)
	if err != nil || rep.Case == "" {
		return "", err
	}
	c, err := s.Reader.Load(ctx, rep.Case)
	for err == nil && c.State == mediation.Joined {
		c, err = s.Reader.Load(ctx, c.JoinedTo)
	}
	return c.ID, err
}

// withdrawable refuses what is not to be withdrawn any more before half of it is.
func (s *Service) withdrawable(ctx context.Context, actor mediation.Actor, o *Order) error {
	rep, err := s.Cases.ReportOf(ctx, actor, o.Report)
	if err != nil || rep.Case == "" {
		return err
	}
	c, err := s.Reader.Load(ctx, rep.Case)
	if err != nil {
		return err
	}
	if rule, _ := mediation.RuleOf(mediation.CmdWithdraw); !rule.Allows(c.State) && c.State != mediation.Withdrawn {
		return mediation.Refusal("desk", mediation.Conflict, "case.state", "", "state", string(c.State), "command", string(mediation.CmdWithdraw))
	}
	return nil
}
