package grid

import (
	"slices"

	"github.com/paulmach/orb"
)

// tree is the hierarchy above the cells. Every code above a unit or cell is a node, named or not, and so is every unit
// that is not a cell; a cell is one only if something lies inside it. The cells themselves are found by their order.
type tree struct {
	nodes map[Code]*area
	top   area // everything: the empty code
}

// area is a node of the tree.
type area struct {
	unit Unit
	// The cells inside stand in a row, since code order keeps every unit's cells together: [first, last).
	first, last int
	kids        []*area // in code order
	bound       orb.Bound
	place       place
}

// place is a point that stands for a patch of ground, with the weight it has in the patch around it.
type place struct {
	centre orb.Point
	weight float64
}

// nowhere is the bound of what has no ground; orb counts it as empty.
var nowhere = orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}

func newTree(p *Plan, units []Unit, bounds []orb.Bound) tree {
	t := tree{nodes: make(map[Code]*area), top: area{bound: nowhere}}
	for _, u := range units {
		if _, cell := p.labels.find(u.Code); cell {
			t.grow(u.Code.Parent())
		} else {
			t.grow(u.Code).unit.Name = u.Name
		}
	}
	t.hold(p, bounds)
	t.link()
	return t
}

// grow makes sure that the code and everything above it are nodes.
func (t *tree) grow(code Code) *area {
	if code == "" {
		return &t.top
	}
	if n := t.nodes[code]; n != nil {
		return n
	}
	t.grow(code.Parent())
	n := &area{unit: Unit{Code: code}, bound: nowhere}
	t.nodes[code] = n
	return n
}

// hold counts every cell as lying inside the nodes above it.
func (t *tree) hold(p *Plan, bounds []orb.Bound) {
	for i := range p.Len() { // first all nodes, then the cells that turn out to be one
		if i == 0 || p.CodeAt(i).Parent() != p.CodeAt(i-1).Parent() {
			t.grow(p.CodeAt(i).Parent())
		}
	}
	var above []*area
	parent := Code(Missing) // of no cell
	for i := range p.Len() {
		code, b := p.CodeAt(i), bounds[i]
		if up := code.Parent(); up != parent {
			parent, above = up, append(above[:0], &t.top)
			for _, c := range up.Ancestors() {
				above = append(above, t.nodes[c])
			}
		}
		for _, n := range above {
			n.hold(i, b)
		}
		if n := t.nodes[code]; n != nil {
			n.unit.Name = p.labels.names.at(i)
			n.hold(i, b)
		}
	}
}

// hold counts a cell as lying inside the node; cells come in order.
func (n *area) hold(cell int, b orb.Bound) {
	if n.first == n.last {
		n.first = cell
	}
	n.last = cell + 1
	n.bound = join(n.bound, b)
}

// link hangs every node under the nearest one above it, stepping over levels that the place does not have.
func (t *tree) link() {
	for code, n := range t.nodes {
		if isMissing(code) {
			continue
		}
		up := code.Parent()
		for isMissing(up) {
			up = up.Parent()
		}
		over := t.grow(up)
		over.kids = append(over.kids, n)
	}
	byCode := func(a, b *area) int { return compareCodes(a.unit.Code, b.unit.Code) }
	slices.SortFunc(t.top.kids, byCode)
	for _, n := range t.nodes {
		slices.SortFunc(n.kids, byCode)
	}
}

// area is the node of a code, nil if it is none.
func (t *tree) area(code Code) *area {
	if code == "" {
		return &t.top
	}
	return t.nodes[code]
}

func join(a, b orb.Bound) orb.Bound {
	switch {
	case a == nowhere:
		return b
	case b == nowhere:
		return a
	}
	return orb.Bound{
		Min: orb.Point{min(a.Min[0], b.Min[0]), min(a.Min[1], b.Min[1])},
		Max: orb.Point{max(a.Max[0], b.Max[0]), max(a.Max[1], b.Max[1])},
	}
}

