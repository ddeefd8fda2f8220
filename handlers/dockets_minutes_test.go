package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

const headsRules = `review_lists:
  - key: heads
    name: {zh: 院长局长碰头会, en: court and bureau heads}
    every: month
    reasons:
      - {key: suits, name: {zh: 诉前调解, en: before a suit}, categories: [contract]}
    sits: [leader, county_staff]
    invites: [样例法院, 样例局]
    meets: 8d
    remind: [2d]
`

type headsList struct {
	Invites []string
	Items   []reviewed
	Minutes []struct {
		Text  string
		Sat   time.Time
		Users []struct{ ID string }
		Units []string
	}
}

func TestHeadsOfCourtAndBureausMeetAndWhatWasSaidIsOnRecord(t *testing.T) {
	apptest.OnBoth(t, headsMeet)
}

func headsMeet(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	withRules(t, a, headsRules)
	s := &sitting{t: t, a: a, clerk: a.Post(t, "clerk", account.Place{Role: mediation.CountyStaff, Area: apptest.County}), leader: a.As(t, mediation.Leader, apptest.Here)}
	court := a.Post(t, "court", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "样例法院"})
	other := a.Post(t, "other", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: "样例别局"})
	s.here, s.there = s.take(apptest.Here, "contract"), s.take(apptest.There, "neighbour")
	s.month()
	told(t, a, court, mediation.NoticeDocket, 1)
	told(t, a, other, mediation.NoticeDocket, 0)
	var all struct{ Items []struct{ ID, Key string } }
	a.Do(t, s.clerk, http.MethodGet, "/api/v1/review-lists?key=heads", nil).Want(200).Into(&all)
	path := "/api/v1/review-lists/" + all.Items[0].ID
	read := func(who *apptest.Person) (l headsList) {
		t.Helper()
		a.Do(t, who, http.MethodGet, path, nil).Want(200).Into(&l)
		return l
	}
	if l := read(s.clerk); len(l.Items) != 1 || l.Items[0].Case.ID != s.here || l.Items[0].Reasons[0].Key != "suits" || len(l.Invites) != 2 {
		t.Fatalf("%+v", l)
	}
	a.Case.Advance(9 * day)
	now := a.Case.Now()
	const said = "示例乙一案先行诉前调解。"
	good := obj{"sat": now.Add(-time.Hour).UTC(), "users": []string{s.clerk.User.ID}, "units": []string{"样例法院", "样例局"}, "text": said}
	with := func(field string, v any) obj {
		o := obj{}
		for k, x := range good {
			o[k] = x
		}
		o[field] = v
		return o
	}
	write := func(who *apptest.Person, body obj) apptest.Answer {
		return a.Do(t, who, http.MethodPost, path+"/minutes", body, newKey(), apptest.Odd())
	}
	write(s.clerk, with("sat", now.Add(time.Hour).UTC())).Refused(422, "in_future", "sat")
	write(s.clerk, with("sat", now.Add(-90*day).UTC())).Refused(422, "docket.before_period", "sat")
	write(s.clerk, with("users", []string{"nobody"})).Refused(422, "unknown_value", "users[0]")
	write(s.clerk, with("units", []string{"样例法院", "没有的局"})).Refused(422, "unknown_value", "units[1]")
	write(s.clerk, with("text", " ")).Refused(422, "required", "text")
	write(s.clerk, obj{"sat": now.UTC(), "text": said}).Refused(422, "required", "users")
	write(s.leader, good).Refused(403, "forbidden", "")                                                                            // of one township
	write(a.Post(t, "sv", account.Place{Role: mediation.Supervisor, Area: apptest.County}), good).Refused(403, "forbidden", "")    // does not sit
	write(court, good).Refused(403, "forbidden", "")                                                                               // is invited, and keeps no minutes
	write(a.Post(t, "ts", account.Place{Role: mediation.TownshipStaff, Area: apptest.County}), good).Refused(403, "forbidden", "") // does not sit
	write(a.Post(t, "gw", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()}), good).Want(404)                   // does not know of lists
	if l := read(s.clerk); len(l.Minutes) != 0 {
		t.Errorf("refused, and written down: %+v", l.Minutes)
	}
	write(s.clerk, good).Want(201)
	for _, who := range []*apptest.Person{s.clerk, court, a.Post(t, "sv", account.Place{})} {
		l := read(who)
		if len(l.Minutes) != 1 || l.Minutes[0].Text != said || len(l.Minutes[0].Units) != 2 || l.Minutes[0].Users[0].ID != s.clerk.User.ID {
			t.Errorf("%s: %+v", who.User.Login, l.Minutes)
		}
	}
	for _, who := range []*apptest.Person{other, s.leader} {
		if l := read(who); len(l.Minutes) != 0 {
			t.Errorf("%s reads what was said: %+v", who.User.Login, l.Minutes)
		}
	}
	sealedAway(t, a, "review_lists", said)
	letGo(t, a, 0)
	a.Case.Advance(1140 * day)
	letGo(t, a, 1)
	letGo(t, a, 0)
	if l := read(s.clerk); len(l.Minutes) != 1 || l.Minutes[0].Text != "" || len(l.Minutes[0].Units) != 2 {
		t.Errorf("after the days of the policy: %+v", l.Minutes)
	}
	write(s.clerk, with("sat", a.Case.Now().Add(-time.Hour).UTC())).Refused(409, "docket.erased", "")
	if body := string(a.Do(t, s.clerk, http.MethodGet, path+"?format=csv", nil).Want(200).Body); strings.Contains(body, said) {
		t.Error("what was said stands in a sheet")
	}
}
