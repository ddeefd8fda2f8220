package survey

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"fengqiao/grid"
)

// vertex is the number of a place where lines end; equal places have equal numbers.
type vertex int32

// ring is a ring of a cell as numbers of places, closed, without two equal ones in a row; or the line that was drawn,
// open, which belongs to no cell.
type ring struct {
	cell, polygon, ring int
	path                []vertex
}

// noCell stands for the cell of a line that was drawn.
const noCell = -1

func (r *ring) shell() bool { return r.ring == 0 }

// run is one edge of a ring, counted from 0.
type run struct{ ring, edge int32 }

// line is a straight piece of border between two places. Rings that run along it share it.
type line struct {
	a, b vertex // a < b
	runs []run
	// bent says that an end was rounded, so that the line may cross what it did not cross before.
	bent bool
}

// net is borders laid over each other.
type net struct {
	cells  []grid.Cell
	places []orb.Point
	number map[orb.Point]vertex
	rings  []ring
	lines  []line
	// grits are the places by where they lie, as far as they have been sorted; made for the first crossing.
	grits   map[grit]vertex
	gritted int
}

// newNet takes the rings of the cells that are wanted; their coordinates must be finite.
func newNet(cells []grid.Cell, wanted func(cell int) bool) *net {
	n := &net{cells: cells, number: map[orb.Point]vertex{}, grits: map[grit]vertex{}}
	for i := range cells {
		if !wanted(i) {
			continue
		}
		for j, poly := range cells[i].Shape {
			for k, r := range poly {
				n.rings = append(n.rings, ring{cell: i, polygon: j, ring: k, path: n.pathOf(r)})
			}
		}
	}
	n.fillLines()
	return n
}

// fillLines makes the lines of the rings anew.
func (n *net) fillLines() {
	var steps []step
	for i := range n.rings {
		path := n.rings[i].path
		for k := 1; k < len(path); k++ {
			steps = append(steps, newStep(path[k-1], path[k], run{int32(i), int32(k - 1)}))
		}
	}
	n.lines = gather(steps)
}

// pathOf numbers a ring's places; a ring without extent has none.
func (n *net) pathOf(r orb.Ring) []vertex {
	path := make([]vertex, 0, len(r)+1)
	for _, pt := range r {
		if v := n.at(pt); len(path) == 0 || path[len(path)-1] != v {
			path = append(path, v)
		}
	}
	if len(path) < 2 {
		return nil
	}
	if path[0] != path[len(path)-1] {
		path = append(path, path[0])
	}
	return path
}

func (n *net) at(pt orb.Point) vertex {
	v, ok := n.number[pt]
	if !ok {
		v = vertex(len(n.places))
		n.number[pt] = v
		n.places = append(n.places, pt)
	}
	return v
}

// step is an edge of a ring that looks for the line it belongs to.
type step struct {
	a, b vertex
	run  run
	bent bool
}

func newStep(a, b vertex, r run) step { return step{a: min(a, b), b: max(a, b), run: r} }

// gather makes lines of edges with the same ends.
func gather(steps []step) []line {
	slices.SortFunc(steps, func(x, y step) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.run.ring, y.run.ring), cmp.Compare(x.run.edge, y.run.edge))
	})
	runs := make([]run, len(steps))
	lines := make([]line, 0, len(steps)/2+1)
	for i := 0; i < len(steps); {
		end, bent := i, false
		for ; end < len(steps) && steps[end].a == steps[i].a && steps[end].b == steps[i].b; end++ {
			runs[end] = steps[end].run
			bent = bent || steps[end].bent
		}
		lines = append(lines, line{steps[i].a, steps[i].b, runs[i:end:end], bent})
		i = end
	}
	return lines
}

func (n *net) ends(l *line) (a, b orb.Point) { return n.places[l.a], n.places[l.b] }
