package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

func TestATownshipThatRefusesDoesNotRiseInTheRanking(t *testing.T) {
	app := apptest.New(t)
	county := app.Post(t, "county-office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	// Here settles one of two; there one of one.
	settled := histories(apptest.Here)[0]
	play(t, app, apptest.Here, settled)
	app.Case.Advance(31 * 24 * time.Hour) // further apart than one matter could be
	play(t, app, apptest.There, history{"settled", 1, histories(apptest.There)[0].steps})
	app.Case.Advance(31 * 24 * time.Hour)
	pending := play(t, app, apptest.Here, history{"in hand", 1, nil})
	type line struct {
		Place  int
		Key    string
		Shares []struct{ Above, Below int }
		Cases  *string
	}
	look := func() (items []line) {
		t.Helper()
		if err := app.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got struct{ Items []line }
		app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/townships", nil).Want(http.StatusOK).Into(&got)
		return got.Items
	}
	before := look()
	if len(before) != 2 || before[0].Key != string(apptest.There) || before[1].Shares[0].Above != 1 || before[1].Shares[0].Below != 2 {
		t.Fatalf("%+v", before)
	}
	staff := app.As(t, mediation.TownshipStaff, apptest.Here).Actor()
	_, err := app.Cases.Do(t.Context(), staff, pending.ID, mediation.Request{Command: mediation.Refuse{Route: "court", Reason: "court"}, Revision: pending.Revision, Key: uuid.NewString()})
	if err != nil {
		t.Fatal(err)
	}
	after := look()
	if after[1].Place != 2 || after[1].Key != string(apptest.Here) || after[1].Shares[0].Below != 2 {
		t.Errorf("after the refusal: %+v", after)
	}
	var page struct{ Items []struct{ ID string } }
	if app.Do(t, county, http.MethodGet, *after[1].Cases, nil).Want(http.StatusOK).Into(&page); len(page.Items) != 2 {
		t.Errorf("behind it: %+v", page)
	}
	app.Do(t, county, http.MethodGet, "/api/v1/stats/rankings/gone", nil).Refused(http.StatusNotFound, "not_found", "")
}
