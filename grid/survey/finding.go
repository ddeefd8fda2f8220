package survey

import (
	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Kind is what is wrong.
type Kind string

// The kinds of findings. Size is in square metres where a kind is about ground, in metres where it is about a line, and
// else counts, 0 where there is
// nothing to count.
const (
	// MissingCode: a cell without a code.
	MissingCode Kind = "missing_code"
	// DuplicateCode: cells of one code; Size is how many.
	DuplicateCode Kind = "duplicate_code"
	// InconsistentCode: a code that the schema does not allow. Detail says why.
	InconsistentCode Kind = "inconsistent_code"
	// Unusable: no shape, a ring without extent, a coordinate that is no number or beyond the globe. Detail says which.
	Unusable Kind = "unusable"
	// Swapped: latitude and longitude were probably exchanged.
	Swapped Kind = "swapped"
	// Unclosed: a ring whose last point is not its first; Size is the metres between them.
	Unclosed Kind = "unclosed"
	// DuplicatePoints: points that repeat the one before; Size is how many of the ring's.
	DuplicatePoints Kind = "duplicate_points"
	// RingOrder: an outer ring that runs clockwise, or a hole that does not (RFC 7946, section 3.1.6).
	RingOrder Kind = "ring_order"
	// RunsBack: a ring that runs along itself, as a spike does; Size is for how many metres.
	RunsBack Kind = "runs_back"
	// SelfCrossing: a ring that crosses itself; Size is at how many points.
	SelfCrossing Kind = "self_crossing"
	// SelfTouching: a ring that comes to a point more than once without crossing itself; Size is to how many points. The
	// ground is clear, but much other software refuses such a ring.
	SelfTouching Kind = "self_touching"
	// HoleOutside: a hole that is not, or not all, inside its shell; Size is the area outside.
	HoleOutside Kind = "hole_outside"
	// Splinter: a polygon of less than a square metre beside larger ones of its cell, as drawing programs leave behind,
	// often far away; Size is its area.
	Splinter Kind = "splinter"
	// Overlap: ground of two cells; Size is its area. A cell inside one whose code contains its own is none: detail
	// drawn over its background.
	Overlap Kind = "overlap"
	// Gap: ground that cells enclose and none covers; Size is its area.
	Gap Kind = "gap"
	// Tangled: so many borders cross that overlaps, gaps and holes were not looked for.
	Tangled Kind = "tangled"
)

// Kinds are all kinds, in the order in which findings are told.
var Kinds = []Kind{MissingCode, DuplicateCode, InconsistentCode, Unusable, Swapped, Unclosed, DuplicatePoints, RingOrder,
	RunsBack, SelfCrossing, SelfTouching, HoleOutside, Splinter, Overlap, Gap, Tangled}

// Unit is what a size counts.
type Unit string

// The units of sizes.
const (
	Count        Unit = "count"
	Metres       Unit = "m"
	SquareMetres Unit = "m2"
)

// Unit is what the sizes of this kind count.
func (k Kind) Unit() Unit {
	switch k {
	case Overlap, Gap, HoleOutside, Splinter:
		return SquareMetres
	case Unclosed, RunsBack:
		return Metres
	}
	return Count
}

// Ambiguous tells whether the file says two things of the same ground; the package comment states how lookup decides.
func (k Kind) Ambiguous() bool { return k == Overlap || k == SelfCrossing || k == HoleOutside }

// Finding is one thing wrong with a plan's boundaries.
type Finding struct {
	Kind Kind
	// Cells are the positions of the cells concerned among those given, ascending, and Codes their codes. Of a gap they
	// are the cells around it.
	Cells []int
	Codes []grid.Code
	// Polygon and Ring say which ring of the cell, counted from 0, the outer ring first; -1 where it is about more than one.
	Polygon, Ring int
	// At is where to look; false HasPlace means that the cell has no usable coordinates.
	At       orb.Point
	HasPlace bool
	Size     float64
	// Points are all places, where there are several: the crossings of a ring, its duplicate points.
	Points []orb.Point
	// Ground is what overlaps, what is missing, what a hole takes outside.
	Ground orb.MultiPolygon
	Detail string
}

// Options are what the caller knows beyond the boundaries. The zero value will do.
type Options struct {
	// Schema is what codes are held against; without levels they are only compared with each other.
	Schema grid.Schema
	// Inside is where the cells ought to lie; the zero value takes it from where most of them do.
	Inside orb.Bound
	// LeastArea is the area in square metres up to which ground is not told: 0 means DefaultLeastArea.
	LeastArea float64
	// Tolerance is how far, in metres, Repair may move a border: 0 means DefaultTolerance.
	Tolerance float64
}

const (
	// DefaultLeastArea leaves out what only rounding makes: a border of a kilometre off by 1e-14 degrees is a millionth of a
	// square metre.
	DefaultLeastArea = 1e-4
	// DefaultTolerance is the gap up to which two borders count as one, as with Plan.Neighbours.
	DefaultTolerance = 0.1
)

func (o Options) leastArea() float64 {
	if o.LeastArea > 0 {
		return o.LeastArea
	}
	return DefaultLeastArea
}

func (o Options) tolerance() float64 {
	if o.Tolerance > 0 {
		return o.Tolerance
	}
	return DefaultTolerance
}
