package survey

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// bins sort lines by where they lie. What lies beyond the raster is kept in its outermost bins, so that one stray cell
// does not make the others crowd into a single bin.
type bins struct {
	cols, rows int
	west       float64
	south      float64
	width      float64 // of a bin, in degrees
	height     float64
	starts     []int32
	items      []int32 // line numbers, by bin
}

// newBins makes about as many bins as there are lines, whose ends are told.
func (n *net) newBins(lines int, ends func(i int) (a, b vertex)) *bins {
	b := n.rasterFor(lines)
	count := make([]int32, b.cols*b.rows+1)
	each := func(do func(bin int, line int32)) {
		for i := range lines {
			p, q := ends(i)
			b.along(n.places[p], n.places[q], func(bin int) { do(bin, int32(i)) })
		}
	}
	each(func(bin int, _ int32) { count[bin+1]++ })
	for i := 1; i < len(count); i++ {
		count[i] += count[i-1]
	}
	b.starts = slices.Clone(count)
	b.items = make([]int32, count[len(count)-1])
	each(func(bin int, line int32) {
		b.items[count[bin]] = line
		count[bin]++
	})
	return b
}

// rasterFor spans the places except the outermost hundredth on each side.
func (n *net) rasterFor(want int) *bins {
	b := &bins{cols: 1, rows: 1, width: 1, height: 1}
	if want == 0 {
		return b
	}
	var lo, hi [2]float64
	values := make([]float64, len(n.places))
	for axis := range 2 {
		for i, pt := range n.places {
			values[i] = pt[axis]
		}
		slices.Sort(values)
		lo[axis], hi[axis] = values[len(values)/100], values[len(values)-1-len(values)/100]
	}
	width, height := max(hi[0]-lo[0], 1e-9), max(hi[1]-lo[1], 1e-9)
	side := math.Sqrt(width * height / float64(want))
	b.cols = max(1, min(int(width/side), want, 1<<15))
	b.rows = max(1, min(int(height/side), want, 1<<15))
	b.west, b.south = lo[0], lo[1]
	b.width, b.height = width/float64(b.cols), height/float64(b.rows)
	return b
}

func (b *bins) col(x float64) int { return clamp((x-b.west)/b.width, b.cols) }
func (b *bins) row(y float64) int { return clamp((y-b.south)/b.height, b.rows) }

func clamp(v float64, n int) int { return int(max(0, min(v, float64(n-1)))) }

func (b *bins) of(bin int) []int32 { return b.items[b.starts[bin]:b.starts[bin+1]] }

// along calls yield for every bin that the line from p to q comes into, and for some beside it.
func (b *bins) along(p, q orb.Point, yield func(bin int)) {
	if q[1] < p[1] {
		p, q = q, p
	}
	// A hair more on each side, lest rounding lose a corner.
	hairX, hairY := b.width*1e-6, b.height*1e-6
	for row, last := b.row(p[1]), b.row(q[1]); row <= last; row++ {
		x0, x1 := p[0], q[0]
		if dy := q[1] - p[1]; dy > 0 { // what of it lies between the row's edges
			if from := (b.south + float64(row)*b.height - hairY - p[1]) / dy; row > 0 && from > 0 {
				x0 = p[0] + from*(q[0]-p[0])
			}
			if to := (b.south + float64(row+1)*b.height + hairY - p[1]) / dy; row < b.rows-1 && to < 1 {
				x1 = p[0] + to*(q[0]-p[0])
			}
		}
		for col, end := b.col(min(x0, x1)-hairX), b.col(max(x0, x1)+hairX); col <= end; col++ {
			yield(row*b.cols + col)
		}
	}
}
