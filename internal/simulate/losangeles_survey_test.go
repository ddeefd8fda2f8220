package simulate

import (
	"bytes"
	"maps"
	"testing"

	"fengqiao/grid"
	"fengqiao/grid/survey"
	"fengqiao/handlers"
	"fengqiao/internal/realtest"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// realCouncils reads the councils and the points of all requests that have one.
func realCouncils(t *testing.T) (*handlers.PlanInput, []orb.Point) {
	t.Helper()
	in, found, err := handlers.ReadPlan(bytes.NewReader(realtest.LosAngeles(t, "nc.geojson.gz")), handlers.PlanOptions{Code: "nc_id", Name: "name", ParentName: "service_re", Version: "la"})
	if err != nil || len(found) > 0 {
		t.Fatal(err, found)
	}
	requests, err := ReadRequests(bytes.NewReader(realtest.LosAngeles(t, "requests.csv.gz")), Columns{"srnumber", "longitude", "latitude", "nc"})
	if err != nil {
		t.Fatal(err)
	}
	var points []orb.Point
	for _, q := range requests {
		if q.HasPoint {
			points = append(points, orb.Point{q.Lon, q.Lat})
		}
	}
	return in, points
}

// holders are how many cells touch each point, and the first of them in code order, which owns it.
func holders(t *testing.T, in *handlers.PlanInput, cells []grid.Cell, points []orb.Point) (count []int, owner []grid.Code) {
	t.Helper()
	count, owner = make([]int, len(points)), make([]grid.Code, len(points))
	for i := range cells {
		one, err := grid.NewPlan("one", in.Schema, nil, cells[i:i+1])
		if err != nil {
			t.Fatal(err)
		}
		for k, pt := range points {
			if _, ok := one.Index(pt); ok {
				count[k]++
			}
		}
	}
	all, err := grid.NewPlan("all", in.Schema, in.Units, cells)
	if err != nil {
		t.Fatal(err)
	}
	for k, pt := range points {
		if c, ok := all.Locate(pt); ok {
			owner[k] = c.Code
		}
	}
	return count, owner
}

func kindsOf(found []survey.Finding) map[survey.Kind]int {
	out := map[survey.Kind]int{}
	for _, f := range found {
		out[f.Kind]++
	}
	return out
}

// inGround tells whether a point lies in the ground of a finding of this kind.
func inGround(found []survey.Finding, k survey.Kind, pt orb.Point) bool {
	for _, f := range found {
		if f.Kind == k && planar.MultiPolygonContains(f.Ground, pt) {
			return true
		}
	}
	return false
}

// docs/realdata.md has these figures.
func TestWhatIsWrongWithTheRealCouncilsIsFound(t *testing.T) {
	in, points := realCouncils(t)
	found := survey.Inspect(in.Cells, survey.Options{Schema: in.Schema})
	want := map[survey.Kind]int{survey.RingOrder: 116, survey.SelfTouching: 1, survey.Splinter: 12, survey.Overlap: 132, survey.Gap: 251}
	if got := kindsOf(found); !maps.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
	wide := map[survey.Kind]int{}
	for _, f := range found {
		if f.Kind.Unit() == survey.SquareMetres && f.Size > 1 {
			wide[f.Kind]++
		}
	}
	if wide[survey.Overlap] != 127 || wide[survey.Gap] != 131 {
		t.Errorf("over one square metre: %v", wide)
	}
	count, _ := holders(t, in, in.Cells, points)
	none, several, inGap := 0, 0, 0
	for k, pt := range points {
		switch gap := inGround(found, survey.Gap, pt); {
		case count[k] == 0:
			none++
			if gap {
				inGap++
			}
		case gap:
			t.Errorf("%v lies in a council and in a gap", pt)
		case count[k] > 1:
			several++
		}
		if over := inGround(found, survey.Overlap, pt); over != (count[k] > 1) {
			t.Errorf("%v lies in %d councils; in an overlap: %v", pt, count[k], over)
		}
	}
	if len(points) != 9989 || none != 149 || several != 14 {
		t.Errorf("of %d points %d lie in none and %d in several", len(points), none, several)
	}
	t.Logf("of %d points in no council %d lie in gaps", none, inGap)
}

func TestTheRealCouncilsAreMendedAndNobodyIsMovedFar(t *testing.T) {
	in, points := realCouncils(t)
	_, before := holders(t, in, in.Cells, points)
	for _, metres := range []float64{0.1, 1, 5} {
		o := survey.Options{Schema: in.Schema, Tolerance: metres}
		cells, fixes := survey.Repair(in.Cells, o)
		if _, again := survey.Repair(cells, o); len(again) > 0 {
			t.Errorf("%v m: repairing again does %d things more", metres, len(again))
		}
		count, after := holders(t, in, cells, points)
		none, several, moved := 0, 0, 0
		for k, pt := range points {
			switch count[k] {
			case 0:
				none++
			case 1:
			default:
				several++
			}
			if after[k] == before[k] {
				continue
			}
			moved++
			if d := toBorder(in.Cells, pt); d > 2*metres {
				t.Errorf("%v m: %v was in %q and is in %q, %v m from any border", metres, pt, before[k], after[k], d)
			}
		}
		did := map[survey.FixKind]int{}
		for _, f := range fixes {
			did[f.Kind]++
		}
		t.Logf("%v m: %v; left %v; %d points in none, %d in several, %d elsewhere than before", metres, did, kindsOf(survey.Inspect(cells, o)), none, several, moved)
	}
}

// toBorder is how far a point lies from the nearest border, in metres.
func toBorder(cells []grid.Cell, pt orb.Point) float64 {
	best := 1e9
	east, north := grid.MetresPerDegree(pt[1])
	flat := func(p orb.Point) orb.Point { return orb.Point{(p[0] - pt[0]) * east, (p[1] - pt[1]) * north} }
	for _, c := range cells {
		for _, poly := range c.Shape {
			for _, r := range poly {
				for k := 1; k < len(r); k++ {
					best = min(best, planar.DistanceFromSegment(flat(r[k-1]), flat(r[k]), orb.Point{}))
				}
			}
		}
	}
	return best
}
