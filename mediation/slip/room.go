package slip

import (
	"context"
	"strconv"
	"time"

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
	if err != nil {
		return nil, err
	}
	list := make([]handover.Matter, len(slips))
	for i := range slips {
		x := &slips[i]
		sl, err := r.Slips.Load(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		term, err := r.ReplyTerm(ctx, &sl)
		if err != nil {
			return nil, err
		}
		if x.Restricted != "" { // of which case, under which number, is for those who see the paper
			whole, err := r.Slips.Load(ctx, x.ID)
			if err != nil {
				return nil, err
			}
			list[i] = handover.Matter{Room: RoomName, Key: x.ID, Area: x.Area, Restricted: x.Restricted, Beside: x.Case, KeptFrom: whole.KeptFrom}.DueBy(term, x.Policy)
			continue
		}
		list[i] = handover.Matter{Room: RoomName, Key: x.ID, Case: x.Case, Number: x.Number.Series + "/" + strconv.FormatInt(x.Number.N, 10), Area: x.Area}.DueBy(term, x.Policy)
	}
	return list, nil
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

// Release implements handover.Releaser: what must be kept from who would take it over goes to the county's staff, to answer and to judge.
func (r Room) Release(ctx context.Context, m handover.Matter, from handover.Person) error {
	sl, err := r.Slips.Load(ctx, m.Key)
	if err != nil || sl.State.Over() {
		return err
	}
	rules, err := r.rules(ctx, sl.Policy, sl.Kind)
	if err != nil {
		return err
	}
	at := r.now()
	sl, err = r.Slips.Update(ctx, m.Key, func(x *Slip) error { x.release(from.ID, at, rules); return nil })
	if err == nil {
		r.settled(ctx, sl)
	}
	return err
}

// release does nothing where the slip has ended or is not theirs (any more).
func (x *Slip) release(from string, at time.Time, r Rules) {
	if x.State.Over() || x.To.User != from && x.Issuer.User != from {
		return
	}
	d := &decision{Slip: x, o: Order{Actor: mediation.SystemActor, At: at}, rules: r, entry: Entry{At: at, Actor: mediation.SystemActor.ID, Role: mediation.System, Kind: "handed_over"}}
	if x.To.User == from {
		x.To = Addressee{Role: mediation.CountyStaff, Area: x.Area}
		d.toAddressee(mediation.NoticeSlip, x.OverdueFrom())
	}
	if x.Issuer.User == from {
		x.Issuer = Issuer{Role: mediation.CountyStaff, Area: x.Area}
		d.toIssuer(mediation.NoticeSlipMoved)
	}
	d.finish()
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	sl, err := r.HandOver(ctx, to.Actor, m.Key, from.ID, to.ID)
	if err == nil && (sl.To.User == to.ID || sl.Issuer.User == to.ID) {
		return mediation.PassedOn, nil
	}
	return mediation.PassedOver, err
}
