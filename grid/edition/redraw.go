package edition

import (
	"errors"
	"fmt"
	"slices"

	"fengqiao/grid"
	"fengqiao/grid/survey"

	"github.com/paulmach/orb"
)

// Drawing is what a plan is made of.
type Drawing struct {
	Schema grid.Schema
	Units  []grid.Unit
	Cells  []grid.Cell
}

// Part is a cell that redrawing makes.
type Part struct {
	Code grid.Code
	Name string
}

// What redrawing refuses. Survey's ErrNotThrough and ErrApart are passed on.
var (
	// ErrNoCell: the drawing has no cell of that code.
	ErrNoCell = errors.New("edition: no such cell")
	// ErrBadCode: a new cell's code does not fit the schema, is taken, or leads out of the area that the old ones lay in.
	ErrBadCode = errors.New("edition: the code cannot be given")
	// ErrTooFew: joining takes two cells at least, each named once.
	ErrTooFew = errors.New("edition: fewer than two cells")
)

// Split divides a cell by a line drawn across it, from outside to outside, and gives what lies on the left and on the right of
// it, as seen along the line, to the two parts. One of them may keep the code. Both stay in the area that the cell lay in.
// Neighbours get the vertices that the line puts into common borders, and keep their ground. The drawing given is left as it is.
func (d Drawing) Split(cell grid.Code, line orb.LineString, left, right Part) (Drawing, error) {
	i := d.find(cell)
	if i < 0 {
		return d, fmt.Errorf("%w: %s", ErrNoCell, cell)
	}
	if left.Code == right.Code {
		return d, fmt.Errorf("%w: %s twice", ErrBadCode, left.Code)
	}
	for _, part := range []Part{left, right} {
		if err := d.free(part.Code, cell); err != nil {
			return d, err
		}
	}
	s, err := survey.Sever(d.Cells[i], line)
	if err != nil {
		return d, err
	}
	out := d.without(cell)
	for k := range out.Cells {
		out.Cells[k].Shape = s.Complete(out.Cells[k].Shape)
	}
	out.Cells = append(out.Cells, grid.Cell{Code: left.Code, Name: left.Name, Shape: s.Left}, grid.Cell{Code: right.Code, Name: right.Name, Shape: s.Right})
	return out, nil
}

// Merge joins cells that border on each other into one, which may have the code of one of them. They must lie in one area; it
// stays there. The drawing given is left as it is.
func (d Drawing) Merge(cells []grid.Code, into Part) (Drawing, error) {
	cells = slices.Clone(cells)
	slices.SortFunc(cells, grid.CompareCodes)
	if len(slices.Compact(cells)) < 2 {
		return d, ErrTooFew
	}
	var joined []grid.Cell
	for _, code := range cells {
		i := d.find(code)
		if i < 0 {
			return d, fmt.Errorf("%w: %s", ErrNoCell, code)
		}
		joined = append(joined, d.Cells[i])
	}
	for _, code := range cells[1:] {
		if code.Parent() != cells[0].Parent() {
			return d, fmt.Errorf("%w: %s and %s lie in different areas", ErrBadCode, cells[0], code)
		}
	}
	if err := d.free(into.Code, cells...); err != nil {
		return d, err
	}
	shape, err := survey.Unite(joined)
	if err != nil {
		return d, err
	}
	out := d.without(cells...)
	out.Cells = append(out.Cells, grid.Cell{Code: into.Code, Name: into.Name, Shape: shape})
	return out, nil
}

func (d *Drawing) find(code grid.Code) int {
	return slices.IndexFunc(d.Cells, func(c grid.Cell) bool { return c.Code == code })
}

// free tells that a code can be given to a cell that takes the place of old ones.
func (d *Drawing) free(code grid.Code, old ...grid.Code) error {
	if err := d.Schema.CheckCode(code); err != nil {
		return fmt.Errorf("%w: %w", ErrBadCode, err)
	}
	if code.Parent() != old[0].Parent() {
		return fmt.Errorf("%w: %s does not lie in %s", ErrBadCode, code, old[0].Parent())
	}
	if !slices.Contains(old, code) && d.find(code) >= 0 {
		return fmt.Errorf("%w: %s is taken", ErrBadCode, code)
	}
	return nil
}

// without is the drawing without some cells, and without the names that its list of units has for them.
func (d *Drawing) without(codes ...grid.Code) Drawing {
	out := Drawing{Schema: d.Schema}
	for _, c := range d.Cells {
		if !slices.Contains(codes, c.Code) {
			out.Cells = append(out.Cells, c)
		}
	}
	for _, u := range d.Units {
		if !slices.Contains(codes, u.Code) {
			out.Units = append(out.Units, u)
		}
	}
	return out
}
