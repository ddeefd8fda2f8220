package handlers_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// handed is what a test looks at in a hand-over.
type handed struct {
	ID, State string
	Successor *struct{ ID string }
	Matters   []struct {
		Kind, CaseID, Outcome string
		Cases                 int
		Shared                bool
		Hindrances            []struct{ Code, Text string }
	}
	History []struct{ What string }
}

// leaver is a mediator with a seat on a case, and where the hand-over is done.
type leaver struct {
	*testing.T
	app    *apptest.App
	caseID string
	who    *apptest.Person
}

func leaving(t *testing.T, app *apptest.App) leaver {
	t.Helper()
	w := settle(t, app, apptest.Here)
	return leaver{t, app, w.caseID, app.As(t, mediation.MediatorRole, apptest.Here)}
}

// colleague is another mediator of the township, with a record of a kind.
func (l leaver) colleague(which string) *apptest.Person {
	l.Helper()
	p := l.app.Post(l.T, "colleague-"+which, account.Place{Role: mediation.MediatorRole, Area: apptest.Here.Code(), Mediator: apptest.Here.Mediator(which)})
	_, err := l.app.Store.Mediators().Update(context.Background(), apptest.Here.Mediator(which), func(m *mediation.Mediator) error {
		m.User = p.User.ID
		return nil
	})
	if err != nil {
		l.Fatal(err)
	}
	return p
}

func (l leaver) open(by *apptest.Person, successor string) (h handed) {
	l.Helper()
	body := obj{"leaver": l.who.User.ID, "reason": "调离"}
	if successor != "" {
		body["successor"] = successor
	}
	l.app.Do(l.T, by, "POST", "/api/v1/handovers", body, newKey()).Want(201).Into(&h)
	return h
}

// step does one step of a hand-over as it stands for whoever does it.
func (l leaver) step(by *apptest.Person, id, segment string, body obj) apptest.Answer {
	l.Helper()
	seen := l.app.Do(l.T, by, "GET", "/api/v1/handovers/"+id, nil)
	if seen.Status != 200 {
		return seen
	}
	return l.app.Do(l.T, by, "POST", "/api/v1/handovers/"+id+"/"+segment, body, newKey(), apptest.IfMatch(seen.ETag()))
}

func (l leaver) seated(mediator string) bool {
	l.Helper()
	c, err := l.app.Cases.Cases.Load(context.Background(), l.caseID)
	if err != nil {
		l.Fatal(err)
	}
	return c.Panel.Seated(mediator)
}

func TestAMediatorWhoLeavesHandsOverTheirSeats(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := leaving(t, fresh(t))
		next := l.colleague("elder")
		h := l.open(l.who, next.User.ID)
		if h.State != "proposed" || len(h.Matters) != 1 || h.Matters[0].CaseID != l.caseID || len(h.Matters[0].Hindrances) != 0 {
			t.Fatalf("%+v", h)
		}
		l.step(l.who, h.ID, "acceptance", obj{}).Refused(403, "forbidden", "")
		var done handed
		l.step(next, h.ID, "acceptance", obj{}).Want(200).Into(&done)
		if done.State != "done" || done.Matters[0].Outcome != "moved" || !l.seated(apptest.Here.Mediator("elder")) || l.seated(apptest.Here.Mediator("own")) {
			t.Fatalf("%+v", done)
		}
		// Who has left sees the case no longer, who came may work on it.
		l.app.Do(t, l.who, "GET", "/api/v1/cases/"+l.caseID, nil).Want(404)
		seen := l.app.Do(t, next, "GET", "/api/v1/cases/"+l.caseID, nil).Want(200)
		l.app.Do(t, next, "POST", "/api/v1/cases/"+l.caseID+"/note", obj{"text": "已接手"}, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
		// The account can be locked now.
		l.lock(obj{"reason": "调离"}).Want(200)
	})
}

