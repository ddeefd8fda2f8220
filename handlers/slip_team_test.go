package handlers_test

import (
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestNobodyOfTheOtherSideSitsInTheTeam(t *testing.T) {
	apptest.OnBoth(t, nobodyOfTheOtherSide)
}

func nobodyOfTheOtherSide(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "liandu")
	id := oneCase(t, a, apptest.Here)
	boss, worker := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}, a.As(t, mediation.GridWorker, apptest.Here)
	unit := a.As(t, mediation.UnitStaff, apptest.Here)
	colleague := a.Post(t, "us-2", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: apptest.Unit})
	other := a.Post(t, "us-3", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "富阳区司法局"})
	team := func(who *apptest.Person) obj {
		return obj{"members": []obj{{"name": "示例律师", "capacity": "lawyer"}, {"userId": who.User.ID, "capacity": "cadre"}}}
	}
	s := boss.issue(t, "inspection", id, obj{"unit": apptest.Unit})
	for _, who := range []*apptest.Person{unit, colleague} {
		boss.give(t, s.ID, "convene", team(who)).Refused(409, "slip.team_side", "members[1]")
	}
	boss.give(t, s.ID, "convene", team(other)).Want(200)
	s = boss.issue(t, "inspection", id, obj{"userId": unit.User.ID})
	for _, who := range []*apptest.Person{unit, colleague} {
		boss.give(t, s.ID, "convene", team(who)).Refused(409, "slip.team_side", "members[1]")
	}
	s = boss.issue(t, "inspection", id, obj{"role": "grid_worker"})
	boss.give(t, s.ID, "convene", team(worker)).Refused(409, "slip.team_side", "members[1]")
	boss.give(t, s.ID, "convene", team(other)).Want(200)

	// Nobody whom a restricted paper is about, or of their unit.
	under(t, a, "anji")
	var clue slipState
	a.Post(t, "discipline", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: discipline})
	a.Do(t, boss.who, http.MethodPost, "/api/v1/slips", obj{"kind": "clue", "about": obj{"kind": "case", "id": id, "users": []string{worker.User.ID}, "units": []string{"富阳区司法局"}}, "to": obj{"unit": discipline}, "text": "线索"},
		newKey()).Want(201).Into(&clue)
	for _, who := range []*apptest.Person{worker, other} {
		boss.give(t, clue.ID, "convene", team(who)).Refused(409, "slip.team_side", "members[1]")
	}
}
