package survey

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// missing is a vertex that an edge of a ring runs by without having it.
type missing struct {
	ring, edge int32
	at         vertex
	along      float64 // where on the edge, 0 its beginning and 1 its end
	metres     float64
}

// insert gives edges the vertices that others have beside them, until none is missing: an edge that bends may come near
// another. Each vertex is given to a cell once, so this ends.
func (j *joining) insert() {
	for {
		found := j.missing()
		if len(found) == 0 {
			return
		}
		for i := len(found) - 1; i >= 0; i-- { // from the back, so that the numbers of edges before it stay
			f := found[i]
			r := &j.rings[f.ring]
			r.path = slices.Insert(slices.Clone(r.path), int(f.edge)+1, f.at)
			j.add(f.at, int32(r.cell))
		}
		for _, f := range found {
			j.fix(InsertedPoint, j.places[f.at], f.metres, []int32{int32(j.rings[f.ring].cell)})
		}
		j.fillLines()
	}
}

// missing finds, for each vertex and each cell that does not have it, the nearest of the cell's edges within the tolerance.
// They come in the order of rings, edges and places along them.
func (j *joining) missing() []missing {
	type key struct {
		at   vertex
		cell int
	}
	best := map[key]missing{}
	b := j.newBins(len(j.lines), func(i int) (vertex, vertex) { return j.lines[i].a, j.lines[i].b })
	for v := range j.owners {
		if len(j.owners[v]) == 0 {
			continue
		}
		b.around(j.places[v], j.o.tolerance(), func(line int32) {
			l := &j.lines[line]
			along, metres := j.beside(l, j.places[v])
			if along <= 0 || along >= 1 || metres > j.o.tolerance() || l.a == vertex(v) || l.b == vertex(v) {
				return
			}
			if slices.ContainsFunc(l.runs, func(r run) bool { return j.has(vertex(v), j.rings[r.ring].cell) }) {
				return // a cell that runs along here has the vertex elsewhere: the ground between is its own, if narrow
			}
			for _, r := range l.runs {
				cell := j.rings[r.ring].cell
				if j.held[cell] {
					continue
				}
				f := missing{r.ring, r.edge, vertex(v), along, metres}
				if j.rings[r.ring].path[r.edge] != l.a {
					f.along = 1 - along
				}
				if was, ok := best[key{vertex(v), cell}]; !ok || nearer(f, was) {
					best[key{vertex(v), cell}] = f
				}
			}
		})
	}
	return slices.SortedFunc(maps.Values(best), func(x, y missing) int {
		return cmp.Or(cmp.Compare(x.ring, y.ring), cmp.Compare(x.edge, y.edge), cmp.Compare(x.along, y.along), cmp.Compare(x.at, y.at))
	})
}

func (j *joining) has(v vertex, cell int) bool {
	_, has := slices.BinarySearch(j.owners[v], int32(cell))
	return has
}

func nearer(a, b missing) bool {
	return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.ring, b.ring), cmp.Compare(a.edge, b.edge)) < 0
}

// beside is where on a line the point's foot falls, and how far the point is from it.
func (n *net) beside(l *line, pt orb.Point) (along, metres float64) {
	a, b := n.ends(l)
	return foot(a, b, pt)
}

// foot is where on the line from a to b, 0 at a and 1 at b, a point is nearest to it, and how many metres it is away.
func foot(a, b, pt orb.Point) (along, metres float64) {
	east, north := grid.MetresPerDegree(pt[1])
	ux, uy := (b[0]-a[0])*east, (b[1]-a[1])*north
	px, py := (pt[0]-a[0])*east, (pt[1]-a[1])*north
	if l2 := ux*ux + uy*uy; l2 > 0 {
		along = max(0, min((ux*px+uy*py)/l2, 1))
	}
	return along, math.Hypot(px-along*ux, py-along*uy)
}

// around calls yield for every line in the bins within so many metres of a point, some more than once.
func (b *bins) around(pt orb.Point, metres float64, yield func(line int32)) {
	east, north := grid.MetresPerDegree(pt[1])
	dx, dy := min(metres/max(east, 1), 1), min(metres/max(north, 1), 1)
	for row, last := b.row(pt[1]-dy), b.row(pt[1]+dy); row <= last; row++ {
		for col, end := b.col(pt[0]-dx), b.col(pt[0]+dx); col <= end; col++ {
			for _, i := range b.of(row*b.cols + col) {
				yield(i)
			}
		}
	}
}
