package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// counter is a window's clerk.
type counter struct {
	*apptest.App
	who  *apptest.Person
	hall string
}

func counterOf(t *testing.T, app *apptest.App, p apptest.Place) counter {
	return counter{app, app.As(t, mediation.TownshipStaff, p), "/api/v1/halls/" + p.Hall()}
}

// ticket is a visit as the clerk sees it.
type ticket struct {
	ID, Number, Standing, ReportID string
	Turns                          []struct {
		Function struct{ Key string }
		Window   *struct{ Key, Text string }
		Team     *struct{ Key string }
		Calls    int
		How      string
	}
	Case *struct{ ID, Number string }
	tag  string
}

func slipOf(a apptest.Answer, status int) (s ticket) {
	a.Want(status).Into(&s)
	s.tag = a.Header.Get("ETag")
	return s
}

func (k counter) register(t *testing.T, function string) ticket {
	t.Helper()
	return slipOf(k.Do(t, k.who, http.MethodPost, k.hall+"/visits", obj{"clientId": uuid.NewString(), "function": function}), http.StatusCreated)
}

func (k counter) next(t *testing.T, window string) apptest.Answer {
	t.Helper()
	return k.Do(t, k.who, http.MethodPost, k.hall+"/windows/"+window+"/next", nil, newKey())
}

func (k counter) step(t *testing.T, s ticket, step string, body any) apptest.Answer {
	t.Helper()
	return k.Do(t, k.who, http.MethodPost, k.hall+"/visits/"+s.ID+"/"+step, body, newKey(), apptest.IfMatch(s.tag))
}

func (k counter) board(t *testing.T) (b struct {
	Windows []struct {
		Window           struct{ Key string }
		Number, Standing string
	}
	Lines []struct {
		Function struct{ Key string }
		Waiting  int
		Next     []string
	}
	Missed []string
}) {
	t.Helper()
	k.Do(t, nil, http.MethodGet, k.hall+"/board", nil).Want(http.StatusOK).Into(&b)
	return b
}

func TestAVisitorIsRegisteredCalledPassedOnAndTheCaseThatCameOfItIsFound(t *testing.T) {
	apptest.OnBoth(t, aVisitorIsRegisteredCalledPassedOn)
}

func aVisitorIsRegisteredCalledPassedOn(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	k := counterOf(t, app, apptest.Here)
	first, second := k.register(t, "reception"), k.register(t, "reception")
	if first.Number != "A001" || second.Number != "A002" || first.Standing != "waiting" {
		t.Fatalf("%+v %+v", first, second)
	}
	k.Case.Advance(4 * time.Minute)
	called := slipOf(k.next(t, "1"), http.StatusOK)
	if called.ID != first.ID || called.Standing != "called" || called.Turns[0].Window.Key != "1" || called.Turns[0].Team.Key != "peace" {
		t.Fatalf("%+v", called)
	}
	k.next(t, "1").Refused(http.StatusConflict, "hall.busy", "")
	if b := k.board(t); b.Windows[0].Number != "A001" || b.Lines[0].Waiting != 1 || b.Lines[0].Next[0] != "A002" {
		t.Errorf("%+v", b)
	}
	serving := slipOf(k.step(t, called, "begin", nil), http.StatusOK)
	// Taken in at the window: the report is linked, and the case is found by it.
	var rep struct {
		ID   string
		Case struct{ ID string }
	}
	k.Do(t, k.who, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "hall"})).Want(http.StatusCreated).Into(&rep)
	linked := slipOf(k.step(t, serving, "link", obj{"report": rep.ID}), http.StatusOK)
	if linked.ReportID != rep.ID || linked.Case == nil || linked.Case.ID != rep.Case.ID || linked.Case.Number == "" {
		t.Fatalf("%+v", linked)
	}
	// The case is noted later: the report stays.
	if linked = slipOf(k.step(t, linked, "link", obj{"case": rep.Case.ID}), http.StatusOK); linked.ReportID != rep.ID || linked.Case == nil || linked.Case.ID != rep.Case.ID {
		t.Fatalf("%+v", linked)
	}
	passed := slipOf(k.step(t, linked, "pass-on", obj{"function": "mediation"}), http.StatusOK)
	if passed.Number != "A001" || passed.Standing != "waiting" || passed.Turns[1].Function.Key != "mediation" {
		t.Fatalf("%+v", passed)
	}
	k.Case.Advance(6 * time.Minute)
	slipOf(k.step(t, slipOf(k.step(t, slipOf(k.next(t, "2"), http.StatusOK), "begin", nil), http.StatusOK), "done", nil), http.StatusOK)

	var stats struct {
		Items []struct {
			Key     string
			Figures []struct {
				Key, Definition string
				Value           *int
				Visits          *string
			}
		}
	}
	k.Do(t, k.who, http.MethodGet, k.hall+"/stats?by=function", nil).Want(http.StatusOK).Into(&stats)
	want := map[string]map[string]int{"reception": {"numbers": 2, "passedOn": 1, "served": 0, "unserved": 1, "linked": 1, "waitMedian": 240}, "mediation": {"numbers": 1, "served": 1, "waitMedian": 360}}
	for _, g := range stats.Items {
		for _, f := range g.Figures {
			if f.Definition == "" {
				t.Errorf("%s says not what it means", f.Key)
			}
			if n, ok := want[g.Key][f.Key]; ok && (f.Value == nil || *f.Value/10 != n/10) { // the machine's own milliseconds go on
				t.Errorf("%s of %s: %v, want %d", f.Key, g.Key, f.Value, n)
			}
			if f.Visits == nil {
				continue
			}
			var page struct{ Items []ticket }
			if k.Do(t, k.who, http.MethodGet, *f.Visits, nil).Want(http.StatusOK).Into(&page); len(page.Items) != *f.Value {
				t.Errorf("%s of %s is %d, its list holds %d", f.Key, g.Key, *f.Value, len(page.Items))
			}
		}
	}
	if len(stats.Items) != 2 {
		t.Errorf("%+v", stats)
	}
}

