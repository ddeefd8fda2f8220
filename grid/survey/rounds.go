package survey

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

const (
	// mostMends is how many rounds Repair makes at most before it holds that the work does not settle; two or three are
	// the rule.
	mostMends = 12
	// mostHolds is how often it tries again without the cells that did not settle.
	mostHolds = 8
)

// round is how the cells stood after some of the repair.
type round struct {
	cells    []grid.Cell
	fixes    int
	marks    []string // what each cell looks like
	vertices int
}

// mend repairs the cells so that repairing them again changes nothing. Where cells had to be held, that is tried; if it does
// not hold true, each ring is mended alone and no border is moved.
func (m *mending) mend() {
	m.tidy()
	tidied, fixes := slices.Clone(m.cells), slices.Clone(m.fixes)
	if !m.settle() {
		again := newMending(m.cells, m.o)
		again.settle()
		if !slices.Equal(again.round().marks, m.round().marks) {
			m.cells, m.fixes = tidied, fixes
		}
	}
}

// settle repeats the repair until it changes nothing, and tells whether all cells took part. Where it comes to no end,
// because the tolerance is as wide as what it is to mend, the cells that were changed last keep their borders, and all is
// done again without them.
func (m *mending) settle() bool {
	given, fixes := slices.Clone(m.cells), slices.Clone(m.fixes)
	for try := range mostHolds {
		if m.rounds() {
			return try == 0
		}
		m.cells, m.fixes = slices.Clone(given), slices.Clone(fixes)
	}
	return false
}

// rounds tells whether the repair came to an end; if not, it holds the cells that were changed last. Where one step
// undoes what another did, a round leaves the ground as it was, or the rounds go in a circle; the repair then stops at a
// place that does not depend on where it entered the circle. So whoever repairs again comes to the same place.
func (m *mending) rounds() bool {
	past := []round{m.round()}
	for {
		before := past[len(past)-1]
		m.tidy()
		m.join()
		m.slivers()
		if len(m.fixes) == before.fixes {
			return true
		}
		now := m.round()
		m.fixes = append(m.fixes[:before.fixes:before.fixes], slices.DeleteFunc(slices.Clone(m.fixes[before.fixes:]), func(f Fix) bool {
			return !slices.ContainsFunc(f.Cells, func(i int) bool { return before.marks[i] != now.marks[i] })
		})...)
		now.fixes = len(m.fixes)
		if at := slices.IndexFunc(past, func(r round) bool { return slices.Equal(r.marks, now.marks) }); at >= 0 {
			end := slices.MinFunc(past[at:], func(a, b round) int { return slices.Compare(a.marks, b.marks) })
			m.cells, m.fixes = end.cells, m.fixes[:end.fixes]
			return true
		}
		if len(past) == mostMends || now.vertices > 2*past[0].vertices+100 {
			for i := range m.held {
				m.held[i] = m.held[i] || before.marks[i] != now.marks[i]
			}
			return false
		}
		past = append(past, now)
	}
}

func (m *mending) round() round {
	r := round{cells: slices.Clone(m.cells), fixes: len(m.fixes), marks: make([]string, len(m.cells))}
	for i := range m.cells {
		r.marks[i] = mark(m.cells[i].Shape)
		r.vertices += len(r.marks[i]) / 16
	}
	return r
}

// mark is equal for shapes that differ only in where their rings begin and in the order of polygons and holes.
func mark(shape orb.MultiPolygon) string {
	polygons := make([]string, len(shape))
	for i, poly := range shape {
		rings := make([]string, len(poly))
		for k, r := range poly {
			rings[k] = ringMark(r)
		}
		if len(rings) > 1 {
			slices.Sort(rings[1:])
		}
		polygons[i] = strings.Join(rings, "h")
	}
	slices.Sort(polygons)
	return strings.Join(polygons, "p")
}

// ringMark writes a ring from its least point on; a ring that does not close, as it stands.
func ringMark(r orb.Ring) string {
	if len(r) > 1 && r[0] == r[len(r)-1] {
		least := 0
		for k := range r[:len(r)-1] {
			if cmp.Or(cmp.Compare(r[k][0], r[least][0]), cmp.Compare(r[k][1], r[least][1])) < 0 {
				least = k
			}
		}
		r = slices.Concat(r[least:len(r)-1], r[:least+1])
	}
	b := make([]byte, 0, 16*len(r))
	for _, pt := range r {
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(pt[0]))
		b = binary.BigEndian.AppendUint64(b, math.Float64bits(pt[1]))
	}
	return string(b)
}
