package docket

import (
	"context"
	"errors"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/policy"
)

// RoomName is what hand-overs know this room by.
const RoomName = "review"

// Room lets the hand-over of an official find and pass on the decisions that they are to carry out in person. What a unit is to do stays with
// the unit.
type Room struct{ *Service }

var _ handover.Room = Room{}

// termOf is by when a decision is to be carried out, and the version of the policy that its list was frozen by.
func (s *Service) termOf(ctx context.Context, d *Decision) (clock.Term, string, error) {
	l, err := s.Lists.Load(ctx, d.List)
	if err != nil {
		return clock.Term{}, "", err
	}
	_, rule, err := s.ruled(ctx, &l)
	if errors.Is(err, mediation.ErrNotFound) {
		rule = &policy.ReviewList{Key: l.Key} // the version has it no more
	} else if err != nil {
		return clock.Term{}, "", err
	}
	return d.Term(rule), l.Policy, nil
}

// Of implements handover.Room.
func (r Room) Of(ctx context.Context, who handover.Person) ([]handover.Matter, error) {
	var list []handover.Matter
	yes := true
	for cursor := ""; ; {
		some, next, err := r.Decisions.List(ctx, Filter{User: who.ID, Open: &yes}, cursor, page)
		if err != nil {
			return nil, err
		}
		for i := range some {
			d := &some[i]
			c, err := r.Cases.Load(ctx, d.Case)
			if err != nil {
				return nil, err
			}
			if h := c.Summarise(); FollowUpOf(d, &h, r.now()).Standing == Done || c.State.Over() {
				continue // nothing is left of it to do
			}
			term, version, err := r.termOf(ctx, d)
			if err != nil {
				return nil, err
			}
			m := handover.Matter{Room: RoomName, Key: d.ID, Case: c.ID, Number: c.Number.String(), State: c.State, Category: c.Category, Area: c.Area}
			list = append(list, m.DueBy(term, version))
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Hindrances implements handover.Room: the successor must be one who carries decisions out, and not accused in the case.
func (r Room) Hindrances(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	c, err := r.Cases.Load(ctx, m.Case)
	if err != nil {
		return nil, err
	}
	if len(mediation.Scopes(mediation.DocketReport, to.Role)) > 0 && !r.Core.AccusedAt(&c, to.Unit) {
		return nil, nil
	}
	return []mediation.Reason{mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit)}, nil
}

// Hand implements handover.Room.
func (r Room) Hand(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	at := r.now()
	d, err := r.Decisions.Update(ctx, m.Key, func(d *Decision) ([]mediation.Notice, error) {
		t := &turn{Decision: d, at: at, by: to.Actor}
		t.hand(from.ID, to.ID)
		t.schedule(false)
		return t.notices, nil
	})
	if err == nil {
		d, err = r.settle(ctx, d, false)
	}
	if err == nil && d.User == to.ID {
		return mediation.PassedOn, nil
	}
	return mediation.PassedOver, err
}
