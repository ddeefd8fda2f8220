package grid

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"
)

// BenchmarkLocate looks up random points among 10,000 cells; pieces is the number of line pieces of each of a cell's
// four sides.
func BenchmarkLocate(b *testing.B) {
	for _, pieces := range []int{2, 16} {
		b.Run(fmt.Sprintf("cells=10000/pieces=%d", pieces), func(b *testing.B) {
			q := newQuilt(1, 100, 100, pieces)
			plan := mustPlan(b, ChinaSchema(), nil, q.cells())
			pts := make([]orb.Point, 1<<14)
			for i := range pts {
				pts[i] = randomIn(q.Rng, plan.Bound(""))
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				plan.Locate(pts[i&(len(pts)-1)])
				i++
			}
		})
	}
}

// BenchmarkNearest looks up points just outside a plan of 10,000 cells.
func BenchmarkNearest(b *testing.B) {
	q := newQuilt(1, 100, 100, 4)
	plan := mustPlan(b, ChinaSchema(), nil, q.cells())
	bound := plan.Bound("")
	pts := make([]orb.Point, 1024)
	for i := range pts {
		pts[i] = orb.Point{bound.Max[0] + 0.01*q.Rng.Float64(), randomIn(q.Rng, bound)[1]}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		plan.Nearest(pts[i&(len(pts)-1)], 5000)
		i++
	}
}

// BenchmarkNewPlan builds a plan of 10,000 cells.
func BenchmarkNewPlan(b *testing.B) {
	cells := newQuilt(1, 100, 100, 8).cells()
	b.ReportAllocs()
	for b.Loop() {
		mustPlan(b, ChinaSchema(), nil, cells)
	}
}

// BenchmarkNeighbours asks each cell of a plan of 10,000 in turn.
func BenchmarkNeighbours(b *testing.B) {
	plan := mustPlan(b, ChinaSchema(), nil, newQuilt(1, 100, 100, 8).cells())
	i := 0
	for b.Loop() {
		plan.Neighbours(plan.At(i % plan.Len()).Code)
		i++
	}
}
