package team

import (
	"context"
	"errors"
	"slices"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// Room lets hand-overs find and pass on posts. Who holds one that must be filled is not let go without somebody who takes it over.
type Room struct{ *Service }

var _ handover.Room = Room{}

// Of implements handover.Room.
func (r Room) Of(ctx context.Context, who handover.Person) ([]handover.Matter, error) {
	var list []handover.Matter
	for cursor := ""; ; {
		page, next, err := r.Teams.List(ctx, Query{User: who.ID}, cursor, batch)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 { // nor need there be a policy
			return list, nil
		}
		rules, err := r.Rules.Rules(ctx, "")
		if err != nil {
			return nil, err
		}
		for i := range page {
			t := &page[i]
			h := t.Holder(who.ID)
			if h == nil {
				continue
			}
			k, _ := rules.Policy.TeamOf(t.Area.Depth())
			p, known := k.Post(h.Post)
			list = append(list, handover.Matter{Room: handover.TeamPost, Key: t.ID, Area: t.Area, Role: who.Role, Shared: !known || !p.Required})
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Hindrances implements handover.Room.
func (r Room) Hindrances(ctx context.Context, _ *handover.HandOver, m handover.Matter, from, to handover.Person) ([]mediation.Reason, error) {
	k, _, err := r.kind(ctx, grid.Code(m.Key))
	if err != nil {
		return nil, err
	}
	t, err := r.team(ctx, grid.Code(m.Key))
	if err != nil || t.Holder(from.ID) == nil {
		return nil, err
	}
	var no *mediation.Error
	switch err := t.Succeeds(k, from.ID, to.Actor); {
	case err == nil:
		return nil, nil
	case !errors.As(err, &no):
		return nil, err
	case no.Code == "team.elsewhere":
		return []mediation.Reason{mediation.NewReason(mediation.ReasonArea, "area", string(to.Area), "needs", m.Key)}, nil
	}
	return []mediation.Reason{mediation.NewReason(mediation.ReasonPost, "role", string(from.Role), "unit", from.Unit)}, nil
}

// Hand implements handover.Room. Whoever cannot hold a post that need not be filled does not get it: its holder leaves it.
func (r Room) Hand(ctx context.Context, h *handover.HandOver, m handover.Matter, from, to handover.Person) (mediation.Passed, error) {
	area := grid.Code(m.Key)
	k, rules, err := r.kind(ctx, area)
	if err != nil {
		return "", err
	}
	cmd := idOf("hand-over", h.ID, m.Key)
	o := Order{Actor: to.Actor, At: r.now(), Cmd: cmd}
	var passed mediation.Passed
	x, err := r.Teams.Change(ctx, area, func(t *Team) error {
		if passed = mediation.PassedOver; slices.Contains(t.Done, cmd) {
			if t.Holder(to.ID) != nil {
				passed = mediation.PassedOn
			}
			return nil
		}
		var err error
		switch {
		case t.Holder(from.ID) == nil:
			return nil
		case t.Succeeds(k, from.ID, to.Actor) == nil:
			passed, err = mediation.PassedOn, t.Pass(o, k, from.ID, to.Actor)
		default:
			passed, err = mediation.GivenBack, t.Leave(o, k, from.ID)
		}
		t.Schedule(k, rules.Calendar.After)
		return err
	})
	if err == nil && passed == mediation.PassedOn {
		err = r.took(ctx, &x, to.ID)
	}
	return passed, err
}
