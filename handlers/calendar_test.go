package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

func TestAYearsDaysOffReachTheClocksThatAreRunning(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		root := a.Root(t)
		s := begin(t, a)
		whole := func() (due time.Time, why []string) {
			t.Helper()
			var v clocksOfCase
			a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&v)
			last := v.Items[len(v.Items)-1]
			return last.Due, last.Why
		}
		before, _ := whole()
		zone, err := time.LoadLocation("Asia/Shanghai")
		if err != nil {
			t.Fatal(err)
		}
		day := before.In(zone)
		file := fmt.Sprintf("year: %d\nsource: 通知\nholidays: [%q]\nworkdays: []\n", day.Year(), day.Format(time.DateOnly))
		yaml := apptest.Header("Content-Type", "application/yaml")
		put := func(body string, settings ...apptest.Setting) apptest.Answer {
			return a.Do(t, root, http.MethodPut, "/api/v1/calendar", []byte(body), append(settings, yaml)...)
		}
		first := apptest.Header("If-None-Match", "*")
		p := put(strings.Replace(file, "source", "origin", 1), first).Refused(422, "policy.refused", "")
		if len(p.Errors) != 2 {
			t.Errorf("%+v", p.Errors)
		}
		var v struct {
			Years      []struct{ Year int }
			Unreckoned []int
			Missing    *struct {
				Year, Days int
				Text       string
			}
		}
		put(file, first).Want(200).Into(&v)
		if len(v.Years) != 1 || v.Years[0].Year != day.Year() || !slices.Equal(v.Unreckoned, []int{day.Year()}) {
			t.Fatalf("%+v", v)
		}
		put(strings.Replace(file, "通知", "另一份", 1), first).Refused(412, "stale", "")
		put(file, first).Want(200) // sent again after a lost answer

		run := func() int {
			t.Helper()
			n, err := a.Cases.Reckon(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := run(); n != 1 {
			t.Errorf("%d cases were reckoned anew", n)
		}
		after, why := whole()
		if !after.After(before) || !slices.ContainsFunc(why, func(l string) bool { return strings.Contains(l, "顺延") }) || slices.ContainsFunc(why, func(l string) bool { return strings.Contains(l, "以当时算定的为准") }) {
			t.Errorf("it was due %v and is due %v: %q", before, after, why)
		}
		var events struct{ Items []struct{ Kind string } }
		a.Do(t, s.staff, "GET", s.path("/timeline"), nil).Want(200).Into(&events)
		if events.Items[len(events.Items)-1].Kind != "reckoned" {
			t.Errorf("%+v", events.Items)
		}
		if n := run(); n != 0 {
			t.Errorf("%d cases were reckoned twice", n)
		}
		a.Case.Advance(mediation.Grace + time.Second)
		run()
		a.Do(t, root, http.MethodGet, "/api/v1/calendar", nil).Want(200).Into(&v)
		if len(v.Unreckoned) != 0 {
			t.Errorf("it is never done: %+v", v)
		}
		a.Do(t, s.staff, http.MethodPut, "/api/v1/calendar", []byte(file), yaml, first).Refused(403, "forbidden", "")
	})
}

