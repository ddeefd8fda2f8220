package grid

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Why a point is refused; CheckPoint and the conversions wrap these.
var (
	ErrNotFinite  = errors.New("coordinate is not a finite number")
	ErrOutOfRange = errors.New("coordinate is out of range")
)

// CheckPoint tells what is wrong with a point in degrees, longitude first: an ErrNotFinite, an ErrOutOfRange
// (longitude beyond ±180, latitude beyond ±90), or nil.
func CheckPoint(pt orb.Point) error {
	for i, name := range [...]string{"longitude", "latitude"} {
		limit := 180 / float64(i+1)
		switch v := pt[i]; {
		case math.IsNaN(v) || math.IsInf(v, 0):
			return fmt.Errorf("%w: %s %v", ErrNotFinite, name, v)
		case math.Abs(v) > limit:
			return fmt.Errorf("%w: %s %v is not within ±%v", ErrOutOfRange, name, v, limit)
		}
	}
	return nil
}

// Problem is one reason why a plan is refused.
type Problem struct {
	Kind   string // "schema", "version", "unit" or "cell"
	Code   Code   // of the unit or cell, as it was given
	Reason string
}

func (p *Problem) Error() string {
	if p.Code == "" && (p.Kind == "schema" || p.Kind == "version") {
		return fmt.Sprintf("grid: %s: %s", p.Kind, p.Reason)
	}
	return fmt.Sprintf("grid: %s %q: %s", p.Kind, p.Code, p.Reason)
}

// maxProblems bounds how much one look at a bad file says.
const maxProblems = 100

// inspection gathers the problems of a plan.
type inspection struct{ found []error }

func (in *inspection) add(kind string, c Code, reason string) {
	if len(in.found) < maxProblems {
		in.found = append(in.found, &Problem{Kind: kind, Code: c, Reason: reason})
	}
}

func (in *inspection) units(s Schema, units []Unit) {
	seen := make(map[Code]bool, len(units))
	for _, u := range units {
		if err := s.CheckCode(u.Code); err != nil {
			in.add("unit", u.Code, err.Error())
		} else if seen[u.Code] {
			in.add("unit", u.Code, "the code is given twice")
		}
		seen[u.Code] = true
	}
}

func (in *inspection) cells(s Schema, units []Unit, cells []Cell) {
	if len(cells) > mostCells {
		in.add("cell", cells[mostCells].Code, fmt.Sprintf("is one too many: a plan has at most %d cells", mostCells))
		return
	}
	names := make(map[Code]string, len(units))
	for _, u := range units {
		names[u.Code] = u.Name
	}
	seen := make(map[Code]bool, len(cells))
	for _, c := range cells {
		if err := s.CheckCode(c.Code); err != nil {
			in.add("cell", c.Code, err.Error())
		} else if seen[c.Code] {
			in.add("cell", c.Code, "the code is given twice")
		}
		seen[c.Code] = true
		if n := names[c.Code]; n != "" && c.Name != "" && n != c.Name {
			in.add("cell", c.Code, fmt.Sprintf("is named %q here and %q among the units", c.Name, n))
		}
		if reason := checkShape(c.Shape); reason != "" {
			in.add("cell", c.Code, reason)
		}
	}
}

// checkShape says why a shape cannot be used, "" if it can. Rings that cross themselves or each other can: real
// boundaries do.
func checkShape(shape orb.MultiPolygon) string {
	if len(shape) == 0 {
		return "the shape is empty"
	}
	for i, poly := range shape {
		if len(poly) == 0 {
			return fmt.Sprintf("polygon %d has no ring", i+1)
		}
		for j, r := range poly {
			if reason := checkRing(r); reason != "" {
				return fmt.Sprintf("polygon %d ring %d: %s", i+1, j+1, reason)
			}
		}
	}
	if b := shape.Bound(); b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1] {
		return "the shape is empty: it has no width or no height"
	}
	return ""
}

func checkRing(r orb.Ring) string {
	for k, pt := range r {
		if err := CheckPoint(pt); err != nil {
			return fmt.Sprintf("point %d: %v", k+1, err)
		}
	}
	switch {
	case len(r) == 0:
		return "the ring is empty"
	case r[0] != r[len(r)-1]:
		return fmt.Sprintf("the ring is not closed: it begins at %v and ends at %v", r[0], r[len(r)-1])
	case len(r) < 4:
		return fmt.Sprintf("the ring has %d points; the least is 4, the first repeated", len(r))
	}
	return ""
}
