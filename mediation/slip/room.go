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
		if x.Restricted != "" { // of which case, under which number, is for those who see the paper
			list[i] = handover.Matter{Room: RoomName, Key: x.ID, Area: x.Area, Due: x.ReplyDue, Restricted: x.Restricted}
			continue
		}
		list[i] = handover.Matter{Room: RoomName, Key: x.ID, Case: x.Case, Number: x.Number.Series + "/" + strconv.FormatInt(x.Number.N, 10), Area: x.Area, Due: x.ReplyDue}
	}
	return list, err
}

// Hindrances implements handover.Room: the successor's role must be one that answers slips, or judges them; of a restricted one they must be
// who might have issued it, or of where it is answered, and nobody from whom its case is kept.
func (r Room) Hindrances(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	sl, err := r.Slips.Load(ctx, m.Key)
	if err != nil {
		return nil, err
	}
	rules, err := r.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return nil, err
	}
	hidden := false
	if sl.Restricted != "" {
		if hidden, err = r.Cases.Hides(ctx, sl.Case, to.Actor); err != nil {
			return nil, err
		}
	}
	if takes(&sl, from.Actor, to.Actor, rules) && !hidden {
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
