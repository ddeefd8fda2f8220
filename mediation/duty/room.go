package duty

import (
	"context"
	"slices"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// RoomName is what hand-overs know this room by.
const RoomName = "shift"

// Room lets hand-overs find and pass on the shifts of a post that somebody has still to hold. What they have held stays theirs.
type Room struct{ *Service }

var _ handover.Room = Room{}

// Pass gives the shifts of a post and area that somebody holds or is still to hold to another: of one that runs, the rest of it. It does
// nothing the second time.
func (r *Roster) Pass(post string, area grid.Code, from, to string, at time.Time) (passed bool) {
	var all []Shift
	for _, s := range r.Shifts {
		if s.Post != post || s.Area != area || s.Person != from || !s.Until.After(at) {
			all = append(all, s)
			continue
		}
		if head := s; head.From.Before(at) {
			head.Until = at
			all = append(all, head)
			s.From = at
		}
		s.Person, passed = to, true
		all = append(all, s)
	}
	r.Shifts = all
	r.order()
	return passed
}

// Of implements handover.Room: one matter for each post and area.
func (r Room) Of(ctx context.Context, who handover.Person) ([]handover.Matter, error) {
	now, _, err := r.Rosters.Roster(ctx)
	if err != nil {
		return nil, err
	}
	at := r.Now()
	var list []handover.Matter
	for _, s := range now.Shifts { // in order of beginning
		key := s.Post + "|" + string(s.Area)
		if s.Person != who.ID || !s.Until.After(at) || slices.ContainsFunc(list, func(m handover.Matter) bool { return m.Key == key }) {
			continue
		}
		list = append(list, handover.Matter{Room: RoomName, Key: key, Area: s.Area, Role: who.Role}.DueBy(s.Term(at), ""))
	}
	return list, nil
}

// Hindrances implements handover.Room: who is on duty must be able to look at what they are sent.
func (r Room) Hindrances(_ context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	var why []mediation.Reason
	if !slices.Contains(mediation.Scopes(mediation.CaseRead, to.Role), mediation.InArea) {
		why = append(why, mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit))
	}
	if !to.Area.Contains(m.Area) {
		why = append(why, mediation.NewReason(mediation.ReasonArea, "area", string(to.Area), "needs", string(m.Area)))
	}
	return why, nil
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	post, area, _ := strings.Cut(m.Key, "|")
	at := mediation.Instant(r.Now())
	held := false
	err := r.Rosters.Amend(ctx, mediation.AnyRevision, func(now *Roster) error {
		now.Pass(post, grid.Code(area), from.ID, to.ID, at)
		held = slices.ContainsFunc(now.Shifts, func(s Shift) bool {
			return s.Post == post && s.Area == grid.Code(area) && s.Person == to.ID && s.Until.After(at)
		})
		return nil
	})
	if held {
		return mediation.PassedOn, err
	}
	return mediation.PassedOver, err
}
