package team

import (
	"slices"

	"fengqiao/mediation"
)

// forget strikes a person from what has ended, and from who gave orders.
func (t *Team) forget(user string) error {
	if t.Concerns(user) {
		return refuse(mediation.Conflict, "erase.team", "", "area", t.ID)
	}
	strike := func(ids ...*string) {
		for _, id := range ids {
			if *id == user {
				*id = ""
			}
		}
	}
	t.Holders, t.Past = slices.Clone(t.Holders), slices.Clone(t.Past)
	t.StandIns, t.PastStandIns = slices.Clone(t.StandIns), slices.Clone(t.PastStandIns)
	for _, list := range [][]Tenure{t.Holders, t.Past} {
		for i := range list {
			strike(&list[i].User, &list[i].By, &list[i].EndedBy)
		}
	}
	for _, list := range [][]StandIn{t.StandIns, t.PastStandIns} {
		for i := range list {
			strike(&list[i].Holder, &list[i].Substitute, &list[i].By)
		}
	}
	return nil
}
