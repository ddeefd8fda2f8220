package mediation

import (
	"context"
	"errors"
	"slices"
)

// A report and the case that it joins are two documents. The report is stored first and says which case it is about to join, the
// case then takes it in, and at last the report points there; a sweep finishes what a crash leaves between.

// joinable are the states in which a case takes a further report by itself. Once there is an agreement, or the matter lies
// elsewhere, a person must say that it is the same.
var joinable = slices.Concat(beforePanel, working)

// errEnded: the case that a report or case was to join has ended, was joined to another, or is somebody else's, since it was found.
var errEnded = errors.New("mediation: the case has ended")

// joinReport takes a stored report into an open case: the case first, then the report's pointer; Pending repairs what a crash
// leaves between.
func (s *Service) joinReport(ctx context.Context, rep Report, into string, actor Actor) (Receipt, error) {
	now := s.now()
	why := "same_reporter"
	current, err := s.rules(ctx, "")
	if err != nil {
		return Receipt{}, err
	}
	c, err := s.Cases.Update(ctx, into, func(c *Case) error {
		if !has(c.Reports, rep.ID) && !c.awaitsOrder(&rep) && !c.foreran(&rep) && (!has(joinable, c.State) || !c.takesIn(&rep, current.Policy)) {
			return errEnded
		}
		if !has(c.Reporters, rep.Reporter) {
			why = "shared_party"
		}
		switch {
		case c.awaitsOrder(&rep):
			why = FromAnotherDesk
		case c.foreran(&rep):
			why = FromItsOrder
		}
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		parties, err := s.namesakes(ctx, c, &rep)
		if err != nil {
			return err
		}
		Adopt(c, &rep, parties, why, actor, now, r)
		return nil
	})
	if errors.Is(err, errEnded) {
		return s.settle(ctx, rep, actor) // look again: such a case is found no more
	}
	if err != nil {
		return Receipt{}, err
	}
	return s.follow(ctx, rep, c)
}

// settle gives a stored report without a case its case: after a crash, a placing by hand or a detachment.
func (s *Service) settle(ctx context.Context, rep Report, actor Actor) (Receipt, error) {
	if leads, err := s.leads(ctx, &rep); !leads || err != nil || rep.Case != "" || !rep.Withdrawn.IsZero() {
		return Receipt{Report: rep}, err
	}
	r, err := s.rules(ctx, "")
	if err != nil {
		return Receipt{}, err
	}
	if c, ok, err := s.holder(ctx, &rep); err != nil || ok {
		if err != nil {
			return Receipt{}, err
		}
		return s.follow(ctx, rep, c)
	}
	c, into, err := s.lead(ctx, &rep, actor, r)
	if err != nil {
		return Receipt{}, err
	}
	if into != "" {
		if rep, err = s.Reports.Update(ctx, rep.ID, func(r *Report) error { r.Into = into; return nil }); err != nil {
			return Receipt{}, err
		}
		return s.joinReport(ctx, rep, into, actor)
	}
	opened, err := s.Opener.Open(ctx, c)
	if errors.Is(err, ErrExists) {
		opened, err = s.Cases.Load(ctx, c.ID)
	}
	if err != nil {
		return Receipt{}, err
	}
	if len(opened.Chores) > 0 {
		s.Kick(opened.ID)
	}
	return s.follow(ctx, rep, opened)
}

// holder is the case that the report opened, or that took it in, before a crash kept the report from pointing there; or the one that
// that case was joined to.
func (s *Service) holder(ctx context.Context, rep *Report) (Case, bool, error) {
	if c, err := s.Cases.Load(ctx, caseIDFor(rep)); !errors.Is(err, ErrNotFound) {
		return c, err == nil, err
	}
	for id := rep.Into; id != ""; {
		c, err := s.Cases.Load(ctx, id)
		if errors.Is(err, ErrNotFound) || err == nil && !has(c.Reports, rep.ID) {
			return Case{}, false, nil
		}
		if err != nil || c.State != Joined {
			return c, err == nil, err
		}
		host, err := s.Cases.Load(ctx, c.JoinedTo)
		if err != nil || !has(host.Reports, rep.ID) {
			return c, err == nil, err // not carried over yet: the sweep of the join lets the report follow
		}
		id = host.ID
	}
	return Case{}, false, nil
}

// follow lets the report point to its case. One that was withdrawn before the case held it is recalled there.
func (s *Service) follow(ctx context.Context, rep Report, c Case) (Receipt, error) {
	as, err := s.Reports.Update(ctx, rep.ID, func(r *Report) error { r.Case = c.ID; return nil })
	if err == nil && !as.Withdrawn.IsZero() {
		c, err = s.recallLate(ctx, &as, c)
	}
	return Receipt{Report: as, Case: &c}, err
}

// recallLate recalls it where the state table allows that still: danger that was passed to the police stays theirs.
func (s *Service) recallLate(ctx context.Context, rep *Report, c Case) (Case, error) {
	recalled, err := s.recall(ctx, c.ID, rep.ID, Order{Actor: SystemActor, Command: WithdrawCase{}, At: s.now()}, "")
	var refused *Error
	if errors.As(err, &refused) && refused.Kind == Conflict {
		return c, nil
	}
	return recalled, err
}
