package grid

import (
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// flatTree is the areas of a tree in a row: first the whole plan, then the others in code order.
type flatTree struct {
	codes, names texts
	areas        []flatArea
}

// flatArea is an area without its code and name, and without its kids, which are told by the codes.
type flatArea struct {
	first, last uint32
	bound       orb.Bound
	place       place
}

func flatten(t *tree) flatTree {
	rows := make([]*area, 0, 1+len(t.nodes))
	for _, n := range t.nodes {
		rows = append(rows, n)
	}
	slices.SortFunc(rows, func(a, b *area) int { return compareCodes(a.unit.Code, b.unit.Code) })
	rows = slices.Insert(rows, 0, &t.top)
	f := flatTree{
		codes: newTexts(len(rows), func(i int) string { return string(rows[i].unit.Code) }),
		names: newTexts(len(rows), func(i int) string { return rows[i].unit.Name }),
	}
	for _, n := range rows {
		f.areas = append(f.areas, flatArea{uint32(n.first), uint32(n.last), n.bound, n.place})
	}
	return f
}

// grown is the tree again, of a plan with so many cells.
func (f *flatTree) grown(cells int) (tree, error) {
	n := len(f.areas)
	if n == 0 {
		return tree{}, errors.New("it has no hierarchy")
	}
	if err := errors.Join(f.codes.check(n), f.names.check(n)); err != nil {
		return tree{}, err
	}
	t := tree{nodes: make(map[Code]*area, n-1)}
	all := make([]area, n-1) // one piece of memory
	for i, row := range f.areas {
		a := &t.top
		if i > 0 {
			a = &all[i-1]
		}
		*a = area{unit: Unit{Code(f.codes.at(i)), f.names.at(i)}, first: int(row.first), last: int(row.last), bound: row.bound, place: row.place}
		if err := a.check(cells); err != nil {
			return tree{}, err
		}
		if (i == 0) != (a.unit.Code == "") || t.nodes[a.unit.Code] != nil {
			return tree{}, fmt.Errorf("its hierarchy has %q in the wrong place", a.unit.Code)
		}
		if i > 0 {
			t.nodes[a.unit.Code] = a
		}
	}
	for code := range t.nodes {
		if up := code.Parent(); up != "" && t.nodes[up] == nil {
			return tree{}, fmt.Errorf("its hierarchy has nothing above %q", code)
		}
	}
	t.link()
	return t, nil
}

func (n *area) check(cells int) error {
	if n.first > n.last || n.last > cells {
		return fmt.Errorf("the cells of %q are not there", n.unit.Code)
	}
	return errors.Join(CheckPoint(n.place.centre), CheckPoint(n.bound.Min), CheckPoint(n.bound.Max))
}

var flatAreas = kind[flatArea]{64, func(b []byte, v []flatArea) {
	for i, a := range v {
		row := b[64*i:]
		le.PutUint32(row, a.first)
		le.PutUint32(row[4:], a.last)
		putFloats(row[8:], a.bound.Min[0], a.bound.Min[1], a.bound.Max[0], a.bound.Max[1])
		putFloats(row[40:], a.place.centre[0], a.place.centre[1], a.place.weight)
	}
}, func(v []flatArea, b []byte) {
	for i := range v {
		row, a := b[64*i:], &v[i]
		a.first, a.last = le.Uint32(row), le.Uint32(row[4:])
		a.bound = orb.Bound{Min: orb.Point{floatAt(row[8:]), floatAt(row[16:])}, Max: orb.Point{floatAt(row[24:]), floatAt(row[32:])}}
		a.place = place{orb.Point{floatAt(row[40:]), floatAt(row[48:])}, floatAt(row[56:])}
	}
}}
