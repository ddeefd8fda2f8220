package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
)

type scoreLine struct {
	Key, Text  string
	Points     *float64
	Covered    float64
	Indicators map[string]struct {
		Value, Points *float64
		Earlier       *struct{ Value, Change *float64 }
	}
	Counts map[string]struct {
		Value             *float64
		Cases, CasesBelow *string
	}
	Trend []struct {
		Period string
		Points *float64
	}
}

type scored struct {
	Key, By string
	Whole   scoreLine
	Items   []scoreLine
}

func (s scored) line(key string) scoreLine {
	for _, l := range s.Items {
		if l.Key == key {
			return l
		}
	}
	return scoreLine{}
}

// withAnji imports Anji's card and has a case in each township.
func withAnji(t *testing.T, app *apptest.App) (here, there township) {
	t.Helper()
	here, there = settle(t, app, apptest.Here), settle(t, app, apptest.There)
	src, err := fixtures.Scorecard("anji")
	if err != nil {
		t.Fatal(err)
	}
	admin := app.Root(t)
	app.Do(t, admin, http.MethodPut, "/api/v1/scorecards", src, apptest.Header("Content-Type", "application/yaml"), apptest.Header("If-None-Match", "*")).Want(http.StatusOK)
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	return here, there
}

// termOf is a name of formulas.
func termOf(name string) counts.Term {
	for _, term := range counts.Terms {
		if term.Key == name {
			return term
		}
	}
	return counts.Term{}
}

func countyOf(t *testing.T, app *apptest.App, role mediation.Role) *apptest.Person {
	t.Helper()
	return app.Post(t, "county-"+string(role), account.Place{Role: role, Area: apptest.County})
}

func TestAScorecardMeasuresWhatTheCallerSeesAndLinksToTheCases(t *testing.T) {
	apptest.OnBoth(t, aScorecardMeasuresWhatTheCallerSeesAndLinksToTheCases)
}

func aScorecardMeasuresWhatTheCallerSeesAndLinksToTheCases(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	withAnji(t, app)
	county := countyOf(t, app, mediation.CountyStaff)
	for by, subjects := range map[string][]string{
		"area":     {string(apptest.Here), string(apptest.There)},
		"unit":     {apptest.Unit, "县妇联"}, // the second has no case, and its line all the same
		"official": {app.As(t, mediation.TownshipStaff, apptest.Here).User.ID},
	} {
		var s scored
		app.Do(t, county, http.MethodGet, "/api/v1/scorecards/anji/results?by="+by+"&trend=2", nil).Want(http.StatusOK).Into(&s)
		if got := s.Whole.Counts["received"].Value; got == nil || *got != 2 || len(s.Whole.Indicators) != 23 || len(s.Whole.Trend) != 2 {
			t.Errorf("by %s, all together: %v of %d indicators, trend %v", by, got, len(s.Whole.Indicators), s.Whole.Trend)
		}
		for _, subject := range subjects {
			l := s.line(subject)
			if l.Key == "" || l.Text == "" {
				t.Errorf("by %s: %s is left out", by, subject)
			}
			for name, count := range l.Counts {
				if count.Cases == nil {
					t.Errorf("by %s, %s: %s leads nowhere", by, subject, name)
					continue
				}
				if term := termOf(name); count.Value == nil || term.Unit != counts.Count {
					following(t, app, county, *count.Cases) // the list is there, of those that the figure is of
				} else if n := following(t, app, county, *count.Cases); float64(n) != *count.Value {
					t.Errorf("by %s, %s: %s is %v, its list %s holds %d", by, subject, name, *count.Value, *count.Cases, n)
				}
			}
		}
	}
	// A township's supervisor: one township, and nobody of the other.
	supervisor := app.As(t, mediation.Supervisor, apptest.Here)
	for _, by := range []string{"area", "unit", "official"} {
		body := app.Do(t, supervisor, http.MethodGet, "/api/v1/scorecards/anji/results?by="+by, nil).Want(http.StatusOK)
		var s scored
		body.Into(&s)
		if got := s.Whole.Counts["received"].Value; got == nil || *got != 1 {
			t.Errorf("by %s, the township's supervisor counts %v", by, got)
		}
		for _, never := range []string{string(apptest.There), app.As(t, mediation.TownshipStaff, apptest.There).User.ID} {
			if strings.Contains(string(body.Body), never) {
				t.Errorf("by %s: %s of the other township is shown", by, never)
			}
		}
	}
}