func (l leaver) lock(body obj) apptest.Answer {
	l.Helper()
	admin := l.app.As(l.T, mediation.Administrator, apptest.Here)
	seen := l.app.Do(l.T, admin, "GET", "/api/v1/users/"+l.who.User.ID, nil).Want(200)
	return l.app.Do(l.T, admin, "POST", "/api/v1/users/"+l.who.User.ID+"/lock", body, apptest.IfMatch(seen.ETag()))
}

func TestASuccessorWithoutTheRightTakesOverNothingAndIsToldWhy(t *testing.T) {
	l := leaving(t, apptest.New(t))
	lawyer := l.colleague("lawyer") // no kind for the lead's seat
	h := l.open(l.app.As(t, mediation.CountyStaff, apptest.Here), lawyer.User.ID)
	if len(h.Matters) != 1 || len(h.Matters[0].Hindrances) == 0 || h.Matters[0].Hindrances[0].Code != "match.kind" {
		t.Fatalf("the proposal does not say so: %+v", h.Matters)
	}
	p := l.step(lawyer, h.ID, "acceptance", obj{}).Refused(409, "handover.lacks_right", "")
	if len(p.Errors) == 0 || p.Errors[0].Field != "matters[0]" || p.Errors[0].Code != "match.kind" {
		t.Errorf("%+v", p.Errors)
	}
	if !l.seated(apptest.Here.Mediator("own")) {
		t.Error("something was handed over")
	}
	worker := l.app.As(t, mediation.GridWorker, apptest.Here)
	var again handed
	l.step(l.app.As(t, mediation.CountyStaff, apptest.Here), h.ID, "proposal", obj{"successor": worker.User.ID}).Want(200).Into(&again)
	if again.Matters[0].Hindrances[0].Code != "succession.no_record" {
		t.Errorf("%+v", again.Matters)
	}
}

func TestAnAccountWithOpenMattersIsNotLockedUnlessAtOnce(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := leaving(t, fresh(t))
		l.lock(obj{"reason": "离职"}).Refused(409, "handover.owed", "")
		admin := l.app.As(t, mediation.Administrator, apptest.Here)
		seen := l.app.Do(t, admin, "GET", "/api/v1/users/"+l.who.User.ID, nil).Want(200)
		l.app.Do(t, admin, "PATCH", "/api/v1/users/"+l.who.User.ID, obj{"role": "grid_worker"}, apptest.IfMatch(seen.ETag())).Refused(409, "handover.owed", "")
		l.lock(obj{"reason": "手机被盗", "urgent": true}).Want(200)
		// The hand-over is owed now: county staff name a successor, and it cannot be called off.
		county := l.app.As(t, mediation.CountyStaff, apptest.Here)
		var page struct{ Items []handed }
		l.app.Do(t, county, "GET", "/api/v1/handovers", nil).Want(200).Into(&page)
		var owed handed
		for _, h := range page.Items {
			if h.State == "owed" {
				owed = h
			}
		}
		if owed.ID == "" || len(owed.Matters) != 1 {
			t.Fatalf("%+v", page)
		}
		l.step(county, owed.ID, "cancellation", obj{"reason": "算了"}).Refused(409, "handover.owed", "")
		next := l.colleague("elder")
		l.step(county, owed.ID, "proposal", obj{"successor": next.User.ID}).Want(200)
		l.step(next, owed.ID, "refusal", obj{"reason": "在办已满"}).Want(204)
		l.step(county, owed.ID, "proposal", obj{"successor": next.User.ID}).Want(200)
		var done handed
		l.step(next, owed.ID, "acceptance", obj{}).Want(200).Into(&done)
		var what []string
		for _, line := range done.History {
			what = append(what, line.What)
		}
		if done.State != "done" || strings.Join(what, " ") != "opened proposed refused proposed accepted done" || !l.seated(apptest.Here.Mediator("elder")) {
			t.Errorf("%s %v", done.State, what)
		}
	})
}

