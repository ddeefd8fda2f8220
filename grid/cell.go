package grid

import (
	"cmp"

	"github.com/paulmach/orb"
)

// Unit is a named node of the hierarchy: a county, a township, a village, a cell.
type Unit struct {
	Code Code
	Name string
}

// Cell is a patch of ground that somebody looks after, as a rule a micro-grid (微网格).
// Shape is WGS-84 in degrees, longitude first; inside a Plan it is shared and must not be changed.
type Cell struct {
	Code  Code
	Name  string
	Shape orb.MultiPolygon
}

// compareCodes is the order of cells in a plan, and with it the rule of the border: segment by segment as strings,
// and a code that lies inside another before that other.
func compareCodes(a, b Code) int {
	n := min(len(a), len(b))
	for i := range n {
		x, y := a[i], b[i]
		switch {
		case x == y:
		case x == '.':
			return -1
		case y == '.':
			return 1
		default:
			return cmp.Compare(x, y)
		}
	}
	switch {
	case len(a) == len(b):
		return 0
	case a.Contains(b):
		return 1
	case b.Contains(a):
		return -1
	default:
		return cmp.Compare(len(a), len(b))
	}
}
