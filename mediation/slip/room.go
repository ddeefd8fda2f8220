package slip

import (
	"context"
	"strconv"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// RoomName is what hand-overs know this room by.
const RoomName = "slip"

// Room lets the hand-over of an official find and pass on the slips that they are to answer or to judge in person.
type Room struct{ *Service }

var _ handover.Room = Room{}

// Of implements handover.Room.
func (r Room) Of(ctx context.Context, who handover.Person) ([]handover.Matter, error) {
	slips, err := r.InHand(ctx, who.ID)
	list := make([]handover.Matter, len(slips))
	for i := range slips {
		x := &slips[i]
		list[i] = handover.Matter{Room: RoomName, Key: x.ID, Case: x.Case, Number: x.Number.Series + "/" + strconv.FormatInt(x.Number.N, 10), Area: x.Area, Due: x.ReplyDue}
	}
	return list, err
}

// Hindrances implements handover.Room: the successor's role must be one that answers slips, or judges them.
func (r Room) Hindrances(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	sl, err := r.Slips.Load(ctx, m.Key)
	if err != nil {
		return nil, err
	}
	answers := sl.To.User != from.ID || len(mediation.Scopes(mediation.SlipAnswer, to.Role)) > 0
	judges := sl.Issuer.User != from.ID || len(mediation.Scopes(mediation.SlipJudge, to.Role)) > 0
	if answers && judges {
		return nil, nil
	}
	return []mediation.Reason{mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit)}, nil
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	sl, err := r.HandOver(ctx, to.Actor, m.Key, from.ID, to.ID)
	if err == nil && (sl.To.User == to.ID || sl.Issuer.User == to.ID) {
		return mediation.PassedOn, nil
	}
	return mediation.PassedOver, err
}
