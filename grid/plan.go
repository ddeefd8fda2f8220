package grid

import (
	"errors"
	"slices"

	"github.com/paulmach/orb"
)

// Plan is one edition of the ground: cells, the names above them, and an index. It never changes, so any number of
// goroutines may ask it without locks; nothing it returns may be changed either. The zero Plan has no cells.
type Plan struct {
	version  string
	schema   Schema
	cells    []Cell    // in code order, which is the order in which they own borders
	outlines []outline // beside cells
	tree     tree
	index    index
}

// NewPlan checks and indexes a plan. version is the caller's name of the edition. units name places of any level,
// cells included; levels without a name are allowed. Shapes are copied.
//
// The error joins every *Problem found (at most 100), each naming the cell or unit and the reason: an unusable
// schema, a code that the schema does not allow, a code given twice, a shape that is empty, a ring that is not closed, a
// coordinate that is not finite or out of range. Overlaps and rings that cross themselves are no errors.
func NewPlan(version string, schema Schema, units []Unit, cells []Cell) (*Plan, error) {
	var in inspection
	if version == "" {
		in.add("version", "", "is empty")
	}
	if err := schema.Check(); err != nil {
		in.add("schema", "", err.Error())
	} else {
		in.units(schema, units)
		in.cells(schema, units, cells)
	}
	if len(in.found) > 0 {
		return nil, errors.Join(in.found...)
	}
	p := &Plan{
		version:  version,
		schema:   Schema{Levels: slices.Clone(schema.Levels)},
		cells:    slices.Clone(cells),
		outlines: make([]outline, len(cells)),
	}
	slices.SortFunc(p.cells, func(a, b Cell) int { return compareCodes(a.Code, b.Code) })
	for i := range p.cells {
		p.cells[i].Shape = p.cells[i].Shape.Clone()
		p.outlines[i] = newOutline(p.cells[i].Shape)
	}
	p.index = newIndex(p.outlines)
	p.tree = newTree(units, p.cells)
	p.nameCells()
	p.placeCentres()
	return p, nil
}

// nameCells gives a cell without a name the one that the units list has for it.
func (p *Plan) nameCells() {
	for i := range p.cells {
		if p.cells[i].Name == "" {
			p.cells[i].Name, _ = p.Name(p.cells[i].Code)
		}
	}
}

// Version is the name of this edition as given to NewPlan.
func (p *Plan) Version() string { return p.version }

// Schema is the hierarchy that the plan's codes follow.
func (p *Plan) Schema() Schema { return Schema{Levels: slices.Clone(p.schema.Levels)} }

// Len is the number of cells.
func (p *Plan) Len() int { return len(p.cells) }

// At is the i-th cell in code order, 0 ≤ i < Len.
func (p *Plan) At(i int) Cell { return p.cells[i] }

// Cell is the cell with this code.
func (p *Plan) Cell(code Code) (Cell, bool) {
	i, ok := p.IndexOf(code)
	if !ok {
		return Cell{}, false
	}
	return p.cells[i], true
}

// IndexOf is the position of the cell with this code, for At.
func (p *Plan) IndexOf(code Code) (int, bool) {
	n := p.tree.node(code)
	if n == nil || n.cell < 0 {
		return 0, false
	}
	return int(n.cell), true
}

// Locate is the cell that owns the point (WGS-84 degrees, longitude first); false if it touches none or is not a
// finite point. The package comment states who owns a border. It neither locks nor allocates.
func (p *Plan) Locate(pt orb.Point) (Cell, bool) {
	i, ok := p.Index(pt)
	if !ok {
		return Cell{}, false
	}
	return p.cells[i], true
}

// Index is Locate that answers with the cell's position, for At.
func (p *Plan) Index(pt orb.Point) (int, bool) {
	return p.index.first(p.outlines, pt)
}
