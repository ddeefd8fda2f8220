package grid

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// flat is what a snapshot has in another form than a plan.
type flat struct {
	boxes []smallBox // the cells' alone
	tree  flatTree
}

// layout is the parts of a plan in the order of a snapshot, for writing and for reading. A new field of a plan is a line
// here, a check in complete if it leads to a place in memory, and another SnapshotFormat.
//
// The upper levels of the boxes and the links of the tree are few and follow from the rest, so they are not in it.
func layout(c coder, p *Plan, flat *flat) {
	c.text(&p.version)
	layoutSchema(c, &p.schema)

	c.number(&p.labels.n)
	layoutTexts(c, &p.labels.codes)
	layoutTexts(c, &p.labels.names)

	g := &p.ground
	list(c, &g.steps, stepPairs)
	list(c, &g.raw, floatPairs)
	c.integer(&g.base[0])
	c.integer(&g.base[1])
	c.float(&g.per)
	list(c, &g.arcs, words[uint32]())
	list(c, &g.refs, words[ref]())
	list(c, &g.cells, words[uint32]())

	r := &p.raster
	layoutBound(c, &r.bound)
	c.number(&r.cols)
	c.number(&r.rows)
	c.float(&r.perLon)
	c.float(&r.perLat)
	list(c, &r.tiles, words[tile]())
	list(c, &r.blocks, blocks)
	list(c, &r.lines, lines)
	list(c, &r.lists, words[uint32]())

	list(c, &flat.boxes, smallBoxes)
	list(c, &p.centres, centres)

	layoutTexts(c, &flat.tree.codes)
	layoutTexts(c, &flat.tree.names)
	list(c, &flat.tree.areas, flatAreas)
}

func layoutTexts(c coder, t *texts) {
	c.text(&t.all)
	list(c, &t.starts, words[uint32]())
}

func layoutBound(c coder, b *orb.Bound) {
	for _, v := range [...]*float64{&b.Min[0], &b.Min[1], &b.Max[0], &b.Max[1]} {
		c.float(v)
	}
}

func layoutSchema(c coder, s *Schema) {
	n := len(s.Levels)
	c.number(&n)
	for i := range n {
		if c.failed() {
			return
		}
		if i == len(s.Levels) {
			s.Levels = append(s.Levels, Level{})
		}
		l := &s.Levels[i]
		c.text(&l.Key)
		c.text(&l.NameZh)
		c.text(&l.NameEn)
		c.number(&l.Width)
		void := 0
		if l.ZeroVoid {
			void = 1
		}
		c.number(&void)
		l.ZeroVoid = void == 1
	}
}

// coder goes through a layout, writing or reading what is pointed to.
type coder interface {
	number(v *int) // 0 ≤ v < 2³¹
	integer(v *int64)
	float(v *float64)
	text(v *string)
	failed() bool
}

// kind is how the elements of a list are spelled; both functions take as many bytes as the elements need.
type kind[T any] struct {
	size int // bytes of one
	put  func(b []byte, v []T)
	get  func(v []T, b []byte)
}

// chunk is about how many bytes of a list are written at a time, or read by one task.
const chunk = 1 << 18

// list writes or reads a list. An empty one is nil once read.
func list[T any](c coder, v *[]T, of kind[T]) {
	switch c := c.(type) {
	case *writing:
		c.length(len(*v))
		if c.w == nil {
			c.size += uint64(len(*v) * of.size)
			return
		}
		for some := range slices.Chunk(*v, chunk/of.size) {
			b := c.room(len(some) * of.size)
			of.put(b, some)
			c.put(b)
		}
	case *reading:
		from := c.take(of.size)
		if n := len(from) / of.size; n > 0 {
			into := make([]T, n)
			*v = into
			for some := range slices.Chunk(into, chunk/of.size) {
				b := from[:len(some)*of.size]
				from = from[len(b):]
				c.jobs = append(c.jobs, func() { of.get(some, b) })
			}
		}
	}
}

var le = binary.LittleEndian

func words[T ~uint32]() kind[T] {
	return kind[T]{4, func(b []byte, v []T) {
		for i, w := range v {
			le.PutUint32(b[4*i:], uint32(w))
		}
	}, func(v []T, b []byte) {
		for i := range v {
			v[i] = T(le.Uint32(b[4*i:]))
		}
	}}
}

var lines = kind[leaf]{leafSize, func(b []byte, v []leaf) {
	for i := range v {
		copy(b[leafSize*i:], v[i][:])
	}
}, func(v []leaf, b []byte) {
	for i := range v {
		copy(v[i][:], b[leafSize*i:])
	}
}}

var stepPairs = kind[[2]uint32]{8, func(b []byte, v [][2]uint32) {
	for i, s := range v {
		le.PutUint64(b[8*i:], uint64(s[0])|uint64(s[1])<<32)
	}
}, func(v [][2]uint32, b []byte) {
	for i := range v {
		s := le.Uint64(b[8*i:])
		v[i] = [2]uint32{uint32(s), uint32(s >> 32)}
	}
}}

var blocks = kind[block]{12, func(b []byte, v []block) {
	for i, made := range v {
		le.PutUint64(b[12*i:], made.starts)
		le.PutUint32(b[12*i+8:], made.first)
	}
}, func(v []block, b []byte) {
	for i := range v {
		v[i] = block{le.Uint64(b[12*i:]), le.Uint32(b[12*i+8:])}
	}
}}

var smallBoxes = kind[smallBox]{16, func(b []byte, v []smallBox) {
	for i, s := range v {
		for k, f := range [...]float32{s.minLon, s.minLat, s.maxLon, s.maxLat} {
			le.PutUint32(b[16*i+4*k:], math.Float32bits(f))
		}
	}
}, func(v []smallBox, b []byte) {
	at := func(k int) float32 { return math.Float32frombits(le.Uint32(b[k:])) }
	for i := range v {
		v[i] = smallBox{at(16 * i), at(16*i + 4), at(16*i + 8), at(16*i + 12)}
	}
}}

var (
	floatPairs = twoFloats[[2]float64]()
	centres    = twoFloats[orb.Point]()
)

func twoFloats[T ~[2]float64]() kind[T] {
	return kind[T]{16, func(b []byte, v []T) {
		for i := range v {
			putFloats(b[16*i:], v[i][0], v[i][1])
		}
	}, func(v []T, b []byte) {
		for i := range v {
			v[i] = T{floatAt(b[16*i:]), floatAt(b[16*i+8:])}
		}
	}}
}

func putFloats(b []byte, values ...float64) {
	for i, v := range values {
		le.PutUint64(b[8*i:], math.Float64bits(v))
	}
}

func floatAt(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }
