package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// buckets is a raster over a plan's bound with the list of cells for each of its fields, all lists in one slice.
// Which bucket a coordinate falls into grows with the coordinate (subtraction, multiplication and truncation are
// monotone even when they round), so what lies between two points lies between their buckets.
type buckets struct {
	bound      orb.Bound
	cols, rows int
	perLon     float64 // buckets per degree
	perLat     float64
	starts     []uint32 // where each bucket's list begins, and the end of the last
	entries    []entry
}

// entry is a cell's position and whether the cell covers the whole bucket.
type entry uint32

func newEntry(cell int, whole bool) entry {
	e := entry(cell) << 1
	if whole {
		e |= 1
	}
	return e
}

func (e entry) cell() int   { return int(e >> 1) }
func (e entry) whole() bool { return e&1 == 1 }

const (
	// bucketsPerCell is how fine the raster is: enough that most points fall into a bucket of one cell alone.
	bucketsPerCell = 16
	maxBuckets     = 1 << 20
	// maxVisits bounds the work and memory of cells that overlap without measure; a coarser raster is still right.
	maxVisits = 1 << 23
	// leastWidth is the least size of a bucket in degrees (0.1 mm), far above what rounding can shift.
	leastWidth = 1e-9
	// slack widens an edge by more than rounding can move it.
	slack = 1e-12
)

func newBuckets(cells []outline) buckets {
	if len(cells) == 0 {
		return buckets{}
	}
	b := buckets{bound: cells[0].bound}
	edges := 0
	for i := range cells {
		b.bound = b.bound.Union(cells[i].bound)
		for j := range cells[i].rings {
			edges += len(cells[i].rings[j].pts)
		}
	}
	b.fit(cells, min(max(bucketsPerCell*len(cells), edges), maxBuckets))
	b.fill(cells)
	return b
}

// fit chooses the raster: about the wanted number of buckets, square on the ground, fewer if cells overlap too much.
func (b *buckets) fit(cells []outline, want int) {
	width, height := b.bound.Max[0]-b.bound.Min[0], b.bound.Max[1]-b.bound.Min[1]
	m := metricAt(b.bound.Center()[1])
	side := math.Sqrt(width * m.east * height * m.north / float64(want))
	count := func(degrees, perDegree float64) int {
		return int(max(1, min(degrees*perDegree/side, degrees/leastWidth, float64(want))))
	}
	b.cols, b.rows = count(width, m.east), count(height, m.north)
	for {
		b.perLon, b.perLat = float64(b.cols)/width, float64(b.rows)/height
		visits := 0
		for i := range cells {
			w := b.window(cells[i].bound)
			visits += w.cols() * w.rows()
		}
		if visits <= maxVisits || b.cols == 1 && b.rows == 1 {
			return
		}
		b.cols, b.rows = (b.cols+1)/2, (b.rows+1)/2
	}
}

func (b *buckets) col(lon float64) int { return clampIndex((lon-b.bound.Min[0])*b.perLon, b.cols) }
func (b *buckets) row(lat float64) int { return clampIndex((lat-b.bound.Min[1])*b.perLat, b.rows) }

func clampIndex(v float64, n int) int { return max(0, min(int(v), n-1)) }

// at is the list of the bucket that the point falls into.
func (b *buckets) at(pt orb.Point) []entry {
	if b.entries == nil || !within(&b.bound, pt) {
		return nil
	}
	k := b.row(pt[1])*b.cols + b.col(pt[0])
	return b.entries[b.starts[k]:b.starts[k+1]]
}

// window is a rectangle of buckets, ends included.
type window struct{ c0, c1, r0, r1 int }

func (w window) cols() int { return w.c1 - w.c0 + 1 }
func (w window) rows() int { return w.r1 - w.r0 + 1 }

func (b *buckets) window(box orb.Bound) window {
	return window{
		c0: b.col(box.Min[0]), c1: b.col(box.Max[0]),
		r0: b.row(box.Min[1]), r1: b.row(box.Max[1]),
	}
}

