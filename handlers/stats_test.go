package handlers_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
)

type figure struct {
	Key, Text, Definition string
	Value                 *float64
	Above, Below, Timed   *int
	Earlier               *struct{ Value, Change, Percent *float64 }
	Cases, CasesBelow     *string
}

type statistics struct {
	AsOf    time.Time
	Figures []figure
}

func (s statistics) of(key string) figure {
	for _, f := range s.Figures {
		if f.Key == key {
			return f
		}
	}
	return figure{}
}

// summary is what somebody's dashboard shows now.
func summary(t *testing.T, app *apptest.App, who *apptest.Person, query string) (s statistics) {
	t.Helper()
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	app.Do(t, who, http.MethodGet, "/api/v1/stats/summary"+query, nil).Want(http.StatusOK).Into(&s)
	return s
}

func TestFiguresAreOfTheCallersOwnCasesAndLinkToThem(t *testing.T) {
	apptest.OnBoth(t, figuresAreOfTheCallersOwnCasesAndLinkToThem)
}

func figuresAreOfTheCallersOwnCasesAndLinkToThem(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	settle(t, app, apptest.Here)
	settle(t, app, apptest.There)
	for _, role := range mediation.AccountRoles {
		who := app.As(t, role, apptest.Here)
		if !mediation.May(who.Actor(), mediation.StatsRead) {
			app.Do(t, who, http.MethodGet, "/api/v1/stats/summary", nil).Want(http.StatusForbidden)
			continue
		}
		for query, want := range map[string]float64{"": 1, "?area=" + string(apptest.There.Code()): 0, "?category=labour": 0, "?unit=" + url.QueryEscape(apptest.Unit): 1, "?until=2001-01-01T00:00:00Z": 0} {
			s := summary(t, app, who, query)
			if got := s.of("received").Value; got == nil || *got != want {
				t.Errorf("%s%s: received %v, want %v", role, query, got, want)
			}
			for _, f := range s.Figures {
				if f.Text == "" || f.Definition == "" {
					t.Errorf("%s says nothing of itself", f.Key)
				}
				follow(t, app, who, string(role)+query, f.Key, f)
			}
		}
		if body := string(app.Do(t, who, http.MethodGet, "/api/v1/stats/breakdown?by=area", nil).Want(http.StatusOK).Body); strings.Contains(body, string(apptest.There.Code())) {
			t.Errorf("%s is shown the other township: %s", role, body)
		}
	}
}

var definitions = regexp.MustCompile(`"definition":"[^"]*"`)

// An accusation lies with the district: no figure of a township, whatever it is broken down by, so much as says that there is one.
func TestNoFigureTellsATownshipOfAnAccusation(t *testing.T) {
	app := apptest.New(t)
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "accusation"})).Want(http.StatusCreated)
	county := app.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	if got := summary(t, app, county, "?category=accusation").of("received").Value; got == nil || *got != 1 {
		t.Fatalf("the district counts %v", got)
	}
	for _, role := range []mediation.Role{mediation.TownshipStaff, mediation.GridLeader, mediation.Leader, mediation.Supervisor, mediation.UnitStaff} {
		who := app.As(t, role, apptest.Here)
		if got := summary(t, app, who, "").of("received").Value; got == nil || *got != 0 {
			t.Errorf("%s counts %v", role, got)
		}
		for _, by := range counts.Breakdowns {
			for _, format := range []string{"json", "csv"} {
				body := string(app.Do(t, who, http.MethodGet, "/api/v1/stats/breakdown?from=2020-01-01T00:00:00Z&by="+string(by)+"&format="+format, nil).Want(http.StatusOK).Body)
				body = definitions.ReplaceAllString(body, "") // what a figure leaves out is said of it whether there is any or not
				if strings.Contains(body, "accusation") || strings.Contains(body, "检举") || strings.Count(body, "\n") > 1 {
					t.Errorf("%s, by %s: %s", role, by, body)
				}
			}
		}
	}
}