// Name is the name of a unit or cell; false if the plan gives it none.
func (p *Plan) Name(code Code) (string, bool) {
	name := ""
	if n := p.tree.nodes[code]; n != nil {
		name = n.unit.Name
	} else if i, ok := p.IndexOf(code); ok {
		name = p.labels.names.at(i)
	}
	return name, name != ""
}

// Path is what the code lies in as far as it has a name, outermost first, the code itself last.
func (p *Plan) Path(code Code) []Unit {
	var out []Unit
	for _, up := range code.Ancestors() {
		if name, named := p.Name(up); named {
			out = append(out, Unit{up, name})
		}
	}
	return out
}

// Units are the places above the cells and beside them, in code order, named or not: with the cells all that NewPlan needs to
// make the plan again.
func (p *Plan) Units() []Unit {
	var out []Unit
	for code, n := range p.tree.nodes {
		if _, cell := p.labels.find(code); !cell && !isMissing(code) {
			out = append(out, n.unit)
		}
	}
	slices.SortFunc(out, func(a, b Unit) int { return compareCodes(a.Code, b.Code) })
	return out
}

// Roots are the outermost units, in code order.
func (p *Plan) Roots() []Unit { return p.Children("") }

// Children are the units directly inside an area, in code order, those without a name included; a level that the
// place does not have is stepped over. The children of the empty code are the outermost units.
func (p *Plan) Children(area Code) []Unit {
	n := p.tree.area(area)
	if n == nil || isMissing(area) {
		return nil
	}
	var out []Unit
	// Cells that lie in none of the nodes below are children themselves, in their place between those.
	cells := func(first, last int) {
		for i := first; i < last; i++ {
			if code := p.CodeAt(i); code != area {
				out = append(out, Unit{code, p.labels.names.at(i)})
			}
		}
	}
	at := n.first
	for _, kid := range n.kids {
		before, _ := p.labels.find(kid.unit.Code) // of units without cells too
		if kid.first < kid.last {
			before = kid.first
		}
		cells(at, before)
		out = append(out, kid.unit)
		at = max(at, before, kid.last)
	}
	cells(at, n.last)
	return out
}

// Within tells whether the whole plan lies inside an area: every cell, and every unit but those above the area, which
// only say where it lies. The zero Plan lies inside every area.
func (p *Plan) Within(area Code) bool {
	if first, last := p.span(area); last-first < p.Len() {
		return false
	}
	for code := range p.tree.nodes {
		if !area.Contains(code) && !code.Contains(area) {
			return false
		}
	}
	return true
}

// CellsOf are the codes of the cells inside an area, itself included if it is a cell, in code order; nil if there are
// none. The empty code holds all cells.
func (p *Plan) CellsOf(area Code) []Code {
	first, last := p.span(area)
	if first == last {
		return nil
	}
	out := make([]Code, 0, last-first)
	for i := first; i < last; i++ {
		out = append(out, p.CodeAt(i))
	}
	return out
}

// span is the range of positions of the cells inside an area.
func (p *Plan) span(area Code) (first, last int) {
	if n := p.tree.area(area); n != nil {
		return n.first, n.last
	}
	if i, ok := p.IndexOf(area); ok {
		return i, i + 1
	}
	return 0, 0
}

// Bound is the smallest box around the area's cells, the empty code standing for the whole plan. For a code that has
// no cells it is an empty bound (IsEmpty).
func (p *Plan) Bound(area Code) orb.Bound {
	if p.Len() == 0 {
		return nowhere
	}
	if n := p.tree.area(area); n != nil {
		return n.bound
	}
	if i, ok := p.IndexOf(area); ok {
		return p.ground.bound(i)
	}
	return nowhere
}

// Centre is a point that stands for the area on a map and lies on its ground: the middle of its surface or, where that
// falls outside (a crescent, a ring around a town), a point inside. Locate of it leads back to the area, unless cells of
// another overlap it nearly whole. False if the area has no cells.
func (p *Plan) Centre(area Code) (orb.Point, bool) {
	if n := p.tree.area(area); n != nil {
		return n.place.centre, n.first < n.last
	}
	if i, ok := p.IndexOf(area); ok {
		return p.centres[i], true
	}
	return orb.Point{}, false
}
