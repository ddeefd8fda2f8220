package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// boxes finds cells near a place: the boxes of the cells in code order, above them the boxes of each sixteen that stand
// in a row, above them those of each sixteen of these, and so on. Code order keeps near what lies near on the ground,
// so this serves as well as an R-tree and needs no pointers. The boxes are rounded outward to single precision: they
// say "may come near", never the last word.
type boxes struct {
	levels [][]smallBox // the cells' first
}

type smallBox struct{ minLon, minLat, maxLon, maxLat float32 }

const boxFan = 16

func newBoxes(bounds []orb.Bound) boxes {
	level := make([]smallBox, len(bounds))
	for i := range bounds {
		level[i] = smallBox{
			down(bounds[i].Min[0]), down(bounds[i].Min[1]), -down(-bounds[i].Max[0]), -down(-bounds[i].Max[1]),
		}
	}
	return pile(level)
}

// pile puts the upper levels on that of the cells.
func pile(level []smallBox) boxes {
	var b boxes
	for len(level) > 0 {
		b.levels = append(b.levels, level)
		if len(level) == 1 {
			break
		}
		above := make([]smallBox, (len(level)+boxFan-1)/boxFan)
		for i := range level {
			if i%boxFan == 0 {
				above[i/boxFan] = level[i]
			} else {
				above[i/boxFan].join(level[i])
			}
		}
		level = above
	}
	return b
}

// down is the greatest single-precision number that is not above v.
func down(v float64) float32 {
	f := float32(v)
	if float64(f) > v {
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	}
	return f
}

func (s *smallBox) join(o smallBox) {
	s.minLon, s.minLat = min(s.minLon, o.minLon), min(s.minLat, o.minLat)
	s.maxLon, s.maxLat = max(s.maxLon, o.maxLon), max(s.maxLat, o.maxLat)
}

func (s *smallBox) bound() orb.Bound {
	return orb.Bound{
		Min: orb.Point{float64(s.minLon), float64(s.minLat)},
		Max: orb.Point{float64(s.maxLon), float64(s.maxLat)},
	}
}

// meeting calls yield for every cell whose box meets the bound, in order.
func (b *boxes) meeting(bound orb.Bound, yield func(cell int)) {
	if len(b.levels) > 0 {
		b.meetingIn(len(b.levels)-1, 0, &bound, yield)
	}
}

func (b *boxes) meetingIn(level, i int, bound *orb.Bound, yield func(cell int)) {
	if !b.levels[level][i].bound().Intersects(*bound) {
		return
	}
	if level == 0 {
		yield(i)
		return
	}
	for k := i * boxFan; k < min((i+1)*boxFan, len(b.levels[level-1])); k++ {
		b.meetingIn(level-1, k, bound, yield)
	}
}

// nearest calls yield for the cells whose box is no farther away than *limit, in squared metres. Near ones come first,
// so that yield can lower the limit and spare the rest.
func (b *boxes) nearest(m metric, pt orb.Point, limit *float64, yield func(cell int)) {
	if len(b.levels) > 0 {
		b.nearestIn(len(b.levels)-1, 0, m, pt, limit, yield)
	}
}

func (b *boxes) nearestIn(level, i int, m metric, pt orb.Point, limit *float64, yield func(cell int)) {
	if level == 0 {
		yield(i)
		return
	}
	type child struct {
		at    int
		dist2 float64
	}
	var near [boxFan]child
	n := 0
	for k := i * boxFan; k < min((i+1)*boxFan, len(b.levels[level-1])); k++ {
		bound := b.levels[level-1][k].bound()
		c := child{k, m.toBound2(&bound, pt)}
		if c.dist2 > *limit {
			continue
		}
		at := n
		for ; at > 0 && near[at-1].dist2 > c.dist2; at-- {
			near[at] = near[at-1]
		}
		near[at] = c
		n++
	}
	for _, c := range near[:n] {
		if c.dist2 <= *limit {
			b.nearestIn(level-1, c.at, m, pt, limit, yield)
		}
	}
}