func TestWhatHasComeSinceIsLookedAtAgain(t *testing.T) {
	l := leaving(t, apptest.New(t))
	next := l.colleague("elder")
	h := l.open(l.who, next.User.ID)
	seen := l.app.Do(t, next, "GET", "/api/v1/handovers/"+h.ID, nil).Want(200)
	second := l.anotherSeat()
	l.app.Do(t, next, "POST", "/api/v1/handovers/"+h.ID+"/acceptance", obj{}, newKey(), apptest.IfMatch(seen.ETag())).Refused(409, "handover.changed", "")
	var done handed
	l.step(next, h.ID, "acceptance", obj{}).Want(200).Into(&done)
	if len(done.Matters) != 2 {
		t.Fatalf("%+v, want %s too", done.Matters, second)
	}
}

// anotherSeat puts the leaver on the panel of one more case.
func (l leaver) anotherSeat() string {
	l.Helper()
	ctx := context.Background()
	var got struct{ Case struct{ ID string } }
	l.app.Do(l.T, l.app.As(l.T, mediation.InformationOfficer, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "property"})).Want(201).Into(&got)
	staff := l.app.As(l.T, mediation.TownshipStaff, apptest.Here).Actor()
	for _, cmd := range []mediation.Command{mediation.Accept{}, mediation.Assign{Mediator: apptest.Here.Mediator("own"), Seat: -1, Force: true}} {
		c, err := l.app.Cases.Cases.Load(ctx, got.Case.ID)
		if err == nil && (cmd.Name() != mediation.CmdAccept || c.State == mediation.Reported) {
			_, err = l.app.Cases.Do(ctx, staff, c.ID, mediation.Request{Command: cmd, Revision: c.Revision})
		}
		if err != nil {
			l.Fatal(cmd.Name(), err)
		}
	}
	return got.Case.ID
}

func TestTheLastOfAUnitCannotGoWithoutSomebodyOfTheUnit(t *testing.T) {
	app := apptest.New(t)
	settle(t, app, apptest.Here)
	last := app.As(t, mediation.UnitStaff, apptest.Here)
	look := func(who *apptest.Person) handed {
		var m handed
		app.Do(t, who, "GET", "/api/v1/matters/"+last.User.ID, nil).Want(200).Into(&m)
		return m
	}
	if m := look(last).Matters; len(m) != 1 || m[0].Kind != "post" || m[0].Shared || m[0].Cases != 1 {
		t.Fatalf("%+v", m)
	}
	l := leaver{t, app, "", last}
	l.lock(obj{"reason": "退休"}).Refused(409, "handover.owed", "")
	h := l.open(last, app.As(t, mediation.GridWorker, apptest.Here).User.ID)
	if len(h.Matters[0].Hindrances) != 2 || h.Matters[0].Hindrances[0].Code != "succession.post" || h.Matters[0].Hindrances[1].Code != "succession.area" {
		t.Errorf("a grid worker for a unit: %+v", h.Matters)
	}
	app.Post(t, "new-of-unit", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: apptest.Unit})
	if m := look(last).Matters; len(m) != 1 || !m[0].Shared {
		t.Errorf("with a colleague: %+v", m)
	}
	l.lock(obj{"reason": "退休"}).Want(200)
}

func TestTheReportOpensInASpreadsheet(t *testing.T) {
	l := leaving(t, apptest.New(t))
	h := l.open(l.who, l.colleague("elder").User.ID)
	for _, path := range []string{"/api/v1/handovers/" + h.ID, "/api/v1/matters/" + l.who.User.ID} {
		a := l.app.Do(t, l.who, "GET", path+"?format=csv", nil).Want(200)
		text := string(a.Body)
		if !strings.HasPrefix(text, "\ufeff事项,案号") || !strings.Contains(text, "调解席位,33.01.11") || strings.Count(text, "\r\n") != 2 {
			t.Errorf("%s: %q", path, text)
		}
	}
	l.app.Do(t, l.who, "GET", "/api/v1/matters/"+l.who.User.ID+"?format=pdf", nil).Refused(422, "unknown_value", "format")
}
