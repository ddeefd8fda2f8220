package grid

import "math/bits"

// settle makes the line of a box, if it need not be cut.
func (g *grower) settle(p *plot) (leaf, bool) {
	defer g.words.release(g.words.mark())
	met := set(g.words.take(len(p.in))) // the polygons whose border comes into the box
	for _, i := range p.edges {
		for _, side := range g.segments[i].sides {
			if side >= 0 {
				met.put(int(side), true)
			}
		}
	}
	g.left--
	last := g.lastWord(p, met)
	n, first := count(p.in, met, last)
	switch {
	case n == 0:
		return newLeaf(-1), true
	case n == 1 && !met.has(first):
		return newLeaf(int(g.cells[first])), true
	case g.draft.draw(g, p, met, last):
		return g.draft.leaf(), true
	case p.cuts < lastCut && p.stuck < mostStuck && g.left > 0:
		return leaf{}, false
	}
	return listLine(g.list(p, met, last)), true
}

// lastWord is the last polygon that comes into question: behind one that covers the whole box nothing can win.
func (g *grower) lastWord(p *plot, met set) int {
	for k := range met {
		if whole := p.in[k] &^ met[k]; whole != 0 {
			return k*64 + bits.TrailingZeros64(whole)
		}
	}
	return len(g.parts) - 1
}

// count is how many are in one of two sets, up to the last, and the first of them.
func count(a, b set, last int) (n, first int) {
	for k := range a {
		for rest := a[k] | b[k]; rest != 0; rest &= rest - 1 {
			i := k*64 + bits.TrailingZeros64(rest)
			if i > last {
				return n, first
			}
			if n == 0 {
				first = i
			}
			n++
		}
	}
	return n, first
}

// list is the place of a list of all cells in question.
func (g *grower) list(p *plot, met set, last int) int {
	at := len(g.lists)
	g.lists = append(g.lists, 0)
	for i := range last + 1 {
		if cell := g.cells[i]; (p.in.has(i) || met.has(i)) && (len(g.lists) == at+1 || g.lists[len(g.lists)-1] != cell) {
			g.lists = append(g.lists, cell)
		}
	}
	g.lists[at] = uint32(len(g.lists) - at - 1)
	return at
}
