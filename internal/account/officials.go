package account

import (
	"context"
	"errors"
	"slices"
	"strings"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

// Officials are the accounts of public office as scorecards know them.
type Officials struct{ *Service }

var _ scorecard.People = Officials{}

// Officials implements scorecard.People.
func (o Officials) Officials(ctx context.Context, area grid.Code) ([]scorecard.Person, error) {
	var list []scorecard.Person
	for _, role := range mediation.Offices {
		for cursor := ""; ; {
			page, next, err := o.ListUsers(ctx, Filter{Area: area, Role: role, After: cursor, Limit: 200})
			if err != nil {
				return nil, err
			}
			for _, u := range page {
				list = append(list, u.official())
			}
			if cursor = next; next == "" {
				break
			}
		}
	}
	slices.SortFunc(list, func(a, b scorecard.Person) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// Official implements scorecard.People.
func (o Officials) Official(ctx context.Context, id string) (scorecard.Person, error) {
	u, err := o.User(ctx, id)
	if errors.Is(err, ErrNotFound) || err == nil && !slices.Contains(mediation.Offices, u.Role) {
		return scorecard.Person{}, mediation.ErrNotFound
	}
	return u.official(), err
}

func (u User) official() scorecard.Person {
	return scorecard.Person{ID: u.ID, Name: u.Name, Role: u.Role, Unit: u.Unit, Area: u.Area}
}
