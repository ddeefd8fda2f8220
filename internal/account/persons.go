package account

import (
	"context"
	"errors"

	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

// Persons are the accounts as hand-overs know them.
type Persons struct {
	*Service
	// UnitHash is mediation.UnitHash of this installation.
	UnitHash func(unit string) string
}

var _ handover.People = Persons{}

// Person implements handover.People.
func (p Persons) Person(ctx context.Context, id string) (handover.Person, error) {
	u, err := p.User(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return handover.Person{}, mediation.ErrNotFound
	}
	return p.person(u), err
}

func (p Persons) person(u User) handover.Person {
	actor := u.actor()
	if u.Unit != "" && p.UnitHash != nil {
		actor.Units[0] = p.UnitHash(u.Unit)
	}
	return handover.Person{Actor: actor, Name: u.Name, Locked: u.Locked}
}

// Holders implements handover.People.
func (p Persons) Holders(ctx context.Context, role mediation.Role, unit string) ([]handover.Person, error) {
	var list []handover.Person
	for cursor := ""; ; {
		page, next, err := p.ListUsers(ctx, Filter{Role: role, Open: true, After: cursor, Limit: 200})
		if err != nil {
			return nil, err
		}
		for _, u := range page {
			if unit == "" || u.Unit == unit {
				list = append(list, p.person(u))
			}
		}
		if cursor = next; next == "" {
			return list, nil
		}
	}
}

// Leaves tells whether a move takes the user away from what they have in hand.
func (u User) Leaves(to Place) bool {
	return to.Role != u.Role || to.Unit != u.Unit || to.Mediator != u.Mediator || !to.Area.Contains(u.Area)
}
