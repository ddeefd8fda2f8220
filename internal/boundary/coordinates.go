package boundary

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// outline is a shape while it is read: all points in one row, and where arrays of them end. The type of a geometry may stand
// behind its coordinates, so any nesting is taken and judged at the end. It is used again for the next feature.
type outline struct {
	points []orb.Point
	ends   []ending
	depth  int    // of the positions, outermost array 1; 0 before the first
	wrong  string // what is no coordinate
	large  string // the bound that was passed; points beyond are read but not kept
}

// ending is where an array that is no position closes.
type ending struct {
	depth  int // of the array, outermost 1
	points int // that stand before its end
}

func (o *outline) reset() { *o = outline{points: o.points[:0], ends: o.ends[:0]} }

func (o *outline) add(pt orb.Point, depth int) {
	switch {
	case o.depth == 0:
		o.depth = depth
	case o.depth != depth:
		o.wrong = "not an array of positions"
		return
	}
	if len(o.points) >= MaxPoints {
		o.large = atMost(MaxPoints, "points")
		return
	}
	o.points = append(o.points, pt)
}

func (o *outline) close(depth int) {
	if len(o.ends) >= 2*MaxRings {
		o.large = atMost(MaxRings, "rings")
		return
	}
	o.ends = append(o.ends, ending{depth, len(o.points)})
}

// shape is the outline as polygons; levels is how deep their positions stand, 3 in a Polygon and 4 in a MultiPolygon.
func (o *outline) shape(levels int) (shape orb.MultiPolygon, reason, detail string) {
	if o.large != "" {
		return nil, "too_large", o.large
	}
	if o.wrong != "" {
		return nil, "coordinates", o.wrong
	}
	if o.depth != 0 && o.depth != levels {
		return nil, "coordinates", "not an array of positions"
	}
	points := append([]orb.Point(nil), o.points...)
	shape, polygon, from := orb.MultiPolygon{}, orb.Polygon{}, 0
	for _, e := range o.ends {
		switch levels - e.depth {
		case 1:
			polygon = append(polygon, orb.Ring(points[from:e.points:e.points]))
			from = e.points
		case 2:
			shape = append(shape, polygon)
			polygon = orb.Polygon{}
		case 3: // the outermost array of a MultiPolygon
		default:
			return nil, "coordinates", "not an array of positions"
		}
	}
	return shape, "", ""
}

// coordinates reads the coordinates of a geometry, a value at the given depth of the file.
func (s *scanner) coordinates(o *outline, depth int) error {
	o.reset()
	if s.peek() != '[' {
		o.wrong = "not an array of positions"
		return s.skip(depth)
	}
	for level := 0; ; {
		switch c := s.peek(); {
		case c == '[' && depth+level >= MaxDepth:
			return s.fault("too_deep", atMost(MaxDepth, "levels"))
		case c == '[':
			s.pos++
			level++
			switch c := s.peek(); {
			case c == '-' || c-'0' <= 9:
				if err := s.position(o, level, depth); err != nil {
					return err
				}
				level--
			case c == ']': // closed below
			default:
				continue
			}
		default:
			o.wrong = "not an array of positions"
			if err := s.skip(depth + level); err != nil {
				return err
			}
		}
		done, err := s.closed(o, &level)
		if err != nil || done {
			return err
		}
	}
}

// closed reads the brackets that close behind a value and the comma before the next one; true when all are closed.
func (s *scanner) closed(o *outline, level *int) (bool, error) {
	for *level > 0 {
		switch s.peek() {
		case ']':
			s.pos++
			o.close(*level)
			*level--
		case ',':
			s.pos++
			if s.peek() == ']' {
				return false, s.unexpected("a value")
			}
			return false, nil
		default:
			return false, s.unexpected("',' or ']'")
		}
	}
	return true, nil
}

// position reads the numbers of a position whose bracket is open, and the further positions of its ring as long as they
// stand in the window and are of the plain kind.
func (s *scanner) position(o *outline, level, depth int) error {
	for {
		pt, n := plainPoint(s.buf[s.pos:s.end])
		if n == 0 {
			return s.oddPosition(o, level, depth)
		}
		o.add(pt, level)
		s.pos += n
		more := nextBracket(s.buf[s.pos:s.end])
		if more == 0 {
			return nil
		}
		s.pos += more
	}
}

// plainPoint reads "x, y]" at the front of b; 0 bytes if something else stands there, a number is too long, or b ends before.
func plainPoint(b []byte) (pt orb.Point, length int) {
	x, n := number(b)
	if n == 0 || n > maxNumber {
		return pt, 0
	}
	i := blank(b, n)
	if i >= len(b) || b[i] != ',' {
		return pt, 0
	}
	i = blank(b, i+1)
	y, n := number(b[i:])
	if n == 0 || n > maxNumber {
		return pt, 0
	}
	i = blank(b, i+n)
	if i >= len(b) || b[i] != ']' || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return pt, 0
	}
	return orb.Point{x, y}, i + 1
}

// nextBracket is the length of ",[" before a number at the front of b; 0 if something else stands there.
func nextBracket(b []byte) int {
	i := blank(b, 0)
	if i >= len(b) || b[i] != ',' {
		return 0
	}
	i = blank(b, i+1)
	if i >= len(b) || b[i] != '[' {
		return 0
	}
	i = blank(b, i+1)
	if i >= len(b) || b[i] != '-' && b[i]-'0' > 9 {
		return 0
	}
	return i
}

// blank is the first index from i on where no white space stands.
func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// oddPosition reads a position number by number: one with heights, or across the window's end, or a wrong one.
func (s *scanner) oddPosition(o *outline, level, depth int) error {
	var pt orb.Point
	count := 0
	for {
		if c := s.peek(); c == '-' || c-'0' <= 9 {
			v, digits, err := s.number()
			if err != nil {
				return err
			}
			if math.IsInf(v, 0) && o.wrong == "" {
				o.wrong = fmt.Sprintf("%s is beyond all numbers", digits)
			}
			if count < 2 {
				pt[count] = v
			}
			count++
		} else {
			o.wrong = "not an array of positions"
			if err := s.skip(depth + level); err != nil {
				return err
			}
		}
		switch s.peek() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			if count < 2 && o.wrong == "" {
				o.wrong = fmt.Sprintf("position %d has %d numbers", len(o.points), count)
			}
			o.add(pt, level)
			return nil
		default:
			return s.unexpected("',' or ']'")
		}
	}
}
