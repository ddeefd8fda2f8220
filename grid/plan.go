package grid

import (
	"errors"
	"slices"

	"github.com/paulmach/orb"
)

// Plan is one edition of the ground: cells, the names above them, and an index. It never changes, so any number of
// goroutines may ask it without locks; nothing it returns may be changed either. The zero Plan has no cells.
//
// Inside there are flat arrays, in which neighbours share their borders: some 345 bytes for a cell of 26 vertices,
// shape, code and index together. So a cell's Shape is built when it is asked for (At, Cell), not by Locate.
type Plan struct {
	version string
	schema  Schema
	labels  labels // of the cells in code order, which is the order in which they own borders
	ground  ground // their shapes
	raster  raster // for points
	boxes   boxes  // for boxes and distances
	centres []orb.Point
	tree    tree
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
	p := &Plan{version: version, schema: Schema{Levels: slices.Clone(schema.Levels)}}
	p.build(units, inOrder(cells))
	return p, nil
}

// inOrder is the cells in code order.
func inOrder(cells []Cell) []Cell {
	byCode := func(a, b Cell) int { return compareCodes(a.Code, b.Code) }
	if slices.IsSortedFunc(cells, byCode) {
		return cells
	}
	cells = slices.Clone(cells)
	slices.SortFunc(cells, byCode)
	return cells
}

func (p *Plan) build(units []Unit, cells []Cell) {
	p.label(units, cells)
	bounds, whole := boundsOf(cells)
	if len(cells) > 0 {
		f := newFrame(whole, tilesFor(whole, bounds))
		w := weldTogether(cells, &f)
		p.ground, p.raster, p.boxes = w.ground, newRaster(w, f), newBoxes(bounds)
	}
	p.tree = newTree(p, units, bounds)
	p.placeCentres(cells)
}

// boundsOf are the boxes of the cells and that of all their vertices, of holes that stick out as well.
func boundsOf(cells []Cell) (each []orb.Bound, whole orb.Bound) {
	each = make([]orb.Bound, len(cells))
	wholes := make([]orb.Bound, tasks)
	spread(tasks, func(task int) {
		wholes[task] = nowhere
		first, end := portion(len(cells), task, tasks)
		for i := first; i < end; i++ {
			each[i] = nowhere
			for _, poly := range cells[i].Shape {
				each[i] = join(each[i], boundOf(poly[0]))
				for _, hole := range poly[1:] {
					wholes[task] = join(wholes[task], boundOf(hole))
				}
			}
			wholes[task] = join(wholes[task], each[i])
		}
	})
	whole = nowhere
	for _, b := range wholes {
		whole = join(whole, b)
	}
	return each, whole
}

// boundOf is the box of some points; orb's own is as good but slower.
func boundOf(pts []orb.Point) orb.Bound {
	lo, hi := pts[0], pts[0]
	for _, pt := range pts {
		lo[0], lo[1], hi[0], hi[1] = min(lo[0], pt[0]), min(lo[1], pt[1]), max(hi[0], pt[0]), max(hi[1], pt[1])
	}
	return orb.Bound{Min: lo, Max: hi}
}

// label keeps codes and names. A cell without a name takes the one that the units list has for it.
func (p *Plan) label(units []Unit, cells []Cell) {
	p.labels = labels{n: len(cells), codes: newTexts(len(cells), func(i int) string { return string(cells[i].Code) })}
	given := make(map[int]string)
	for _, u := range units {
		if i, ok := p.labels.find(u.Code); ok {
			given[i] = u.Name
		}
	}
	p.labels.names = newTexts(len(cells), func(i int) string {
		if cells[i].Name == "" {
			return given[i]
		}
		return cells[i].Name
	})
}

// Version is the name of this edition as given to NewPlan.
func (p *Plan) Version() string { return p.version }

// Schema is the hierarchy that the plan's codes follow.
func (p *Plan) Schema() Schema { return Schema{Levels: slices.Clone(p.schema.Levels)} }

// Len is the number of cells.
func (p *Plan) Len() int { return p.labels.n }

// At is the i-th cell in code order, 0 ≤ i < Len. Its shape is built anew and the caller's own.
func (p *Plan) At(i int) Cell {
	return Cell{Code: p.labels.code(i), Name: p.labels.names.at(i), Shape: p.ground.shape(i)}
}

// CodeAt is the code of the i-th cell in code order.
func (p *Plan) CodeAt(i int) Code { return p.labels.code(i) }

// Cell is the cell with this code, as At gives it.
func (p *Plan) Cell(code Code) (Cell, bool) {
	i, ok := p.IndexOf(code)
	if !ok {
		return Cell{}, false
	}
	return p.At(i), true
}

// IndexOf is the position of the cell with this code, for At.
func (p *Plan) IndexOf(code Code) (int, bool) {
	if i, ok := p.labels.find(code); ok {
		return i, true
	}
	return 0, false
}

// Locate is the cell that owns the point (WGS-84 degrees, longitude first), without its Shape, for which ask Cell;
// false if the point touches none or is not finite. The package comment states who owns a border. It neither locks
// nor allocates. What the cell lies in, at any level, is a prefix of its code.
func (p *Plan) Locate(pt orb.Point) (Cell, bool) {
	i, ok := p.Index(pt)
	if !ok {
		return Cell{}, false
	}
	return Cell{Code: p.labels.code(i), Name: p.labels.names.at(i)}, true
}

// LocateArea is the unit of a level, named by its key in the schema, in which the point lies: the code of its cell cut
// short, without a further search. False if the point touches no cell or the cell has no such level above or at it.
func (p *Plan) LocateArea(pt orb.Point, key string) (Code, bool) {
	depth := 1 + slices.IndexFunc(p.schema.Levels, func(l Level) bool { return l.Key == key })
	i, ok := p.Index(pt)
	if !ok || depth == 0 {
		return "", false
	}
	area := p.CodeAt(i).Prefix(depth)
	return area, area.Depth() == depth && !isMissing(area)
}

// Index is Locate that answers with the cell's position, for At.
func (p *Plan) Index(pt orb.Point) (int, bool) {
	i := p.raster.locate(&p.ground, pt)
	return int(max(i, 0)), i >= 0
}
