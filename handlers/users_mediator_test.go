package handlers_test

import (
	"context"
	"net/http"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestAMediatorsAccountIsLinkedWithTheirOwnRecordAlone(t *testing.T) {
	apptest.OnBoth(t, aMediatorsAccountIsLinkedWithTheirOwnRecordAlone)
}

func aMediatorsAccountIsLinkedWithTheirOwnRecordAlone(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	admin := app.As(t, mediation.Administrator, apptest.Here)
	app.As(t, mediation.MediatorRole, apptest.Here) // has the record "own"
	body := map[string]any{"login": "md", "name": "调解员", "role": "mediator", "area": apptest.Here.Village(), "mediator": apptest.Here.Mediator("elder")}
	with := func(name string, value any) map[string]any {
		changed := map[string]any{}
		for k, v := range body {
			changed[k] = v
		}
		changed[name] = value
		return changed
	}
	worker := app.NewUser(t, "worker", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	tag := app.Do(t, admin, http.MethodGet, "/api/v1/users/"+worker.ID, nil).Want(http.StatusOK).ETag()
	for _, c := range []struct {
		about string
		body  map[string]any
		code  string
	}{
		{"another township's", with("mediator", apptest.There.Mediator("elder")), "no_such_mediator"},
		{"missing", with("mediator", "m-none"), "no_such_mediator"},
		{"another user's", with("mediator", apptest.Here.Mediator("own")), "mediator_taken"},
		{"a mediator without one", with("mediator", ""), "invalid_value"},
		{"somebody who is no mediator", with("role", "grid_worker"), "invalid_value"},
	} {
		t.Run(c.about, func(t *testing.T) {
			app.Do(t, admin, http.MethodPost, "/api/v1/users", c.body, newKey()).Refused(http.StatusUnprocessableEntity, c.code, "mediator")
			patch := map[string]any{"role": c.body["role"], "mediator": c.body["mediator"]}
			app.Do(t, admin, http.MethodPatch, "/api/v1/users/"+worker.ID, patch, apptest.IfMatch(tag)).Refused(http.StatusUnprocessableEntity, c.code, "mediator")
		})
	}

	made := app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k-made")).Want(http.StatusCreated)
	named := func(which string) string {
		t.Helper()
		m, err := app.Store.Mediators().Load(context.Background(), apptest.Here.Mediator(which))
		if err != nil {
			t.Fatal(err)
		}
		return m.User
	}
	if named("elder") != made.Text("id") {
		t.Fatal("offers of the new mediator go to nobody")
	}
	path := "/api/v1/users/" + made.Text("id")
	moved := app.Do(t, admin, http.MethodPatch, path, map[string]any{"mediator": apptest.Here.Mediator("lawyer")}, apptest.IfMatch(made.ETag())).Want(http.StatusOK)
	if named("elder") != "" || named("lawyer") != made.Text("id") {
		t.Errorf("elder names %q, lawyer %q", named("elder"), named("lawyer"))
	}
	if now := app.Do(t, admin, http.MethodPatch, path, map[string]any{"role": "grid_leader"}, apptest.IfMatch(moved.ETag())).Want(http.StatusOK).View(); now["mediator"] != nil || named("lawyer") != "" {
		t.Errorf("who is no mediator any more keeps %v", now["mediator"])
	}
}
