package handover

import (
	"context"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Tasks are the open sub-tasks of joint handling that somebody owns, one matter a case.
type Tasks struct {
	Cases Cases
	Core  Duties
}

// Duties carries out the hand-over of what somebody has to do on a case in person: mediation.Service.
type Duties interface {
	HandDuties(ctx context.Context, x mediation.Duties) (mediation.Passed, error)
}

const roomTask = "task"

// Of implements Room.
func (r Tasks) Of(ctx context.Context, who Person) ([]Matter, error) {
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
			if tasks := c.DutiesOf(who.ID); len(tasks) > 0 {
				list = append(list, Matter{Room: roomTask, Key: c.ID, Case: c.ID, Number: c.Number.String(), State: c.State, Category: c.Category, Area: c.Area,
					Unit: tasks[0].Unit, Due: earliest(tasks)})
			}
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

func earliest(tasks []mediation.Task) time.Time {
	due := tasks[0].Clock.Due
	for _, t := range tasks {
		if t.Clock.Due.Before(due) {
			due = t.Clock.Due
		}
	}
	return due
}

// Hindrances implements Room.
func (r Tasks) Hindrances(ctx context.Context, h *HandOver, m Matter, from, to Person) ([]mediation.Reason, error) {
	c, err := r.Cases.Load(ctx, m.Case)
	if err != nil {
		return nil, err
	}
	return c.DutyHindrances(h.duties(m, from, to)), nil
}

// Hand implements Room.
func (r Tasks) Hand(ctx context.Context, h *HandOver, m Matter, from, to Person) (mediation.Passed, error) {
	return r.Core.HandDuties(ctx, h.duties(m, from, to))
}

func (h *HandOver) duties(m Matter, from, to Person) mediation.Duties {
	return mediation.Duties{Case: m.Case, From: from.Actor, To: to.Actor, HandOver: h.ID}
}
