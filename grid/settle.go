package grid

import "math/bits"

// settle makes the entry of a box, if it need not be cut.
func (g *grower) settle(p *plot) (entry, bool) {
	defer g.words.release(g.words.mark())
	met := set(g.words.take(len(p.in))) // the polygons whose border comes into the box
	for _, i := range p.edges {
		for _, side := range g.segments[i].sides {
			if side >= 0 {
				met.put(int(side), true)
			}
		}
	}
	g.boxes--
	last := g.lastWord(p, met)
	n, first := count(p.in, met, last)
	switch {
	case n == 0:
		return newEntry(entryCell, 0), true
	case n == 1 && !met.has(first):
		return newEntry(entryCell, int(g.cells[first])+1), true
	case g.draft.draw(g, p, met, last):
		return newEntry(entryLeaf, g.lot.store(g.draft.bytes())), true
	case p.bits > leastBits && p.stuck < mostStuck && g.boxes > 0:
		return 0, false
	}
	return g.list(p, met, last), true
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

// list is an entry that names all cells in question.
func (g *grower) list(p *plot, met set, last int) entry {
	at := len(g.lists)
	g.lists = append(g.lists, 0)
	for i := range last + 1 {
		if cell := g.cells[i]; (p.in.has(i) || met.has(i)) && (len(g.lists) == at+1 || g.lists[len(g.lists)-1] != cell) {
			g.lists = append(g.lists, cell)
		}
	}
	g.lists[at] = uint32(len(g.lists) - at - 1)
	return newEntry(entryList, at)
}

// store puts a leaf into the smallest gap that holds it, or opens a line of memory for it. No leaf lies on two lines.
func (l *lot) store(b []byte) int {
	slots := (len(b) + leafSlot - 1) / leafSlot
	size := slots
	for size < len(l.gaps) && len(l.gaps[size]) == 0 {
		size++
	}
	var at int
	if size < len(l.gaps) {
		last := len(l.gaps[size]) - 1
		at, l.gaps[size] = l.gaps[size][last], l.gaps[size][:last]
	} else {
		at = len(l.leaves) / leafSlot
		l.leaves = append(l.leaves, make([]byte, leafSize)...)
	}
	if rest := size - slots; rest > 0 {
		l.gaps[rest] = append(l.gaps[rest], at+slots)
	}
	copy(l.leaves[at*leafSlot:], b)
	return at
}
