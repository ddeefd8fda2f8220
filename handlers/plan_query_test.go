package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

// In the plan of these tests Here's two cells lie side by side, two hundredths of a degree in all; There's two lie as many
// to the east.

func TestCellsNearAPointAreListedNearestFirst(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	here, other, there := string(apptest.Here.Cell()), string(apptest.Here.Other()), string(apptest.There.Cell())
	border := fmt.Sprint(a.Atlas.Load().Bound(apptest.Here.Cell()).Max[0])
	onMap, err := grid.FromWGS84(orb.Point{119.905, 30.005}, grid.GCJ02)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		query              string
		want               []string
		truncated, swapped bool
	}{
		"touched alone":          {"lon=119.905&lat=30.005&metres=0", []string{here}, false, false},
		"and the next":           {"lon=119.905&lat=30.005&metres=500", []string{here, other}, false, false},
		"not quite the next":     {"lon=119.905&lat=30.005&metres=480", []string{here}, false, false},
		"from a border":          {"lon=" + border + "&lat=30.005&metres=0", []string{here, other}, false, false},
		"from outside":           {"lon=119.929&lat=30.005&metres=2000", []string{other, there, here}, false, false},
		"the first two of them":  {"lon=119.929&lat=30.005&metres=2000&limit=2", []string{other, there}, true, false},
		"far away":               {"lon=121.5&lat=31.2&metres=10000", nil, false, false},
		"from a map":             {fmt.Sprintf("lon=%f&lat=%f&metres=480&crs=gcj02", onMap[0], onMap[1]), []string{here}, false, false},
		"exchanged by a mistake": {"lon=30.005&lat=119.905&metres=500", nil, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			var got struct {
				Version string
				Items   []struct {
					Place  struct{ Code, Name string }
					Metres float64
				}
				Truncated, MaybeSwapped bool
			}
			a.Do(t, worker, http.MethodGet, "/api/v1/plan/near?"+tt.query, nil).Want(http.StatusOK).Into(&got)
			var codes []string
			for i, item := range got.Items {
				codes = append(codes, item.Place.Code)
				if item.Place.Name == "" || i > 0 && item.Metres < got.Items[i-1].Metres {
					t.Errorf("%+v", got.Items)
				}
			}
			if !slices.Equal(codes, tt.want) || got.Truncated != tt.truncated || got.MaybeSwapped != tt.swapped || got.Version != "apptest-1" {
				t.Errorf("%+v", got)
			}
		})
	}
	for query, want := range map[string][2]string{
		"lon=119.9&lat=30":                       {"not_a_number", "metres"},
		"lon=119.9&lat=30&metres=-1":             {"out_of_range", "metres"},
		"lon=119.9&lat=30&metres=NaN":            {"out_of_range", "metres"},
		"lon=119.9&lat=30&metres=10001":          {"out_of_range", "metres"},
		"lon=119.9&metres=5":                     {"not_a_number", "lat"},
		"lon=1&lat=91&metres=5":                  {"bad_point", "lat"},
		"lon=119.9&lat=30&metres=5&limit=0":      {"out_of_range", "limit"},
		"lon=119.9&lat=30&metres=5&crs=epsg4326": {"unknown_crs", "crs"},
	} {
		a.Do(t, worker, http.MethodGet, "/api/v1/plan/near?"+query, nil, apptest.Undocumented()).Refused(http.StatusUnprocessableEntity, want[0], want[1])
	}
}