func TestABreakdownAddsUpAndIsComparedWithTheTimeBefore(t *testing.T) {
	app := apptest.New(t)
	settle(t, app, apptest.Here)
	settle(t, app, apptest.There)
	county := app.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	app.Case.Advance(20 * 24 * time.Hour)
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "labour"})).Want(http.StatusCreated)
	from := app.Case.Now().Add(-5 * 24 * time.Hour).UTC().Format(time.RFC3339)
	received := summary(t, app, county, "?from="+from)
	if f := received.of("received"); *f.Value != 1 || *f.Earlier.Value != 0 || *f.Earlier.Change != 1 || f.Earlier.Percent != nil {
		t.Errorf("in five days: %+v %+v", f, f.Earlier)
	}
	if f := summary(t, app, county, "?from="+from+"&compareFrom=2020-01-01T00:00:00Z&compareUntil="+from).of("received"); *f.Earlier.Value != 2 || *f.Earlier.Change != -1 || *f.Earlier.Percent != -50 {
		t.Errorf("beside all before: %+v", f.Earlier)
	}
	for _, by := range counts.Breakdowns {
		path := "/api/v1/stats/breakdown?from=" + app.Case.Now().AddDate(0, -2, 0).UTC().Format(time.RFC3339) + "&by=" + string(by)
		var v struct {
			Items []struct {
				Key, Text string
				Figures   map[string]figure
			}
		}
		app.Do(t, county, http.MethodGet, path, nil).Want(http.StatusOK).Into(&v)
		sum := 0.0
		for _, item := range v.Items {
			sum += *item.Figures["received"].Value
			if len(item.Figures) != len(counts.All) || item.Text == "" {
				t.Errorf("by %s: %s has %d figures and is called %q", by, item.Key, len(item.Figures), item.Text)
			}
			if link := item.Figures["open"].Cases; link != nil {
				var n struct{ Count int }
				app.Do(t, county, http.MethodGet, strings.Replace(*link, "/cases", "/cases/count", 1), nil).Want(http.StatusOK).Into(&n)
				if float64(n.Count) != *item.Figures["open"].Value {
					t.Errorf("by %s: the list %s holds %d", by, *link, n.Count)
				}
			}
		}
		if sum != 3 {
			t.Errorf("by %s the groups hold %v of 3 cases", by, sum)
		}
		table := app.Do(t, county, http.MethodGet, path+"&format=csv", nil, apptest.English()).Want(http.StatusOK)
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(table.Body), "\ufeff"))).ReadAll()
		if err != nil || len(lines) != len(v.Items)+1 || len(lines[0]) != len(counts.All)+2 {
			t.Errorf("by %s: a table of %d lines: %v\n%s", by, len(lines), err, table.Body)
		}
	}
}

func TestATableHoldsNoFormula(t *testing.T) {
	app := apptest.New(t)
	w := settle(t, app, apptest.Here)
	if _, err := app.Cases.Cases.Update(t.Context(), w.caseID, func(c *mediation.Case) error { c.Unit = "=1+1"; return nil }); err != nil {
		t.Fatal(err)
	}
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	summary(t, app, staff, "")
	body := string(app.Do(t, staff, http.MethodGet, "/api/v1/stats/breakdown?by=unit&format=csv", nil).Want(http.StatusOK).Body)
	if !strings.Contains(body, "'=1+1") || strings.Contains(body, "\n=") {
		t.Errorf("%q", body)
	}
}

func TestFiguresThatCannotBeAreRefused(t *testing.T) {
	app := apptest.New(t)
	staff := app.As(t, mediation.TownshipStaff, apptest.Here)
	for query, code := range map[string]string{"by=": "required", "by=colour": "unknown_value", "by=month": "required", "by=area&format=pdf": "unknown_value", "by=area&format=doc": "unknown_value",
		"by=month&from=1980-01-01T00:00:00Z": "too_many", "by=area&from=yesterday": "not_a_time", "by=area&from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z": "out_of_order",
		"by=area&compareFrom=2026-02-01T00:00:00Z": "required", "by=area&category=nonsense": "unknown_value", "by=area&channel=nonsense": "unknown_value", "by=area&from=1900-01-01T00:00:00Z": "out_of_range"} {
		answer := app.Do(t, staff, http.MethodGet, "/api/v1/stats/breakdown?"+query, nil, apptest.Odd())
		if answer.Status != http.StatusUnprocessableEntity || problemCode(answer) != code {
			t.Errorf("%s: %d %s, want %s", query, answer.Status, answer.Body, code)
		}
	}
	empty := apptest.New(t, apptest.WithDeps(func(d *handlers.Deps) { d.Figures = counts.NewKeeper(nil, time.Now) }))
	answer := empty.Do(t, empty.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, "/api/v1/stats/summary", nil)
	if answer.Status != http.StatusServiceUnavailable || problemCode(answer) != "stats.filling" || answer.Header.Get("Retry-After") == "" {
		t.Errorf("before the cases are read: %d %s", answer.Status, answer.Body)
	}
}
