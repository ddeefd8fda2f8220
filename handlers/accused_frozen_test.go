package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// What was frozen stands, and nobody of an accused's side finds more in it than it said before: what is kept from anybody is in no frozen figure
// and in none that stands beside it, for all readers alike.
func TestAFrozenMonthTellsNobodyOfAnAccusation(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withAnji(t, a)
		theirs := a.Post(t, "of-the-accused", account.Place{Role: mediation.Leader, Area: apptest.County, Unit: "司法局"})
		known := accusation(t, a)
		known.accuse(obj{"units": []string{"司法局"}})
		body := a.Do(t, known.worker, http.MethodPost, "/api/v1/reports", report(apptest.There, obj{"category": "accusation"})).Want(201).View()
		later := &kept{&story{t: t, a: a, id: body["case"].(obj)["id"].(string)}, known.county}
		pass := func() {
			t.Helper()
			if err := a.Figures.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		pass()
		month := freezeThisMonth(t, a)
		type pair struct{ Frozen, Now *float64 }
		frozen := func(who *apptest.Person, then, now float64) {
			t.Helper()
			for _, by := range []string{"area", "unit", "official"} {
				var m struct {
					Whole *struct{ Counts map[string]pair }
				}
				answer := a.Do(t, who, http.MethodGet, "/api/v1/scorecards/anji/snapshots/"+month+"?by="+by, nil).Want(200)
				answer.Into(&m)
				if n := m.Whole.Counts["received"]; *n.Frozen != then || *n.Now != now {
					t.Errorf("%s by %s: frozen %v, now %v; want %v and %v", who.User.Login, by, *n.Frozen, *n.Now, then, now)
				}
			}
		}
		live := func(who *apptest.Person, want float64) {
			t.Helper()
			var m scored
			a.Do(t, who, http.MethodGet, "/api/v1/scorecards/anji/results?by=area&period="+month, nil).Want(200).Into(&m)
			if got := *m.Whole.Counts["received"].Value; got != want {
				t.Errorf("%s counts %v, want %v", who.User.Login, got, want)
			}
		}
		for _, who := range []*apptest.Person{theirs, known.county} { // the one that was tagged when the month was frozen is in no column
			frozen(who, 3, 3)
		}
		live(theirs, 3)
		live(known.county, 4)
		later.accuse(obj{"units": []string{"司法局"}})
		pass()
		for _, who := range []*apptest.Person{theirs, known.county} {
			frozen(who, 3, 2)
		}
		live(theirs, 2)
		// Nothing that opens behind it names either.
		file := a.Do(t, theirs, http.MethodGet, "/api/v1/officials/"+known.county.User.ID+"/file", nil).Want(200)
		for _, path := range []string{"/api/v1/scorecards/anji/results?by=official&format=csv", "/api/v1/officials/" + known.county.User.ID + "/file?format=csv"} {
			file.Body = append(file.Body, a.Do(t, theirs, http.MethodGet, path, nil, apptest.Undocumented()).Body...)
		}
		for _, k := range []*kept{known, later} {
			if strings.Contains(string(file.Body), k.id) {
				t.Errorf("the official's file opens %s", k.id)
			}
		}
	})
}

func TestAFrozenVillageShowsNoCaseThatHasBecomeAnAccusation(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := contested(t, fresh)
		theirs := k.app.Post(t, "of-the-accused", account.Place{Role: mediation.Leader, Area: apptest.County, Unit: "司法局"})
		look := func(who *apptest.Person) (r result, body string) {
			t.Helper()
			answer := k.app.Do(t, who, http.MethodGet, "/api/v1/villages/"+k.id, nil).Want(200)
			answer.Into(&r)
			return r, string(answer.Body)
		}
		before, _ := look(theirs)
		s := &story{t: t, a: k.app, id: k.petition}
		s.order(k.county, "reclassify", obj{"category": "accusation", "severity": 3}).Want(200)
		s.order(k.county, "add-party", obj{"kind": "person", "side": "respondent", "name": "某某", "units": []string{"司法局"}}).Want(200)
		after, body := look(theirs)
		if len(after.Cases) != len(before.Cases)-1 || strings.Contains(body, k.petition) || after.Passed != before.Passed || after.Elsewhere != before.Elsewhere+1 {
			t.Errorf("%s\nwas %+v", body, before)
		}
		for key, found := range before.Versions[0].Found {
			if now := after.Versions[0].Found[key]; found.Value != nil && *now.Value != *found.Value {
				t.Errorf("%s: %v, was %v", key, *now.Value, *found.Value)
			}
		}
		if _, body := look(k.county); !strings.Contains(body, k.petition) {
			t.Error("the county's staff do not see it any more")
		}
		if _, body := look(k.staff); strings.Contains(body, k.petition) {
			t.Error("the township still does")
		}
	})
}