func TestCellsOfABoxAreListedInCodeOrder(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	here, other, there := string(apptest.Here.Cell()), string(apptest.Here.Other()), string(apptest.There.Cell())
	border := fmt.Sprint(a.Atlas.Load().Bound(apptest.Here.Cell()).Max[0])
	type answer struct {
		Version      string
		Items        []struct{ Code, Name string }
		MaybeSwapped bool
	}
	for name, tt := range map[string]struct {
		query   string
		want    []string
		swapped bool
	}{
		"one":              {"bbox=119.901,30.001,119.902,30.002", []string{here}, false},
		"on a border":      {"bbox=" + border + ",30.001," + border + ",30.001", []string{here, other}, false},
		"three":            {"bbox=119.9,30,119.945,30.001", []string{here, other, there}, false},
		"between":          {"bbox=119.925,30,119.935,30.01", nil, false},
		"elsewhere":        {"bbox=-10,-10,10,10", nil, false},
		"from a map":       {"bbox=119.9125,30.005,119.9126,30.0051&crs=gcj02", []string{here}, false},
		"the same, no map": {"bbox=119.9125,30.005,119.9126,30.0051", []string{other}, false},
		"latitude first":   {"bbox=30.001,119.901,30.002,119.902", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			var got answer
			a.Do(t, worker, http.MethodGet, "/api/v1/plan/cells?"+tt.query, nil).Want(http.StatusOK).Into(&got)
			var codes []string
			for _, item := range got.Items {
				codes = append(codes, item.Code)
			}
			if !slices.Equal(codes, tt.want) || got.MaybeSwapped != tt.swapped || got.Version != "apptest-1" || len(got.Items) > 0 && got.Items[0].Name == "" {
				t.Errorf("%+v", got)
			}
		})
	}
	for _, query := range []string{"", "?bbox=", "?bbox=1,2,3", "?bbox=1,2,3,4,5", "?bbox=a,b,c,d", "?bbox=119.9,30,119.8,31", "?bbox=119,31,120,30", "?bbox=NaN,1,2,3",
		"?bbox=-Inf,-90,Inf,90", "?bbox=0,0,181,1", "?bbox=0,91,1,92", "?bbox=0,91,1,92&crs=bd09"} {
		a.Do(t, worker, http.MethodGet, "/api/v1/plan/cells"+query, nil, apptest.Undocumented()).Refused(http.StatusUnprocessableEntity, "bad_bbox", "bbox")
	}
	a.Do(t, worker, http.MethodGet, "/api/v1/plan/cells?bbox=1,2,3,4&crs=x", nil, apptest.Undocumented()).Refused(http.StatusUnprocessableEntity, "unknown_crs", "crs")
}

func TestABoxOfTooManyCellsIsRefused(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	var cells []grid.Cell
	for i := range 5001 {
		w := 119.0 + 0.0001*float64(i)
		square := orb.Bound{Min: orb.Point{w, 30}, Max: orb.Point{w + 0.0001, 30.0001}}.ToPolygon()
		cells = append(cells, grid.Cell{Code: grid.Code(fmt.Sprintf("33.01.11.001.001.%03d.%02d", 1+i/99, 1+i%99)), Shape: orb.MultiPolygon{square}})
	}
	plan, err := grid.NewPlan("many", grid.ChinaSchema(), nil, cells)
	if err != nil {
		t.Fatal(err)
	}
	a.Atlas.Swap(plan)
	p := a.Do(t, worker, http.MethodGet, "/api/v1/plan/cells?bbox=119,30,120,31", nil).Refused(http.StatusUnprocessableEntity, "too_many", "bbox")
	if !strings.Contains(p.Detail, "5000") {
		t.Errorf("%+v", p)
	}
	if items := a.Do(t, worker, http.MethodGet, "/api/v1/plan/cells?bbox=119.00015,30,120,31", nil).Want(http.StatusOK).View()["items"].([]any); len(items) != 5000 {
		t.Errorf("of one fewer: %d", len(items))
	}
}

