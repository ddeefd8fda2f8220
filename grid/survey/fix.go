package survey

import (
	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// FixKind is what Repair did.
type FixKind string

// The kinds of repairs, in the order in which they are made and told.
const (
	// Closed: a ring got its first point as its last; Size is the metres between them.
	Closed FixKind = "closed"
	// RemovedPoints: points that repeat the one before; Size is how many.
	RemovedPoints FixKind = "removed_points"
	// RemovedSpikes: points to which a ring goes and from which it comes straight back; Size is how many.
	RemovedSpikes FixKind = "removed_spikes"
	// Split: a ring that touches itself was cut there into rings that do not; Size is into how many.
	Split FixKind = "split"
	// Turned: a ring runs the other way round.
	Turned FixKind = "turned"
	// MovedPoint: a vertex was moved onto another cell's; Size is by how many metres. Cells are those that had it.
	MovedPoint FixKind = "moved_point"
	// InsertedPoint: an edge got a vertex that a neighbour has there; Size is by how many metres it bends.
	InsertedPoint FixKind = "inserted_point"
	// GaveOverlap: a sliver of several cells went to Owner; Size is its area.
	GaveOverlap FixKind = "gave_overlap"
	// FilledGap: a sliver of no cell went to Owner; Size is its area.
	FilledGap FixKind = "filled_gap"
)

// FixKinds are all kinds of repairs, in their order.
var FixKinds = []FixKind{Closed, RemovedPoints, RemovedSpikes, Split, Turned, MovedPoint, InsertedPoint, GaveOverlap, FilledGap}

// Unit is what the sizes of this kind count.
func (k FixKind) Unit() Unit {
	switch k {
	case GaveOverlap, FilledGap:
		return SquareMetres
	case Closed, MovedPoint, InsertedPoint:
		return Metres
	}
	return Count
}

// Fix is one repair.
type Fix struct {
	Kind FixKind
	// Cells are the positions of the cells that changed, ascending, and Codes their codes.
	Cells []int
	Codes []grid.Code
	// Polygon and Ring say which ring of the cell as it was given; -1 where it is about more than one.
	Polygon, Ring int
	At            orb.Point
	Size          float64
	Owner         grid.Code // who got the ground, of slivers
}
