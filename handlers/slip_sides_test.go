package handlers_test

import (
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// refuse issues a paper about an area and expects to be refused.
func (d desktop) refuse(t *testing.T, kind string, to obj, status int, code, field string) {
	t.Helper()
	d.a.Do(t, d.who, http.MethodPost, "/api/v1/slips", obj{"kind": kind, "about": obj{"kind": "area", "id": apptest.Here.Code()}, "to": to, "text": "请说明"}, newKey()).Refused(status, code, field)
}

func TestNobodyAnswersAndJudgesTheSamePaper(t *testing.T) {
	apptest.OnBoth(t, nobodyAnswersAndJudges)
}

func nobodyAnswersAndJudges(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	town := desktop{a, a.As(t, mediation.TownshipStaff, apptest.Here)}
	colleague := desktop{a, a.Post(t, "ts-2", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})}
	county := desktop{a, a.As(t, mediation.CountyStaff, apptest.Here)}
	town.refuse(t, "reminder", obj{"userId": town.who.User.ID}, 409, "slip.to_oneself", "to")
	town.refuse(t, "reminder", obj{"userId": colleague.who.User.ID}, 409, "slip.to_oneself", "to")
	town.refuse(t, "reminder", obj{"role": "township_staff"}, 409, "slip.to_oneself", "to")
	county.refuse(t, "assignment", obj{"role": "county_staff"}, 409, "slip.to_oneself", "to")
	sees := a.Post(t, "cs-unit", account.Place{Role: mediation.CountyStaff, Area: apptest.Here.Code(), Unit: apptest.Unit})
	a.As(t, mediation.UnitStaff, apptest.Here)
	desktop{a, sees}.refuse(t, "assignment", obj{"unit": apptest.Unit}, 409, "slip.to_oneself", "to")

	// One of the unit comes to the post that issued a paper to the unit: they judge nothing of it.
	id := oneCase(t, a, apptest.Here)
	s := county.issue(t, "reminder", id, obj{"unit": apptest.Unit})
	desktop{a, a.As(t, mediation.UnitStaff, apptest.Here)}.give(t, s.ID, "reply", obj{"text": "好"}).Want(200)
	for _, command := range []string{"accept", "return", "withdraw", "find"} {
		desktop{a, sees}.give(t, s.ID, command, obj{"text": "可以"}).Refused(403, "forbidden", "")
	}
	county.give(t, s.ID, "accept", obj{}).Want(200)
}