func TestManyPointsAreLocatedAtOnceAndOneSpoilsNoOther(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	here, other := string(apptest.Here.Cell()), string(apptest.Here.Other())
	ask := func(crs string, points ...[]float64) apptest.Answer {
		body := obj{"type": "MultiPoint", "coordinates": points}
		if crs != "" {
			body["crs"] = crs
		}
		return a.Do(t, worker, http.MethodPost, "/api/v1/plan/locate", body)
	}
	got := ask("", []float64{119.905, 30.005}, []float64{200, 30}, []float64{30.005, 119.905}, []float64{121.5, 31.2}, []float64{119.91, 30.005, 17.5},
		[]float64{119.915, 30.005}, []float64{10, -91}).Want(http.StatusOK).View()
	want := []any{obj{"cell": here}, obj{"cell": nil, "problem": "bad_point"}, obj{"cell": nil, "maybeSwapped": true, "suggested": here}, obj{"cell": nil},
		obj{"cell": here}, obj{"cell": other}, obj{"cell": nil, "problem": "bad_point"}}
	if !reflect.DeepEqual(got["items"], want) || got["version"] != "apptest-1" {
		t.Errorf("%v\nwant %v", got, want)
	}
	got = ask("gcj02", []float64{119.9125, 30.005}, []float64{30.005, 119.9125}).Want(http.StatusOK).View()
	if want := []any{obj{"cell": here}, obj{"cell": nil, "maybeSwapped": true, "suggested": here}}; !reflect.DeepEqual(got["items"], want) {
		t.Errorf("from a map: %v\nwant %v", got, want)
	}
	if got := ask("", [][]float64{}...).Want(http.StatusOK).View()["items"].([]any); len(got) != 0 {
		t.Errorf("of no points: %v", got)
	}
	refused := func(body, code, field string) {
		t.Helper()
		status := http.StatusUnprocessableEntity
		a.Do(t, worker, http.MethodPost, "/api/v1/plan/locate", []byte(body), apptest.Undocumented(), apptest.Header("Content-Type", "application/json")).Refused(status, code, field)
	}
	refused(`{"type":"MultiPoint"}`, "required", "coordinates")
	refused(`{"type":"Point","coordinates":[]}`, "unknown_value", "type")
	refused(`{"type":"MultiPoint","coordinates":[[1,2],[1]]}`, "bad_point", "coordinates[1]")
	refused(`{"type":"MultiPoint","coordinates":[[1,2],null]}`, "bad_point", "coordinates[1]")
	refused(`{"type":"MultiPoint","coordinates":[[1,2],[null,2]]}`, "wrong_type", "coordinates[1][0]")
	refused(`{"type":"MultiPoint","coordinates":[],"crs":"tokyo"}`, "unknown_crs", "crs")
}

func TestTenThousandPointsAreLocatedAndOneMoreIsRefused(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	points := make([][]float64, 10_000)
	for i := range points {
		points[i] = []float64{119.9000001 + 0.0000019*float64(i), 30.0012345678901} // across both cells
	}
	items := a.Do(t, worker, http.MethodPost, "/api/v1/plan/locate", obj{"type": "MultiPoint", "coordinates": points}).Want(http.StatusOK).View()["items"].([]any)
	for i, item := range items {
		at, _ := a.Atlas.Load().Locate(orb.Point{points[i][0], points[i][1]})
		if item.(obj)["cell"] != string(at.Code) || at.Code == "" {
			t.Fatalf("point %d: %v, alone %q", i, item, at.Code)
		}
	}
	if len(items) != len(points) {
		t.Errorf("%d answers", len(items))
	}
	points = append(points, points[0])
	a.Do(t, worker, http.MethodPost, "/api/v1/plan/locate", obj{"type": "MultiPoint", "coordinates": points}, apptest.Undocumented()).Refused(http.StatusUnprocessableEntity, "too_many", "coordinates")
	a.Do(t, worker, http.MethodPost, "/api/v1/plan/locate", bytes.Repeat([]byte(" "), 1<<20+1), apptest.Undocumented(), apptest.Header("Content-Type", "application/json")).
		Refused(http.StatusRequestEntityTooLarge, "body_too_large", "")
}
