package grid

import "slices"

// Ring is a ring of pixels without the closing vertex: at least three, no two neighbours alike. Which way round it runs
// says nothing.
type Ring struct {
	Outer  bool // begins a polygon; the rings behind it are holes in it
	Points []Pixel
}

// Pen draws charts. Neighbours share every border: a line is simplified for a zoom whatever view it is drawn for and
// whichever patch asks, its ends kept. A Pen keeps its memory for the next drawing and is for one goroutine at a time.
type Pen struct {
	chart *Chart
	plot  Projection
	drawn memo    // where lines lie in ink
	ink   []Pixel // simplified lines
	line  []Pixel // the one at hand
	stack []int
	patch []Pixel // rings of the patch at hand
	rings []Ring
}

// blunt is how far, in pixels, a simplified line may lie from its vertices. Maps show a tile some 512 dots wide, so it
// is an eighth of a dot.
const blunt = 1

// Draw calls yield for every patch that may come into the view, in order. Rings are whole, however far they reach
// beyond the view; they are the Pen's, and good until yield returns. What is smaller than a pixel is left out, and what
// encloses nothing by its area since it crosses itself there, a few pixels wide.
func (p *Pen) Draw(c *Chart, v View, yield func(patch int, rings []Ring)) {
	p.chart, p.plot = c, v.Projection()
	p.drawn.clear()
	p.ink = p.ink[:0]
	c.near(v.bound(), func(patch int) {
		if p.outline(patch); len(p.rings) > 0 {
			yield(patch, p.rings)
		}
	})
	p.chart = nil // which may be a large plan's
}

// outline draws the rings of a patch. An outer ring that is nothing takes its holes with it.
func (p *Pen) outline(patch int) {
	p.patch, p.rings = p.patch[:0], p.rings[:0]
	refs := p.chart.refsOf(patch)
	shown := false
	for len(refs) > 0 {
		var ring []ref
		ring, refs = nextRing(refs)
		outer := ring[0]&refOuter != 0
		if shown = shown || outer; shown {
			points, ok := p.ring(ring)
			if ok {
				p.rings = append(p.rings, Ring{outer, points})
			}
			shown = ok || !outer
		}
	}
}

// ring draws one ring; false if it encloses nothing.
func (p *Pen) ring(refs []ref) ([]Pixel, bool) {
	first := len(p.patch)
	for _, r := range refs {
		at := p.span(r.arc())
		if r&refBack == 0 {
			for _, px := range p.ink[at.first:at.end] {
				p.add(first, px)
			}
			continue
		}
		for k := at.end; k > at.first; k-- {
			p.add(first, p.ink[k-1])
		}
	}
	ring := p.patch[first:]
	for len(ring) > 1 && ring[len(ring)-1] == ring[0] {
		ring = ring[:len(ring)-1]
	}
	if len(ring) < 3 || twiceArea(ring) == 0 {
		p.patch = p.patch[:first]
		return nil, false
	}
	return slices.Clip(ring), true
}

func (p *Pen) add(first int, px Pixel) {
	if n := len(p.patch); n == first || p.patch[n-1] != px {
		p.patch = append(p.patch, px)
	}
}

// twiceArea is positive if the ring runs clockwise as seen on the map, whose y grows downwards.
func twiceArea(ring []Pixel) int64 {
	sum, o := int64(0), ring[0]
	for i := 1; i+1 < len(ring); i++ {
		a, b := ring[i], ring[i+1]
		sum += int64(a.X-o.X)*int64(b.Y-o.Y) - int64(b.X-o.X)*int64(a.Y-o.Y)
	}
	return sum
}

// span is where a line is drawn.
func (p *Pen) span(line uint32) stroke {
	s, known := p.drawn.find(line)
	if known {
		return *s
	}
	p.line = p.line[:0]
	if c := p.chart; c.lines == nil {
		p.trace(ref(line) << refBits)
	} else {
		for _, part := range c.parts[c.lines[line]:c.lines[line+1]] {
			p.trace(part)
		}
	}
	s.first = uint32(len(p.ink))
	p.simplify()
	s.end = uint32(len(p.ink))
	return *s
}

// trace appends the pixels of an arc to the line, those that fall together as one.
func (p *Pen) trace(r ref) {
	g := &p.chart.plan.ground
	first, end := g.arcs[r.arc()], g.arcs[r.arc()+1]
	for k := range end - first {
		v := first + k
		if r&refBack != 0 {
			v = end - 1 - k
		}
		px := p.plot.At(g.at(v))
		if n := len(p.line); n == 0 || p.line[n-1] != px {
			p.line = append(p.line, px)
		}
	}
}

// simplify copies the line to the ink without the vertices that it does not need (Douglas and Peucker 1973).
func (p *Pen) simplify() {
	line := p.line
	p.ink = append(p.ink, line[0])
	p.stack = append(p.stack[:0], len(line)-1)
	for from := 0; len(p.stack) > 0; {
		to := p.stack[len(p.stack)-1]
		if far := farthest(line[from : to+1]); far > 0 {
			p.stack = append(p.stack, from+far)
			continue
		}
		p.stack = p.stack[:len(p.stack)-1]
		if to > from {
			p.ink = append(p.ink, line[to])
		}
		from = to
	}
}

// farthest is the vertex farthest from the straight way between the ends, 0 if none is too far.
func farthest(line []Pixel) int {
	far, most := 0, float64(blunt*blunt)
	a, b := line[0], line[len(line)-1]
	dx, dy := int64(b.X-a.X), int64(b.Y-a.Y)
	length2 := dx*dx + dy*dy
	for i := 1; i < len(line)-1; i++ {
		x, y := int64(line[i].X-a.X), int64(line[i].Y-a.Y)
		var d float64
		switch along := x*dx + y*dy; {
		case along <= 0:
			d = float64(x*x + y*y)
		case along >= length2:
			d = float64((x-dx)*(x-dx) + (y-dy)*(y-dy))
		default:
			cross := float64(x*dy - y*dx)
			d = cross * cross / float64(length2)
		}
		if d > most {
			far, most = i, d
		}
	}
	return far
}
