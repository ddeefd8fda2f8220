package survey

import (
	"errors"
	"maps"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// ErrApart says that cells do not share a border, so that nothing is joined.
var ErrApart = errors.New("survey: the cells do not border on each other")

// Unite is the ground of all the cells as one shape, without the borders between them. Every vertex on its outside stays, so
// that neighbours fit as before. The cells must hang together by shared borders; coordinates must be finite. ErrApart,
// ErrTangled.
func Unite(cells []grid.Cell) (orb.MultiPolygon, error) {
	n := newNet(cells, func(int) bool { return true })
	found, ok := n.contacts(false)
	if !ok || !n.cut(found) {
		return nil, ErrTangled
	}
	p := &parting{faces: newFaces(n), held: make([]bool, len(cells)), hot: map[vertex]bool{}}
	p.cover = make([][]int, len(p.cycles))
	whose := make([][]int, len(p.cycles))
	for face := range p.cover {
		if whose[face] = p.covering(int32(face)); len(whose[face]) > 0 {
			p.cover[face] = []int{0} // all is the first one's
		}
	}
	for v := range n.places {
		p.hot[vertex(v)] = true
	}
	p.sort()
	if !p.together(whose, len(cells)) {
		return nil, ErrApart
	}
	return p.shape(0), nil
}

// together tells whether the cells hang together: each region is the ground of some of them, and going from region to cell
// and cell to region leads to all.
func (p *parting) together(whose [][]int, cells int) bool {
	members := map[int32]map[int]bool{}
	for face, region := range p.regions(0) {
		if members[region] == nil {
			members[region] = map[int]bool{}
		}
		for _, cell := range whose[face] {
			members[region][cell] = true
		}
	}
	reached := map[int]bool{0: true}
	for grown := true; grown; {
		grown = false
		for _, region := range slices.Sorted(maps.Keys(members)) {
			here := members[region]
			touched := false
			for cell := range here {
				touched = touched || reached[cell]
			}
			for cell := range here {
				if touched && !reached[cell] {
					reached[cell], grown = true, true
				}
			}
		}
	}
	return len(reached) == cells
}
