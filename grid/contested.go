package grid

import (
	"slices"

	"github.com/paulmach/orb"
)

// Contested are the other cells that claim the point that Locate gives to one: those in whose inside it lies, where cells
// overlap, in code order. Nil where the plan says one thing only: a point on a border that cells share is inside none of
// them, and a cell drawn over another whose code contains its own is detail over its background, which claims nothing.
// Unlike Locate it asks the shape of every cell whose box has the point, some microseconds.
func (p *Plan) Contested(pt orb.Point) []Code {
	owner, ok := p.Index(pt)
	if !ok {
		return nil
	}
	var others []Code
	claims := []Code{p.CodeAt(owner)}
	p.boxes.meeting(orb.Bound{Min: pt, Max: pt}, func(i int) {
		code := p.CodeAt(i)
		if i == owner || p.ground.side(p.ground.refsOf(i), pt) != inside ||
			slices.ContainsFunc(claims, func(over Code) bool { return code.Contains(over) }) {
			return
		}
		claims, others = append(claims, code), append(others, code)
	})
	return others
}
