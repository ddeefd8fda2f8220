package mediation

import "fengqiao/grid"

// Visible is the one predicate of what an actor sees of cases: it feeds lists, counts, GeoJSON and the 404s. A case is visible
// when any of its conditions holds.
type Visible struct {
	None     bool
	Area     *grid.Code // inside this area
	Reporter string     // reported by this user, or with this user acting, or about to act, for a party
	Mediator string     // on the panel or with an open offer
	Unit     string     // lies with this unit or is assisted by it (and inside Area)
	Case     string     // exactly this case
	Sent     string     // sent to this user by a dispatch rule; for whom it is beside another of the conditions
	// Except are the keys (Actor.Keys) of whom cases may be kept from: whatever holds, no case with one of them in KeptFrom is visible.
	Except []string
}

// VisibleTo derives the predicate from the permission table's CaseRead row.
func VisibleTo(actor Actor) Visible { return VisibleBy(actor, CaseRead) }

// VisibleBy derives the predicate from an action's row of the permission table.
func VisibleBy(actor Actor, a Action) Visible {
	v := Visible{None: true, Except: actor.Keys()}
	for _, s := range Scopes(a, actor.Role) {
		v.None = false
		switch s {
		case InArea:
			area := actor.Area
			v.Area = &area
		case OwnReport, Helping, ToHelp:
			v.Reporter = actor.ID
		case Asked, OnPanel:
			v.Mediator = actor.Mediator
		case OwnUnit, AssistUnit:
			if actor.Unit == "" {
				return Visible{None: true} // without a unit no case is theirs; the area alone would show them all of it
			}
			area := actor.Area
			v.Area, v.Unit = &area, actor.Unit
		case SentTo:
			v.Sent = actor.ID
		case OwnCase:
			v.Case = actor.Case
		}
	}
	return v
}
