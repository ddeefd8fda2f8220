package survey

import (
	"cmp"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Repair mends what is safe to mend and lists what it did. The cells given are not changed; those returned stand in the
// same order and share the shapes that needed nothing. What it does, in this order, until nothing is left to do:
//
//   - Rings are closed, repeated points and spikes removed, outer rings turned anticlockwise and holes clockwise.
//   - A vertex within the tolerance of another cell's is moved onto it: onto that of the cell that comes first in code
//     order. Vertices of one cell are never joined, so no detail of a border is lost.
//   - An edge that runs within the tolerance of a neighbour's vertex gets that vertex.
//   - A sliver of ground of several cells goes to the first of them in code order, as at lookup; one of no cell to the
//     first in code order of the cells along it. A sliver is ground whose two sides run within the tolerance of each other
//     all along, so that the border of whoever gains or loses it moves no farther than that.
//   - A ring that touches itself becomes several that do not.
//
// Nothing is moved farther than the tolerance in one step, a point that several steps move perhaps by a few. The ground of
// all cells together grows or shrinks by no more than the tolerance times three times the length of their borders.
// Repairing what was repaired changes nothing. Cells with a ring that crosses itself, or with a hole outside its shell, keep
// their borders: what they enclose is for people to say. So do cells that could only be joined by making them cross
// themselves, and cells where the repair comes to no end, because the tolerance is as wide as what it is to mend.
func Repair(cells []grid.Cell, o Options) ([]grid.Cell, []Fix) {
	m := newMending(cells, o)
	m.mend()
	slices.SortStableFunc(m.fixes, func(a, b Fix) int {
		return cmp.Compare(slices.Index(FixKinds, a.Kind), slices.Index(FixKinds, b.Kind))
	})
	return m.cells, m.fixes
}

// mending is one repair of some cells.
type mending struct {
	*inspection
	rank  []int  // of each cell in code order
	held  []bool // cells that keep their borders
	fixes []Fix
}

func newMending(cells []grid.Cell, o Options) *mending {
	m := &mending{
		inspection: &inspection{cells: slices.Clone(cells), o: o, left: make([]bool, len(cells))},
		rank:       ranks(cells), held: make([]bool, len(cells)),
	}
	m.usable()
	m.swapped()
	return m
}

// ranks are the cells' places in code order; cells of one code keep the order in which they are given.
func ranks(cells []grid.Cell) []int {
	order := make([]int, len(cells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return grid.CompareCodes(cells[a].Code, cells[b].Code) })
	rank := make([]int, len(cells))
	for at, i := range order {
		rank[i] = at
	}
	return rank
}

// foremost is the cell that comes first in code order.
func (m *mending) foremost(cells []int) int {
	return slices.MinFunc(cells, func(a, b int) int { return cmp.Compare(m.rank[a], m.rank[b]) })
}

func (m *mending) did(k FixKind, at orb.Point, size float64, cells ...int) *Fix {
	about := m.about("", cells...)
	m.fixes = append(m.fixes, Fix{Kind: k, Cells: about.Cells, Codes: about.Codes, Polygon: -1, Ring: -1, At: at, Size: size})
	return &m.fixes[len(m.fixes)-1]
}

// tidy mends what can be mended of each ring alone.
func (m *mending) tidy() {
	for i := range m.cells {
		if m.left[i] {
			continue
		}
		var shape orb.MultiPolygon // of the cell's own, once something changes
		for j, poly := range m.cells[i].Shape {
			for k, r := range poly {
				before := len(m.fixes)
				tidied := m.tidied(r, i, k)
				for f := before; f < len(m.fixes); f++ {
					m.fixes[f].Polygon, m.fixes[f].Ring = j, k
				}
				if len(m.fixes) == before {
					continue
				}
				if shape == nil {
					shape = m.cells[i].Shape.Clone()
				}
				shape[j][k] = tidied
			}
		}
		if shape != nil {
			m.cells[i].Shape = shape
		}
	}
}

// tidied is a ring closed, without repeated points and spikes, the right way round. A ring of which too little would
// remain stays as it is, but closed.
func (m *mending) tidied(given orb.Ring, cell, number int) orb.Ring {
	r := closed(given)
	if len(r) > len(given) {
		m.did(Closed, r[0], grid.Distance(given[len(given)-1], r[0]), cell)
	}
	if once := slices.Compact(slices.Clone(r)); len(once) >= 4 && len(once) < len(r) {
		m.did(RemovedPoints, repeated(r), float64(len(r)-len(once)), cell)
		r = once
	}
	if blunt, tip := blunted(r); len(blunt) >= 4 && len(blunt) < len(r) {
		m.did(RemovedSpikes, tip, float64(len(r)-len(blunt)), cell)
		r = blunt
	}
	if direction(r) == wrong(number) {
		m.did(Turned, r[0], 0, cell)
		r = slices.Clone(r)
		r.Reverse()
	}
	return r
}

// repeated is the first point that repeats the one before.
func repeated(r orb.Ring) orb.Point {
	for k := 1; k < len(r); k++ {
		if r[k] == r[k-1] {
			return r[k]
		}
	}
	return r[0]
}

// blunted is a closed ring without the tips from which it goes back the way it came, and one of these.
func blunted(r orb.Ring) (out orb.Ring, tip orb.Point) {
	out = slices.Clone(r[:len(r)-1])
	for k := 0; k < len(out) && len(out) >= 3; {
		n := len(out)
		prev, cur, next := out[(k+n-1)%n], out[k], out[(k+1)%n]
		switch {
		case cur == next: // what a spike leaves behind
			out = slices.Delete(out, k, k+1)
		case prev != cur && along(cur, prev, next):
			tip = cur
			out = slices.Delete(out, k, k+1)
		default:
			k++
			continue
		}
		k = max(k-2, 0) // the neighbours may be tips now
	}
	if len(out) < 3 {
		return nil, tip
	}
	// The last may have become one with the first, or a tip, while looking from the front.
	if last := len(out) - 1; out[last] == out[0] || along(out[0], out[last], out[1]) || along(out[last], out[last-1], out[0]) {
		more, at := blunted(append(out, out[0]))
		if len(more) < len(out)+1 {
			return more, at
		}
	}
	return append(out, out[0]), tip
}
