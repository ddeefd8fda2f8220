package survey

import (
	"cmp"
	"errors"
	"slices"

	"fengqiao/grid"
)

// ErrTangled says that borders could not be laid over each other: they meet in more places than any map's do.
var ErrTangled = errors.New("survey: the borders meet in too many places to be laid over each other")

// Nobody stands for ground without a cell.
const Nobody = -1

// Share is ground that belongs to one cell before and to one after, or on one side to Nobody.
type Share struct {
	Before, After int // positions in the lists given to Shares
	SquareMetres  float64
}

// Shares lays two drawings of the same ground over each other and tells which ground goes from whom to whom, in the order of
// Before and After, Nobody first. Ground that several cells of one drawing cover is its owner's at lookup, the first in code
// order. Coordinates must be finite. ErrTangled.
func Shares(before, after []grid.Cell) ([]Share, error) {
	all := slices.Concat(before, after)
	n := newNet(all, func(int) bool { return true })
	found, ok := n.contacts(false)
	if !ok || !n.cut(found) {
		return nil, ErrTangled
	}
	owned := map[[2]int]float64{}
	f := newFaces(n)
	for face := 1; face < len(f.cycles); face++ {
		was, is := Nobody, Nobody
		for _, i := range f.covering(int32(face)) {
			if i < len(before) {
				was = firstOf(all, was, i)
			} else {
				is = firstOf(all, is, i)
			}
		}
		if is != Nobody {
			is -= len(before)
		}
		if was != Nobody || is != Nobody {
			owned[[2]int{was, is}] += max(area(f.ground(int32(face))), 0)
		}
	}
	shares := make([]Share, 0, len(owned))
	for pair, size := range owned {
		shares = append(shares, Share{pair[0], pair[1], size})
	}
	slices.SortFunc(shares, func(a, b Share) int { return cmp.Or(cmp.Compare(a.Before, b.Before), cmp.Compare(a.After, b.After)) })
	return shares, nil
}

// firstOf is the one of two cells that comes first in code order.
func firstOf(cells []grid.Cell, i, j int) int {
	if i == Nobody || grid.CompareCodes(cells[j].Code, cells[i].Code) < 0 {
		return j
	}
	return i
}
