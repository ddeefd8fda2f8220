package grid

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// temptations are the points of a shape at which lookups go wrong: vertices, points on edges, and their nearest
// neighbours among the floating-point numbers.
func temptations(shape orb.MultiPolygon) []orb.Point {
	var out []orb.Point
	for _, poly := range shape {
		for _, r := range poly {
			for i := 1; i < len(r); i++ {
				m := mid(r[i-1], r[i])
				out = append(out, r[i], m,
					orb.Point{ulps(r[i][0], 1), r[i][1]}, orb.Point{r[i][0], ulps(r[i][1], -1)},
					orb.Point{ulps(m[0], -1), m[1]}, orb.Point{m[0], r[i][1]})
			}
		}
	}
	return out
}

func vertices(shape orb.MultiPolygon) (out []orb.Point) {
	for _, poly := range shape {
		for _, r := range poly {
			out = append(out, r...)
		}
	}
	return out
}

func TestEveryPointOfATessellationHasExactlyOneCellOnEveryPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"),
			rapid.IntRange(1, 5).Draw(t, "columns"), rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "pieces"))
		cells := q.cells()
		plan, err := NewPlan("v", ChinaSchema(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		q.rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		shuffled, err := NewPlan("v", ChinaSchema(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		pts := temptations(plan.At(q.rng.IntN(plan.Len())).Shape)
		q.rng.Shuffle(len(pts), func(i, j int) { pts[i], pts[j] = pts[j], pts[i] })
		pts = pts[:min(len(pts), 20)]
		bound := plan.Bound("")
		for range 5 {
			pts = append(pts, randomIn(q.rng, bound))
		}
		for _, pt := range pts {
			if !bound.Contains(pt) {
				continue
			}
			within, touching := 0, 0
			var want Code
			for i := range plan.Len() {
				switch refShape(plan.At(i).Shape, pt) {
				case inside:
					within++
				case onEdge:
					touching++
				default:
					continue
				}
				if want == "" {
					want = plan.At(i).Code
				}
			}
			if within > 1 || within == 1 && touching > 0 || within+touching == 0 {
				t.Fatalf("%v lies in %d cells and on the edge of %d: the sample has a gap or an overlap", pt, within, touching)
			}
			agree(t, plan, pt, want)
			agree(t, shuffled, pt, want)
		}
	})
}

func randomIn(rng *rand.Rand, b orb.Bound) orb.Point {
	return orb.Point{
		b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]),
		b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1]),
	}
}

// agree checks that every way of asking gives the wanted cell; "" for none.
func agree(t interface{ Fatalf(string, ...any) }, p *Plan, pt orb.Point, want Code) {
	c, ok := p.Locate(pt)
	if c.Code != want || ok != (want != "") {
		t.Fatalf("Locate(%v) = %q, %v; want %q", pt, c.Code, ok, want)
	}
	if i, ok := p.Index(pt); ok != (want != "") || ok && p.At(i).Code != want {
		t.Fatalf("Index(%v) = %d, %v; want %q", pt, i, ok, want)
	}
	if c, ok := NewAtlas(p).Locate(pt); c.Code != want || ok != (want != "") {
		t.Fatalf("Atlas.Locate(%v) = %q, %v; want %q", pt, c.Code, ok, want)
	}
	if want != "" {
		if code, metres, ok := p.Nearest(pt, 0); code != want || metres != 0 || !ok {
			t.Fatalf("Nearest(%v) = %q, %v m, %v; want %q at 0 m", pt, code, metres, ok, want)
		}
	}
}

