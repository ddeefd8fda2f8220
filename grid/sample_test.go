package grid

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// quilt is a gap-free tessellation: a lattice whose inner vertices are shaken and whose edges are drawn as rough lines,
// both sides of each edge with the same vertices. It fills a rectangle exactly.
type quilt struct {
	rng        *rand.Rand
	cols, rows int
	steps      int // pieces of an edge
	origin     orb.Point
	size       float64 // of a cell in degrees
	corners    map[[2]int]orb.Point
	edges      map[[3]int][]orb.Point
}

func newQuilt(seed uint64, cols, rows, steps int) *quilt {
	return &quilt{
		rng: rand.New(rand.NewPCG(seed, 1)), cols: cols, rows: rows, steps: steps,
		origin: orb.Point{119.5, 29.75}, size: 0.005,
		corners: map[[2]int]orb.Point{}, edges: map[[3]int][]orb.Point{},
	}
}

func (q *quilt) shake(amount float64) float64 { return (2*q.rng.Float64() - 1) * amount * q.size }

// corner is shaken by up to a fifth of a cell, which keeps all edges within 45° of their axis and so apart.
func (q *quilt) corner(c, r int) orb.Point {
	k := [2]int{c, r}
	p, ok := q.corners[k]
	if !ok {
		p = orb.Point{q.origin[0] + float64(c)*q.size, q.origin[1] + float64(r)*q.size}
		if c > 0 && c < q.cols {
			p[0] += q.shake(0.2)
		}
		if r > 0 && r < q.rows {
			p[1] += q.shake(0.2)
		}
		q.corners[k] = p
	}
	return p
}

// edge leads from a corner east (dir 0) or north (dir 1) without the last point.
func (q *quilt) edge(c, r, dir int) []orb.Point {
	k := [3]int{c, r, dir}
	if line, ok := q.edges[k]; ok {
		return line
	}
	a, b := q.corner(c, r), q.corner(c+1-dir, r+dir)
	rim := dir == 0 && (r == 0 || r == q.rows) || dir == 1 && (c == 0 || c == q.cols)
	line := []orb.Point{a}
	for i := 1; i < q.steps; i++ {
		t := float64(i) / float64(q.steps)
		p := orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
		if !rim {
			p[1-dir] += q.shake(0.08 * min(t, 1-t))
		}
		line = append(line, p)
	}
	q.edges[k] = line
	return line
}

func (q *quilt) ring(c, r int) orb.Ring {
	var ring orb.Ring
	ring = append(ring, q.edge(c, r, 0)...)
	ring = append(ring, q.edge(c+1, r, 1)...)
	ring = append(ring, back(q.edge(c, r+1, 0), q.corner(c+1, r+1))...)
	ring = append(ring, back(q.edge(c, r, 1), q.corner(c, r+1))...)
	return append(ring, ring[0])
}

// back is a line from its end to before its beginning.
func back(line []orb.Point, end orb.Point) []orb.Point {
	out := []orb.Point{end}
	for i := len(line) - 1; i > 0; i-- {
		out = append(out, line[i])
	}
	return out
}

func (q *quilt) code(c, r int) Code {
	n := r*q.cols + c
	return Code(fmt.Sprintf("33.01.11.%03d.%03d.%03d.%02d", 1+n/5000, 1+n/500%10, 1+n/50%10, 1+n%50))
}

func (q *quilt) cells() []Cell {
	var out []Cell
	for r := range q.rows {
		for c := range q.cols {
			out = append(out, Cell{Code: q.code(c, r), Shape: orb.MultiPolygon{{q.ring(c, r)}}})
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