// An accusation lies with the county: a township's supervisor learns of it neither from a card nor from a frozen month.
func TestNoScorecardTellsATownshipOfAnAccusation(t *testing.T) {
	app := apptest.New(t)
	withAnji(t, app)
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "accusation"})).Want(http.StatusCreated)
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := func(who *apptest.Person, path string, into func(string) *float64) {
		t.Helper()
		body := app.Do(t, who, http.MethodGet, path, nil).Want(http.StatusOK)
		if got := into(string(body.Body)); got != nil {
			t.Errorf("%s: %v", path, *got)
		}
	}
	none := func(body string) *float64 {
		if strings.Contains(body, "accusation") || strings.Contains(body, string(apptest.County)+`"`) {
			v := 1.0
			return &v
		}
		return nil
	}
	var all, part scored
	app.Do(t, countyOf(t, app, mediation.Supervisor), http.MethodGet, "/api/v1/scorecards/anji/results?by=area", nil).Want(http.StatusOK).Into(&all)
	app.Do(t, app.As(t, mediation.Supervisor, apptest.Here), http.MethodGet, "/api/v1/scorecards/anji/results?by=area", nil).Want(http.StatusOK).Into(&part)
	if *all.Whole.Counts["received"].Value != 3 || *part.Whole.Counts["received"].Value != 1 {
		t.Errorf("the county counts %v, the township %v", *all.Whole.Counts["received"].Value, *part.Whole.Counts["received"].Value)
	}
	month := freezeThisMonth(t, app)
	count(app.As(t, mediation.Supervisor, apptest.Here), "/api/v1/scorecards/anji/snapshots/"+month+"?by=area", func(body string) *float64 {
		return none(strings.ReplaceAll(body, `"area":"`+string(apptest.County)+`"`, "")) // the snapshot says whose it is
	})
	app.Do(t, app.As(t, mediation.Supervisor, apptest.Here), http.MethodGet, "/api/v1/scorecards/anji/snapshots/"+month+"?by=official", nil).Refused(http.StatusForbidden, "scorecard.whole_only", "by")
}

// freezeThisMonth turns the clock past the month's end and freezes it.
func freezeThisMonth(t *testing.T, app *apptest.App) string {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	now := app.Case.Now().In(zone)
	app.Case.Forward(time.Date(now.Year(), now.Month()+1, 1, 0, 1, 0, 0, zone))
	month := now.Format("2006-01")
	app.Do(t, countyOf(t, app, mediation.CountyStaff), http.MethodPost, "/api/v1/scorecards/anji/snapshots", obj{"month": month}).Want(http.StatusCreated)
	return month
}

func TestAFrozenMonthStaysAndTheDifferenceIsShown(t *testing.T) {
	apptest.OnBoth(t, aFrozenMonthStaysAndTheDifferenceIsShown)
}

func aFrozenMonthStaysAndTheDifferenceIsShown(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	here, _ := withAnji(t, app)
	county, supervisor := countyOf(t, app, mediation.CountyStaff), countyOf(t, app, mediation.Supervisor)
	running := app.Case.Now().Format("2006-01")
	if answer := app.Do(t, county, http.MethodPost, "/api/v1/scorecards/anji/snapshots", obj{"month": running}); problemCode(answer) != "scorecard.not_over" {
		t.Errorf("the month that runs: %d %s", answer.Status, answer.Body)
	}
	month := freezeThisMonth(t, app)
	again := app.Do(t, supervisor, http.MethodPost, "/api/v1/scorecards/anji/snapshots", obj{"month": month}).Want(http.StatusCreated)
	var head struct {
		FrozenBy struct{ ID string }
		At       time.Time
	}
	if again.Into(&head); head.FrozenBy.ID != county.User.ID || again.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("who came second is told %+v", head)
	}
	type frozenMonth struct {
		Whole *struct{ Differs bool }
		Items []struct {
			Key     string
			Differs bool
			Counts  map[string]struct{ Frozen, Now, Change *float64 }
		}
	}
	var before, after frozenMonth
	path := "/api/v1/scorecards/anji/snapshots/" + month + "?by=area"
	app.Do(t, supervisor, http.MethodGet, path, nil).Want(http.StatusOK).Into(&before)
	if before.Whole == nil || len(before.Items) != 2 {
		t.Fatalf("%+v", before)
	}
	c, err := app.Cases.Cases.Load(t.Context(), here.caseID)
	if err != nil {
		t.Fatal(err)
	}
	staff := app.As(t, mediation.TownshipStaff, apptest.Here).Actor()
	if _, err := app.Cases.Do(t.Context(), staff, here.caseID, mediation.Request{Command: mediation.Suspend{Reason: "illness"}, Revision: c.Revision, Key: "suspend"}); err != nil {
		t.Fatal(err)
	}
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	app.Do(t, supervisor, http.MethodGet, path, nil).Want(http.StatusOK).Into(&after)
	for _, item := range after.Items {
		held := item.Counts["state_suspended"]
		if mine := item.Key == string(apptest.Here); !item.Differs && mine || mine && (*held.Frozen != 0 || *held.Now != 1 || *held.Change != 1) || !mine && *held.Change != 0 {
			t.Errorf("%s: differs %v, suspended %+v", item.Key, item.Differs, held)
		}
	}
	var list struct {
		Items []struct{ Month string }
	}
	app.Do(t, supervisor, http.MethodGet, "/api/v1/scorecards/anji/snapshots", nil).Want(http.StatusOK).Into(&list)
	if len(list.Items) != 1 || list.Items[0].Month != month {
		t.Errorf("%+v", list)
	}
}

