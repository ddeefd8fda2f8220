package grid

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"pgregory.net/rapid"
)

func TestDistanceOnTheEllipsoid(t *testing.T) {
	for _, tc := range []struct {
		situation string
		a, b      orb.Point
		want, tol float64
	}{
		// Meridian and parallel arcs: closed formulas of the ellipsoid.
		{"a degree of the equator", orb.Point{10, 0}, orb.Point{11, 0}, 111319.491, 0.01},
		{"a quarter of a meridian", orb.Point{120, 0}, orb.Point{120, 90}, 10001965.729, 20},
		{"a degree north at 30°", orb.Point{120, 30}, orb.Point{120, 31}, 110860.9, 0.5},
		// T. Vincenty, Direct and inverse solutions of geodesics (1975): Flinders Peak – Buninyong, here in the later
		// datum of Geoscience Australia's GDA technical manual (GRS 80): 54972.271 m.
		{"Flinders Peak to Buninyong", orb.Point{144.424867889, -37.951033417}, orb.Point{143.926495528, -37.652821139}, 54972.271, 0.1},
		{"the same point", orb.Point{120, 30}, orb.Point{120, 30}, 0, 0},
		{"a millimetre", orb.Point{120, 30}, orb.Point{120, 30 + 9.02e-9}, 0.001, 1e-5},
		{"across the antimeridian", orb.Point{179.5, 0}, orb.Point{-179.5, 0}, 111319.491, 0.01},
	} {
		if got := Distance(tc.a, tc.b); math.Abs(got-tc.want) > tc.tol {
			t.Errorf("%s: %.4f m, want %.4f", tc.situation, got, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lon, lat := rapid.Float64Range(-180, 180), rapid.Float64Range(-90, 90)
		a := orb.Point{lon.Draw(t, "lon"), lat.Draw(t, "lat")}
		b := orb.Point{lon.Draw(t, "lon"), lat.Draw(t, "lat")}
		d, sphere := Distance(a, b), geo.DistanceHaversine(a, b)
		if math.Abs(d-Distance(b, a)) > 1e-6 {
			t.Fatalf("%v to %v: %v there, %v back", a, b, d, Distance(b, a))
		}
		if math.Abs(d-sphere) > 0.01*sphere+1e-6 {
			t.Fatalf("%v to %v: %v m, on a sphere %v m", a, b, d, sphere)
		}
	})
}

func TestNearestGivesTheCellAndTheMetres(t *testing.T) {
	p := mustPlan(t, councils(), nil, []Cell{
		cell("a.1", orb.Polygon{box(120.00, 30, 120.01, 30.01)}),
		cell("a.2", orb.Polygon{box(120.02, 30, 120.03, 30.01)}),
		cell("a.lake", orb.Polygon{box(121, 30, 121.03, 30.03), box(121.01, 30.01, 121.02, 30.02)}),
	})
	for _, tc := range []struct {
		situation string
		pt        orb.Point
		within    float64
		want      Code
		metres    float64
	}{
		{"inside", orb.Point{120.005, 30.005}, 0, "a.1", 0},
		{"on the edge", orb.Point{120.01, 30.005}, 0, "a.1", 0},
		{"west of the second", orb.Point{120.0199, 30.005}, 50, "a.2", 9.65},
		{"in the middle between two: the smaller code", orb.Point{120.015, 30.005}, 1000, "a.1", 482.4},
		{"north", orb.Point{120.005, 30.0101}, 50, "a.1", 11.09},
		{"off a corner", orb.Point{120.0301, 30.0101}, 50, "a.2", 14.7},
		{"in a hole", orb.Point{121.0101, 30.015}, 50, "a.lake", 9.65},
		{"just too far", orb.Point{120.0199, 30.005}, 9.6, "", 0},
		{"far and wide", orb.Point{110, 20}, 5000, "", 0},
		{"far without limit", orb.Point{119, 30.005}, math.Inf(1), "a.1", 96480},
		{"negative limit", orb.Point{120.005, 30.005}, -1, "", 0},
		{"limit not a number", orb.Point{120.005, 30.005}, math.NaN(), "", 0},
		{"point not a number", orb.Point{math.NaN(), 30}, 1e9, "", 0},
		{"point out of range", orb.Point{30.005, 120.005}, 1e9, "", 0},
	} {
		code, metres, ok := p.Nearest(tc.pt, tc.within)
		if code != tc.want || ok != (tc.want != "") || math.Abs(metres-tc.metres) > 0.001*tc.metres+0.02 {
			t.Errorf("%s: %q, %.3f m, %v; want %q, %.3f m", tc.situation, code, metres, ok, tc.want, tc.metres)
		}
	}
}

func TestNearestAgreesWithLookingAtEveryEdge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(2, 9).Draw(t, "columns"), rapid.IntRange(2, 9).Draw(t, "rows"), 2)
		// Every third cell only, so that there are gaps to fall into.
		cells := slices.DeleteFunc(q.cells(), func(Cell) bool { return q.Rng.IntN(3) > 0 })
		cells = append(cells, q.cells()[0])
		slices.SortFunc(cells, func(a, b Cell) int { return compareCodes(a.Code, b.Code) })
		cells = slices.CompactFunc(cells, func(a, b Cell) bool { return a.Code == b.Code })
		p, err := NewPlan("v", ChinaSchema(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			pt := randomIn(q.Rng, p.Bound("").Pad(0.02))
			limit := rapid.SampledFrom([]float64{100, 1000, 1e5}).Draw(t, "limit")
			want := math.Inf(1)
			for i := range p.Len() {
				want = min(want, refMetres(p.At(i).Shape, pt))
			}
			code, metres, ok := p.Nearest(pt, limit)
			if math.Abs(want-limit) < 0.001*limit {
				continue // the reference is not good enough to say which side
			}
			if ok != (want <= limit) {
				t.Fatalf("Nearest(%v, %v) found %q at %v m; the nearest is at %v m", pt, limit, code, metres, want)
			}
			if !ok {
				continue
			}
			c, _ := p.Cell(code)
			if math.Abs(metres-want) > 0.002*want+0.001 || math.Abs(refMetres(c.Shape, pt)-metres) > 0.002*want+0.001 {
				t.Fatalf("Nearest(%v, %v) = %q at %v m; the nearest is at %v m", pt, limit, code, metres, want)
			}
		}
	})
}

// refMetres is the distance to a shape by golden-section search along every edge.
func refMetres(shape orb.MultiPolygon, pt orb.Point) float64 {
	if refShape(shape, pt) != outside {
		return 0
	}
	best := math.Inf(1)
	for _, poly := range shape {
		for _, r := range poly {
			for i := 1; i < len(r); i++ {
				a, b := r[i-1], r[i]
				at := func(t float64) float64 {
					return Distance(pt, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])})
				}
				lo, hi := 0.0, 1.0
				for range 40 {
					if m1, m2 := lo+(hi-lo)*0.382, lo+(hi-lo)*0.618; at(m1) < at(m2) {
						hi = m2
					} else {
						lo = m1
					}
				}
				best = min(best, at(lo), at(hi))
			}
		}
	}
	return best
}
