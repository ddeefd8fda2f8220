package desk

import (
	"context"
	"errors"

	"fengqiao/mediation"
)

// apply carries out what waits on an order, one message after another, and notes what became of each. A crash in between repeats a
// message under the same key, which the core carries out once.
func (s *Service) apply(ctx context.Context, actor mediation.Actor, o Order) (Order, error) {
	for m := o.next(); m != nil; m = o.next() {
		refusal, err := s.carryOut(ctx, actor, &o, *m)
		if err != nil {
			return o, err
		}
		id := m.ID
		if o, err = s.Orders.Change(ctx, o.Outside, func(o *Order) error { o.Settle(id, refusal); return nil }); err != nil {
			return o, err
		}
	}
	return o, nil
}

// carryOut does what a message asks for. The refusal is what the case does not allow; the error what may go well another time.
func (s *Service) carryOut(ctx context.Context, actor mediation.Actor, o *Order, m Message) (*mediation.Error, error) {
	plain, err := s.Sealer.Open(ctx, m.Words)
	if err != nil && !errors.Is(err, mediation.ErrErased) {
		return nil, err
	}
	key, text := o.keyOf(m.ID), string(plain)
	switch {
	case text == "":
		return nil, nil // erased while it waited: there is nothing left to tell
	case m.Danger:
		err = s.danger(ctx, actor, o, key, text)
	case m.Kind == PassOn:
		err = s.onCase(ctx, actor, o, key, mediation.PassOn{To: m.To, Remark: text})
	case m.Kind == Call:
		err = s.recordCall(ctx, actor, o, &m, key, text)
	case m.Kind == Close:
		err = s.takeBack(ctx, actor, o, key, text)
	case m.Kind == Return:
		err = s.giveBack(ctx, actor, o, key, text)
	default:
		_, err = s.Cases.SupplementReport(ctx, actor, o.Report, key, text, nil)
	}
	var refusal *mediation.Error
	if errors.As(err, &refusal) && (refusal.Kind == mediation.Conflict || refusal.Kind == mediation.Invalid || refusal.Kind == mediation.Forbidden) {
		return refusal, nil
	}
	return nil, err
}

// danger leads a matter in which danger was named straight back to the police (遇险即转): the case as it stands or, where that cannot
// be passed on any more, a case of its own, which goes there at once.
func (s *Service) danger(ctx context.Context, actor mediation.Actor, o *Order, key, text string) error {
	rep, err := s.Cases.ReportOf(ctx, actor, o.Report)
	if err != nil {
		return err
	}
	if rep.Case != "" {
		c, passed, err := s.Cases.Danger(ctx, mediation.SystemActor, rep.Case, key)
		if err != nil {
			return err
		}
		if passed || c.DangerAwaitsDesk() {
			_, err = s.Cases.SupplementReport(ctx, actor, o.Report, key, text, nil)
			return err
		}
	}
	in := s.dangerOf(o, key, text)
	in.Category, in.Severity, in.Cell = rep.Category, rep.Severity, rep.Cell
	_, err = s.Cases.Receive(ctx, actor, in)
	return err
}

// dangerOf is the report that a message makes by which danger was named, whatever else is known.
func (s *Service) dangerOf(o *Order, key, text string) mediation.ReportInput {
	return mediation.ReportInput{ClientID: idOf(mediation.Outside{Desk: o.Desk, Number: key}), Channel: o.Desk, Text: text, Emergency: true, Outside: o.Outside,
		Category: mediation.UnknownCategory, Severity: gravest, Print: s.Sealer.Hash("desk message", text)}
}

// takeBack (销单) withdraws the order, and with it what danger had opened before it came.
func (s *Service) takeBack(ctx context.Context, actor mediation.Actor, o *Order, key, text string) error {
	if o.Ahead != "" {
		if err := s.withdrawable(ctx, actor, o); err != nil {
			return err
		}
		if _, err := s.Cases.WithdrawReport(ctx, actor, o.Ahead, key+"/ahead", text); err != nil {
			return err
		}
	}
	if !o.Came() {
		return nil
	}
	_, err := s.Cases.WithdrawReport(ctx, actor, o.Report, key, text)
	return err
}

// giveBack (退回重办) opens a matter again whose result the desk does not take; one that is in hand still gets the reason as a supplement.
func (s *Service) giveBack(ctx context.Context, actor mediation.Actor, o *Order, key, text string) error {
	rep, err := s.Cases.ReportOf(ctx, actor, o.Report)
	if err != nil {
		return err
	}
	if rep.Case != "" {
		c, err := s.Reader.Load(ctx, rep.Case)
		if err != nil {
			return err
		}
		if rule, _ := mediation.RuleOf(mediation.CmdReopen); rule.Allows(c.State) {
			_, err := s.Cases.Do(ctx, mediation.SystemActor, c.ID, mediation.Request{Command: mediation.Reopen{Reason: text}, Revision: c.Revision, Key: key})
			return err
		}
	}
	_, err = s.Cases.SupplementReport(ctx, actor, o.Report, key, text, nil)
	return err
}
