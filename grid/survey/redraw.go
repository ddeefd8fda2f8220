package survey

import (
	"cmp"
	"maps"
	"slices"

	"github.com/paulmach/orb"
)

// split marks cells whose rings touch themselves to be drawn anew: what is drawn anew does not.
func (p *parting) split(touching map[int32][]vertex) {
	for _, r := range slices.Sorted(maps.Keys(touching)) {
		ring := &p.rings[r]
		if p.held[ring.cell] {
			continue
		}
		p.changed[ring.cell] = true
		f := p.did(Split, p.places[touching[r][0]], float64(len(touching[r])), ring.cell)
		f.Polygon, f.Ring = ring.polygon, ring.ring
	}
}

// redraw gives the changed cells their new shapes, and their neighbours the vertices that they lack along the slivers.
func (p *parting) redraw() {
	if len(p.changed) == 0 {
		return
	}
	p.sort()
	shapes := map[int]orb.MultiPolygon{}
	for _, cell := range slices.Sorted(maps.Keys(p.changed)) {
		shapes[cell] = p.shape(cell)
	}
	p.complete()
	for cell, shape := range shapes {
		if len(shape) > 0 { // never: a cell that would lose all is no loser of slivers
			p.mending.cells[cell].Shape = shape
		}
	}
}

// sort lists faces and rings by cell.
func (p *parting) sort() {
	p.facesOf, p.ringsOf = make([][]int32, len(p.held)), make([][]int32, len(p.held))
	for face, cells := range p.cover {
		for _, cell := range cells {
			p.facesOf[cell] = append(p.facesOf[cell], int32(face))
		}
	}
	for r := range p.rings {
		p.ringsOf[p.rings[r].cell] = append(p.ringsOf[p.rings[r].cell], int32(r))
	}
}

// complete inserts the hot places that lie inside edges of cells that are not drawn anew.
func (p *parting) complete() {
	stops := map[run][]vertex{}
	for i := range p.lines {
		for _, r := range p.lines[i].runs {
			ring := &p.rings[r.ring]
			if p.changed[ring.cell] || p.held[ring.cell] {
				continue
			}
			for _, v := range [...]vertex{p.lines[i].a, p.lines[i].b} {
				if p.hot[v] && v != ring.path[r.edge] && v != ring.path[r.edge+1] && !slices.Contains(stops[r], v) {
					stops[r] = append(stops[r], v)
				}
			}
		}
	}
	cloned := map[int]bool{}
	for _, r := range slices.SortedFunc(maps.Keys(stops), func(a, b run) int {
		return cmp.Or(cmp.Compare(a.ring, b.ring), cmp.Compare(b.edge, a.edge)) // from the back
	}) {
		ring := &p.rings[r.ring]
		a := ring.path[r.edge]
		p.sortAlong(&line{a: a, b: ring.path[r.edge+1]}, stops[r])
		var points []orb.Point
		for _, v := range stops[r] {
			points = append(points, p.places[v])
			p.did(InsertedPoint, p.places[v], 0, ring.cell)
		}
		c := &p.mending.cells[ring.cell]
		if !cloned[ring.cell] {
			cloned[ring.cell] = true
			c.Shape = c.Shape.Clone()
		}
		out := &c.Shape[ring.polygon][ring.ring]
		*out = slices.Insert(*out, int(r.edge)+1, points...)
	}
}

// shape draws a cell from the faces that are to be its own: rings that touch themselves nowhere, outer ones
// anticlockwise, each with its holes.
func (p *parting) shape(cell int) orb.MultiPolygon {
	own := p.vertices(cell)
	parts := p.regions(cell)
	polygons := map[int32]orb.Polygon{}
	var holes []struct {
		part int32
		ring orb.Ring
	}
	var order []int32
	for _, loop := range p.loops(cell) {
		part := parts[p.face[p.cycle[loop[0]]]]
		for _, simple := range p.simple(loop) {
			r := p.draw(simple, own)
			switch {
			case r == nil:
			case direction(r) > 0:
				if _, known := polygons[part]; !known {
					order = append(order, part)
				}
				polygons[part] = append(orb.Polygon{r}, polygons[part]...)
			default:
				holes = append(holes, struct {
					part int32
					ring orb.Ring
				}{part, r})
			}
		}
	}
	for _, h := range holes {
		polygons[h.part] = append(polygons[h.part], h.ring)
	}
	var shape orb.MultiPolygon
	for _, part := range order {
		shape = append(shape, polygons[part])
	}
	return shape
}

// vertices are the places that a cell has as vertices already.
func (p *parting) vertices(cell int) map[vertex]bool {
	own := map[vertex]bool{}
	for _, r := range p.ringsOf[cell] {
		for _, v := range p.rings[r].path {
			own[v] = true
		}
	}
	return own
}

// mine tells whether a face is to be a cell's.
func (p *parting) mine(face int32, cell int) bool { return slices.Contains(p.cover[face], cell) }

// regions numbers the connected parts of a cell, by face.
func (p *parting) regions(cell int) map[int32]int32 {
	part := map[int32]int32{}
	for _, face := range p.facesOf[cell] {
		if _, known := part[face]; known {
			continue
		}
		part[face] = face
		for todo := []int32{face}; len(todo) > 0; {
			at := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			p.edges(at, func(h int32) {
				beyond := p.face[p.cycle[h^1]]
				if _, known := part[beyond]; !known && p.mine(beyond, cell) {
					part[beyond] = face
					todo = append(todo, beyond)
				}
			})
		}
	}
	return part
}

// border tells whether a half-edge has the cell on its left and not on its right.
func (p *parting) border(h int32, cell int) bool {
	return p.mine(p.face[p.cycle[h]], cell) && !p.mine(p.face[p.cycle[h^1]], cell)
}

// loops are the ways around a cell, each with the cell on its left and never across a corner that only touches.
func (p *parting) loops(cell int) (loops [][]int32) {
	used := map[int32]bool{}
	for _, face := range p.facesOf[cell] {
		p.edges(face, func(h int32) {
			if used[h] || !p.border(h, cell) {
				return
			}
			var loop []int32
			for g := h; !used[g]; {
				used[g] = true
				loop = append(loop, g)
				// Clockwise from where it came, the first that bounds the cell.
				for g = p.next[g]; !p.border(g, cell); {
					g = p.next[g^1]
				}
			}
			loops = append(loops, loop)
		})
	}
	return loops
}

// simple cuts a loop where it comes to a place again.
func (p *parting) simple(loop []int32) (out [][]vertex) {
	var path []vertex
	at := map[vertex]int{}
	for _, h := range loop {
		v := p.from(h)
		if first, again := at[v]; again {
			out = append(out, slices.Clone(path[first:]))
			for _, w := range path[first:] {
				delete(at, w)
			}
			path = path[:first]
		}
		at[v] = len(path)
		path = append(path, v)
	}
	return append(out, path)
}

// draw makes a closed ring of places, without those that are only there because some other border crosses.
func (p *parting) draw(path []vertex, own map[vertex]bool) orb.Ring {
	var r orb.Ring
	for _, v := range path {
		if own[v] || p.hot[v] {
			r = append(r, p.places[v])
		}
	}
	if len(r) < 3 {
		return nil
	}
	return append(r, r[0])
}
