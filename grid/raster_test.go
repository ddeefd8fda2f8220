package grid

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// recut is the plan with a raster of about so many tiles instead of its own: cells then span many of them, or all cells
// share one.
func recut(p *Plan, cells []Cell, tiles float64) *Plan {
	_, whole := boundsOf(cells)
	f := newFrame(whole, tiles)
	w := weldTogether(inOrder(cells), &f)
	q := *p
	q.ground, q.raster = w.ground, newRaster(w, f)
	return &q
}

// owner is the first cell in order that covers the point, by its exact shape alone.
func owner(p *Plan, pt orb.Point) int32 {
	for i := range p.Len() {
		if p.ground.covers(i, pt) {
			return int32(i)
		}
	}
	return -1
}

// bordering are points on and near the borders of a raster's own boxes, where a lookup changes its way.
func bordering(rng *rand.Rand, f *frame, n int) (pts []orb.Point) {
	for range n {
		unit := float64(uint64(1) << (18 + rng.IntN(tileBits-17)))
		x, y := rng.Float64()*float64(f.cols)*tileUnits, rng.Float64()*float64(f.rows)*tileUnits
		x -= math.Mod(x, unit)
		if rng.IntN(2) == 0 {
			y -= math.Mod(y, unit)
		}
		pt := f.degrees(x, y)
		pts = append(pts, orb.Point{ulps(pt[0], rng.IntN(3)-1), ulps(pt[1], rng.IntN(3)-1)})
	}
	return pts
}

// beside are points about so far from borders.
func beside(rng *rand.Rand, cells []Cell, n int, reach float64) (pts []orb.Point) {
	for range n {
		shape := cells[rng.IntN(len(cells))].Shape
		poly := shape[rng.IntN(len(shape))]
		r := poly[rng.IntN(len(poly))]
		i := 1 + rng.IntN(len(r)-1)
		t := rng.Float64()
		pts = append(pts, orb.Point{
			r[i-1][0] + t*(r[i][0]-r[i-1][0]) + reach*rng.NormFloat64(),
			r[i-1][1] + t*(r[i][1]-r[i-1][1]) + reach*rng.NormFloat64(),
		})
	}
	return pts
}

// sameAsShapes checks that the raster answers as the exact shapes do, point by point and all at once.
func sameAsShapes(t interface{ Fatalf(string, ...any) }, p *Plan, pts []orb.Point) {
	out := make([]int32, len(pts))
	p.LocateAll(pts, out)
	for i, pt := range pts {
		want := owner(p, pt)
		if got := p.raster.locate(&p.ground, pt); got != want || out[i] != want {
			t.Fatalf("%v (%d of %d×%d tiles): cell %d, of a batch %d; by the shapes %d", pt, i, p.raster.cols, p.raster.rows, got, out[i], want)
		}
	}
}

func TestTheRasterAnswersAsTheShapesDoHoweverFineItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := dirtyCells(t)
		if len(cells) == 0 {
			return
		}
		whole, err := NewPlan("v", councils(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		p := recut(whole, cells, rapid.SampledFrom([]float64{1, 2, 16, 500}).Draw(t, "tiles"))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		pts := bordering(rng, &p.raster.frame, 100)
		for _, reach := range []float64{1e-3, 1e-5, 1e-7, 1e-9, 1e-14} {
			pts = append(pts, beside(rng, cells, 60, reach)...)
		}
		for _, c := range cells {
			pts = append(pts, temptations(c.Shape)...)
		}
		sameAsShapes(t, p, pts)
	})
}

func TestTheRasterAnswersAsTheShapesDoInATessellation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 9).Draw(t, "columns"), rapid.IntRange(1, 9).Draw(t, "rows"),
			rapid.SampledFrom([]int{1, 2, 5, 40, 300}).Draw(t, "pieces"))
		cells := q.cells()
		whole, err := NewPlan("v", ChinaSchema(), nil, cells)
		if err != nil {
			t.Fatal(err)
		}
		p := recut(whole, cells, rapid.SampledFrom([]float64{1, 2, 50}).Draw(t, "tiles"))
		pts := bordering(q.Rng, &p.raster.frame, 100)
		for _, reach := range []float64{1e-3, 1e-5, 1e-7, 1e-14} {
			pts = append(pts, beside(q.Rng, cells, 60, reach)...)
		}
		sameAsShapes(t, p, pts)
	})
}

