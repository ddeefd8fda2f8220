package handover

import (
	"context"

	"fengqiao/mediation"
)

// Seats are a mediator's seats on panels and the offers that wait for their answer.
type Seats struct {
	Cases Cases
	Core  Core
}

const (
	roomSeat  = "seat"
	roomOffer = "offer"
)

// Of implements Room.
func (r Seats) Of(ctx context.Context, who Person) ([]Matter, error) {
	if who.Mediator == "" {
		return nil, nil
	}
	var list []Matter
	open := true
	for cursor := ""; ; {
		page, next, err := r.Cases.List(ctx, mediation.Filter{Visible: mediation.Visible{Mediator: who.Mediator}, Open: &open}, cursor, 100)
		if err != nil {
			return nil, err
		}
		for _, sum := range page {
			m, err := r.matter(ctx, who, sum.ID)
			if err != nil {
				return nil, err
			}
			if m.Key != "" {
				list = append(list, m)
			}
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// matter is what the person holds of a case; its key is "" if that is nothing.
func (r Seats) matter(ctx context.Context, who Person, id string) (Matter, error) {
	c, err := r.Cases.Load(ctx, id)
	if err != nil {
		return Matter{}, err
	}
	rules, err := r.Core.Rules(ctx, c.Policy)
	if err != nil {
		return Matter{}, err
	}
	m := Matter{Room: roomSeat, Key: c.ID, Case: c.ID, Number: c.Number.String(), State: c.State, Category: c.Category, Area: c.Area}.DueBy(c.StateTerm(rules), c.Policy)
	switch seated, asked := c.HoldsOf(who.Mediator); {
	case seated:
	case asked:
		m.Room = roomOffer
		m = m.DueBy(c.AskedTerm(who.Mediator, rules), c.Policy)
	default:
		m.Key = ""
	}
	return m, nil
}

// Hindrances implements Room.
func (r Seats) Hindrances(ctx context.Context, h *HandOver, m Matter, from, to Person) ([]mediation.Reason, error) {
	if to.Mediator == "" {
		return []mediation.Reason{mediation.NewReason(mediation.ReasonNoRecord)}, nil
	}
	return r.Core.Hindrances(ctx, h.succession(m, from, to))
}

// Hand implements Room.
func (r Seats) Hand(ctx context.Context, h *HandOver, m Matter, from, to Person) (mediation.Passed, error) {
	return r.Core.Succeed(ctx, h.succession(m, from, to))
}

func (h *HandOver) succession(m Matter, from, to Person) mediation.Succession {
	return mediation.Succession{ID: h.ID, Case: m.Case, From: from.Mediator, To: to.Mediator, Force: h.Force, By: to.Actor}
}
