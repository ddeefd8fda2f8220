package tile

import "fengqiao/grid"

// scissors cut rings at the rim of a tile (Sutherland and Hodgman 1974). Where an edge is cut depends on the edge alone,
// so two neighbours cut theirs in the same place.
type scissors struct {
	min, max grid.Pixel
	a, b     []grid.Pixel
}

// cut is the part of a ring inside; what lies wholly inside comes back as it is. It is good until the next cut.
func (s *scissors) cut(ring []grid.Pixel) []grid.Pixel {
	lo, hi := ring[0], ring[0]
	for _, p := range ring[1:] {
		lo.X, lo.Y, hi.X, hi.Y = min(lo.X, p.X), min(lo.Y, p.Y), max(hi.X, p.X), max(hi.Y, p.Y)
	}
	if lo.X > s.max.X || lo.Y > s.max.Y || hi.X < s.min.X || hi.Y < s.min.Y {
		return nil
	}
	if lo.X < s.min.X {
		s.a = side(s.a[:0], ring, func(p grid.Pixel) int32 { return p.X - s.min.X }, s.min.X, upright)
		ring, s.a, s.b = s.a, s.b, s.a
	}
	if hi.X > s.max.X {
		s.a = side(s.a[:0], ring, func(p grid.Pixel) int32 { return s.max.X - p.X }, s.max.X, upright)
		ring, s.a, s.b = s.a, s.b, s.a
	}
	if lo.Y < s.min.Y {
		s.a = side(s.a[:0], ring, func(p grid.Pixel) int32 { return p.Y - s.min.Y }, s.min.Y, level)
		ring, s.a, s.b = s.a, s.b, s.a
	}
	if hi.Y > s.max.Y {
		s.a = side(s.a[:0], ring, func(p grid.Pixel) int32 { return s.max.Y - p.Y }, s.max.Y, level)
		ring, s.a, s.b = s.a, s.b, s.a
	}
	return ring
}

// side appends what lies on the inner side of one line.
func side(out, ring []grid.Pixel, inner func(grid.Pixel) int32, line int32, cross func(a, b grid.Pixel, line int32) grid.Pixel) []grid.Pixel {
	add := func(p grid.Pixel) {
		if n := len(out); n == 0 || out[n-1] != p {
			out = append(out, p)
		}
	}
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		if (inner(a) < 0) != (inner(b) < 0) {
			add(cross(a, b, line))
		}
		if inner(b) >= 0 {
			add(b)
		}
	}
	for len(out) > 1 && out[len(out)-1] == out[0] {
		out = out[:len(out)-1]
	}
	return out
}

// upright is where an edge crosses a line of one X, whichever way it runs.
func upright(a, b grid.Pixel, x int32) grid.Pixel {
	if b.X < a.X {
		a, b = b, a
	}
	return grid.Pixel{X: x, Y: a.Y + share(x-a.X, b.Y-a.Y, b.X-a.X)}
}

// level is where an edge crosses a line of one Y.
func level(a, b grid.Pixel, y int32) grid.Pixel {
	if b.Y < a.Y {
		a, b = b, a
	}
	return grid.Pixel{X: a.X + share(y-a.Y, b.X-a.X, b.Y-a.Y), Y: y}
}

// share is part·of/whole, rounded; 0 ≤ part ≤ whole, 0 < whole. None is more than the world of the last zoom is wide, 2³⁰
// pixels, so nothing overflows.
func share(part, of, whole int32) int32 {
	n, d := 2*int64(part)*int64(of)+int64(whole), 2*int64(whole)
	q := n / d
	if n%d < 0 {
		q--
	}
	return int32(q)
}

// twiceArea is positive if a ring runs clockwise as seen on the map.
func twiceArea(ring []grid.Pixel) int64 {
	sum, o := int64(0), ring[0]
	for i := 1; i+1 < len(ring); i++ {
		a, b := ring[i], ring[i+1]
		sum += int64(a.X-o.X)*int64(b.Y-o.Y) - int64(b.X-o.X)*int64(a.Y-o.Y)
	}
	return sum
}
