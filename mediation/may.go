package mediation

import (
	"slices"

	"fengqiao/grid"
)

// Scopes returns the scopes within which the role may do the action; empty means never.
func Scopes(a Action, r Role) []Scope {
	var s []Scope
	for _, g := range Permits[a] {
		if g.Role == r {
			s = append(s, g.Scope)
		}
	}
	return s
}

// May tells whether the actor's role has the action at all, before anything is known of the thing.
func May(actor Actor, a Action) bool {
	return len(Scopes(a, actor.Role)) > 0 && (actor.For == "" || StandingIn(a))
}

// MayCase tells whether the actor may do the action to this case.
func MayCase(actor Actor, a Action, c *Case) bool {
	if actor.Role == System {
		return true
	}
	if !May(actor, a) || c.keepsFrom(actor) {
		return false
	}
	for _, s := range Scopes(a, actor.Role) {
		if s.holds(actor, c) {
			return true
		}
	}
	return false
}

// MayArea tells whether the actor may do the action to something that belongs to an area (a user, a mediator, a report).
func MayArea(actor Actor, a Action, area grid.Code) bool {
	for _, s := range Scopes(a, actor.Role) {
		if s == Anything || (s == InArea && actor.Area.Contains(area)) {
			return true
		}
	}
	return false
}

// MayPlan tells whether the actor may do the action to what holds for the ground of these plans: each must lie inside the
// actor's area. A plan without cells and units lies inside every area, so that a first import needs no more than the role.
func MayPlan(actor Actor, a Action, plans ...*grid.Plan) bool {
	for _, s := range Scopes(a, actor.Role) {
		outside := func(p *grid.Plan) bool { return !p.Within(actor.Area) }
		if s == Anything || (s == WholePlan && !slices.ContainsFunc(plans, outside)) {
			return true
		}
	}
	return false
}

func (s Scope) holds(actor Actor, c *Case) bool {
	switch s {
	case Anything:
		return true
	case InArea:
		return actor.Area.Contains(c.Area)
	case OwnReport:
		return has(c.Reporters, actor.ID)
	case OnPanel:
		return c.Panel.Seated(actor.Mediator)
	case Asked:
		return c.Panel.Seated(actor.Mediator) || c.asked(actor.Mediator)
	case OwnCase:
		p := c.Party(actor.ID)
		return actor.Case == c.ID && p != nil && !c.accused(p)
	case Helping:
		return len(c.actsFor(actor.ID)) > 0
	case ToHelp:
		return len(c.awaitsFor(actor.ID)) > 0
	case InCharge:
		return c.charged(actor.ID) && actor.Area.Contains(c.Area)
	case AssistUnit:
		return c.helped(actor.Unit) && actor.Area.Contains(c.Area)
	case SentTo:
		return c.sentTo(actor, false)
	case SignsFor:
		return c.sentTo(actor, true)
	case OwnUnit:
		return actor.Unit != "" && (actor.Unit == c.Unit || actor.Unit == c.owing()) && actor.Area.Contains(c.Area)
	}
	return false
}

// asked tells whether the mediator has an offer of the case that is open or was accepted; a declined or expired one shows the
// case no longer.
func (c *Case) asked(mediator string) bool {
	for i := range c.Offers {
		if o := &c.Offers[i]; mediator != "" && o.Mediator == mediator && o.State == OfferOpen {
			return true
		}
	}
	return false
}

// Missed is the refusal of a mediator's answer to an offer that has ended: the case is out of their sight again, but that they
// were asked is no secret to them, and who came second is to hear so. nil for everybody else.
func Missed(actor Actor, a Action, c *Case) error {
	answers := a == Action(CmdTake) || a == Action(CmdDecline)
	if !answers || actor.Role != MediatorRole || actor.Mediator == "" || !c.offeredTo(actor.Mediator) {
		return nil
	}
	return Refusal(string(a), Conflict, "need."+string(NeedOpenOffer), "offer")
}
