package mediation

import (
	"context"
	"strconv"
)

// checkUnits refuses units that nobody would hear of it, and those of the accused; so too for who took part, who were there in fact.
func (s *Service) checkUnits(ctx context.Context, c *Case, cmd Consult) error {
	if err := kept("at", cmd.At); err != nil {
		return err
	}
	if cmd.Lead == "" {
		return nil // the decision says so
	}
	fields := map[string]string{"lead": cmd.Lead}
	for i, unit := range cmd.Assisting {
		fields["assisting["+strconv.Itoa(i)+"]"] = unit
	}
	for field, unit := range fields {
		if s.ofAccused(c, unit) {
			return Refusal("consult", Conflict, "case.accused_unit", field, "unit", unit)
		}
		staffed, err := s.Users.Staffed(ctx, unit, c.Area)
		if err != nil {
			return err
		}
		if unit == "" || !staffed {
			return Refusal("consult", Invalid, "unknown_value", field, "value", unit)
		}
	}
	return s.checkTook(ctx, c, cmd.Took)
}

// checkTook refuses who cannot have taken part: a unit without staff there, an account that does not belong to the unit it is said to have come for.
func (s *Service) checkTook(ctx context.Context, c *Case, took []Taking) error {
	for i, t := range took[:min(len(took), 2*maxAssisting)] {
		at := "took[" + strconv.Itoa(i) + "]"
		if t.User != "" {
			who, open, err := s.Users.ActorOf(ctx, t.User)
			if err != nil {
				return err
			}
			if !open || who.Unit != t.Unit || !who.Area.Contains(c.Area) {
				return Refusal("consult", Invalid, "unknown_value", at+".user", "value", t.User)
			}
			if t.Unit == "" {
				continue // an office of the county or of a township has no unit
			}
		}
		if t.Unit == "" {
			return Refusal("consult", Invalid, "required", at+".unit")
		}
		if s.ofAccused(c, t.Unit) {
			return Refusal("consult", Conflict, "case.accused_unit", at+".unit", "unit", t.Unit)
		}
		if staffed, err := s.Users.Staffed(ctx, t.Unit, c.Area); err != nil {
			return err
		} else if !staffed {
			return Refusal("consult", Invalid, "unknown_value", at+".unit", "value", t.Unit)
		}
	}
	return nil
}

// checkOwner refuses somebody who does not belong to the unit that is to do the task.
func (s *Service) checkOwner(ctx context.Context, c *Case, cmd GiveTask) error {
	if err := kept("due", cmd.Due); err != nil || cmd.Owner == "" {
		return err
	}
	who, open, err := s.Users.ActorOf(ctx, cmd.Owner)
	if err == nil && (!open || who.Unit != cmd.Unit || !who.Area.Contains(c.Area)) {
		return Refusal("task", Invalid, "unknown_value", "owner", "value", cmd.Owner)
	}
	if err == nil {
		err = s.checkSide(ctx, c, cmd.Owner, "task", "owner")
	}
	return err
}

// checkSigned refuses to sign what would give a unit of the accused a part: they may have been entered since it was consulted.
func (s *Service) checkSigned(c *Case, cmd SignOffCase) error {
	next := c.toSign()
	if next == nil || !cmd.Approved {
		return nil
	}
	for _, unit := range append([]string{next.Lead}, next.Assisting...) {
		if s.ofAccused(c, unit) {
			return Refusal("sign_off", Conflict, "case.accused_unit", "approved", "unit", unit)
		}
	}
	return nil
}
