package grid

import "math/bits"

// follow walks from the anchor to a place: the cells that it lies in, and those whose border is too near to say.
//
// Which vertices lie north and which lie east of the place is found for eight of them at once, to two steps. Only edges
// that cross its latitude and do not lie wholly east matter then, one as a rule. A place that has a vertex of such an
// edge at its latitude or a border near, by this reckoning, goes the slow way.
func (l *leaf) follow(h leafHead, ux, uy uint64) (in, near uint32) {
	x, y := h.place(ux, uy)
	n := h.count()
	ys, xs := headBytes, (headBytes+n)&31
	u, v, w := le.Uint64(l[ys:]), le.Uint64(l[ys+8:]), le.Uint64(l[ys+16:])
	hi, lo := barAbove(y), barBelow(y)
	north := reached(u, hi) | reached(v, hi)<<8 | reached(w, hi)<<16
	level := (reached(u, lo) | reached(v, lo)<<8 | reached(w, lo)<<16) ^ north
	u, v, w, hi = le.Uint64(l[xs:]), le.Uint64(l[xs+8:]), le.Uint64(l[xs+16:]), barAbove(x)
	east := reached(u, hi) | reached(v, hi)<<8 | reached(w, hi)<<16
	here := h.joined() &^ (east & (east >> 1))
	edges := (north ^ north>>1) & here
	if level = (level | level>>1) & here; level != 0 {
		return l.trudge(h, x, y, level|edges)
	}
	in = h.anchor()
	px, py := x-fine/2, y-fine/2 // from the lower of two steps, where a vertex is taken to lie between them
	for rest := edges; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros32(rest)
		ax, ay := l.at(xs+i)&lowBits, l.at(ys+i)&lowBits
		dx, dy := l.at(xs+i+1)&lowBits-ax, l.at(ys+i+1)&lowBits-ay
		turn := (ax*pair-px)*dy - (ay*pair-py)*dx // negative: the place lies east of an edge that rises
		falls := dy >> 63
		reach := (blur + fine/2) * (abs(dx) + (dy ^ falls - falls))
		if uint(turn+reach) <= uint(2*reach) {
			return l.trudge(h, x, y, edges)
		}
		chain := i - bits.OnesCount32(h.joined()&(rest-1)&^rest)
		in ^= uint32(l.at(headBytes+2*n+chain)) & uint32((turn^falls)>>63)
	}
	return in, 0
}

const (
	pair     = 2 * fine // two steps, in fine ones
	ones     = 0x0101010101010101
	lowBits  = 0x7f
	highBits = 0x80 * ones
)

// barAbove is what vertices reach that lie surely north or east of a coordinate, barBelow what all others but those do
// that lie surely south or west; both eight times in a word.
func barAbove(at int) uint64 { return (uint64(at+blur)/pair + 1) * ones }
func barBelow(at int) uint64 { return uint64(at-blur+fine-1) / pair * ones }

// reached are the bytes, a bit for each, whose low seven bits are not below the bar, of which every byte has a copy.
func reached(v, bar uint64) uint32 {
	// A byte that does not reach the bar loses the high bit lent to it.
	return uint32(((v | highBits) - bar) & highBits >> 7 * 0x0102040810204080 >> 56)
}

// trudge is follow for any edges that come to the place's latitude, give or take the blur. It sees them as finely as the
// leaf has them.
func (l *leaf) trudge(h leafHead, x, y int, edges uint32) (in, near uint32) {
	reach := blur
	if h.fine() {
		reach = fineBlur
	}
	in = h.anchor()
	same := ^near // the cells that every near border has on a side
	for ; edges != 0; edges &= edges - 1 {
		i := bits.TrailingZeros32(edges)
		ax, ay := l.vertex(h, i)
		bx, by := l.vertex(h, i+1)
		crossed, unsure := pass(ax-x, ay-y, bx-x, by-y, reach)
		sides := uint32(l.at(headBytes + 2*h.count() + i - bits.OnesCount32(h.joined()&(1<<(i&31)-1))))
		if unsure {
			near |= sides
			same &= sides
		} else if crossed {
			in ^= sides
		}
	}
	if near == same {
		// It is one border, which leads from one cell into the other, or out of both. So only the first need be asked:
		// if it has not the point, all crossings of the border together are known to be odd or even.
		first := near & -near
		if in&first != 0 {
			in ^= near
		}
		near = first
	}
	return in, near
}

// vertex is where a vertex lies, in fine steps.
func (l *leaf) vertex(h leafHead, i int) (x, y int) {
	n := h.count()
	x = int(bits.RotateLeft8(uint8(l.at(headBytes+n+i)), 1)) << fineBits
	y = int(bits.RotateLeft8(uint8(l.at(headBytes+i)), 1)) << fineBits
	if h.fine() {
		part := l.at(headBytes+3*n-bits.OnesCount32(h.joined())+i/2) >> (i & 1 * 4)
		x += part&3*(fine/4) + fine/8 - fine/2
		y += part>>2&3*(fine/4) + fine/8 - fine/2
	}
	return x, y
}

func (l *leaf) at(k int) int { return int(l[k&(leafSize-1)]) }

// pass tells whether the edge from a to b crosses the way from the origin westward, and whether it comes so near the
// origin that it may not.
func pass(ax, ay, bx, by, blur int) (crossed, unsure bool) {
	if min(ax, bx) > blur {
		return false, false
	}
	crossed = (ay > 0) != (by > 0)
	if max(ax, bx) < -blur {
		return crossed, false
	}
	dx, dy := bx-ax, by-ay
	turn := ax*dy - ay*dx // negative: the origin lies east of an edge that rises
	if abs(turn) <= blur*(abs(dx)+abs(dy)) {
		return false, true
	}
	return crossed && (turn < 0) == (dy > 0), false
}

func abs(v int) int {
	s := v >> 63
	return v ^ s - s
}
