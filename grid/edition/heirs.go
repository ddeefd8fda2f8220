package edition

import (
	"fengqiao/grid"
)

// held is the part of its old ground with which an area stays what it was.
const held = 0.01

// Changed tells whether a cell of the plan before was drawn anew, so that what lies in it may have come to lie elsewhere.
func (d *Difference) Changed(cell grid.Code) bool { return d.estates[cell] != nil }

// Heir is the area that takes an area's place: itself, if it is still there, or else the one that has most of its ground. For a
// cell that is a cell, for what lies above, an area of as many levels. False if its ground is nobody's now. Of an area that the plan
// before did not have either, it only tells whether the one after has it.
func (d *Difference) Heir(area grid.Code) (grid.Code, bool) {
	cells := d.Before.CellsOf(area)
	if len(cells) == 0 {
		return area, len(d.After.CellsOf(area)) > 0
	}
	_, whole := d.Before.IndexOf(area)
	e := estate{heirs: map[grid.Code]float64{}}
	for _, cell := range cells {
		of := d.estates[cell]
		if of == nil {
			return area, true
		}
		e.whole += of.whole
		for to, size := range of.heirs {
			if !whole {
				to = to.Prefix(area.Depth())
			}
			e.heirs[to] += size
		}
	}
	if still := e.heirs[area]; still > 0 && still >= held*e.whole {
		return area, true
	}
	return e.foremost()
}

// foremost is who has most.
func (e *estate) foremost() (best grid.Code, ok bool) {
	most := 0.0
	for to, size := range e.heirs {
		if size > most || size == most && size > 0 && grid.CompareCodes(to, best) < 0 {
			best, most = to, size
		}
	}
	return best, most > 0
}