func TestTheRasterAnswersAsTheShapesDoInPlansOfOddShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	names := func(i int) Code { return Code([]rune{rune(0x4e00 + i)}) }
	var crumbs, slivers, star, web, spiral []Cell
	// A cell as wide as a country, with a hole full of cells as wide as a step.
	crumbs = append(crumbs, cell("z", orb.Polygon{box(100, 20, 130, 50), box(110, 30, 110.0003, 30.0003)}))
	for i := range 900 {
		x, y := 110+float64(i%30)*1e-5, 30+float64(i/30)*1e-5
		crumbs = append(crumbs, cell(names(i), orb.Polygon{box(x, y, x+1e-5, y+1e-5)}))
	}
	// Cells a degree long and as wide as a hand, at a slant; every other one overlaps its neighbour.
	for i := range 300 {
		x := 120 + float64(i)*1e-6
		slivers = append(slivers, cell(names(i), orb.Polygon{{{x, 30}, {x + float64(1+i%2)*1e-6, 30}, {x + 0.7 + 1e-6, 31}, {x + 0.7, 31}, {x, 30}}}))
	}
	// Two hundred cells that meet in one point.
	for i := range 200 {
		a, b := 2*math.Pi*float64(i)/200, 2*math.Pi*float64(i+1)/200
		star = append(star, cell(names(i), orb.Polygon{{{120, 30}, {120 + math.Cos(a), 30 + math.Sin(a)}, {120 + math.Cos(b), 30 + math.Sin(b)}, {120, 30}}}))
	}
	star[199].Shape[0][0][2] = star[0].Shape[0][0][1]
	// Four hundred thin triangles across the whole, each over all others.
	for i := range 400 {
		end := func() orb.Point { return orb.Point{120 + rng.Float64(), 30 + rng.Float64()} }
		a, b := end(), end()
		web = append(web, cell(names(i), orb.Polygon{{a, b, {b[0] + 1e-4, b[1] + 1e-4}, a}}))
	}
	// One cell of 4,000 vertices wound around another.
	var out, in orb.Ring
	for i := range 2000 {
		a, r := float64(i)/100, 0.01+float64(i)*1e-5
		out = append(out, orb.Point{120 + r*math.Cos(a), 30 + r*math.Sin(a)})
		in = append(in, orb.Point{120 + (r+0.003)*math.Cos(a), 30 + (r+0.003)*math.Sin(a)})
	}
	for i := range in {
		out = append(out, in[len(in)-1-i])
	}
	spiral = append(spiral, cell("a", orb.Polygon{append(out, out[0])}), cell("b", orb.Polygon{box(119.9, 29.9, 120.02, 30.1)}))
	for _, tc := range []struct {
		situation string
		cells     []Cell
	}{
		{"crumbs in a country", crumbs},
		{"slivers", slivers},
		{"a star", star},
		{"a web", web},
		{"a spiral over a box", spiral},
		{"the whole earth", []Cell{cell("a", orb.Polygon{box(-180, -90, 0, 90)}), cell("b", orb.Polygon{{{0, -90}, {180, -90}, {180, 90}, {0, 90}, {10, 0}, {0, -90}}})}},
		{"at the antimeridian", []Cell{cell("a", orb.Polygon{box(179.9, -17, 180, -16)}), cell("a.b", orb.Polygon{box(-180, -17, -179.9, -16)})}},
		{"at a pole", []Cell{cell("a", orb.Polygon{box(-180, 89.9, 10, 90)}), cell("b", orb.Polygon{box(10, 89.9, 180, 90)})}},
	} {
		schema := Schema{Levels: []Level{{Key: "a"}, {Key: "b"}}}
		p := mustPlan(t, schema, nil, tc.cells)
		cells := inOrder(tc.cells)
		for _, tiles := range []float64{1, 160} {
			p := recut(p, cells, tiles)
			pts := bordering(rng, &p.raster.frame, 300)
			for _, reach := range []float64{1, 1e-3, 1e-6, 1e-9} {
				pts = append(pts, beside(rng, cells, 300, reach)...)
			}
			t.Run(tc.situation, func(t *testing.T) { sameAsShapes(t, p, pts) })
		}
	}
}
