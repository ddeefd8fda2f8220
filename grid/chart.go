package grid

import (
	"github.com/paulmach/orb"
)

// Chart is a plan's ground as one level of the hierarchy divides it: patches, each the union of the cells of one unit.
// It never changes. Borders are kept as lines that both patches beside them refer to, so that whatever is made of a line
// is the same on both sides.
type Chart struct {
	plan *Plan
	outlines
	// Where every cell is a patch of its own there is nothing else; the rest is nil.
	of      []uint32 // patch of each cell
	patches []patch
}

type patch struct {
	code  Code
	bound smallBox
}

// outlines are the rings of patches, made of lines as those of cells are made of arcs.
//
//	starts  patch i owns refs[starts[i]:starts[i+1]]
//	refs    its rings one after another, as in ground, the number being a line's
//	lines   line k is the arcs parts[lines[k]:lines[k+1]]; nil: line k is arc k
type outlines struct {
	starts []uint32
	refs   []ref
	lines  []uint32
	parts  []ref
}

func (o *outlines) refsOf(patch int) []ref { return o.refs[o.starts[patch]:o.starts[patch+1]] }

// Chart divides the ground by the level at a depth (1 is the outermost). A cell that has no unit so deep is a patch
// itself; where a level is missing the unit above it stands in. It takes a walk over all borders, so keep what it gives.
func (p *Plan) Chart(depth int) *Chart {
	c := &Chart{plan: p}
	if !c.divide(depth) {
		c.outlines = outlines{starts: p.ground.cells, refs: p.ground.refs}
		return c
	}
	c.outlines = unite(&p.ground, c.of, len(c.patches))
	return c
}

// divide finds the patch of every cell; false if each is its own.
func (c *Chart) divide(depth int) bool {
	p, whole := c.plan, true
	for i := 0; i < p.Len() && whole; i++ {
		whole = p.CodeAt(i).Prefix(depth).Unit() == p.CodeAt(i)
	}
	if whole {
		return false
	}
	known := make(map[Code]uint32)
	c.of = make([]uint32, p.Len())
	for i := range c.of {
		code, box := p.CodeAt(i).Prefix(depth).Unit(), p.boxes.levels[0][i]
		k, ok := known[code]
		if !ok {
			k = uint32(len(c.patches))
			known[code] = k
			c.patches = append(c.patches, patch{code, box})
		}
		c.of[i] = k
		c.patches[k].bound.join(box)
	}
	return true
}

// Len is the number of patches.
func (c *Chart) Len() int {
	if c.of == nil {
		return c.plan.Len()
	}
	return len(c.patches)
}

// Code is the unit that is the i-th patch, 0 ≤ i < Len.
func (c *Chart) Code(i int) Code {
	if c.of == nil {
		return c.plan.CodeAt(i)
	}
	return c.patches[i].code
}

// Name is what the plan calls the i-th patch, "" if nothing.
func (c *Chart) Name(i int) string {
	if c.of == nil {
		return c.plan.labels.names.at(i)
	}
	name, _ := c.plan.Name(c.patches[i].code)
	return name
}

// PatchOf is the patch in which a cell lies, by the cell's position in the plan.
func (c *Chart) PatchOf(cell int) int {
	if c.of == nil {
		return cell
	}
	return int(c.of[cell])
}

// near calls yield for every patch whose box meets the bound, in order.
func (c *Chart) near(bound orb.Bound, yield func(patch int)) {
	if c.of == nil {
		c.plan.boxes.meeting(bound, yield)
		return
	}
	for i := range c.patches {
		if c.patches[i].bound.bound().Intersects(bound) {
			yield(i)
		}
	}
}