func TestWhoMissesTheCallMayComeBackToTheEndOfTheLine(t *testing.T) {
	k := counterOf(t, apptest.New(t), apptest.Here)
	k.register(t, "reception")
	k.Case.Advance(time.Minute)
	k.register(t, "reception")
	called := slipOf(k.next(t, "1"), http.StatusOK)
	k.step(t, called, "miss", nil).Refused(http.StatusConflict, "hall.call_again", "")
	k.step(t, called, "done", nil).Refused(http.StatusConflict, "hall.not_now", "")
	absent := slipOf(k.step(t, slipOf(k.step(t, called, "recall", nil), http.StatusOK), "miss", nil), http.StatusOK)
	if b := k.board(t); len(b.Missed) != 1 || b.Missed[0] != "A001" || b.Windows[0].Number != "" {
		t.Errorf("%+v", b)
	}
	k.Case.Advance(time.Minute)
	back := slipOf(k.step(t, absent, "return", nil), http.StatusOK)
	k.step(t, absent, "return", nil).Want(http.StatusPreconditionFailed)
	if b := k.board(t); strings.Join(b.Lines[0].Next, " ") != "A002 A001" {
		t.Errorf("%+v", b.Lines)
	}
	slipOf(k.step(t, back, "leave", nil), http.StatusOK)
	k.Case.Advance(24 * time.Hour)
	k.next(t, "1").Refused(http.StatusConflict, "hall.nobody", "") // yesterday's line is not today's
	if s := k.register(t, "reception"); s.Number != "A001" {
		t.Errorf("the next day begins with %s", s.Number)
	}
}

func TestAReportOfAnotherTownshipIsNotLinked(t *testing.T) {
	app := apptest.New(t)
	k, other := counterOf(t, app, apptest.Here), counterOf(t, app, apptest.There)
	var rep struct{ ID string }
	app.Do(t, other.who, http.MethodPost, "/api/v1/reports", report(apptest.There, nil)).Want(http.StatusCreated).Into(&rep)
	s := k.register(t, "reception")
	k.step(t, s, "link", obj{"report": rep.ID}).Refused(http.StatusUnprocessableEntity, "hall.no_such", "report")
	// Nor is a visit of another hall reached through the own one.
	theirs := other.register(t, "reception")
	app.Do(t, k.who, http.MethodGet, k.hall+"/visits/"+theirs.ID, nil).Refused(http.StatusNotFound, "not_found", "")
}

func TestTheBoardOnTheWallSaysNothingOfPeople(t *testing.T) {
	app := apptest.New(t)
	k := counterOf(t, app, apptest.Here)
	s := k.register(t, "reception")
	var rep struct {
		ID   string
		Case struct{ ID string }
	}
	body := report(apptest.Here, obj{"parties": []obj{{"kind": "person", "side": "applicant", "name": "王老三", "phone": "13800001234"}}})
	app.Do(t, k.who, http.MethodPost, "/api/v1/reports", body).Want(http.StatusCreated).Into(&rep)
	slipOf(k.step(t, s, "link", obj{"report": rep.ID}), http.StatusOK)
	slipOf(k.next(t, "1"), http.StatusOK)
	board := string(app.Do(t, nil, http.MethodGet, k.hall+"/board", nil).Want(http.StatusOK).Body)
	for _, never := range []string{"王老三", rep.ID, rep.Case.ID, s.ID, k.who.User.ID, k.who.User.Name} {
		if strings.Contains(board, never) {
			t.Errorf("the board shows %s", never)
		}
	}
	app.Do(t, nil, http.MethodGet, "/api/v1/halls/gone/board", nil).Refused(http.StatusNotFound, "not_found", "")
}
