package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

type useLine struct {
	Key, Text string
	Figures   map[string]usedFigure
	Months    []map[string]usedFigure
}

type usedFigure struct {
	figure
	Reached *bool
}

type uptake struct {
	Figures []struct{ Key, Text, Definition, Aim string }
	Months  []time.Time
	Whole   useLine
	Items   []useLine
}

// came opens cases by channels, each of its own category, or they would be one case.
func came(t *testing.T, a *apptest.App, p apptest.Place, channels ...string) {
	t.Helper()
	for i, channel := range channels {
		a.Do(t, a.As(t, mediation.GridWorker, p), http.MethodPost, "/api/v1/reports", report(p, obj{"category": []string{"labour", "contract", "damage", "production"}[i], "channel": channel})).Want(201)
	}
}

func TestOneDownTwoUpIsToldByUnitAndMonthAndLeadsToItsCases(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		begin := a.Case.Now().UTC().Truncate(time.Second)
		came(t, a, apptest.Here, "petition", "petition", "app", "visit")
		came(t, a, apptest.There, "petition")
		a.Case.Advance(40 * 24 * time.Hour)
		half := a.Case.Now().UTC().Truncate(time.Second).Add(-time.Hour)
		came(t, a, apptest.Here, "petition", "app", "app", "resident_app")
		county := a.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		ask := func(who *apptest.Person, query string) (v uptake) {
			t.Helper()
			if err := a.Figures.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
			a.Do(t, who, http.MethodGet, "/api/v1/stats/uptake?"+query, nil).Want(200).Into(&v)
			return v
		}
		v := ask(county, "from="+half.Format(time.RFC3339)+"&compareFrom="+begin.Format(time.RFC3339)+"&compareUntil="+half.Format(time.RFC3339))
		if len(v.Items) != 2 || v.Items[0].Key != string(apptest.Here) || v.Items[1].Key != string(apptest.There) {
			t.Fatalf("%+v", v.Items)
		}
		for _, f := range v.Figures {
			if f.Text == "" || f.Definition == "" {
				t.Errorf("%s says nothing of itself", f.Key)
			}
		}
		here := v.Items[0].Figures
		if p := here["petitions"]; *p.Value != 1 || *p.Earlier.Change != -1 || *p.Earlier.Percent != -50 || !*p.Reached {
			t.Errorf("petitions here: %+v %+v", p, p.Earlier)
		}
		if u := here["appUse"]; *u.Value != 0.75 || *u.Above != 3 || *u.Below != 4 || *u.Earlier.Value != 0.25 || !*u.Reached {
			t.Errorf("use here: %+v %+v", u, u.Earlier)
		}
		if r, w := here["residentUse"], here["workerUse"]; *r.Value != 0.25 || *w.Value != 0.5 || r.Reached != nil {
			t.Errorf("%+v %+v", r, w)
		}
		if s := here["satisfaction"]; s.Value != nil || s.Reached != nil || s.Earlier.Change != nil {
			t.Errorf("nobody has said anything: %+v", s)
		}
		// Where nothing came in any more, petitions fell to nothing; a share of none has nothing to compare.
		there := v.Items[1].Figures
		if p, u := there["petitions"], there["appUse"]; *p.Value != 0 || *p.Earlier.Value != 1 || !*p.Reached || u.Value != nil || u.Reached != nil {
			t.Errorf("there: %+v %+v", p, u)
		}
		if *v.Whole.Figures["petitions"].Value != 1 || *v.Whole.Figures["petitions"].Earlier.Value != 3 {
			t.Errorf("%+v", v.Whole.Figures["petitions"])
		}
		// By months: they add up, stand beside the one before, and every number leads to its cases; of grids as of townships.
		for _, level := range []string{"", "&level=6", "&level=7", "&area=" + string(apptest.Here.Village())} {
			v = ask(county, "from="+begin.Format(time.RFC3339)+level)
			sum := 0
			for _, line := range append(v.Items, v.Whole) {
				if len(line.Months) != len(v.Months) || len(v.Months) < 2 || line.Months[0]["petitions"].Earlier != nil || line.Months[1]["petitions"].Earlier == nil {
					t.Fatalf("%s: %+v", level, line)
				}
				for _, figures := range append(line.Months, line.Figures) {
					for key, f := range figures {
						follow(t, a, county, level+" "+line.Key, key, f.figure)
					}
				}
				for _, month := range line.Months {
					if line.Key == "" {
						sum += *month["appUse"].Below
					} else {
						sum -= *month["appUse"].Below
					}
				}
			}
			if sum != 0 || *v.Whole.Figures["petitions"].Value == 0 {
				t.Errorf("%s: units and whole differ by %d", level, sum)
			}
		}
		// Who sees a part is told of that part.
		for _, role := range []mediation.Role{mediation.TownshipStaff, mediation.GridLeader, mediation.Supervisor} {
			who := a.As(t, role, apptest.There)
			got := ask(who, "from="+begin.Format(time.RFC3339))
			if *got.Whole.Figures["petitions"].Value != 1 {
				t.Errorf("%s: %+v", role, got.Whole.Figures["petitions"])
			}
			if body := a.Do(t, who, http.MethodGet, "/api/v1/stats/uptake?from="+begin.Format(time.RFC3339), nil).Want(200).Body; strings.Contains(string(body), `"`+string(apptest.Here)) {
				t.Errorf("%s is shown the other township", role)
			}
		}
		for _, format := range []string{"xlsx"} {
			if got := a.Do(t, county, http.MethodGet, "/api/v1/stats/uptake?format="+format+"&from="+begin.Format(time.RFC3339), nil).Want(200); len(got.Body) < 1000 {
				t.Errorf("%s: %d bytes", format, len(got.Body))
			}
		}
	})
}