func TestScorecardsAreReadByAllAndImportedByAdministratorsOfThePlan(t *testing.T) {
	app := apptest.New(t)
	withAnji(t, app)
	admin := app.Root(t)
	var register struct {
		Items []struct{ Key, ID string }
	}
	answer := app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodGet, "/api/v1/scorecards", nil).Want(http.StatusOK)
	if answer.Into(&register); len(register.Items) != 1 || register.Items[0].Key != "anji" {
		t.Fatalf("%+v", register)
	}
	src, _ := fixtures.Scorecard("anji")
	yaml := app.Do(t, admin, http.MethodGet, "/api/v1/scorecards/anji?format=yaml", nil).Want(http.StatusOK)
	if string(yaml.Body) != string(src) {
		t.Error("the source is not as it was imported")
	}
	bad := strings.Replace(string(src), "(state_reported + state_not_accepted + state_withdrawn) / received", "state_not_accepted / received * -1 + 1 - 0 / 1 + bogus", 1)
	refused := app.Do(t, admin, http.MethodPut, "/api/v1/scorecards", []byte(bad), apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(answer.Header.Get("ETag")))
	if refused.Status != http.StatusUnprocessableEntity || !strings.Contains(string(refused.Body), "dimensions[0].indicators[2].formula") || !strings.Contains(string(refused.Body), "bogus") {
		t.Errorf("%d %s", refused.Status, refused.Body)
	}
	app.Do(t, admin, http.MethodPut, "/api/v1/scorecards", append(src, "# changed\n"...), apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(`"99"`)).Want(http.StatusPreconditionFailed)
	app.Do(t, admin, http.MethodPut, "/api/v1/scorecards", append(src, "# changed\n"...), apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(answer.Header.Get("ETag"))).Want(http.StatusOK)
	app.Do(t, app.As(t, mediation.Administrator, apptest.Here), http.MethodPut, "/api/v1/scorecards", src, apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(`"2"`)).Refused(http.StatusForbidden, "beyond_area", "")
	app.Do(t, app.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, "/api/v1/scorecards/anji/results?by=area", nil).Want(http.StatusForbidden)
}

func TestResultsThatCannotBeAreRefused(t *testing.T) {
	app := apptest.New(t)
	withAnji(t, app)
	county := countyOf(t, app, mediation.CountyStaff)
	later := app.Case.Now().AddDate(1, 0, 0).Format("2006")
	for query, want := range map[string]string{"": "required", "by=colour": "scorecard.bad_subject", "by=area&period=" + url.QueryEscape("March"): "scorecard.bad_period",
		"by=area&period=2026-13": "scorecard.bad_period", "by=area&period=" + later: "scorecard.to_come", "by=area&trend=13": "out_of_range", "by=area&area=x..y": "bad_code"} {
		answer := app.Do(t, county, http.MethodGet, "/api/v1/scorecards/anji/results?"+query, nil, apptest.Odd())
		if answer.Status != http.StatusUnprocessableEntity || problemCode(answer) != want {
			t.Errorf("%s: %d %s, want %s", query, answer.Status, answer.Body, want)
		}
	}
	for _, path := range []string{"/api/v1/scorecards/none", "/api/v1/scorecards/none/results?by=area", "/api/v1/scorecards/none/snapshots", "/api/v1/scorecards/anji/snapshots/2026-01?by=area"} {
		app.Do(t, county, http.MethodGet, path, nil).Want(http.StatusNotFound)
	}
	for _, b := range []string{"2026", "2026-Q1", "", "x"} {
		if answer := app.Do(t, county, http.MethodPost, "/api/v1/scorecards/anji/snapshots", obj{"month": b}); problemCode(answer) != "scorecard.bad_month" {
			t.Errorf("%q: %d %s", b, answer.Status, answer.Body)
		}
	}
}