// Real boundaries are dirty: rings cross themselves, cells overlap, holes lie anywhere. There is one answer all the
// same, that of the reference.
func TestDirtyShapesHaveOneAnswer(t *testing.T) {
	// A coarse lattice makes points fall on vertices, edges and their extensions all the time.
	point := rapid.Custom(func(t *rapid.T) orb.Point {
		x, y := rapid.IntRange(0, 12).Draw(t, "x"), rapid.IntRange(0, 12).Draw(t, "y")
		return orb.Point{119.9 + float64(x)*0.001, 30.05 + float64(y)*0.001}
	})
	ring := rapid.Custom(func(t *rapid.T) orb.Ring {
		r := orb.Ring(rapid.SliceOfN(point, 3, 7).Draw(t, "ring"))
		return append(r, r[0])
	})
	polygon := rapid.Custom(func(t *rapid.T) orb.Polygon {
		return orb.Polygon(rapid.SliceOfN(ring, 1, 3).Draw(t, "polygon"))
	})
	rapid.Check(t, func(t *rapid.T) {
		var cells []Cell
		for i := range rapid.IntRange(1, 5).Draw(t, "cells") {
			c := cell(Code("a."+string(rune('a'+i))), rapid.SliceOfN(polygon, 1, 2).Draw(t, "shape")...)
			if checkShape(c.Shape) == "" {
				cells = append(cells, c)
			}
		}
		plan, err := NewPlan("v", councils(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		pts := rapid.SliceOfN(point, 1, 20).Draw(t, "points")
		for _, c := range cells {
			tempting := temptations(c.Shape)
			pts = append(pts, rapid.SliceOfN(rapid.SampledFrom(tempting), 8, 8).Draw(t, "tempting")...)
		}
		for _, pt := range pts {
			want, _ := refLocate(plan, pt)
			agree(t, plan, pt, want)
		}
		for _, c := range cells {
			centre, ok := plan.Centre(c.Code)
			if !ok || refShape(c.Shape, centre) == outside && slices.ContainsFunc(vertices(c.Shape), func(v orb.Point) bool {
				return refShape(c.Shape, v) != outside // a hole may swallow a whole cell
			}) {
				t.Fatalf("the centre %v of %v lies outside", centre, c.Shape)
			}
		}
	})
}

func TestBordersBelongToTheSmallerCode(t *testing.T) {
	plan := mustPlan(t, councils(), nil, []Cell{
		cell("a.2", orb.Polygon{box(0, 0, 1, 1)}),
		cell("a.1", orb.Polygon{box(1, 0, 2, 1)}),
		cell("a.4", orb.Polygon{box(0, 1, 1, 2)}),
		cell("a.3", orb.Polygon{box(1, 1, 2, 2)}),
		cell("b", orb.Polygon{box(10, 0, 13, 3)}),
		cell("b.inner", orb.Polygon{box(11, 1, 12, 2)}),
		cell("c.lake", orb.Polygon{box(20, 0, 23, 3), box(21, 1, 22, 2)}),
		cell("c.isle", orb.Polygon{box(21.25, 1.25, 21.75, 1.75)}),
		cell("d.two", orb.Polygon{box(30, 0, 31, 1)}, orb.Polygon{box(32, 0, 33, 1)}),
		cell("e.eight", orb.Polygon{{{40, 0}, {42, 2}, {42, 0}, {40, 2}, {40, 0}}}),
	})
	for _, tc := range []struct {
		situation string
		pt        orb.Point
		want      Code
	}{
		{"inside", orb.Point{0.5, 0.5}, "a.2"},
		{"on a shared upright edge", orb.Point{1, 0.5}, "a.1"},
		{"on a shared level edge", orb.Point{0.5, 1}, "a.2"},
		{"where four cells meet", orb.Point{1, 1}, "a.1"},
		{"on the outer rim", orb.Point{2, 0.5}, "a.1"},
		{"on the rim's corner", orb.Point{2, 2}, "a.3"},
		{"a step beyond the rim", orb.Point{math.Nextafter(2, 3), 0.5}, ""},
		{"a cell within a cell wins", orb.Point{11.5, 1.5}, "b.inner"},
		{"and owns its rim", orb.Point{11, 1.5}, "b.inner"},
		{"the background keeps the rest", orb.Point{10.5, 0.5}, "b"},
		{"inside a hole", orb.Point{21.1, 1.1}, ""},
		{"on the rim of a hole", orb.Point{21, 1.5}, "c.lake"},
		{"on an island in the hole", orb.Point{21.5, 1.5}, "c.isle"},
		{"first part of two", orb.Point{30.5, 0.5}, "d.two"},
		{"second part of two", orb.Point{32.5, 0.5}, "d.two"},
		{"between the parts", orb.Point{31.5, 0.5}, ""},
		{"in a loop of an eight", orb.Point{40.1, 1}, "e.eight"},
		{"at the eight's crossing", orb.Point{41, 1}, "e.eight"},
		{"above the crossing", orb.Point{41, 1.5}, ""},
		{"longitude not a number", orb.Point{math.NaN(), 0.5}, ""},
		{"latitude not a number", orb.Point{0.5, math.NaN()}, ""},
		{"infinitely far", orb.Point{math.Inf(1), 0.5}, ""},
	} {
		t.Run(tc.situation, func(t *testing.T) { agree(t, plan, tc.pt, tc.want) })
	}
}

func TestRasterCopesWithUnusualPlans(t *testing.T) {
	grain := func(n float64) float64 { return 120 + n*1e-11 }
	var pile []Cell
	for i := range 300 {
		pile = append(pile, cell(Code([]rune{rune(0x4e00 + i)}), orb.Polygon{box(119, 29, 121, 31)}))
	}
	for _, tc := range []struct {
		situation string
		cells     []Cell
		pt        orb.Point
		want      Code
	}{
		{"cells thinner than a bucket can be", []Cell{
			cell("a", orb.Polygon{box(grain(0), 30, grain(1), 30+1e-11)}),
			cell("b", orb.Polygon{box(grain(1), 30, grain(2), 30+1e-11)}),
		}, orb.Point{grain(1.5), 30}, "b"},
		{"the whole earth", []Cell{
			cell("a", orb.Polygon{box(-180, -90, 0, 90)}), cell("b", orb.Polygon{box(0, -90, 180, 90)}),
		}, orb.Point{180, 90}, "b"},
		{"many cells on the same ground", pile, orb.Point{120, 30}, pile[0].Code},
		{"beside the prime meridian by the least number there is", []Cell{
			cell("a", orb.Polygon{box(-1, 0, 0, 1)}), cell("b", orb.Polygon{box(0, 0, 1, 1)}),
		}, orb.Point{math.SmallestNonzeroFloat64, 0.5}, "b"},
		{"a wall of subnormal width", []Cell{
			cell("a", orb.Polygon{box(0, 0, 3*math.SmallestNonzeroFloat64, 1)}),
		}, orb.Point{math.SmallestNonzeroFloat64, 0.5}, "a"},
		{"no cells", nil, orb.Point{0, 0}, ""},
	} {
		t.Run(tc.situation, func(t *testing.T) {
			agree(t, mustPlan(t, Schema{Levels: []Level{{Key: "a"}}}, nil, tc.cells), tc.pt, tc.want)
		})
	}
}

func TestLocateAgreesWithTheReferenceInALargePlan(t *testing.T) {
	q := newQuilt(7, 40, 30, 6)
	plan := mustPlan(t, ChinaSchema(), nil, q.cells())
	bare := plan.outlines
	for range 5000 {
		pt := randomIn(q.rng, plan.Bound("").Pad(0.001))
		want := Code("")
		for i := range bare {
			if bare[i].covers(pt) {
				want = plan.At(i).Code
				break
			}
		}
		agree(t, plan, pt, want)
	}
}

func TestLocateDoesNotAllocate(t *testing.T) {
	q := newQuilt(3, 20, 20, 4)
	plan := mustPlan(t, ChinaSchema(), nil, q.cells())
	pts := temptations(plan.At(200).Shape)
	i := 0
	if n := testing.AllocsPerRun(1000, func() { plan.Locate(pts[i%len(pts)]); i++ }); n != 0 {
		t.Errorf("%v allocations a lookup", n)
	}
}
