package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

const clockPath = "/api/v1/clock"

// standsAt is where the clock stands.
func standsAt(t *testing.T, a *apptest.App, root *apptest.Person) time.Time {
	t.Helper()
	var got struct{ Now time.Time }
	a.Do(t, root, http.MethodGet, clockPath, nil).Want(http.StatusOK).Into(&got)
	return got.Now
}

func TestTheClockOfCasesIsMovedThroughEveryReminder(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		root := a.Root(t)
		k := begin(t, a)
		began, machine := standsAt(t, a, root), a.Machine.Now()
		var got struct {
			Now     time.Time
			Advance struct {
				Instants, Cases, Failed, Waiting int
				Complete                         bool
			}
		}
		a.Do(t, root, http.MethodPost, clockPath+"/advance", obj{"by": "72h"}, apptest.Key("three-days")).Want(http.StatusOK).Into(&got)
		if by := got.Now.Sub(began); by < 72*time.Hour || by > 72*time.Hour+time.Minute || !got.Advance.Complete || got.Advance.Failed != 0 {
			t.Errorf("moved by %s: %+v", by, got.Advance)
		}
		if by := a.Machine.Now().Sub(machine); by > time.Hour {
			t.Errorf("the machine's clock moved by %s", by)
		}
		a.Do(t, root, http.MethodPost, clockPath+"/advance", obj{"by": "72h"}, apptest.Key("three-days")).Want(http.StatusOK) // the answer was lost
		if by := standsAt(t, a, root).Sub(got.Now); by > time.Minute {
			t.Errorf("sent again it moved by another %s", by)
		}
		var events struct {
			Items []struct {
				Kind string
				At   time.Time
			}
		}
		a.Do(t, k.staff, http.MethodGet, k.path("/timeline"), nil).Want(http.StatusOK).Into(&events)
		at := map[string]time.Duration{}
		for _, e := range events.Items {
			at[e.Kind] = e.At.Sub(events.Items[0].At).Round(time.Minute)
		}
		// 24 hours until somebody has screened it, a reminder four hours before: each at its own moment, not at the end of the step.
		if at["reminded"] != 20*time.Hour || at["breached"] != 24*time.Hour {
			t.Errorf("reminded after %s, breached after %s", at["reminded"], at["breached"])
		}
		if got.Advance.Instants < 2 {
			t.Errorf("%d instants", got.Advance.Instants)
		}
	})
}

func TestTheClockOfCasesNeverGoesBack(t *testing.T) {
	a := apptest.New(t)
	root := a.Root(t)
	now := standsAt(t, a, root)
	for _, wrong := range []struct {
		body        obj
		code, field string
	}{
		{obj{"to": now.Add(-time.Hour)}, "clock.backwards", "to"},
		{obj{"by": "-1h"}, "clock.length", "by"},
		{obj{"by": "tomorrow"}, "clock.length", "by"},
		{obj{"by": "9000h"}, "clock.length", "by"},
		{obj{"to": now.AddDate(2, 0, 0)}, "clock.length", "to"},
		{obj{}, "clock.either", "by"},
		{obj{"by": "1h", "to": now.Add(time.Hour)}, "clock.either", "by"},
	} {
		a.Do(t, root, http.MethodPost, clockPath+"/advance", wrong.body, apptest.Key(uuid.NewString())).Refused(http.StatusUnprocessableEntity, wrong.code, wrong.field)
	}
	if moved := standsAt(t, a, root).Sub(now); moved < 0 || moved > time.Minute {
		t.Errorf("what was refused moved the clock by %s", moved)
	}
}

func TestOnlyWhoAdministersTheWholePlanMovesTheClock(t *testing.T) {
	a := apptest.New(t)
	for _, role := range []mediation.Role{mediation.Administrator, mediation.CountyStaff, mediation.Supervisor} {
		who := a.As(t, role, apptest.Here)
		for _, ask := range []struct{ method, path string }{{http.MethodGet, clockPath}, {http.MethodPost, clockPath + "/advance"}} {
			var body any
			if ask.method == http.MethodPost {
				body = obj{"by": "1h"}
			}
			if got := a.Do(t, who, ask.method, ask.path, body, apptest.Key("k")).Status; got != http.StatusForbidden {
				t.Errorf("%s of a township: %s %s: %d", role, ask.method, ask.path, got)
			}
		}
	}
}

func TestWithoutAVirtualClockThereIsNoRouteToIt(t *testing.T) {
	a := apptest.New(t, apptest.WithDeps(func(d *handlers.Deps) { d.Clock = nil }))
	root := a.Root(t)
	a.Do(t, root, http.MethodGet, clockPath, nil).Want(http.StatusNotFound)
	a.Do(t, root, http.MethodPost, clockPath+"/advance", obj{"by": "1h"}, apptest.Key("k")).Want(http.StatusNotFound)
}
