package grid

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"fengqiao/grid/quilttest"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// quilt is a tessellation without gaps whose cells have codes.
type quilt struct{ quilttest.Quilt }

func newQuilt(seed uint64, cols, rows, steps int) *quilt {
	return &quilt{quilttest.Quilt{Rng: rand.New(rand.NewPCG(seed, 1)), West: 119.5, South: 29.75, Size: 0.005, Cols: cols, Rows: rows, Steps: steps, Rough: 0.08}}
}

func (q *quilt) code(c, r int) Code {
	n := r*q.Cols + c
	return Code(fmt.Sprintf("33.01.11.%03d.%03d.%03d.%02d", 1+n/5000, 1+n/500%10, 1+n/50%10, 1+n%50))
}

func (q *quilt) cells() []Cell {
	var out []Cell
	for r := range q.Rows {
		for c := range q.Cols {
			out = append(out, Cell{Code: q.code(c, r), Shape: orb.MultiPolygon{{q.Ring(c, r)}}})
		}
	}
	return out
}

// latticePoint is a point of a coarse lattice, so that points fall on vertices, edges and their extensions all the time.
var latticePoint = rapid.Custom(func(t *rapid.T) orb.Point {
	x, y := rapid.IntRange(0, 12).Draw(t, "x"), rapid.IntRange(0, 12).Draw(t, "y")
	return orb.Point{119.9 + float64(x)*0.001, 30.05 + float64(y)*0.001}
})

// dirtyCells cross themselves and each other, and their holes lie anywhere.
func dirtyCells(t *rapid.T) (cells []Cell) {
	ring := rapid.Custom(func(t *rapid.T) orb.Ring {
		r := orb.Ring(rapid.SliceOfN(latticePoint, 3, 7).Draw(t, "ring"))
		return append(r, r[0])
	})
	polygon := rapid.Custom(func(t *rapid.T) orb.Polygon {
		return orb.Polygon(rapid.SliceOfN(ring, 1, 3).Draw(t, "polygon"))
	})
	for i := range rapid.IntRange(1, 5).Draw(t, "cells") {
		c := cell(Code("a."+string(rune('a'+i))), rapid.SliceOfN(polygon, 1, 2).Draw(t, "shape")...)
		if checkShape(c.Shape) == "" {
			cells = append(cells, c)
		}
	}
	return cells
}

// box is a rectangle, anticlockwise.
func box(x0, y0, x1, y1 float64) orb.Ring {
	return orb.Ring{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}, {x0, y0}}
}

func cell(code Code, polygons ...orb.Polygon) Cell { return Cell{Code: code, Shape: polygons} }

func mustPlan(t testing.TB, s Schema, units []Unit, cells []Cell) *Plan {
	t.Helper()
	p, err := NewPlan("2026-11", s, units, cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The reference answers by other means than the package: rational numbers, a ray to the north, no bounds, no index.

func refSide(r orb.Ring, pt orb.Point) side {
	x, y := rat(pt[0]), rat(pt[1])
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if refOrient(a, b, pt) == 0 &&
			min(a[0], b[0]) <= pt[0] && pt[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= pt[1] && pt[1] <= max(a[1], b[1]) {
			return onEdge
		}
		if (a[0] <= pt[0]) == (b[0] <= pt[0]) {
			continue
		}
		// y of the edge at the point's x
		t := new(big.Rat).Quo(sub(x, rat(a[0])), sub(rat(b[0]), rat(a[0])))
		at := new(big.Rat).Add(rat(a[1]), t.Mul(t, sub(rat(b[1]), rat(a[1]))))
		if at.Cmp(y) > 0 {
			odd = !odd
		}
	}
	if odd {
		return inside
	}
	return outside
}

// refShape is the strictest side over the shape's polygons.
func refShape(shape orb.MultiPolygon, pt orb.Point) side {
	best := outside
	for _, poly := range shape {
		s := refSide(poly[0], pt)
		for _, hole := range poly[1:] {
			if s == outside {
				break
			}
			switch refSide(hole, pt) {
			case inside:
				s = outside
			case onEdge:
				s = onEdge
			}
		}
		best = max(best, s)
	}
	return best
}

func refLocate(p *Plan, pt orb.Point) (Code, bool) {
	for i := range p.Len() {
		if c := p.At(i); refShape(c.Shape, pt) != outside {
			return c.Code, true
		}
	}
	return "", false
}

func refOrient(a, b, c orb.Point) int {
	left := new(big.Rat).Mul(sub(rat(a[0]), rat(c[0])), sub(rat(b[1]), rat(c[1])))
	right := new(big.Rat).Mul(sub(rat(a[1]), rat(c[1])), sub(rat(b[0]), rat(c[0])))
	return left.Cmp(right)
}

func rat(v float64) *big.Rat       { return new(big.Rat).SetFloat64(v) }
func sub(a, b *big.Rat) *big.Rat   { return new(big.Rat).Sub(a, b) }
func mid(a, b orb.Point) orb.Point { return orb.Point{a[0] + (b[0]-a[0])/2, a[1] + (b[1]-a[1])/2} }
func codesOf(units []Unit) (cs []Code) {
	for _, u := range units {
		cs = append(cs, u.Code)
	}
	return cs
}
