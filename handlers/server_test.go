package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

func TestServerPagesAreOpenToEverybody(t *testing.T) {
	app := apptest.New(t)
	for path, holds := range map[string]string{
		"/healthz": `"status":"ok"`, "/readyz": `"store":"ok"`, "/metrics": "fengqiao_push_sent_total 1\n", "/.well-known/jwks.json": `"kty":"OKP"`,
		"/docs": "POST</span> <code>/api/v1/session</code>", "/api/v1/openapi.yaml": "openapi: 3.1.0",
	} {
		answer := app.Do(t, nil, http.MethodGet, path, nil).Want(http.StatusOK)
		if !strings.Contains(string(answer.Body), holds) {
			t.Errorf("%s does not hold %q:\n%.600s", path, holds, answer.Body)
		}
		if answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s lacks security headers: %v", path, answer.Header)
		}
		app.Do(t, nil, http.MethodGet, path, nil, apptest.Header("If-None-Match", answer.ETag()))
	}
}

func TestTheSweepShowsItsFigures(t *testing.T) {
	app := apptest.New(t)
	app.Watch.Every = time.Millisecond
	app.Watch.Start()
	for app.Watch.Figures().Passes == 0 {
		time.Sleep(time.Millisecond)
	}
	app.Watch.Stop()
	text := string(app.Do(t, nil, http.MethodGet, "/metrics", nil).Want(http.StatusOK).Body)
	want := fmt.Sprintf("fengqiao_sweep_passes_total %d\n", app.Watch.Figures().Passes)
	if !strings.Contains(text, want) || !strings.Contains(text, "fengqiao_sweep_failed_passes_total 0\n") || strings.Contains(text, "fengqiao_sweep_last_good_timestamp_seconds 0\n") {
		t.Errorf("%s is not in\n%s", want, text)
	}
}

func TestDocsPageNamesEveryRoute(t *testing.T) {
	page := string(apptest.New(t).Do(t, nil, http.MethodGet, "/docs", nil).Want(http.StatusOK).Body)
	if strings.Contains(page, "<script") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Error("the page runs or fetches something")
	}
	for _, r := range handlers.Routes() {
		if !strings.Contains(page, "<code>"+template(r.Path)+"</code>") {
			t.Errorf("%s is not on the page", r.Path)
		}
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	app := apptest.New(t)
	p := app.Do(t, nil, http.MethodGet, "/api/v1/nothing", nil, apptest.Undocumented()).Refused(http.StatusNotFound, "no_route", "")
	if p.Title != "没有这个地址" || p.RequestID == "" {
		t.Errorf("%+v", p)
	}
	app.Do(t, nil, http.MethodPut, "/healthz", nil, apptest.Undocumented()).Refused(http.StatusMethodNotAllowed, "method_not_allowed", "")
	p = app.Do(t, nil, http.MethodGet, "/api/v1/nothing", nil, apptest.Undocumented(), apptest.English()).Refused(http.StatusNotFound, "no_route", "")
	if p.Title != "No such address" {
		t.Errorf("%+v", p)
	}
}

func TestLogHasNeitherTokensNorURLs(t *testing.T) {
	app := apptest.New(t)
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	app.Do(t, staff, http.MethodGet, "/api/v1/inbox?cursor=geheim", nil)
	app.Do(t, staff, http.MethodGet, "/api/v1/inbox", nil, apptest.Header("X-Request-Id", "phone-12345")).Want(http.StatusOK)
	log := app.Log.String()
	for _, never := range []string{staff.Token, "geheim", staff.User.ID, staff.User.Login} {
		if strings.Contains(log, never) {
			t.Errorf("the log holds %q", never)
		}
	}
	for _, always := range []string{`"route":"/api/v1/inbox"`, `"role":"township_staff"`, `"id":"phone-12345"`, `"status":200`} {
		if !strings.Contains(log, always) {
			t.Errorf("the log lacks %s:\n%s", always, log)
		}
	}
}

// template writes a route's path as OpenAPI does.
func template(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			name, ending, _ := strings.Cut(name, ".")
			parts[i] = "{" + name + "}"
			if ending != "" {
				parts[i] += "." + ending
			}
		}
	}
	return strings.Join(parts, "/")
}
