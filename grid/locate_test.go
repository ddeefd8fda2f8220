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
		q.Rng.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
		shuffled, err := NewPlan("v", ChinaSchema(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		pts := temptations(plan.At(q.Rng.IntN(plan.Len())).Shape)
		q.Rng.Shuffle(len(pts), func(i, j int) { pts[i], pts[j] = pts[j], pts[i] })
		pts = pts[:min(len(pts), 20)]
		bound := plan.Bound("")
		for range 5 {
			pts = append(pts, randomIn(q.Rng, bound))
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
	out := []int32{-2, -2}
	if p.LocateAll([]orb.Point{pt, pt}, out); out[0] != out[1] || (out[0] >= 0) != (want != "") || out[0] >= 0 && p.CodeAt(int(out[0])) != want {
		t.Fatalf("LocateAll(%v) = %d; want %q", pt, out, want)
	}
	if c, ok := NewAtlas(p).Locate(pt); c.Code != want || ok != (want != "") {
		t.Fatalf("Atlas.Locate(%v) = %q, %v; want %q", pt, c.Code, ok, want)
	}
	if want != "" {
		if code, metres, ok := p.Nearest(pt, 0); code != want || metres != 0 || !ok {
			t.Fatalf("Nearest(%v) = %q, %v m, %v; want %q at 0 m", pt, code, metres, ok, want)
		}
		if near := p.CellsNear(pt, 0); len(near) == 0 || near[0] != (Near{Code: want}) {
			t.Fatalf("CellsNear(%v) = %v; want %q first", pt, near, want)
		}
		if in := p.CellsIn(orb.Bound{Min: pt, Max: pt}); !slices.Contains(in, want) {
			t.Fatalf("CellsIn(%v) = %q; want %q too", pt, in, want)
		}
	}
}

// Real boundaries are dirty: rings cross themselves, cells overlap, holes lie anywhere. There is one answer all the
// same, that of the reference.
func TestDirtyShapesHaveOneAnswer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtyCells(t)
		plan, err := NewPlan("v", councils(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		pts := rapid.SliceOfN(latticePoint, 1, 20).Draw(t, "points")
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
	for range 5000 {
		pt := randomIn(q.Rng, plan.Bound("").Pad(0.001))
		want := Code("")
		for i := range plan.Len() {
			if plan.ground.covers(i, pt) {
				want = plan.CodeAt(i)
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
	out := make([]int32, len(pts))
	i := 0
	if n := testing.AllocsPerRun(1000, func() { plan.Locate(pts[i%len(pts)]); i++ }); n != 0 {
		t.Errorf("%v allocations a lookup", n)
	}
	if n := testing.AllocsPerRun(100, func() { plan.LocateAll(pts, out) }); n != 0 {
		t.Errorf("%v allocations a batch", n)
	}
}

func TestLocateAllAnswersForBatchesOfAnyLength(t *testing.T) {
	q := newQuilt(5, 10, 10, 4)
	plan := mustPlan(t, ChinaSchema(), nil, q.cells())
	for _, n := range []int{0, 1, batch - 1, batch, batch + 1, 3*batch + 7} {
		pts, out := make([]orb.Point, n), slices.Repeat([]int32{-2}, n+1)
		for i := range pts {
			pts[i] = randomIn(q.Rng, plan.Bound("").Pad(0.005))
		}
		plan.LocateAll(pts, out)
		for i, pt := range pts {
			if at, ok := plan.Index(pt); ok != (out[i] >= 0) || ok && at != int(out[i]) {
				t.Errorf("point %d of %d: %d, alone %d %v", i, n, out[i], at, ok)
			}
		}
		if out[n] != -2 {
			t.Errorf("%d points: wrote beyond them", n)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a place for the answers that is too short went unnoticed")
		}
	}()
	plan.LocateAll(make([]orb.Point, 2), make([]int32, 1))
}

func TestALevelAboveTheCellNeedsNoSearchOfItsOwn(t *testing.T) {
	plan := fuyang(t)
	for _, tc := range []struct {
		pt   orb.Point
		key  string
		want Code
	}{
		{orb.Point{119.925, 30.005}, "microgrid", "33.01.11.001.002.002.01"},
		{orb.Point{119.925, 30.005}, "grid", "33.01.11.001.002.002"},
		{orb.Point{119.925, 30.005}, "village", "33.01.11.001.002"},
		{orb.Point{119.925, 30.005}, "county", "33.01.11"},
		{orb.Point{119.925, 30.005}, "nonsense", ""},
		{orb.Point{120.55, 27.55}, "village", "33.03.83.-.001"},
		{orb.Point{120.55, 27.55}, "township", ""}, // 龙港 has none
		{orb.Point{120.55, 27.55}, "grid", ""},     // deeper than the cell
		{orb.Point{0, 0}, "county", ""},
	} {
		if got, ok := plan.LocateArea(tc.pt, tc.key); ok != (tc.want != "") || ok && got != tc.want {
			t.Errorf("%s at %v: %q, %v; want %q", tc.key, tc.pt, got, ok, tc.want)
		}
	}
}
