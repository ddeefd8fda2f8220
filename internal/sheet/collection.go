package sheet

import (
	"encoding/binary"
	"errors"
)

var errCollection = errors.New("a broken font collection")

// firstOf takes the first font out of a collection, as a file of its own: the PDF library reads no other.
func firstOf(data []byte) ([]byte, error) {
	const head, entry = 12, 16
	at, ok := word(data, head)
	if !ok {
		return nil, errCollection
	}
	directory, ok := cut(data, at, head)
	if !ok {
		return nil, errCollection
	}
	n := uint32(binary.BigEndian.Uint16(directory[4:]))
	entries, ok := cut(data, at+head, n*entry)
	if !ok {
		return nil, errCollection
	}
	out := append(append([]byte{}, directory...), entries...)
	for i := range n {
		from, _ := word(entries, i*entry+8)
		size, _ := word(entries, i*entry+12)
		table, ok := cut(data, from, size)
		if !ok || len(out) > maxFont {
			return nil, errCollection
		}
		binary.BigEndian.PutUint32(out[head+i*entry+8:], uint32(len(out)))
		out = append(out, table...)
		for len(out)%4 != 0 { // tables begin at whole words
			out = append(out, 0)
		}
	}
	return out, nil
}

// cut is a part of the data, if it is there.
func cut(data []byte, from, size uint32) ([]byte, bool) {
	if uint64(from)+uint64(size) > uint64(len(data)) {
		return nil, false
	}
	return data[from : from+size], true
}

// word is the number at a place.
func word(data []byte, at uint32) (uint32, bool) {
	b, ok := cut(data, at, 4)
	if !ok {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}
