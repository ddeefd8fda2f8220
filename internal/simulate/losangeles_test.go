package simulate

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/internal/realtest"

	"github.com/paulmach/orb"
)

func TestRealCouncilsHoldTheRealRequestsThatTheMapGivesThem(t *testing.T) {
	councils := realtest.LosAngeles(t, "nc.geojson.gz")
	in, found, err := handlers.ReadPlan(bytes.NewReader(councils), handlers.PlanOptions{Code: "nc_id", Name: "name", ParentName: "service_re", Version: "la"})
	if err != nil || len(found) > 0 {
		t.Fatal(err, found)
	}
	plan, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells)
	if err != nil || plan.Len() != 99 || len(plan.Roots()) != 12 {
		t.Fatal(err, plan.Len(), len(plan.Roots()))
	}
	ground, err := ReadGround(bytes.NewReader(councils), "nc_id")
	if err != nil {
		t.Fatal(err)
	}
	requests, err := ReadRequests(bytes.NewReader(realtest.LosAngeles(t, "requests.csv.gz")), Columns{"srnumber", "longitude", "latitude", "nc"})
	if err != nil || len(requests) != 10_000 {
		t.Fatal(err, len(requests))
	}
	placed, contested := 0, 0
	for _, q := range requests {
		if !q.HasPoint {
			continue
		}
		cell, ok := plan.Locate(orb.Point{q.Lon, q.Lat})
		in := ground.At(q.Lon, q.Lat)
		code := string(cell.Code)
		if ok != (len(in) > 0) || ok && !slices.Contains(in, code[strings.LastIndexByte(code, '.')+1:]) {
			t.Errorf("request %s: the plan says %q, the map %v", q.ID, code, in)
		}
		if ok {
			placed++
		}
		others := plan.Contested(orb.Point{q.Lon, q.Lat})
		if contested += len(others); len(others) != max(len(in)-1, 0) {
			t.Errorf("request %s: the plan says that %q claim it too, the map has it in %v", q.ID, others, in)
		}
	}
	if contested != 14 { // docs/realdata.md
		t.Errorf("%d requests lie in two councils", contested)
	}
	if placed < 9_800 {
		t.Errorf("only %d of %d requests lie in a council", placed, len(requests))
	}
}

func TestBoundariesInMetresLieWhereTheMapHasThem(t *testing.T) {
	in, _, err := handlers.ReadPlan(bytes.NewReader(realtest.LosAngeles(t, "nc3857.geojson.gz")), handlers.PlanOptions{Code: "nc_id", Name: "name_2", ParentName: "service_re"})
	if err != nil || len(in.Cells) < 90 {
		t.Fatal(err)
	}
	for _, cell := range in.Cells {
		if b := cell.Shape.Bound(); b.Min[0] < -119 || b.Max[0] > -117 || b.Min[1] < 33 || b.Max[1] > 35 {
			t.Errorf("%s lies at %v, outside Los Angeles", cell.Code, b)
		}
	}
}
