package handover

import (
	"context"
	"slices"

	"fengqiao/mediation"
)

// Posts (岗位) are what people have in hand because of their post: the open cases of their unit or their office. Colleagues of the same
// post go on with them; where there is none, whoever succeeds must be able to.
type Posts struct {
	Cases  Cases
	People People
}

const roomPost = "post"

// mostCounted is where the count of a post's cases stops.
const mostCounted = 10_000

// posts are the roles to whom cases fall by post alone.
var posts = []mediation.Role{mediation.UnitStaff, mediation.TownshipStaff, mediation.CountyStaff}

// Of implements Room.
func (r Posts) Of(ctx context.Context, who Person) ([]Matter, error) {
	if !slices.Contains(posts, who.Role) {
		return nil, nil
	}
	m := Matter{Room: roomPost, Key: string(who.Role) + "|" + who.Unit + "|" + string(who.Area), Area: who.Area, Role: who.Role}
	if who.Role == mediation.UnitStaff {
		m.Unit = who.Unit
	}
	open := true
	var err error
	sight := mediation.VisibleTo(who.Actor)
	sight.Except = append(slices.Clip(sight.Except), who.Except...)
	if m.Cases, err = r.Cases.Count(ctx, mediation.Filter{Visible: sight, Open: &open}, mostCounted); err != nil || m.Cases == 0 {
		return nil, err
	}
	m.Shared, err = r.shared(ctx, who)
	return []Matter{m}, err
}

// shared tells whether a colleague has the whole post as well.
func (r Posts) shared(ctx context.Context, who Person) (bool, error) {
	unit := ""
	if who.Role == mediation.UnitStaff {
		unit = who.Unit
	}
	holders, err := r.People.Holders(ctx, who.Role, unit)
	return slices.ContainsFunc(holders, func(p Person) bool { return p.ID != who.ID && p.Area.Contains(who.Area) }), err
}

// Hindrances implements Room: the successor must be able to do to the post's cases whatever the leaver could.
func (r Posts) Hindrances(_ context.Context, _ *HandOver, m Matter, from, to Person) ([]mediation.Reason, error) {
	if m.Shared {
		return nil, nil
	}
	var why []mediation.Reason
	if !serves(from.Role, to.Role) || m.Unit != "" && to.Role == mediation.UnitStaff && to.Unit != m.Unit {
		why = append(why, mediation.NewReason(mediation.ReasonPost, "role", string(m.Role), "unit", m.Unit))
	}
	if !to.Area.Contains(m.Area) {
		why = append(why, mediation.NewReason(mediation.ReasonArea, "area", string(to.Area), "needs", string(m.Area)))
	}
	return why, nil
}

// serves tells whether a role may do by its area or unit whatever another may: the permission table says so.
func serves(role, by mediation.Role) bool {
	for _, rule := range mediation.Table {
		may := func(r mediation.Role) bool {
			scopes := mediation.Scopes(mediation.Action(rule.Command), r)
			return slices.Contains(scopes, mediation.InArea) || slices.Contains(scopes, mediation.OwnUnit)
		}
		if may(role) && !may(by) {
			return false
		}
	}
	return true
}

// Hand implements Room: a post's cases lie where they lay, and the successor may act on them.
func (r Posts) Hand(context.Context, *HandOver, Matter, Person, Person) (mediation.Passed, error) {
	return mediation.PassedOn, nil
}
