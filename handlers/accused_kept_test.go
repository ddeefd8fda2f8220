package handlers_test

import (
	"net/http"
	"regexp"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Whoever works at the unit of an accused sees nothing of the accusation, whatever they are there: everything reads as it did before it came.

// kept is an accusation that lies with the county.
type kept struct {
	*story
	county *apptest.Person
}

func accusation(t *testing.T, a *apptest.App) *kept {
	t.Helper()
	s := &story{t: t, a: a, worker: a.As(t, mediation.GridWorker, apptest.Here)}
	rep := a.Do(t, s.worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"category": "accusation", "severity": 3})).Want(201).View()
	s.report, s.id = rep["id"].(string), rep["case"].(obj)["id"].(string)
	return &kept{s, above(t, a)}
}

// accuse enters somebody as accused and returns their id.
func (k *kept) accuse(who obj) string {
	k.t.Helper()
	body := obj{"kind": "person", "side": "respondent", "name": "某某"}
	for key, v := range who {
		body[key] = v
	}
	return k.order(k.county, "add-party", body).Want(200).Text("party")
}

var readByEverybody = []string{"/cases", "/cases?number=", "/cases/count", "/cases/count?category=accusation", "/cases.geojson", "/stats/summary", "/stats/breakdown?by=area",
	"/stats/breakdown?by=category", "/stats/breakdown?by=unit", "/stats/backlog", "/stats/backlog/cases", "/inbox", "/inbox/unread", "/reports/unplaced"}

// passing is what every answer says anew.
var passing = regexp.MustCompile(`"(requestId|asOf|ageSeconds|now|from|until)":("[^"]*"|[0-9]+)`)

// reads is what somebody is answered; what says when it was counted is left out.
func (k *kept) reads(who *apptest.Person) map[string]string {
	k.t.Helper()
	if err := k.a.Figures.Pass(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range readByEverybody {
		if path == "/cases?number=" {
			path += "33.01.11/2026/1"
		}
		got := k.a.Do(k.t, who, "GET", "/api/v1"+path, nil, apptest.Undocumented())
		all[path] = http.StatusText(got.Status) + passing.ReplaceAllString(string(got.Body), "")
	}
	return all
}

func TestWhoWorksAtAnAccusedsUnitSeesNothingOfTheAccusation(t *testing.T) {
	apptest.OnBoth(t, whoWorksAtAnAccusedsUnitSeesNothingOfTheAccusation)
}

func whoWorksAtAnAccusedsUnitSeesNothingOfTheAccusation(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	var people []*apptest.Person
	for _, role := range []mediation.Role{mediation.Leader, mediation.CountyStaff, mediation.Supervisor, mediation.Administrator} {
		people = append(people, a.Post(t, "of-unit-"+string(role), account.Place{Role: role, Area: apptest.County, Unit: "司法局"}))
	}
	k := &kept{story: &story{t: t, a: a}, county: above(t, a)}
	before := make([]map[string]string, len(people))
	for i, who := range people {
		before[i] = k.reads(who)
	}
	k = accusation(t, a)
	for _, who := range people { // nobody is accused yet
		if mediation.May(who.Actor(), mediation.CaseRead) {
			a.Do(t, who, "GET", k.path(""), nil).Want(200)
		}
	}
	party := k.accuse(obj{"units": []string{"司法局"}})
	k.sweep()
	hidden := func(who *apptest.Person, before map[string]string) {
		t.Helper()
		for path, now := range k.reads(who) {
			if now != before[path] {
				t.Errorf("%s, %s: %.300s\nwas %.300s", who.User.Role, path, now, before[path])
			}
		}
		for _, path := range []string{"", "/timeline", "/reports", "/looks", "/clocks", "/candidates"} {
			got := a.Do(t, who, "GET", k.path(path), nil, apptest.Undocumented())
			none := a.Do(t, who, "GET", "/api/v1/cases/0198a1b2-0000-7000-8000-000000000000"+path, nil, apptest.Undocumented())
			if got.Status != none.Status || got.Status < 400 {
				t.Errorf("%s, %s: %d, and %d of a case that is not there", who.User.Role, path, got.Status, none.Status)
			}
		}
		if got := a.Do(t, who, "GET", "/api/v1/reports/"+k.report, nil, apptest.Undocumented()); got.Status < 400 {
			t.Errorf("%s reads the report", who.User.Role)
		}
	}
	for i, who := range people {
		hidden(who, before[i])
	}
	a.Do(t, k.county, "GET", k.path(""), nil).Want(200)
	if got := summary(t, a, k.county, "?category=accusation").of("received").Value; got == nil || *got != 1 {
		t.Errorf("the county counts %v", got)
	}
	// The account of the accused, too, where it is known; and nobody is kept out any longer who was entered by mistake.
	k.order(k.county, "remove-party", obj{"party": party, "reason": "录入有误"}).Want(200)
	a.Do(t, people[0], "GET", k.path(""), nil).Want(200)
	if got := summary(t, a, people[0], "?category=accusation").of("received").Value; got == nil || *got != 1 {
		t.Errorf("the leader counts %v", got)
	}
	own := a.Post(t, "the-accused", account.Place{Role: mediation.Leader, Area: apptest.County})
	k.order(k.county, "add-party", obj{"kind": "person", "side": "respondent", "name": "某某", "account": "nobody"}).Refused(422, "unknown_value", "account")
	k.accuse(obj{"account": own.User.ID})
	a.Do(t, own, "GET", k.path(""), nil).Refused(404, "not_found", "")
	if got := summary(t, a, own, "").of("received").Value; got == nil || *got != 0 {
		t.Errorf("the accused counts %v", got)
	}
	a.Do(t, people[0], "GET", k.path(""), nil).Want(200)
}

func TestANoticeOfAnAccusationReachesNobodyAtTheAccusedsUnit(t *testing.T) {
	a := apptest.New(t)
	inside := a.Post(t, "inside", account.Place{Role: mediation.CountyStaff, Area: apptest.County, Unit: "司法局"})
	k := accusation(t, a)
	to := mediation.Recipient{Role: mediation.CountyStaff, Area: apptest.County}
	told := func() (names []string) {
		t.Helper()
		d := a.Store.Directory()
		who, err := d.Who(t.Context(), to)
		if err == nil {
			who, err = d.Spare(t.Context(), mediation.Notice{Case: k.id}, who)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range who {
			names = append(names, w.User)
		}
		return names
	}
	if got := told(); len(got) != 2 {
		t.Fatalf("told %v", got)
	}
	k.accuse(obj{"units": []string{"司法局"}})
	if got := told(); len(got) != 1 || got[0] == inside.User.ID {
		t.Errorf("told %v", got)
	}
}
