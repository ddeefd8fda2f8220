package council

import (
	"context"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// RoomName is what hand-overs know this room by.
const RoomName = "meeting"

// Room lets the hand-over of an official find and pass on the meetings that they have called and that have no minutes yet. What is to be
// done after a meeting are papers, which package slip hands on.
type Room struct{ *Service }

var _ handover.Room = Room{}

// Of implements handover.Room.
func (r Room) Of(ctx context.Context, who handover.Person) (list []handover.Matter, err error) {
	for cursor := ""; ; {
		page, next, err := r.Meetings.List(ctx, Query{User: who.ID}, cursor, 100)
		if err != nil {
			return nil, err
		}
		for i := range page {
			m := &page[i]
			if m.Convener != who.ID || !m.open() {
				continue
			}
			matter := handover.Matter{Room: RoomName, Key: m.ID, Area: m.Area}
			if m.State == Convened {
				matter = matter.DueBy(m.Term(), m.Policy)
			}
			list = append(list, matter)
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Hindrances implements handover.Room: the successor must be able to lead meetings there.
func (r Room) Hindrances(_ context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	switch {
	case len(mediation.Scopes(mediation.CouncilLead, to.Role)) == 0:
		return []mediation.Reason{mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit)}, nil
	case !mediation.MayArea(to.Actor, mediation.CouncilLead, m.Area):
		return []mediation.Reason{mediation.NewReason(mediation.ReasonArea, "area", string(to.Area), "needs", string(m.Area))}, nil
	}
	return nil, nil
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	at := mediation.Instant(r.Now())
	out, err := r.Meetings.Update(ctx, m.Key, func(x *Meeting) error {
		if x.open() && x.Convener == from.ID {
			x.Convener = to.ID
			x.done(Order{Actor: to.Actor, At: at}, "handed_over")
		}
		return nil
	})
	if err == nil && out.Convener == to.ID {
		return mediation.PassedOn, nil
	}
	return mediation.PassedOver, err
}
