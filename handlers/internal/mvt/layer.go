// Package mvt writes vector tiles (Mapbox Vector Tile specification 2.1): protocol buffers by hand, every byte once, and
// nothing of its own for a feature. What is written may be used again for the next tile.
package mvt

import "math/bits"

// Extent is how wide a tile is in its own units.
const Extent = 4096

// Kind is the kind of a feature's geometry.
type Kind byte

// The kinds that are written.
const (
	Point   Kind = 1
	Polygon Kind = 3
)

// Layer is one layer of a tile, or many one after another.
type Layer struct {
	name     string
	keys     []string
	recent   []recent // by key
	features []byte
	tags     []byte // of the feature that is to come
	values   []byte
	known    uint64 // how many values there are
	texts    map[string]uint64
	numbers  map[uint64]uint64
	small    [64]uint64 // where small numbers stand, and one; 0: nowhere yet
	flags    [2]uint64  // where false and true stand, likewise
}

// NewLayer has the keys that its features' tags name by their position.
func NewLayer(name string, keys ...string) *Layer {
	return &Layer{name: name, keys: keys, recent: make([]recent, len(keys)), texts: map[string]uint64{}, numbers: map[uint64]uint64{}}
}

// Clear takes out all features.
func (l *Layer) Clear() {
	l.features, l.tags, l.values, l.known = l.features[:0], l.tags[:0], l.values[:0], 0
	clear(l.small[:])
	clear(l.flags[:])
	clear(l.recent)
	clear(l.texts)
	clear(l.numbers)
}

// recent are the last few texts under a key and where they stand: most keys have a handful, and comparing them is
// quicker than a map.
type recent struct {
	texts [6]string
	at    [6]uint64
	n     int
}

// Text tags the next feature.
func (l *Layer) Text(key int, v string) {
	r := &l.recent[key]
	for i := range min(r.n, len(r.texts)) {
		if r.texts[i] == v {
			l.tag(key, r.at[i])
			return
		}
	}
	at, ok := l.texts[v]
	if !ok {
		at = l.text(v)
		l.texts[v] = at
	}
	r.texts[r.n%len(r.texts)], r.at[r.n%len(r.at)] = v, at
	r.n++
	l.tag(key, at)
}

// Unique is Text for what no other feature is tagged with, which need not be looked up.
func (l *Layer) Unique(key int, v string) { l.tag(key, l.text(v)) }

func (l *Layer) text(v string) uint64 {
	n := uint64(len(v))
	l.values = appendVarint(append(l.values, 4<<3|2), 1+size(n)+n)
	l.values = appendVarint(append(l.values, 1<<3|2), n)
	l.values = append(l.values, v...)
	return l.value()
}

// Number tags the next feature.
func (l *Layer) Number(key int, v uint64) {
	if v < uint64(len(l.small)) {
		if l.small[v] == 0 {
			l.small[v] = l.number(v) + 1
		}
		l.tag(key, l.small[v]-1)
		return
	}
	at, ok := l.numbers[v]
	if !ok {
		at = l.number(v)
		l.numbers[v] = at
	}
	l.tag(key, at)
}

// UniqueNumber is Number for what hardly any other feature is tagged with.
func (l *Layer) UniqueNumber(key int, v uint64) { l.tag(key, l.number(v)) }

func (l *Layer) number(v uint64) uint64 {
	l.values = append(l.values, 4<<3|2, byte(1+size(v)), 5<<3)
	l.values = appendVarint(l.values, v)
	return l.value()
}

// Flag tags the next feature.
func (l *Layer) Flag(key int, v bool) {
	which := 0
	if v {
		which = 1
	}
	if l.flags[which] == 0 {
		l.values = append(l.values, 4<<3|2, 2, 7<<3, byte(which))
		l.flags[which] = l.value() + 1
	}
	l.tag(key, l.flags[which]-1)
}

func (l *Layer) value() uint64 {
	l.known++
	return l.known - 1
}

func (l *Layer) tag(key int, value uint64) {
	l.tags = appendVarint(appendVarint(l.tags, uint64(key)), value)
}

// Put writes a feature with the tags given since the last one. id 0 is none. geometry is a Path's; one that is empty
// is no feature.
func (l *Layer) Put(id uint64, kind Kind, geometry []byte) {
	tags, shape := uint64(len(l.tags)), uint64(len(geometry))
	if shape == 0 {
		l.tags = l.tags[:0]
		return
	}
	n := 2 + 1 + size(shape) + shape
	if id != 0 {
		n += 1 + size(id)
	}
	if tags != 0 {
		n += 1 + size(tags) + tags
	}
	b := appendVarint(append(l.features, 2<<3|2), n)
	if id != 0 {
		b = appendVarint(append(b, 1<<3), id)
	}
	if tags != 0 {
		b = append(appendVarint(append(b, 2<<3|2), tags), l.tags...)
	}
	b = append(b, 3<<3, byte(kind))
	b = appendVarint(append(b, 4<<3|2), shape)
	l.features, l.tags = append(b, geometry...), l.tags[:0]
}

// AppendTo writes the layer behind others of the tile; one without features is left out.
func (l *Layer) AppendTo(tile []byte) []byte {
	if len(l.features) == 0 {
		return tile
	}
	n := 2 + text(l.name) + uint64(len(l.features)+len(l.values)) + 1 + size(Extent)
	for _, k := range l.keys {
		n += text(k)
	}
	tile = appendVarint(append(tile, 3<<3|2), n)
	tile = appendText(append(tile, 15<<3, 2), 1, l.name)
	tile = append(tile, l.features...)
	for _, k := range l.keys {
		tile = appendText(tile, 3, k)
	}
	tile = append(tile, l.values...)
	return appendVarint(append(tile, 5<<3), Extent)
}

// text is how long a text is as a field.
func text(s string) uint64 { return 1 + size(uint64(len(s))) + uint64(len(s)) }

func appendText(b []byte, field byte, s string) []byte {
	return append(appendVarint(append(b, field<<3|2), uint64(len(s))), s...)
}

// size is how many bytes a varint takes.
func size(v uint64) uint64 { return uint64(bits.Len64(v|1)+6) / 7 }

func appendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}
