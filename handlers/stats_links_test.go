package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	counts "fengqiao/mediation/figures"
)

// following is how many cases the list of a link holds.
func following(t *testing.T, app *apptest.App, who *apptest.Person, link string) int {
	t.Helper()
	var n struct{ Count int }
	app.Do(t, who, http.MethodGet, strings.Replace(link, "/cases", "/cases/count", 1), nil).Want(http.StatusOK).Into(&n)
	return n.Count
}

// follow holds a figure to its lists: there is one, of a share two, and each holds as many cases as are counted; of satisfaction, where parties
// are counted, some exactly where somebody has said so.
func follow(t *testing.T, app *apptest.App, who *apptest.Person, where, key string, f figure) {
	t.Helper()
	if f.Cases == nil || (f.Below == nil) != (f.CasesBelow == nil) {
		t.Errorf("%s: %s leads nowhere", where, key)
		return
	}
	held := func(link string, want int) {
		t.Helper()
		n := following(t, app, who, link)
		if n != want && (key != "satisfaction" || (n > 0) != (want > 0)) {
			t.Errorf("%s: %s counts %d, its list %s holds %d", where, key, want, link, n)
		}
	}
	switch {
	case f.Below != nil:
		held(*f.Cases, *f.Above)
		held(*f.CasesBelow, *f.Below)
	case f.Timed != nil:
		held(*f.Cases, *f.Timed)
	default:
		held(*f.Cases, int(*f.Value))
	}
}

func TestEveryFigureOfEveryGroupLeadsToItsCases(t *testing.T) {
	apptest.OnBoth(t, everyFigureOfEveryGroupLeadsToItsCases)
}

// everyFigureOfEveryGroupLeadsToItsCases plays every way that a case can go and follows every link that there is.
func everyFigureOfEveryGroupLeadsToItsCases(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	begins := app.Case.Now().UTC()
	for _, h := range histories(apptest.Here) {
		app.Case.Advance(31 * 24 * time.Hour)
		play(t, app, apptest.Here, h)
	}
	settle(t, app, apptest.Here)
	settle(t, app, apptest.There)
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"category": "accusation"})).Want(http.StatusCreated)
	if err := app.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	county := app.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	period := "from=" + begins.Format(time.RFC3339)
	for _, who := range []*apptest.Person{county, app.As(t, mediation.TownshipStaff, apptest.Here), app.As(t, mediation.UnitStaff, apptest.Here)} {
		for _, query := range []string{"", "area=" + string(apptest.Here), "unit=" + url.QueryEscape(apptest.Unit), period + "&until=" + begins.AddDate(0, 3, 0).Format(time.RFC3339)} {
			for _, f := range summary(t, app, who, "?"+query).Figures {
				follow(t, app, who, who.User.ID+"?"+query, f.Key, f)
			}
		}
		for _, by := range counts.Breakdowns {
			var v struct {
				Items []struct {
					Key     string
					Figures map[string]figure
				}
			}
			app.Do(t, who, http.MethodGet, "/api/v1/stats/breakdown?"+period+"&by="+string(by), nil).Want(http.StatusOK).Into(&v)
			if len(v.Items) == 0 {
				t.Errorf("by %s: nothing", by)
			}
			for _, item := range v.Items {
				for key, f := range item.Figures {
					follow(t, app, who, "by "+string(by)+", "+item.Key, key, f)
				}
			}
		}
	}
}
