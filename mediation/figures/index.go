package figures

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/google/uuid"
)

// key is a case's id in as little room as there is.
type key [16]byte

// keyOf is an id's key: the UUID that it is, or a digest of what is none.
func keyOf(id string) key {
	if u, err := uuid.Parse(id); err == nil && u.String() == id {
		return key(u)
	}
	sum := sha256.Sum256([]byte(id))
	return key(sum[:16])
}

// index finds a row by its id. It holds row numbers alone, 8 bytes a row at most, where a map would hold the ids once more.
type index struct {
	slots []uint32 // row + 1; 0 is free
	n     uint32
}

// slot is where an id is, or would be.
func (x *index) slot(id key, idOf func(uint32) key) int {
	mask := len(x.slots) - 1
	// Ids are random or digests; their parts are mixed all the same, for UUIDs that count.
	h := (binary.LittleEndian.Uint64(id[:8]) ^ binary.LittleEndian.Uint64(id[8:])) * 0x9e3779b97f4a7c15
	for at := int(h>>32) & mask; ; at = (at + 1) & mask {
		if row := x.slots[at]; row == 0 || idOf(row-1) == id {
			return at
		}
	}
}

func (x *index) find(id key, idOf func(uint32) key) (row uint32, ok bool) {
	if len(x.slots) == 0 {
		return 0, false
	}
	at := x.slots[x.slot(id, idOf)]
	return at - 1, at != 0
}

// add gives an id that is not there the next row. Its block need not be there yet.
func (x *index) add(id key, idOf func(uint32) key) uint32 {
	if int(x.n)*4 >= len(x.slots)*3 {
		old := x.slots
		x.slots = make([]uint32, max(64, 2*len(old)))
		for _, row := range old {
			if row != 0 {
				x.slots[x.slot(idOf(row-1), idOf)] = row
			}
		}
	}
	at := x.slot(id, idOf)
	x.n++
	x.slots[at] = x.n
	return x.n - 1
}
