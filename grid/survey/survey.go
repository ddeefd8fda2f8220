package survey

import (
	"cmp"
	"slices"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// Inspect tells what is wrong with the cells' boundaries and codes: by kind, the largest first, then by cell. It
// changes nothing.
func Inspect(cells []grid.Cell, o Options) []Finding {
	in := &inspection{cells: cells, o: o, left: make([]bool, len(cells))}
	in.codes()
	in.usable()
	in.swapped()
	in.ringByRing()
	n := newNet(cells, in.usableCell)
	in.laidOver(n)
	slices.SortStableFunc(in.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)),
			cmp.Compare(b.Size, a.Size), slices.Compare(a.Cells, b.Cells))
	})
	return in.found
}

// inspection is one look at some cells.
type inspection struct {
	cells []grid.Cell
	o     Options
	left  []bool // cells whose shapes say nothing of where they lie
	found []Finding
}

func (in *inspection) usableCell(i int) bool { return !in.left[i] }

// about begins a finding on cells.
func (in *inspection) about(k Kind, cells ...int) Finding {
	f := Finding{Kind: k, Cells: cells, Polygon: -1, Ring: -1}
	for _, i := range cells {
		f.Codes = append(f.Codes, in.cells[i].Code)
	}
	return f
}

func (in *inspection) tell(f Finding, at orb.Point) {
	f.At, f.HasPlace = at, true
	in.found = append(in.found, f)
}

// tellOf tells something of a cell that may have no place.
func (in *inspection) tellOf(f Finding, cell int) {
	for _, poly := range in.cells[cell].Shape {
		for _, r := range poly {
			for _, pt := range r {
				if grid.CheckPoint(pt) == nil {
					in.tell(f, pt)
					return
				}
			}
		}
	}
	in.found = append(in.found, f)
}

// codes holds the codes against the schema and each other.
func (in *inspection) codes() {
	same := map[grid.Code][]int{}
	for i, c := range in.cells {
		if c.Code == "" {
			in.tellOf(in.about(MissingCode, i), i)
			continue
		}
		same[c.Code] = append(same[c.Code], i)
		if len(in.o.Schema.Levels) == 0 {
			continue
		}
		if err := in.o.Schema.CheckCode(c.Code); err != nil {
			f := in.about(InconsistentCode, i)
			f.Detail = err.Error()
			in.tellOf(f, i)
		}
	}
	for _, cells := range same {
		if len(cells) > 1 {
			f := in.about(DuplicateCode, cells...)
			f.Size = float64(len(cells))
			in.tellOf(f, cells[0])
		}
	}
}

// usable sets cells aside that cannot be laid on the ground.
func (in *inspection) usable() {
	for i, c := range in.cells {
		if reason := unusable(c.Shape); reason != "" {
			in.left[i] = true
			f := in.about(Unusable, i)
			f.Detail = reason
			in.tellOf(f, i)
		}
	}
}
