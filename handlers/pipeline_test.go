package handlers_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/internal/once"
	"fengqiao/mediation"
)

func mediationCode(s string) grid.Code { return grid.Code(s) }

func contains(text string, any ...string) bool {
	for _, s := range any {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func TestBadBodies(t *testing.T) {
	app := apptest.New(t)
	root := app.Root(t)
	for name, bad := range map[string]struct {
		body        string
		status      int
		code, field string
	}{
		"nothing":                  {``, 400, "body_missing", ""},
		"not JSON":                 {`login=x`, 400, "json_syntax", ""},
		"cut off":                  {`{"login":"x","name":"y`, 400, "json_syntax", ""},
		"something behind it":      {`{"login":"x","name":"y","role":"desk"} {}`, 400, "json_syntax", ""},
		"broken UTF-8":             {"{\"login\":\"x\",\"name\":\"\xff\",\"role\":\"desk\"}", 400, "json_syntax", ""},
		"half of a surrogate pair": {`{"login":"x","name":"\ud800","role":"desk"}`, 400, "json_syntax", ""},
		"a member twice":           {`{"login":"x","login":"y","name":"z","role":"desk"}`, 400, "duplicate_field", "login"},
		"an unknown member":        {`{"login":"x","name":"y","role":"desk","admin":true}`, 422, "unknown_field", "admin"},
		"another's capitals":       {`{"Login":"x","name":"y","role":"desk"}`, 422, "unknown_field", "Login"},
		"a number for a text":      {`{"login":7,"name":"y","role":"desk"}`, 422, "wrong_type", "login"},
		"an array for an object":   {`[]`, 422, "wrong_type", ""},
		"NaN":                      {`{"login":NaN}`, 400, "json_syntax", ""},
		"empty where required":     {`{"login":"","name":"","role":"desk"}`, 422, "required", "login"},
		"an unknown role":          {`{"login":"x","name":"y","role":"king","area":"33"}`, 422, "invalid_value", "role"},
		"an area with a hole":      {`{"login":"x","name":"y","role":"desk","area":"33..1"}`, 422, "invalid_value", "area"},
	} {
		t.Run(name, func(t *testing.T) {
			p := app.Do(t, root, http.MethodPost, "/api/v1/users", []byte(bad.body), apptest.Key("bad")).Refused(bad.status, bad.code, bad.field)
			if p.Title == "" || p.Detail == "" || strings.Contains(p.Detail, "{") {
				t.Errorf("%+v", p)
			}
		})
	}
	app.Do(t, root, http.MethodPost, "/api/v1/users", []byte(`{}`), apptest.Key("bad"), apptest.Header("Content-Type", "text/plain")).Refused(http.StatusUnsupportedMediaType, "not_json", "")
	app.Do(t, root, http.MethodPost, "/api/v1/users", bytes.Repeat([]byte(" "), 300<<10), apptest.Key("bad")).Refused(http.StatusRequestEntityTooLarge, "body_too_large", "")
}

func TestTwoMissingFieldsAreToldAtOnce(t *testing.T) {
	app := apptest.New(t)
	p := app.Do(t, app.Root(t), http.MethodPost, "/api/v1/users", map[string]any{"role": "desk"}, apptest.Key("k")).Refused(422, "required", "login")
	if len(p.Errors) != 2 || p.Errors[1].Field != "name" || p.Errors[1].Detail == "" {
		t.Errorf("%+v", p.Errors)
	}
}

func TestIdempotencyKeys(t *testing.T) { apptest.OnBoth(t, idempotencyKeys) }

func idempotencyKeys(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	root := app.Root(t)
	user := func(login string) map[string]any {
		return map[string]any{"login": login, "name": "x", "role": "desk", "area": apptest.County}
	}
	post := func(who *apptest.Person, body any, settings ...apptest.Setting) apptest.Answer {
		return app.Do(t, who, http.MethodPost, "/api/v1/users", body, settings...)
	}
	post(root, user("a")).Refused(400, "key_required", "Idempotency-Key")
	for _, bad := range []string{`"open`, `""`, "with space", "中文", strings.Repeat("k", 129)} {
		post(root, user("a"), apptest.Key(bad)).Refused(400, "key_malformed", "Idempotency-Key")
	}
	first := post(root, user("a"), apptest.Key("one")).Want(201)
	second := post(root, user("a"), apptest.Key(`"one"`)).Want(201)
	if first.Text("id") != second.Text("id") || second.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Error("the same key, quoted or not, is the same request")
	}
	post(root, user("b"), apptest.Key("one")).Refused(422, "same_id_other_content", "Idempotency-Key")
	// Refused requests changed nothing: the key is free for the corrected one.
	post(root, map[string]any{"login": "c"}, apptest.Key("two")).Refused(422, "required", "name")
	post(root, user("c"), apptest.Key("two")).Want(201)
	// The key is this person's own.
	other := app.As(t, mediation.Administrator, apptest.Here)
	body := user("d")
	body["area"] = apptest.Here.Code()
	post(other, body, apptest.Key("one")).Want(201)
}

// stuck is a keeper whose first request has not come to its end.
type stuck struct{ once.Keeper }

func (stuck) Begin(_ context.Context, _, print string, now time.Time, _ time.Duration) (once.Ticket, bool, error) {
	return once.Ticket{Print: print, Until: now.Add(time.Minute)}, false, nil
}

func TestSameRequestStillRunning(t *testing.T) {
	app := apptest.New(t, apptest.WithDeps(func(d *handlers.Deps) { d.Once = stuck{d.Once} }))
	answer := app.Do(t, app.Root(t), http.MethodPost, "/api/v1/users", map[string]any{"login": "a", "name": "x", "role": "desk", "area": "33"}, apptest.Key("k"))
	answer.Refused(409, "once.running", "")
	if answer.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

// forgetful remembers no key, as if the server died each time before it could.
type forgetful struct{ once.Keeper }

func (forgetful) Begin(context.Context, string, string, time.Time, time.Duration) (once.Ticket, bool, error) {
	return once.Ticket{}, true, nil
}

func (forgetful) Finish(context.Context, string, int, string) error { return errors.New("gone") }

func TestACreationThatWasCutOffIsAnsweredWithTheSameUser(t *testing.T) {
	apptest.OnBoth(t, aCreationThatWasCutOffIsAnsweredWithTheSameUser)
}

func aCreationThatWasCutOffIsAnsweredWithTheSameUser(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t, apptest.WithDeps(func(d *handlers.Deps) { d.Once = forgetful{d.Once} }))
	admin := app.As(t, mediation.Administrator, apptest.Here)
	body := map[string]any{"login": "md", "name": "调解员", "role": "mediator", "area": apptest.Here.Village(), "mediator": apptest.Here.Mediator("elder")}
	made := app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k")).Want(http.StatusCreated)
	again := app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k")).Want(http.StatusCreated)
	if again.Text("id") != made.Text("id") {
		t.Errorf("%s became %s", made.Text("id"), again.Text("id"))
	}
	app.Do(t, admin, http.MethodPost, "/api/v1/users", body, apptest.Key("k-2")).Refused(http.StatusUnprocessableEntity, "mediator_taken", "mediator")
}

func TestManyAtOnceWithOneKeyMakeOneUser(t *testing.T) {
	apptest.OnBoth(t, manyAtOnceWithOneKeyMakeOneUser)
}

func manyAtOnceWithOneKeyMakeOneUser(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	root := app.Root(t)
	body := map[string]any{"login": "einmal", "name": "x", "role": "desk", "area": apptest.County}
	var wg sync.WaitGroup
	ids := make([]string, 20)
	for i := range ids {
		wg.Go(func() {
			for range 50 {
				answer := app.Do(t, root, http.MethodPost, "/api/v1/users", body, apptest.Key("k"))
				if answer.Status == 201 {
					ids[i] = answer.Text("id")
					return
				}
				answer.Refused(409, "once.running", "")
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("%v", ids)
		}
	}
}

func TestVersions(t *testing.T) { apptest.OnBoth(t, versions) }

func versions(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	root := app.Root(t)
	path := "/api/v1/users/" + root.User.ID
	read := app.Do(t, root, http.MethodGet, path, nil).Want(200)
	if tag := read.ETag(); !strings.HasPrefix(tag, `"1-`) {
		t.Fatalf("ETag %s", tag)
	}
	app.Do(t, root, http.MethodGet, path, nil, apptest.Header("If-None-Match", read.ETag())).Want(304)
	app.Do(t, root, http.MethodGet, path, nil, apptest.Header("If-None-Match", `"x", W/`+read.ETag())).Want(304)
	app.Do(t, root, http.MethodGet, path, nil, apptest.Header("If-None-Match", `"1-x"`)).Want(200)
	patch := func(tag string) apptest.Answer {
		return app.Do(t, root, http.MethodPatch, path, map[string]any{"name": "新名"}, apptest.IfMatch(tag))
	}
	for _, bad := range []string{"1", "*", `W/"1-x"`, `"x"`, `"0-x"`, `"-1"`, `"1-a", "2-b"`} {
		patch(bad).Refused(400, "if_match_malformed", "")
	}
	patch(`"2-x"`).Refused(412, "stale", "")
	patch(`"1-another view"`).Want(200) // the hash is of what was shown, which may differ
	patch(read.ETag()).Refused(412, "stale", "")
	if app.Do(t, root, http.MethodGet, path, nil).ETag() == read.ETag() {
		t.Error("the tag did not change with the user")
	}
}

func TestFieldsTrimViewsAndPages(t *testing.T) {
	app := apptest.New(t)
	root := app.Root(t)
	if body := string(app.Do(t, root, http.MethodGet, "/api/v1/me?fields=login,role", nil).Want(200).Body); body != `{"login":"root","role":"administrator"}` {
		t.Error(body)
	}
	if body := string(app.Do(t, root, http.MethodGet, "/api/v1/users?fields=login", nil).Want(200).Body); body != `{"items":[{"login":"root"}],"next":null}` {
		t.Error(body)
	}
	s := begin(t, app)
	if body := string(app.Do(t, s.staff, http.MethodGet, s.path("/timeline?fields=seq&limit=1"), nil).Want(200).Body); body != `{"after":1,"items":[{"seq":1}]}` {
		t.Errorf("a timeline goes on by another name: %s", body)
	}
	if body := string(app.Do(t, s.mediator, http.MethodGet, "/api/v1/offers?fields=offer", nil).Want(200).Body); body != `{"items":[]}` {
		t.Errorf("a list that has no next page: %s", body)
	}
}

func TestRatesPerPersonAndAddress(t *testing.T) {
	limits := handlers.Limits{Rates: map[handlers.Class]handlers.Rates{
		handlers.Read:   {User: handlers.Rate{PerSecond: .001, Burst: 3}, Address: handlers.Rate{PerSecond: .001, Burst: 5}},
		handlers.SignIn: {Address: handlers.Rate{PerSecond: .001, Burst: 2}},
	}}
	app := apptest.New(t, apptest.WithLimits(limits), apptest.WithDeps(func(d *handlers.Deps) { d.Config.TrustedProxies = []string{"0.0.0.0/32"} }))
	from := func(address string) apptest.Setting {
		return apptest.Header("X-Forwarded-For", "203.0.113.9, "+address)
	}
	a, b := app.As(t, mediation.TownshipStaff, apptest.Here), app.As(t, mediation.Leader, apptest.Here)
	for range 3 {
		app.Do(t, a, http.MethodGet, "/api/v1/me", nil, from("198.51.100.1")).Want(200)
	}
	answer := app.Do(t, a, http.MethodGet, "/api/v1/me", nil, from("198.51.100.2"))
	answer.Refused(429, "rate", "")
	if answer.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	app.Do(t, b, http.MethodGet, "/api/v1/me", nil, from("198.51.100.1")).Want(200)
	app.Do(t, nil, http.MethodGet, "/api/v1/me", nil, from("198.51.100.1")).Want(401)
	app.Do(t, b, http.MethodGet, "/api/v1/me", nil, from("198.51.100.1")).Refused(429, "rate", "")
	app.Do(t, b, http.MethodGet, "/api/v1/me", nil, from("198.51.100.3")).Want(200)
	for range 2 {
		app.Do(t, nil, http.MethodPost, "/api/v1/party/session", map[string]any{"code": "WRONG"}, from("2001:db8::1")).Refused(401, "link_invalid", "code")
	}
	app.Do(t, nil, http.MethodPost, "/api/v1/party/session", map[string]any{"code": "WRONG"}, from("2001:db8::2")).Refused(429, "rate", "")
	app.Do(t, nil, http.MethodGet, "/healthz", nil).Want(200)
}

func TestManyPhonesBehindOneAddressKeepTheirSessions(t *testing.T) {
	app := apptest.New(t, apptest.WithLimits(handlers.Limits{}))
	app.NewUser(t, "phone", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	body := map[string]any{"login": "phone", "password": apptest.Password}
	refresh := app.Do(t, nil, http.MethodPost, "/api/v1/session", body).Want(http.StatusOK).Text("refreshToken")
	for range 3 * handlers.DefaultLimits.Rates[handlers.SignIn].Address.Burst {
		refresh = app.Do(t, nil, http.MethodPost, "/api/v1/session/refresh", map[string]any{"refreshToken": refresh}).Want(http.StatusOK).Text("refreshToken")
	}
	app.Do(t, nil, http.MethodPost, "/api/v1/session", body).Want(http.StatusOK) // nor do they keep others from signing in
}

func TestAStrangersForwardedAddressIsNotBelieved(t *testing.T) {
	limits := handlers.Limits{Rates: map[handlers.Class]handlers.Rates{handlers.SignIn: {Address: handlers.Rate{PerSecond: .001, Burst: 1}}}}
	app := apptest.New(t, apptest.WithLimits(limits))
	for i, want := range []int{401, 429} {
		app.Do(t, nil, http.MethodPost, "/api/v1/party/session", map[string]any{"code": "WRONG"}, apptest.Header("X-Forwarded-For", "198.51.100."+string(rune('1'+i)))).Want(want)
	}
}

func TestABrokenStoreIsToldSafely(t *testing.T) {
	app := apptest.New(t, apptest.WithDeps(func(d *handlers.Deps) { d.Inbox = nil }))
	p := app.Do(t, app.As(t, mediation.Leader, apptest.Here), http.MethodGet, "/api/v1/inbox", nil).Refused(500, "internal", "")
	if strings.Contains(p.Detail+p.Title, "nil") {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(app.Log.String(), "nil pointer") {
		t.Error("the log lacks the cause")
	}
	app = apptest.New(t, apptest.WithDeps(func(d *handlers.Deps) { d.Once = failing{d.Once} }))
	answer := app.Do(t, app.Root(t), http.MethodPost, "/api/v1/users", map[string]any{"login": "a", "name": "x", "role": "desk", "area": "33"}, apptest.Key("k"))
	answer.Refused(503, "uncertain", "")
	if answer.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}

type failing struct{ once.Keeper }

func (failing) Begin(context.Context, string, string, time.Time, time.Duration) (once.Ticket, bool, error) {
	return once.Ticket{}, false, mediation.ErrUncertain
}
