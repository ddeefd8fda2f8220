package handlers_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// TestLonggangsGrowthOverAChosenPeriodEqualsARecount: 1,220 passed on, 358 handled on receipt and 34 studied, beside a chosen earlier period, and by
// how many percent each has grown, is what a recount of the stored cases says.
func TestLonggangsGrowthOverAChosenPeriodEqualsARecount(t *testing.T) {
	apptest.OnBoth(t, longgangsGrowth)
}

// stock is so many cases of one kind, opened in a year.
type stock struct {
	year, times int
	state       mediation.State
	course      mediation.Course
}

func longgangsGrowth(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	first := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	day := func(year int) time.Time { return first(year).Add(24 * time.Hour) }
	course := func(change func(*mediation.Course)) mediation.Course {
		c := mediation.CourseOf(nil)
		change(&c)
		return c
	}
	plain := course(func(*mediation.Course) {})
	passed := func(y int) mediation.Course { return course(func(c *mediation.Course) { c.Passed = day(y) }) }
	studied := func(y int) mediation.Course {
		return course(func(c *mediation.Course) { c.Passed, c.Studied = day(y), day(y) })
	}
	atOnce := func(y int) mediation.Course { return course(func(c *mediation.Course) { c.AtOnce = day(y) }) }
	openStock(t, app, []stock{
		{2021, 700, mediation.Settled, passed(2021)}, {2021, 276, mediation.Closed, passed(2021)}, {2021, 280, mediation.Settled, atOnce(2021)},
		{2021, 17, mediation.Mediating, studied(2021)}, {2021, 400, mediation.Mediating, plain},
		{2022, 100, mediation.Settled, passed(2022)}, // the year between is compared with nothing
		{2023, 1100, mediation.Settled, passed(2023)}, {2023, 86, mediation.Closed, passed(2023)}, {2023, 34, mediation.Settled, studied(2023)},
		{2023, 358, mediation.Settled, atOnce(2023)}, {2023, 122, mediation.Mediating, plain},
	})
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	now, then := recount(t, app, first(2023), first(2024)), recount(t, app, first(2021), first(2022))
	if now["transferred"] != 1220 || now["onReceipt"] != 358 || now["studied"] != 34 {
		t.Fatalf("the stock is not Longgang's: %v", now)
	}
	q := url.Values{"from": {first(2023).Format(time.RFC3339)}, "until": {first(2024).Format(time.RFC3339)},
		"compareFrom": {first(2021).Format(time.RFC3339)}, "compareUntil": {first(2022).Format(time.RFC3339)}}
	var got struct {
		Figures []struct {
			Key     string
			Value   *float64
			Earlier *struct{ Value, Change, Percent *float64 }
		}
	}
	app.Do(t, app.As(t, mediation.Supervisor, apptest.Here), http.MethodGet, "/api/v1/stats/summary?"+q.Encode(), nil).Want(http.StatusOK).Into(&got)
	told := 0
	for _, f := range got.Figures {
		want, asked := now[f.Key]
		if !asked {
			continue
		}
		told++
		was := then[f.Key]
		percent := math.Round((want/was-1)*1e4) / 1e2
		if f.Earlier == nil || f.Earlier.Percent == nil || !almost(f.Value, want) || !almost(f.Earlier.Value, was) || !almost(f.Earlier.Change, want-was) || *f.Earlier.Percent != percent {
			t.Errorf("%s: %v, earlier %+v; the recount says %v after %v, %v %%", f.Key, f.Value, f.Earlier, want, was, percent)
		}
	}
	if told != len(now) {
		t.Errorf("%d of %d figures were told", told, len(now))
	}
}

// almost: shares are told to four places.
func almost(got *float64, want float64) bool { return got != nil && math.Abs(*got-want) <= 1e-4 }

// openStock stores the cases.
func openStock(t *testing.T, app *apptest.App, list []stock) {
	t.Helper()
	cases := make(chan mediation.Case)
	var hands sync.WaitGroup
	for range 8 {
		hands.Go(func() {
			for c := range cases {
				if _, err := app.Store.Cases().Open(context.Background(), c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, s := range list {
		for i := range s.times {
			at := time.Date(s.year, 3, 1, 0, i, 0, 0, time.UTC)
			c := mediation.Case{ID: uuid.NewString(), State: s.state, Area: apptest.Here.Code(), Category: "neighbour", Severity: 1, Opened: at, Changed: at, Course: s.course}
			c.Events = []mediation.Event{{Seq: 1, At: app.Case.Now(), Kind: "opened"}} // figures follow what moved last
			c.Number.Series = string(c.Area) + "/growth"
			if s.state == mediation.Settled || s.state == mediation.Closed {
				c.Closed = at.Add(24 * time.Hour)
			}
			cases <- c
		}
	}
	close(cases)
	hands.Wait()
}

// recount counts the stored cases of a period one by one.
func recount(t *testing.T, app *apptest.App, from, until time.Time) map[string]float64 {
	t.Helper()
	everywhere := apptest.Here.Code()
	n := map[string]float64{}
	f := mediation.Filter{Visible: mediation.Visible{Area: &everywhere}, Opened: [2]time.Time{from, until}}
	for cursor := ""; ; {
		list, next, err := app.Store.Cases().List(t.Context(), f, cursor, 200)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			n["received"]++
			for key, is := range map[string]bool{"transferred": !s.Course.Passed.IsZero(), "onReceipt": !s.Course.AtOnce.IsZero(), "studied": !s.Course.Studied.IsZero(),
				"handled": !s.Closed.IsZero(), "settled": s.State == mediation.Settled} {
				if is {
					n[key]++
				}
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	n["handlingRate"], n["settlementRate"] = n["handled"]/n["received"], n["settled"]/n["handled"]
	delete(n, "handled")
	return n
}
