package handlers_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
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
