package survey

import (
	"errors"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// ErrNotThrough says that a line does not lead through a cell, from outside it to outside it, so that nothing is divided.
var ErrNotThrough = errors.New("survey: the line does not lead through the cell")

// Severed is a cell divided by a line.
type Severed struct {
	// Left and Right are the ground on the two sides of the line, as seen along it. Parts that the line does not come to
	// go with the larger side.
	Left, Right orb.MultiPolygon
	// Stops are the vertices that the line has put into edges of the cell's border, each edge's in order along it. A
	// neighbour with the same edge needs them too, or a sliver opens between the two.
	Stops map[Edge][]orb.Point
}

// Edge is a straight piece of border from one vertex to the next.
type Edge [2]orb.Point

// Sever divides a cell by a line drawn across it. The line must begin and end outside the cell or on its border, may enter
// it several times, and its coordinates must be finite. Only where the line crosses the border are points rounded; what
// the line does not touch keeps its vertices. ErrNotThrough, ErrTangled.
func Sever(cell grid.Cell, line orb.LineString) (Severed, error) {
	n := newNet([]grid.Cell{cell}, func(int) bool { return true })
	n.draw(line)
	found, ok := n.contacts(false)
	if !ok || !n.cut(found) {
		return Severed{}, ErrTangled
	}
	f := newFaces(n)
	sides := f.sides()
	s := Severed{Stops: n.stops()}
	var apart []orb.Polygon
	var left, right float64
	for face := 1; face < len(f.cycles); face++ {
		if len(f.covering(int32(face))) == 0 {
			continue
		}
		poly := f.ground(int32(face))
		switch sides[face] {
		case onLeft:
			s.Left, left = append(s.Left, poly), left+area(poly)
		case onRight:
			s.Right, right = append(s.Right, poly), right+area(poly)
		case onLeft | onRight:
			return Severed{}, ErrNotThrough
		default:
			apart = append(apart, poly)
		}
	}
	if len(s.Left) == 0 || len(s.Right) == 0 {
		return Severed{}, ErrNotThrough
	}
	if left >= right {
		s.Left = append(s.Left, apart...)
	} else {
		s.Right = append(s.Right, apart...)
	}
	return s, nil
}

// draw adds a line to the net.
func (n *net) draw(line orb.LineString) {
	r := ring{cell: noCell}
	for _, pt := range line {
		if v := n.at(pt); len(r.path) == 0 || r.path[len(r.path)-1] != v {
			r.path = append(r.path, v)
		}
	}
	n.rings = append(n.rings, r)
	n.fillLines()
}

func (n *net) isDrawn(r int32) bool { return n.rings[r].cell == noCell }

// along tells which way the drawn line runs along a piece of it: +1 from a to b, -1 from b to a.
func (n *net) along(l *line) int {
	k := slices.IndexFunc(l.runs, func(r run) bool { return n.isDrawn(r.ring) })
	path, edge := n.rings[l.runs[k].ring].path, l.runs[k].edge
	p, q := n.places[path[edge]], n.places[path[edge+1]]
	a, b := n.ends(l)
	if (b[0]-a[0])*(q[0]-p[0])+(b[1]-a[1])*(q[1]-p[1]) < 0 {
		return -1
	}
	return 1
}

// The sides of a drawn line that a face lies on.
const onLeft, onRight = 1, 2

// sides tells for each face on which sides of the drawn line it lies, as far as the line bounds it.
func (f *faces) sides() []int {
	sides := make([]int, len(f.cycles))
	for h := range int32(2 * len(f.pieces)) {
		along := f.pieces[h>>1].drawn
		if h&1 == 1 {
			along = -along
		}
		switch along {
		case 1:
			sides[f.face[f.cycle[h]]] |= onLeft
		case -1:
			sides[f.face[f.cycle[h]]] |= onRight
		}
	}
	return sides
}

// stops are the vertices inside the edges that cutting has divided, without those of the drawn line itself.
func (n *net) stops() map[Edge][]orb.Point {
	ends := map[run][]vertex{}
	for i := range n.lines {
		for _, r := range n.lines[i].runs {
			ends[r] = append(ends[r], n.lines[i].a, n.lines[i].b)
		}
	}
	stops := map[Edge][]orb.Point{}
	for r, found := range ends {
		path := n.rings[r.ring].path
		whole := line{a: path[r.edge], b: path[r.edge+1]}
		found = slices.DeleteFunc(found, func(v vertex) bool { return v == whole.a || v == whole.b })
		if len(found) == 0 || n.isDrawn(r.ring) {
			continue
		}
		slices.Sort(found)
		found = slices.Compact(found)
		n.sortAlong(&whole, found)
		e := Edge{n.places[whole.a], n.places[whole.b]}
		for _, v := range found {
			stops[e] = append(stops[e], n.places[v])
		}
	}
	return stops
}

// Complete is a neighbour's shape with the vertices that it lacks; the same shape if it lacks none.
func (s *Severed) Complete(shape orb.MultiPolygon) orb.MultiPolygon {
	out := shape.Clone()
	changed := false
	for _, poly := range out {
		for k, r := range poly {
			for i := len(r) - 1; i > 0; i-- { // from the back, so that positions stay
				stops, known := s.Stops[Edge{r[i-1], r[i]}]
				if back, other := s.Stops[Edge{r[i], r[i-1]}]; other {
					stops, known = slices.Clone(back), true
					slices.Reverse(stops)
				}
				if known {
					poly[k], changed = slices.Insert(poly[k], i, stops...), true
				}
			}
		}
	}
	if !changed {
		return shape
	}
	return out
}
