package mediation

import (
	"context"
	"errors"

	"fengqiao/grid"
	"fengqiao/mediation/policy"
)

// Accusations (检举控告) must never be disclosed to the accused or their unit (信访工作条例 30). The accused are the respondents. They
// get no link and see nothing; their unit cannot be given the case; and the case lies with a unit that the policy names, so
// that the offices, leaders and grid teams below, where the accused may sit, do not see it at all.

// raised is where an accusation lies: the unit of the policy's level above an area; "" if the category is none.
func raised(category policy.Category, area grid.Code) grid.Code {
	if category.Accusation == 0 {
		return ""
	}
	return area.Prefix(category.Accusation).Unit()
}

// accused tells whether the case must not reach the party.
func (c *Case) accused(p *Party) bool { return c.Accusation && p.Side == Respondent }

// classify draws the consequences of the case's category: an accusation is raised, whoever handled it by itself or jointly, or was
// sent it by rule, has it no more and is not told, and the accused lose their links; what turns out to be none goes back to where it happened.
func (d *decision) classify(category policy.Category) {
	switch up := raised(category, d.Area); {
	case up != "":
		if !d.Accusation {
			d.Unit, d.Sent = "", nil
			d.endJoint()
		}
		d.Accusation, d.Area = true, up
	case d.Accusation:
		d.Accusation = false
		if d.Area = d.Home; d.Cell != "" {
			d.Area = d.Cell
		}
	}
	for i := range d.Parties {
		if p := &d.Parties[i]; d.accused(p) {
			p.LinkHash, p.LinkFrom = "", d.At
		}
	}
}

// ofAccused tells whether a unit is one that an accused of the case works at.
func (s *Service) ofAccused(c *Case, unit string) bool {
	if unit == "" {
		return false
	}
	hash := UnitHash(s.Sealer, unit)
	for i := range c.Parties {
		if p := &c.Parties[i]; c.accused(p) && has(p.Units, hash) {
			return true
		}
	}
	return false
}

// checkAccused refuses to enter somebody as accused at whose unit the case lies, or which has, or is about to have, a part in handling it.
func (s *Service) checkAccused(c *Case, p *Party) error {
	if !c.accused(p) {
		return nil
	}
	for _, unit := range append([]string{c.Unit}, c.jointUnits()...) {
		if unit != "" && has(p.Units, UnitHash(s.Sealer, unit)) {
			return Refusal("party", Conflict, "case.accused_unit", "units", "unit", unit)
		}
	}
	return nil
}

// checkSide refuses to give a part in handling the case to somebody from whom it is kept.
func (s *Service) checkSide(ctx context.Context, c *Case, user, op, field string) error {
	if !c.Accusation {
		return nil
	}
	if who, _, err := s.Users.ActorOf(ctx, user); err != nil || !c.keepsFrom(who) {
		return err
	}
	return Refusal(op, Conflict, "case.accused_side", field)
}

// Hides tells whether what lies beside a case, a paper or a study, must be kept from the actor, whatever part they had in it before: the case
// has turned out to be an accusation, and they belong below where it lies now, or to a unit of the accused.
func (s *Service) Hides(ctx context.Context, id string, actor Actor) (bool, error) {
	if id == "" || actor.Role == System {
		return false, nil
	}
	c, err := s.Cases.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return c.Accusation && (!actor.Area.Contains(c.Area) || c.keepsFrom(actor)), err
}
