package mediation

import (
	"context"
	"errors"
)

// WithdrawReport takes the actor's own report back: the case first, then the report. A case that has no other report standing, and
// nobody working on it, is withdrawn with it.
func (s *Service) WithdrawReport(ctx context.Context, actor Actor, id, key, reason string) (Receipt, error) {
	rep, err := s.ReportOf(ctx, actor, id)
	if err != nil {
		return Receipt{}, err
	}
	if !mayReport(actor, ReportChange, &rep) {
		return Receipt{}, Refusal("withdraw", Forbidden, "forbidden", "")
	}
	if !rep.Withdrawn.IsZero() {
		return s.again(ctx, rep, rep.Print)
	}
	cmd, own := discreet(WithdrawCase{Reason: reason})
	o := Order{Actor: actor, Command: cmd, At: s.now(), Key: s.commandKey(actor, string(CmdWithdraw)+"/"+id, key)}
	for range 5 { // whoever places it at the same moment does so once
		receipt, err := s.withdraw(ctx, rep, o, own)
		if !errors.Is(err, errLedElsewhere) {
			return receipt, err
		}
		if rep, err = s.Reports.Load(ctx, id); err != nil {
			return Receipt{}, err
		}
	}
	return Receipt{}, ErrStale
}

// errLedElsewhere: the report has got another case since it was read.
var errLedElsewhere = errors.New("mediation: the report has got another case")

// withdraw recalls the report in its case and then marks it, unless it has got another case meanwhile.
func (s *Service) withdraw(ctx context.Context, rep Report, o Order, own string) (Receipt, error) {
	receipt := Receipt{}
	id, err := s.caseOf(ctx, &rep)
	if err != nil {
		return receipt, err
	}
	if id != "" {
		c, err := s.recall(ctx, id, rep.ID, o, own)
		if err != nil {
			return receipt, err
		}
		receipt.Case = &c
	}
	receipt.Report, err = s.Reports.Update(ctx, rep.ID, func(r *Report) error {
		switch {
		case !r.Withdrawn.IsZero():
		case r.Case != "" && r.Case != id:
			return errLedElsewhere
		default:
			r.Case, r.Withdrawn = id, o.At
		}
		return nil
	})
	return receipt, err
}

// caseOf is the case that holds the report, though a crash may have kept the report from pointing there; "" if there is none.
func (s *Service) caseOf(ctx context.Context, rep *Report) (string, error) {
	if rep.Case != "" {
		return rep.Case, nil
	}
	c, err := s.Cases.Load(ctx, caseIDFor(rep))
	if !errors.Is(err, ErrNotFound) {
		return c.ID, err
	}
	c, _, err = s.holder(ctx, rep)
	return c.ID, err
}

// recall notes in a case that its report was withdrawn, for a reason in the reporter's own words.
func (s *Service) recall(ctx context.Context, id, report string, o Order, own string) (Case, error) {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return Case{}, err
	}
	if o.Words, err = s.seal(ctx, c.Key, own); err != nil {
		return Case{}, err
	}
	return s.Cases.Update(ctx, id, func(c *Case) error {
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		return Recall(c, report, o, r)
	})
}
