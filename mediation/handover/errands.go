package handover

import (
	"context"

	"fengqiao/mediation"
)

// Errands (代办) are what helpers have in hand for residents, one matter a resident and case: the consent to act for them, with the errands
// under way. A consent is to one person, so that a successor comes in the helper's place and asks for theirs.
type Errands struct {
	Cases Cases
	Core  ErrandCore
}

// ErrandCore carries out the hand-over of what helpers have in hand: mediation.Service.
type ErrandCore interface {
	Ruled
	ErrandHindrances(ctx context.Context, x mediation.ErrandSuccession) ([]mediation.Reason, error)
	HandErrands(ctx context.Context, x mediation.ErrandSuccession) (mediation.Passed, error)
}

const roomErrand = "errand"

// Of implements Room.
func (r Errands) Of(ctx context.Context, who Person) ([]Matter, error) {
	var list []Matter
	open := true
	for cursor := ""; ; {
		page, next, err := r.Cases.List(ctx, mediation.Filter{Visible: mediation.Visible{Reporter: who.ID}, Open: &open}, cursor, 100)
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
			for _, m := range c.MandatesOf(who.ID) {
				of := Matter{Room: roomErrand, Key: c.ID + "/" + m.Party, Case: c.ID, Number: c.Number.String(), State: c.State, Category: c.Category, Area: c.Area,
					Party: m.Party, Name: m.Name, Errands: m.Errands}
				if m.First != nil {
					of = of.DueBy(c.ErrandTerm(m.First, rules), c.Policy)
				}
				list = append(list, of)
			}
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Hindrances implements Room.
func (r Errands) Hindrances(ctx context.Context, h *HandOver, m Matter, from, to Person) ([]mediation.Reason, error) {
	return r.Core.ErrandHindrances(ctx, h.mandate(m, from, to))
}

// Hand implements Room.
func (r Errands) Hand(ctx context.Context, h *HandOver, m Matter, from, to Person) (mediation.Passed, error) {
	return r.Core.HandErrands(ctx, h.mandate(m, from, to))
}

func (h *HandOver) mandate(m Matter, from, to Person) mediation.ErrandSuccession {
	return mediation.ErrandSuccession{HandOver: h.ID, Case: m.Case, Party: m.Party, From: from.Actor, To: to.Actor}
}
