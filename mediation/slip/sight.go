package slip

import (
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Addressed tells whether the slip is the actor's to answer: also where they stand in for whom it is addressed to in person, in the area
// in which they do.
func Addressed(actor mediation.Actor, s *Slip) bool {
	to := s.To
	switch to.Form() {
	case "person":
		return actor.ID == to.User || actor.For != "" && actor.For == to.User && actor.Area.Contains(s.Area)
	case "unit":
		return actor.Unit == to.Unit && actor.Area.Contains(to.Area)
	case "post":
		return actor.Role == to.Role && actor.Area.Contains(to.Area)
	}
	return false
}

// issuing tells whether the actor issued the slip or, that nothing is orphaned when somebody leaves, holds the post that did; of a
// restricted one the role that sees it, unless the system issued it.
func issuing(actor mediation.Actor, s *Slip) bool {
	i := s.Issuer
	if actor.ID == i.User {
		return true
	}
	if s.Restricted != "" && i.User != "" {
		return actor.Role == s.Restricted && actor.Area.Contains(s.Area)
	}
	return holds(actor, i)
}

// May tells whether the actor may do the action to this slip, by mediation.Permits. Who is to answer it never judges it.
func May(actor mediation.Actor, a mediation.Action, s *Slip) bool {
	switch {
	case actor.Role == mediation.System:
		return true
	case actor.For != "" && s.Restricted != "":
		return false // it is for some eyes, and those of who stands in for somebody are not among them
	case mediation.Withholds(s.KeptFrom, actor.Keys()):
		return false // it is about them, or their unit
	}
	return slices.ContainsFunc(mediation.Scopes(a, actor.Role), func(scope mediation.Scope) bool {
		switch scope {
		case mediation.InArea:
			return actor.Area.Contains(s.Area) && (s.Restricted == "" || actor.Role == s.Restricted)
		case mediation.Addressed:
			return Addressed(actor, s)
		case mediation.Issuing:
			return issuing(actor, s) && (a != mediation.SlipJudge || !answering(actor, s))
		}
		return false
	})
}

// Visible is what an actor sees of slips, for lists: any of its conditions. It says what May says of SlipRead.
type Visible struct {
	// Actor is whose sight it is; Area: slips that lie inside the actor's area, too, restricted ones to the role of theirs alone.
	Actor mediation.Actor
	Area  bool
	// Addressed and Issuing are as the scopes of these names.
	Addressed, Issuing bool
}

// VisibleTo derives the predicate from the permission table.
func VisibleTo(actor mediation.Actor) Visible {
	scopes := mediation.Scopes(mediation.SlipRead, actor.Role)
	return Visible{Actor: actor, Area: slices.Contains(scopes, mediation.InArea), Addressed: slices.Contains(scopes, mediation.Addressed),
		Issuing: slices.Contains(scopes, mediation.Issuing)}
}

// None tells whether nothing can be seen.
func (v Visible) None() bool { return !v.Area && !v.Addressed && !v.Issuing }

// Filter selects slips. Zero fields do not filter.
type Filter struct {
	Visible Visible
	Kind    string
	States  []State
	Open    *bool
	Unit    string // addressee
	User    string // addressee
	Area    grid.Code
	Case    string
	About   Subject
	// Mine: "to" for those that the actor is to answer, "by" for those whose replies the actor judges.
	Mine string
	// OverdueAt, in milliseconds of time since 1970: a limit has ended by then; 0: any.
	OverdueAt int64
	// Counted: those that scorecards count so, restricted ones never among them. Issued: from inclusive, until exclusive.
	Counted Counted
	Issued  [2]time.Time
}
