package opinion

import (
	"context"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// RoomName is what hand-overs know this room by.
const RoomName = "site"

// Room lets the hand-over of an official find and pass on the stations and points that they keep. Suggestions that wait for an answer are
// the unit's, by papers to it.
type Room struct{ *Service }

var _ handover.Room = Room{}

// Of implements handover.Room.
func (r Room) Of(ctx context.Context, who handover.Person) (list []handover.Matter, err error) {
	open := true
	err = each(func(cursor string) (string, error) {
		sites, next, err := r.Sites.List(ctx, SiteFilter{Keeper: who.ID, Open: &open}, cursor, page)
		for i := range sites {
			list = append(list, handover.Matter{Room: RoomName, Key: sites[i].ID, Area: sites[i].Cell})
		}
		return next, err
	})
	return list, err
}

// Hindrances implements handover.Room: the successor must be able to send suggestions, and be of the place.
func (r Room) Hindrances(_ context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	switch {
	case !mediation.May(to.Actor, mediation.OpinionGive):
		return []mediation.Reason{mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit)}, nil
	case !to.Area.Contains(m.Area):
		return []mediation.Reason{mediation.NewReason(mediation.ReasonArea, "area", string(to.Area), "needs", string(m.Area))}, nil
	}
	return nil, nil
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	out, err := r.Sites.Update(ctx, m.Key, func(s *Site) error {
		if s.Closed.IsZero() && s.Keeper == from.ID {
			s.Keeper = to.ID
		}
		return nil
	})
	if err == nil && out.Keeper == to.ID {
		return mediation.PassedOn, nil
	}
	return mediation.PassedOver, err
}
