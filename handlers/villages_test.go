package handlers_test

import (
	"net/http"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/scorecard"
)

type assessed struct {
	Passed int
	Over   bool
	Items  []struct {
		Key    string
		Passed bool
		Found  map[string]struct {
			Value *float64
			Met   bool
			Cases []struct{ Cases *string }
		}
	}
}

// assess reads the assessment that a person sees.
func assess(t *testing.T, app *apptest.App, p *apptest.Person, query string) (got assessed) {
	t.Helper()
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	app.Do(t, p, http.MethodGet, "/api/v1/scorecards/longyou/villages"+query, nil).Want(http.StatusOK).Into(&got)
	return got
}

func TestAVillageIsAssessedFromItsCasesAndSaysWhichBrokeIt(t *testing.T) {
	apptest.OnBoth(t, aVillageIsAssessedFromItsCasesAndSaysWhichBrokeIt)
}

// longyouCard is Longyou's scorecard.
func longyouCard(t *testing.T) *scorecard.Card {
	t.Helper()
	src, err := fixtures.Scorecard("longyou")
	if err != nil {
		t.Fatal(err)
	}
	card, err := scorecard.Load("longyou.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func aVillageIsAssessedFromItsCasesAndSaysWhichBrokeIt(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	src, err := fixtures.Scorecard("longyou")
	if err != nil {
		t.Fatal(err)
	}
	app.Do(t, app.Root(t), http.MethodPut, "/api/v1/scorecards", src, apptest.Header("Content-Type", "application/yaml"), apptest.Header("If-None-Match", "*")).Want(http.StatusOK)
	county := countyOf(t, app, mediation.CountyStaff)
	if got := assess(t, app, county, ""); len(got.Items) != 2 || got.Passed != 2 || got.Over {
		t.Fatalf("without a case: %+v", got)
	}
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	body := report(apptest.Here, nil)
	body["channel"] = "petition"
	app.Do(t, staff, http.MethodPost, "/api/v1/reports", body).Want(http.StatusCreated)

	got := assess(t, app, county, "")
	here, there := got.Items[0], got.Items[1]
	if here.Key != string(apptest.Here.Village()) || here.Passed || !there.Passed || got.Passed != 1 {
		t.Fatalf("%+v", got)
	}
	for key, met := range map[string]bool{"above": false, "again": true, "late": true, "unsettled": true} {
		f := here.Found[key]
		if f.Met != met || f.Value == nil {
			t.Errorf("%s: %+v", key, f)
		}
		for _, l := range f.Cases { // of reopened cases and of late ones, too
			var n struct{ Count int }
			if l.Cases == nil {
				t.Errorf("%s leads to no list", key)
			} else if app.Do(t, county, http.MethodGet, "/api/v1/cases/count"+(*l.Cases)[len("/api/v1/cases"):], nil).Want(http.StatusOK).Into(&n); key != "unsettled" && float64(n.Count) != *f.Value {
				t.Errorf("%s is %v, its list holds %d", key, *f.Value, n.Count)
			}
		}
	}
	// Sight: the other township's supervisor sees its own village alone, and nothing of this one by asking.
	other := app.Post(t, "there-supervisor", account.Place{Role: mediation.Supervisor, Area: "33.01.11.002"})
	if got := assess(t, app, other, ""); len(got.Items) != 1 || got.Items[0].Key != string(apptest.There.Village()) {
		t.Errorf("seen from the other township: %+v", got)
	}
	app.Do(t, other, http.MethodGet, "/api/v1/scorecards/longyou/villages?area="+string(apptest.Here.Village()), nil).Refused(http.StatusNotFound, "not_found", "")
	if got := assess(t, app, county, "?area="+string(apptest.Here.Village())); len(got.Items) != 1 || got.Items[0].Passed {
		t.Errorf("one village: %+v", got)
	}
	app.Do(t, county, http.MethodGet, "/api/v1/scorecards/longyou/villages?period=2026-Q1", nil).Refused(http.StatusUnprocessableEntity, "scorecard.other_period", "period")
	app.Do(t, county, http.MethodGet, "/api/v1/scorecards/longyou/villages?format=xlsx", nil).Want(http.StatusOK)
	app.Do(t, county, http.MethodGet, "/api/v1/scorecards/gone/villages", nil).Refused(http.StatusNotFound, "not_found", "")
}