func TestWhatCannotBeAskedOfTheUseOfTheAppIsRefused(t *testing.T) {
	a := apptest.New(t)
	county := a.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
	if err := a.Figures.Pass(t.Context()); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string][2]string{"": {"required", "from"}, "from=2020-01-01T00:00:00Z&level=3": {"out_of_range", "level"}, "from=1980-01-01T00:00:00Z": {"too_many", "from"}} {
		a.Do(t, county, http.MethodGet, "/api/v1/stats/uptake?"+query, nil, apptest.Odd()).Refused(422, want[0], want[1])
	}
	a.Do(t, county, http.MethodGet, "/api/v1/cases?way=pigeon", nil, apptest.Odd()).Refused(422, "unknown_value", "way")
	a.Do(t, county, http.MethodGet, "/api/v1/cases?way=app&source=petition", nil, apptest.Odd()).Refused(422, "invalid_value", "way")
	under(t, a, "anji")
	a.Do(t, county, http.MethodGet, "/api/v1/stats/uptake?from=2026-01-01T00:00:00Z", nil).Refused(409, "uptake.off", "")
	a.Do(t, county, http.MethodGet, "/api/v1/cases?way=app", nil).Want(200)
}

func TestAReportThatJoinedACaseCountsByItsOwnChannel(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		begin := a.Case.Now().UTC().Add(-time.Second).Format(time.RFC3339)
		came(t, a, apptest.Here, "petition", "visit")
		came(t, a, apptest.Here, "app")          // no petitioner's, so a case of its own
		came(t, a, apptest.Here, "resident_app") // joins that one: the same reporter, place and kind
		county := a.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		if err := a.Figures.Pass(t.Context()); err != nil {
			t.Fatal(err)
		}
		var v uptake
		a.Do(t, county, http.MethodGet, "/api/v1/stats/uptake?from="+begin, nil).Want(200).Into(&v)
		for _, line := range append(v.Items, v.Whole) {
			use, reports, byApp := line.Figures["appUse"], line.Figures["reports"], line.Figures["reportAppUse"]
			if *use.Above != 1 || *use.Below != 3 || *reports.Value != 4 || *byApp.Above != 2 || *byApp.Below != 4 || *byApp.Value != 0.5 {
				t.Errorf("%s: by cases %d of %d, %v reports, by app %d of %d", line.Key, *use.Above, *use.Below, *reports.Value, *byApp.Above, *byApp.Below)
			}
			if n := following(t, a, county, *byApp.Cases); n != 1 {
				t.Errorf("%s holds %d cases", *byApp.Cases, n)
			}
		}
		a.Do(t, county, http.MethodGet, "/api/v1/cases?reportWay=smoke", nil, apptest.Odd()).Refused(http.StatusUnprocessableEntity, "unknown_value", "reportWay")
		var page struct{ Items []struct{ Reports int } }
		a.Do(t, county, http.MethodGet, "/api/v1/cases?reportWay=residents&limit=1", nil).Want(200).Into(&page)
		if len(page.Items) != 1 || page.Items[0].Reports != 2 {
			t.Errorf("%+v", page)
		}
	})
}
