package mvt

import "fengqiao/grid"

// Path is the geometry of a feature as it stands in the tile: commands, and each place as the way from the one before.
type Path struct {
	bytes []byte
	at    grid.Pixel
}

// Begin starts a path with a piece of memory to write to, or nil. Places are told from the origin: the tile's own
// north-west corner.
func Begin(memory []byte, origin grid.Pixel) Path { return Path{bytes: memory, at: origin} }

// Bytes is what Layer.Put takes.
func (p *Path) Bytes() []byte { return p.bytes }

const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// Point adds the place of a point feature.
func (p *Path) Point(px grid.Pixel) {
	p.bytes = append(p.bytes, 1<<3|moveTo)
	p.step(px)
}

// Ring adds a ring, without its closing vertex, of at least three places. Outer rings run clockwise as seen on the map,
// holes the other way round; turn says that it is given the wrong way.
func (p *Path) Ring(ring []grid.Pixel, turn bool) {
	p.Point(ring[0])
	p.bytes = appendVarint(p.bytes, uint64(len(ring)-1)<<3|lineTo)
	if turn {
		for i := len(ring) - 1; i > 0; i-- {
			p.step(ring[i])
		}
	} else {
		for _, px := range ring[1:] {
			p.step(px)
		}
	}
	p.bytes = append(p.bytes, 1<<3|closePath)
}

func (p *Path) step(px grid.Pixel) {
	dx, dy := zigzag(px.X-p.at.X), zigzag(px.Y-p.at.Y)
	p.at = px
	if dx|dy < 0x80 { // as nearly always
		p.bytes = append(p.bytes, byte(dx), byte(dy))
		return
	}
	p.bytes = appendVarint(appendVarint(p.bytes, dx), dy)
}

func zigzag(v int32) uint64 { return uint64(uint32(v<<1) ^ uint32(v>>31)) }
