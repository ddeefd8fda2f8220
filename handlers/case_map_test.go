package handlers_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

func countyStaff() account.Place {
	return account.Place{Role: mediation.CountyStaff, Area: apptest.County}
}

// year is the one that cases are numbered by: China's.
func year() string { return strconv.Itoa(time.Now().In(time.FixedZone("CST", 8*3600)).Year()) }

// checkMap looks at the map of the township's three cases, one of which has no point of its own.
func checkMap(t *testing.T, a *apptest.App, staff *apptest.Person) {
	t.Helper()
	var m struct {
		Features []struct {
			ID         string
			Geometry   struct{ Coordinates []float64 }
			Properties struct {
				Kind  string
				Cases int
				Exact bool
			}
		}
	}
	a.Do(t, staff, "GET", "/api/v1/cases.geojson", nil).Want(200).Into(&m)
	cells, cases := 0, 0
	for _, f := range m.Features {
		if f.Properties.Kind == "cell" {
			cells += f.Properties.Cases
		} else {
			cases++
		}
		if f.Properties.Exact || len(f.Geometry.Coordinates) != 2 {
			t.Errorf("feature %+v", f)
		}
	}
	if cells != 3 || cases != 3 {
		t.Errorf("%d in cells, %d cases", cells, cases)
	}
	exact := 0
	a.Do(t, staff, "GET", "/api/v1/cases.geojson?exact=true&crs=gcj02", nil).Want(200).Into(&m)
	for _, f := range m.Features {
		if f.Properties.Exact {
			exact++
		}
	}
	if exact != 2 { // the third has no point of its own
		t.Errorf("%d exact spots", exact)
	}
	leader := a.As(t, mediation.Leader, apptest.Here)
	if text := a.Do(t, leader, "GET", "/api/v1/cases.geojson?exact=true", nil).Want(200).Body; strings.Contains(string(text), `"exact":true`) {
		t.Error("a leader sees a home's exact spot")
	}
	a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), "GET", "/api/v1/cases.geojson", nil).Refused(403, "forbidden", "")
}