// Sixty days before a year of which nothing is known the product warns, and says so until it is known.
func TestAYearOfWhichNothingIsKnownIsToldInTime(t *testing.T) {
	a := apptest.New(t)
	covered := func(at string) mediation.Coverage {
		t.Helper()
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		a.Case.Advance(when.Sub(a.Case.Now()))
		missing, err := a.Cases.Covered(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return missing
	}
	// The sample policy names the days of 2026.
	for at, want := range map[string]mediation.Coverage{
		"2026-06-01T00:00:00Z": {}, "2026-11-01T00:00:00Z": {}, "2026-11-03T00:00:00Z": {Missing: 2027, Days: 59}, "2026-12-31T20:00:00Z": {Missing: 2027}, "2027-03-01T00:00:00Z": {Missing: 2027},
	} {
		if got := covered(at); got != want {
			t.Errorf("%s: %+v, want %+v", at, got, want)
		}
	}
	if zh, en := (mediation.Coverage{Missing: 2027, Days: 59}).Text(true), (mediation.Coverage{Missing: 2027, Days: 59}).Text(false); !strings.Contains(zh, "2027年") || !strings.Contains(en, "59 days") || (mediation.Coverage{}).Text(true) != "" {
		t.Error(zh, en)
	}
}

// While the days off of next year are missing, whoever can import them is told, once, and loudly; working-day clocks that run into that year are
// defined all the same, say that they are provisional, and are reckoned anew when the days come.
func TestAMissingYearIsToldAndItsClocksAreProvisionalUntilItComes(t *testing.T) {
	a := apptest.New(t)
	root := a.Root(t)
	at := func(when string) {
		t.Helper()
		to, err := time.Parse(time.RFC3339, when)
		if err != nil {
			t.Fatal(err)
		}
		a.Case.Advance(to.Sub(a.Case.Now()))
	}
	warn := func() (told int) {
		t.Helper()
		if _, err := a.Cases.WarnCalendar(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := a.Store.Engine.Walk(t.Context(), "outbox", func(row store.Row) error {
			if strings.Contains(string(row.Body), string(mediation.NoticeCalendar)) {
				told++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return told
	}
	at("2026-11-01T00:00:00Z")
	if n := warn(); n != 0 {
		t.Errorf("told %d times more than sixty days ahead", n)
	}
	at("2026-12-20T02:00:00Z")
	if n, again := warn(), warn(); n != 2 || again != 2 {
		t.Errorf("administrators and staff were told %d times, then %d", n, again)
	}
	var health struct {
		Status string
		Checks map[string]string
	}
	if a.Do(t, nil, http.MethodGet, "/readyz", nil).Want(200).Into(&health); health.Status != "ok" || health.Checks["calendar"] != "missing 2027" {
		t.Errorf("%+v", health)
	}
	var v struct {
		Missing *struct {
			Year int
			Text string
		}
	}
	if a.Do(t, root, http.MethodGet, "/api/v1/calendar", nil).Want(200).Into(&v); v.Missing == nil || v.Missing.Year != 2027 || !strings.Contains(v.Missing.Text, "周六、周日") {
		t.Errorf("%+v", v)
	}
	s := begin(t, a)
	clocks := func(name string) (due time.Time, provisional bool, why string) {
		t.Helper()
		var v struct {
			Items []struct {
				Clock       string
				Due         time.Time
				Provisional bool
				Why         []string
			}
		}
		a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&v)
		for _, x := range v.Items {
			if x.Clock == name {
				return x.Due, x.Provisional, strings.Join(x.Why, "；")
			}
		}
		t.Fatalf("%+v", v)
		return
	}
	before, provisional, why := clocks("whole")
	if before.Year() != 2027 || !provisional || !strings.Contains(why, "2027年的放假安排尚未导入") {
		t.Fatalf("due %s, provisional %v: %s", before, provisional, why)
	}
	if _, provisional, why := clocks("state"); provisional || strings.Contains(why, "尚未导入") {
		t.Errorf("a clock that ends in the known year is provisional: %s", why)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	file := fmt.Sprintf("year: 2027\nsource: 通知\nholidays: [%q]\nworkdays: []\n", before.In(zone).Format(time.DateOnly))
	a.Do(t, root, http.MethodPut, "/api/v1/calendar", []byte(file), apptest.Header("Content-Type", "application/yaml"), apptest.Header("If-None-Match", "*")).Want(200)
	if n, err := a.Cases.Reckon(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d were reckoned anew, %v", n, err)
	}
	if after, provisional, why := clocks("whole"); !after.After(before) || provisional || !strings.Contains(why, "顺延") {
		t.Errorf("due %s, provisional %v: %s", after, provisional, why)
	}
	var now struct{ Checks map[string]string }
	if a.Do(t, nil, http.MethodGet, "/readyz", nil).Want(200).Into(&now); now.Checks["calendar"] != "" {
		t.Errorf("%+v", now)
	}
}
