package handover

import (
	"context"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Duties are what people have to do on cases in person, one matter a case: sub-tasks of joint handling that they own, and, of leaders, cases
// in their charge.
type Duties struct {
	Cases Cases
	Core  DutyCore
}

// DutyCore carries out the hand-over of what somebody has to do on a case in person: mediation.Service.
type DutyCore interface {
	Ruled
	DutyHindrances(ctx context.Context, x mediation.Duties) ([]mediation.Reason, error)
	HandDuties(ctx context.Context, x mediation.Duties) (mediation.Passed, error)
}

const (
	roomTask   = "task"
	roomCharge = "charge"
)

// Of implements Room.
func (r Duties) Of(ctx context.Context, who Person) ([]Matter, error) {
	var list []Matter
	open, all := true, grid.Code("")
	for cursor := ""; ; {
		page, next, err := r.Cases.List(ctx, mediation.Filter{Visible: mediation.Visible{Area: &all}, Owner: who.ID, Open: &open}, cursor, 100)
		if err != nil {
			return nil, err
		}
		for _, sum := range page {
			c, err := r.Cases.Load(ctx, sum.ID)
			if err != nil {
				return nil, err
			}
			rules, err := r.Core.Rules(ctx, c.Policy)
			if err != nil {
				return nil, err
			}
			m := Matter{Room: roomTask, Key: c.ID, Case: c.ID, Number: c.Number.String(), State: c.State, Category: c.Category, Area: c.Area}.DueBy(c.DutyTerm(who.ID, rules), c.Policy)
			tasks, charge := c.DutiesOf(who.ID)
			switch {
			case charge:
				m.Room = roomCharge
			case len(tasks) > 0:
				m.Unit = tasks[0].Unit
			default:
				continue // since it was listed
			}
			list = append(list, m)
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Hindrances implements Room.
func (r Duties) Hindrances(ctx context.Context, h *HandOver, m Matter, from, to Person) ([]mediation.Reason, error) {
	return r.Core.DutyHindrances(ctx, h.duties(m, from, to))
}

// Hand implements Room.
func (r Duties) Hand(ctx context.Context, h *HandOver, m Matter, from, to Person) (mediation.Passed, error) {
	return r.Core.HandDuties(ctx, h.duties(m, from, to))
}

func (h *HandOver) duties(m Matter, from, to Person) mediation.Duties {
	return mediation.Duties{Case: m.Case, From: from.Actor, To: to.Actor, HandOver: h.ID}
}
