package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// dossier is what a test looks at in an official's file.
type dossier struct {
	Figures   []figure
	HandOvers []struct {
		ID, State string
		Given     bool
		With      *struct{ ID, Name string }
		Ended     *time.Time
		Matters   []struct {
			Kind  string
			Count int
		}
		Kept *struct {
			At      time.Time
			Figures []struct {
				Key   string
				Value *float64
			}
		}
	}
}

func (d dossier) kept(key string) float64 {
	for _, f := range d.HandOvers[0].Kept.Figures {
		if f.Key == key && f.Value != nil {
			return *f.Value
		}
	}
	return -1
}

// Why somebody leaves: personal, and in no file, no table and no answer to who need not know.
const illness = "因病离岗治疗"

func TestAnOfficialsFileHoldsTheirHandOversAndStaysAsItWasHandedOver(t *testing.T) {
	apptest.OnBoth(t, anOfficialsFileHoldsTheirHandOvers)
}

func anOfficialsFileHoldsTheirHandOvers(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t, printing(t))
	here, _ := withAnji(t, app)
	staff, county := app.As(t, mediation.TownshipStaff, apptest.Here), countyOf(t, app, mediation.Supervisor)
	next := app.Post(t, "next-staff", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	var h handed
	app.Do(t, staff, http.MethodPost, "/api/v1/handovers", obj{"leaver": staff.User.ID, "successor": next.User.ID, "reason": illness}, newKey()).Want(201).Into(&h)
	proposed := app.Do(t, next, http.MethodGet, "/api/v1/handovers/"+h.ID, nil).Want(200)
	app.Do(t, next, http.MethodPost, "/api/v1/handovers/"+h.ID+"/acceptance", obj{}, newKey(), apptest.IfMatch(proposed.ETag())).Want(200)
	if !strings.Contains(string(proposed.Body), illness) {
		t.Errorf("who takes over is not told why: %s", proposed.Body)
	}
	// The case is worked on afterwards: the file that was kept stays.
	s := &story{t: t, a: app, id: here.caseID}
	s.order(next, "suspend", obj{"reason": "illness"}).Want(200)
	file := func(who *apptest.Person, of *apptest.Person) (d dossier) {
		t.Helper()
		answer := app.Do(t, who, http.MethodGet, "/api/v1/officials/"+of.User.ID+"/file", nil).Want(200)
		if strings.Contains(string(answer.Body), illness) {
			t.Error("why they left stands in the file")
		}
		answer.Into(&d)
		return d
	}
	given := file(county, staff)
	if len(given.HandOvers) != 1 || !given.HandOvers[0].Given || given.HandOvers[0].State != "done" || given.HandOvers[0].With.ID != next.User.ID || given.HandOvers[0].Ended == nil || given.HandOvers[0].Kept == nil {
		t.Fatalf("given: %+v", given.HandOvers)
	}
	if given.kept("received") != 1 || given.kept("slips") != 0 {
		t.Errorf("kept: %v received, %v papers", given.kept("received"), given.kept("slips"))
	}
	s.order(app.As(t, mediation.TownshipStaff, apptest.Here), "resume", obj{}) // whatever comes of it
	if again := file(county, staff); !again.HandOvers[0].Kept.At.Equal(given.HandOvers[0].Kept.At) || again.kept("received") != 1 {
		t.Errorf("it was kept and is another: %+v", again.HandOvers[0].Kept)
	}
	received := file(county, next)
	if len(received.HandOvers) != 1 || received.HandOvers[0].Given || received.HandOvers[0].With.ID != staff.User.ID || received.HandOvers[0].Kept != nil {
		t.Errorf("received: %+v", received.HandOvers)
	}
	// What counts the county's cases is for who sees the county; the township's supervisor reads that there was a hand-over.
	if town := file(app.As(t, mediation.Supervisor, apptest.Here), staff); len(town.HandOvers) != 1 || town.HandOvers[0].Kept != nil {
		t.Errorf("the township's supervisor: %+v", town.HandOvers)
	}
	app.Do(t, app.As(t, mediation.Supervisor, apptest.There), http.MethodGet, "/api/v1/officials/"+staff.User.ID+"/file", nil).Want(404)
	// On paper.
	book := workbook(t, app.Do(t, county, http.MethodGet, "/api/v1/officials/"+staff.User.ID+"/file?format=xlsx", nil).Want(200).Body)
	if tabs := book.GetSheetList(); len(tabs) != 6 || tabs[4] != "移交" || !strings.HasPrefix(tabs[5], "离任时") {
		t.Errorf("%q", tabs)
	}
	app.Do(t, county, http.MethodGet, "/api/v1/officials/"+staff.User.ID+"/file?format=pdf", nil).Want(200)
	sealedAway(t, app, "hand_overs", illness)
}

// sealedAway holds that a text stands nowhere in a table as it is stored.
func sealedAway(t *testing.T, app *apptest.App, table, text string) {
	t.Helper()
	if err := app.Store.Engine.Walk(t.Context(), table, func(row store.Row) error {
		if strings.Contains(string(row.Body)+string(row.Head), text) {
			t.Errorf("%s %s holds it in plain", table, row.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(app.Log.String(), text) {
		t.Error("it was logged")
	}
}

func TestWhySomebodyLeftIsKeptNoLongerThanPolicySays(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := leaving(t, fresh(t))
		h := l.open(l.who, "")
		l.step(l.who, h.ID, "cancellation", obj{"reason": illness}).Want(200)
		read := func() string {
			return string(l.app.Do(t, l.who, http.MethodGet, "/api/v1/handovers/"+h.ID, nil).Want(200).Body)
		}
		if body := read(); !strings.Contains(body, illness) || !strings.Contains(body, "调离") {
			t.Errorf("%s", body)
		}
		l.app.Case.Advance(1094 * day)
		letGo(t, l.app, 0)
		l.app.Case.Advance(2 * day)
		letGo(t, l.app, 1)
		letGo(t, l.app, 0)
		if body := read(); strings.Contains(body, illness) || strings.Contains(body, "调离") || !strings.Contains(body, `"cancelled"`) {
			t.Errorf("it still says %s", body)
		}
	})
}
