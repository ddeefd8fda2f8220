package grid

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// tree is the hierarchy above and including the cells. Every ancestor of a unit or cell is a node, named or not.
type tree struct {
	nodes map[Code]*node
	roots []Unit
	bound orb.Bound
	total place
}

type node struct {
	unit  Unit
	named bool
	cell  int32 // position of the cell with this very code, or -1
	// The cells inside stand in a row, since code order keeps every unit's cells together: [first, last).
	first, last int32
	kids        []Unit
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

func newTree(units []Unit, cells []Cell) tree {
	t := tree{nodes: make(map[Code]*node, len(units)+len(cells)), bound: nowhere}
	for _, u := range units {
		n := t.grow(u.Code)
		n.unit.Name, n.named = u.Name, u.Name != ""
	}
	for i, c := range cells {
		n := t.grow(c.Code)
		n.cell = int32(i)
		if c.Name != "" {
			n.unit.Name, n.named = c.Name, true
		}
		b := c.Shape.Bound()
		for _, up := range c.Code.Ancestors() {
			t.nodes[up].hold(int32(i), b)
		}
		t.bound = join(t.bound, b)
	}
	t.link()
	return t
}

// grow makes sure that the code and everything above it are nodes.
func (t *tree) grow(code Code) *node {
	if n := t.nodes[code]; n != nil {
		return n
	}
	if up := code.Parent(); up != "" {
		t.grow(up)
	}
	n := &node{unit: Unit{Code: code}, cell: -1, first: -1, bound: nowhere}
	t.nodes[code] = n
	return n
}

// hold counts a cell as lying inside the node; cells come in order.
func (n *node) hold(cell int32, b orb.Bound) {
	if n.first < 0 {
		n.first = cell
	}
	n.last = cell + 1
	n.bound = join(n.bound, b)
}

// link hangs every unit under the nearest unit above it, stepping over levels that the place does not have.
func (t *tree) link() {
	for code, n := range t.nodes {
		if isMissing(code) {
			continue
		}
		up := code.Parent()
		for isMissing(up) {
			up = up.Parent()
		}
		if up == "" {
			t.roots = append(t.roots, n.unit)
		} else {
			t.nodes[up].kids = append(t.nodes[up].kids, n.unit)
		}
	}
	byCode := func(a, b Unit) int { return compareCodes(a.Code, b.Code) }
	slices.SortFunc(t.roots, byCode)
	for _, n := range t.nodes {
		slices.SortFunc(n.kids, byCode)
	}
}

func (t *tree) node(code Code) *node { return t.nodes[code] }

// isMissing tells whether the code stops at a level that the place does not have.
func isMissing(c Code) bool { return c == Missing || strings.HasSuffix(string(c), "."+Missing) }

func join(a, b orb.Bound) orb.Bound {
	if a == nowhere {
		return b
	}
	return a.Union(b)
}

// Name is the name of a unit or cell; false if the plan gives it none.
func (p *Plan) Name(code Code) (string, bool) {
	n := p.tree.node(code)
	if n == nil || !n.named {
		return "", false
	}
	return n.unit.Name, true
}

// Path is what the code lies in as far as it has a name, outermost first, the code itself last.
func (p *Plan) Path(code Code) []Unit {
	var out []Unit
	for _, up := range code.Ancestors() {
		if n := p.tree.node(up); n != nil && n.named {
			out = append(out, n.unit)
		}
	}
	return out
}

// Roots are the outermost units, in code order.
func (p *Plan) Roots() []Unit { return slices.Clone(p.tree.roots) }

// Children are the units directly inside an area, in code order, those without a name included; a level that the
// place does not have is stepped over. The children of the empty code are the roots.
func (p *Plan) Children(area Code) []Unit {
	if area == "" {
		return p.Roots()
	}
	n := p.tree.node(area)
	if n == nil {
		return nil
	}
	return slices.Clone(n.kids)
}

// Within tells whether the whole plan lies inside an area: every cell, and every unit but those above the area, which
// only say where it lies. The zero Plan lies inside every area.
func (p *Plan) Within(area Code) bool {
	for code, n := range p.tree.nodes {
		if !area.Contains(code) && (n.cell >= 0 || !code.Contains(area)) {
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
		out = append(out, p.cells[i].Code)
	}
	return out
}

// span is the range of positions of the cells inside an area.
func (p *Plan) span(area Code) (first, last int) {
	if area == "" {
		return 0, len(p.cells)
	}
	n := p.tree.node(area)
	if n == nil || n.first < 0 {
		return 0, 0
	}
	return int(n.first), int(n.last)
}

// Bound is the smallest box around the area's cells, the empty code standing for the whole plan. For a code that has
// no cells it is an empty bound (IsEmpty).
func (p *Plan) Bound(area Code) orb.Bound {
	if len(p.cells) == 0 {
		return nowhere
	}
	if area == "" {
		return p.tree.bound
	}
	n := p.tree.node(area)
	if n == nil {
		return nowhere
	}
	return n.bound
}

// Centre is a point that stands for the area on a map and lies on its ground: the middle of its surface or, where that
// falls outside (a crescent, a ring around a town), a point inside. Locate of it leads back to the area, unless cells of
// another overlap it nearly whole. False if the area has no cells.
func (p *Plan) Centre(area Code) (orb.Point, bool) {
	if len(p.cells) == 0 {
		return orb.Point{}, false
	}
	if area == "" {
		return p.tree.total.centre, true
	}
	n := p.tree.node(area)
	if n == nil || n.first < 0 {
		return orb.Point{}, false
	}
	return n.place.centre, true
}