// visit is one line of the lists before they are sorted by bucket.
type visit struct {
	bucket uint32
	entry  entry
}

func (b *buckets) fill(cells []outline) {
	var visits []visit
	var touched []bool
	for i := range cells {
		visits, touched = b.draw(i, &cells[i], visits, touched)
	}
	// Counting sort; cells stay in order. Behind a cell that covers the bucket nothing can win.
	b.starts = make([]uint32, b.cols*b.rows+1)
	closed := make([]bool, b.cols*b.rows)
	kept := visits[:0]
	for _, v := range visits {
		if closed[v.bucket] {
			continue
		}
		closed[v.bucket] = v.entry.whole()
		b.starts[v.bucket+1]++
		kept = append(kept, v)
	}
	for k := 1; k < len(b.starts); k++ {
		b.starts[k] += b.starts[k-1]
	}
	b.entries = make([]entry, len(kept))
	next := append([]uint32(nil), b.starts...)
	for _, v := range kept {
		b.entries[next[v.bucket]] = v.entry
		next[v.bucket]++
	}
}

// draw lists the buckets that a cell reaches: those that an edge touches, and those that it covers. Buckets in a row
// without an edge between them lie all inside or all outside, so one test answers for the run.
func (b *buckets) draw(cell int, o *outline, visits []visit, touched []bool) ([]visit, []bool) {
	w := b.window(o.bound)
	n := w.cols() * w.rows()
	if cap(touched) < n {
		touched = make([]bool, n)
	}
	touched = touched[:n]
	clear(touched)
	for i := range o.rings {
		pts := o.rings[i].pts
		for j := 1; j < len(pts); j++ {
			b.trace(pts[j-1], pts[j], w, touched)
		}
	}
	for r := w.r0; r <= w.r1; r++ {
		known, covered := false, false
		for c := w.c0; c <= w.c1; c++ {
			edge := touched[(r-w.r0)*w.cols()+c-w.c0]
			if edge {
				known = false
			} else if !known {
				known, covered = true, o.covers(b.middle(c, r))
			}
			if edge || covered {
				visits = append(visits, visit{uint32(r*b.cols + c), newEntry(cell, !edge)})
			}
		}
	}
	return visits, touched
}

func (b *buckets) middle(c, r int) orb.Point {
	return orb.Point{
		b.bound.Min[0] + (float64(c)+0.5)/b.perLon,
		b.bound.Min[1] + (float64(r)+0.5)/b.perLat,
	}
}

// trace marks every bucket that the edge may touch, row by row, a little more than rounding can hide.
func (b *buckets) trace(p, q orb.Point, w window, touched []bool) {
	if p[1] > q[1] {
		p, q = q, p
	}
	padLon, padLat := slack+1e-6/b.perLon, slack+1e-6/b.perLat
	west, east := min(p[0], q[0])-padLon, max(p[0], q[0])+padLon
	r0, r1 := max(b.row(p[1]-padLat), w.r0), min(b.row(q[1]+padLat), w.r1)
	for r := r0; r <= r1; r++ {
		lo, hi := west, east
		if r0 < r1 && p[1] < q[1] {
			south := b.bound.Min[1] + float64(r)/b.perLat - padLat
			x1 := lonAt(p, q, south)
			x2 := lonAt(p, q, south+1/b.perLat+2*padLat)
			lo, hi = max(lo, min(x1, x2)-padLon), min(hi, max(x1, x2)+padLon)
		}
		c0, c1 := max(b.col(lo), w.c0), min(b.col(hi), w.c1)
		for c := c0; c <= c1; c++ {
			touched[(r-w.r0)*w.cols()+c-w.c0] = true
		}
	}
}

// lonAt is where the edge p–q, rising, meets a latitude; beyond its ends, the end.
func lonAt(p, q orb.Point, lat float64) float64 {
	t := min(max((lat-p[1])/(q[1]-p[1]), 0), 1)
	return p[0] + t*(q[0]-p[0])
}
