package handlers_test

import (
	"net/http"
	"slices"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func TestAdministratorMakesMovesLocksAndUnlocks(t *testing.T) {
	apptest.OnBoth(t, administratorMakesMovesLocksAndUnlocks)
}

func administratorMakesMovesLocksAndUnlocks(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	admin := app.As(t, mediation.Administrator, apptest.Here)
	body := map[string]any{"login": "xinren", "name": "新人", "role": "grid_worker", "area": apptest.Here.Grid(), "password": apptest.Password}
	made := app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k-1")).Want(http.StatusCreated)
	path := made.Header.Get("Location")
	if path != "/api/v1/users/"+made.Text("id") {
		t.Errorf("Location %q", path)
	}
	moved := app.Do(t, admin, http.MethodPatch, path, map[string]any{"name": "老人", "role": "grid_leader"}, apptest.IfMatch(made.ETag())).Want(http.StatusOK)
	if moved.Text("name") != "老人" || moved.Text("role") != "grid_leader" {
		t.Errorf("%s", moved.Body)
	}
	app.Do(t, admin, http.MethodPost, path+"/lock", map[string]any{"reason": "离职"}, apptest.IfMatch(made.ETag())).Refused(http.StatusPreconditionFailed, "stale", "")
	app.Do(t, admin, http.MethodPost, path+"/lock", map[string]any{"reason": "离职"}).Refused(http.StatusPreconditionRequired, "if_match_required", "")
	locked := app.Do(t, admin, http.MethodPost, path+"/lock", map[string]any{"reason": "离职"}, apptest.IfMatch(moved.ETag())).Want(http.StatusOK)
	app.Do(t, admin, http.MethodPost, path+"/unlock", nil, apptest.IfMatch(locked.ETag())).Want(http.StatusOK)
	again := app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k-1")).Want(http.StatusCreated)
	if again.Header.Get("Idempotency-Replayed") != "true" || again.Text("role") != "grid_leader" || again.Header.Get("Location") != path {
		t.Errorf("the repeated creation answers %v %s", again.Header, again.Body)
	}
	app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k-2")).Refused(http.StatusConflict, "login_taken", "")
}

func TestAPatchWithANameThatIsNoneDoesNotMove(t *testing.T) {
	app := apptest.New(t)
	admin := app.As(t, mediation.Administrator, apptest.Here)
	u := app.NewUser(t, "stays", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	path := "/api/v1/users/" + u.ID
	before := app.Do(t, admin, http.MethodGet, path, nil).Want(http.StatusOK)
	for field, body := range map[string]map[string]any{
		"name": {"role": "grid_leader", "name": "a\nb"}, "lang": {"role": "grid_leader", "lang": "not a tag"},
	} {
		app.Do(t, admin, http.MethodPatch, path, body, apptest.IfMatch(before.ETag())).Refused(http.StatusUnprocessableEntity, "invalid_value", field)
	}
	if after := app.Do(t, admin, http.MethodGet, path, nil).Want(http.StatusOK); after.ETag() != before.ETag() {
		t.Errorf("it became %s", after.Body)
	}
	app.Do(t, admin, http.MethodPatch, path, map[string]any{}, apptest.IfMatch(before.ETag())).Refused(http.StatusUnprocessableEntity, "required", "name")
}

func TestAdministratorOfATownshipSeesNobodyElses(t *testing.T) {
	app := apptest.New(t)
	here, there := app.As(t, mediation.Administrator, apptest.Here), app.As(t, mediation.GridWorker, apptest.There)
	path := "/api/v1/users/" + there.User.ID
	app.Do(t, here, http.MethodGet, path, nil).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, here, http.MethodPatch, path, map[string]any{"name": "x"}, apptest.IfMatch(`"1-x"`)).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, here, http.MethodPost, path+"/lock", map[string]any{"reason": "x"}, apptest.IfMatch(`"1-x"`)).Refused(http.StatusNotFound, "not_found", "")
	app.Do(t, here, http.MethodGet, "/api/v1/users?area="+string(apptest.There.Code()), nil).Want(http.StatusOK)
	for _, area := range []string{"", string(apptest.There.Code()), "33.01"} {
		body := map[string]any{"login": "u" + area, "name": "x", "role": "administrator", "area": area}
		app.Do(t, here, http.MethodPost, "/api/v1/users", body, apptest.Key("to-"+area)).Refused(http.StatusUnprocessableEntity, "unknown_value", "area")
	}
	mine := app.NewUser(t, "mine", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	tag := app.Do(t, here, http.MethodGet, "/api/v1/users/"+mine.ID, nil).Want(http.StatusOK).ETag()
	app.Do(t, here, http.MethodPatch, "/api/v1/users/"+mine.ID, map[string]any{"area": apptest.There.Grid()}, apptest.IfMatch(tag)).Refused(http.StatusUnprocessableEntity, "unknown_value", "area")
	var page struct {
		Items []struct{ ID, Area string }
		Next  *string
	}
	app.Do(t, here, http.MethodGet, "/api/v1/users", nil).Want(http.StatusOK).Into(&page)
	for _, u := range page.Items {
		if !apptest.Here.Code().Contains(mediationCode(u.Area)) {
			t.Errorf("shows a user of %s", u.Area)
		}
	}
	if len(page.Items) != 2 || page.Next != nil {
		t.Errorf("%+v", page)
	}
}

func TestUsersInPages(t *testing.T) { apptest.OnBoth(t, usersInPages) }

func usersInPages(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	root := app.Root(t)
	for _, login := range []string{"a1", "a2", "a3", "a4"} {
		app.NewUser(t, login, account.Place{Role: mediation.Desk, Area: apptest.County})
	}
	seen, cursor := map[string]bool{}, ""
	for {
		var page struct {
			Items []struct{ ID string }
			Next  *string
		}
		app.Do(t, root, http.MethodGet, "/api/v1/users?role=desk&limit=3&cursor="+cursor, nil).Want(http.StatusOK).Into(&page)
		for _, u := range page.Items {
			seen[u.ID] = true
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	if len(seen) != 4 {
		t.Errorf("%d of 4 users", len(seen))
	}
	app.Do(t, root, http.MethodGet, "/api/v1/users?cursor=geheim", nil).Refused(http.StatusBadRequest, "bad_cursor", "cursor")
	app.Do(t, root, http.MethodGet, "/api/v1/users?limit=0", nil).Refused(http.StatusUnprocessableEntity, "out_of_range", "limit")
	app.Do(t, root, http.MethodGet, "/api/v1/users?limit=many", nil).Refused(http.StatusUnprocessableEntity, "not_a_number", "limit")
	app.Do(t, root, http.MethodGet, "/api/v1/users?rolle=desk", nil).Refused(http.StatusBadRequest, "unknown_parameter", "rolle")
}

func TestAdministratorsDoNotShutThemselvesOut(t *testing.T) {
	app := apptest.New(t)
	root := app.Root(t)
	tag := app.Do(t, root, http.MethodGet, "/api/v1/users/"+root.User.ID, nil).Want(http.StatusOK).ETag()
	app.Do(t, root, http.MethodPost, "/api/v1/users/"+root.User.ID+"/lock", map[string]any{"reason": "x"}, apptest.IfMatch(tag)).Refused(http.StatusConflict, "not_yourself", "")
	app.Do(t, root, http.MethodPatch, "/api/v1/users/"+root.User.ID, map[string]any{"role": "leader", "area": "33"}, apptest.IfMatch(tag)).Refused(http.StatusConflict, "last_administrator", "")
}

func TestNoAnswerHoldsAPasswordHash(t *testing.T) {
	app := apptest.New(t)
	root := app.Root(t)
	for _, path := range []string{"/api/v1/users", "/api/v1/users/" + root.User.ID, "/api/v1/me"} {
		if body := string(app.Do(t, root, http.MethodGet, path, nil).Want(http.StatusOK).Body); contains(body, "argon2", "passwordHash", "PasswordHash") {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestPostsInGridTeamsAreShown(t *testing.T) {
	app := apptest.New(t)
	admin, worker := app.As(t, mediation.Administrator, apptest.Here), app.As(t, mediation.GridWorker, apptest.Here)
	posts := []account.Post{}
	for _, kind := range account.PostKinds { // the API's description has to know them all
		posts = append(posts, account.Post{Kind: kind, Area: apptest.Here.Grid()})
	}
	if _, err := app.Accounts.ChangeUser(t.Context(), account.Order{By: "test"}, worker.User.ID, account.Changes{Posts: &posts}); err != nil {
		t.Fatal(err)
	}
	var me, user struct{ Posts []struct{ Kind, Area string } }
	app.Do(t, worker, http.MethodGet, "/api/v1/me", nil).Want(http.StatusOK).Into(&me)
	app.Do(t, admin, http.MethodGet, "/api/v1/users/"+worker.User.ID, nil).Want(http.StatusOK).Into(&user)
	if len(me.Posts) != len(posts) || me.Posts[1].Kind != "fulltime" || me.Posts[1].Area != string(apptest.Here.Grid()) {
		t.Errorf("the worker is told %v", me.Posts)
	}
	if !slices.Equal(user.Posts, me.Posts) {
		t.Errorf("the administrator is told %v", user.Posts)
	}
}
