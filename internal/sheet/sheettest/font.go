// Package sheettest makes a font for tests: every character of the basic plane has a glyph, and all of them are blank. So papers are tested
// without a font that somebody has drawn.
package sheettest

import (
	"encoding/binary"
	"slices"
)

// The characters that have a glyph: all from the space on. Glyph 0 is for none.
const (
	first  = 0x20
	last   = 0xfffd
	glyphs = last - first + 2
)

type table struct {
	tag  string
	body []byte
}

// u16 writes numbers of two bytes.
func u16(values ...int) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// Font is a TrueType font (.ttf).
func Font() []byte {
	const em, up, down, wide = 1000, 800, -200, 500
	zero := func(n int) []byte { return make([]byte, n) }
	tables := []table{
		{"OS/2", slices.Concat(u16(3, wide, 400, 5, 0), zero(58), u16(first, last, up, down, 0, up, -down), zero(8), u16(500, 700, 0, 32, 1))},
		{"cmap", slices.Concat(u16(0, 1, 3, 1, 0, 12), u16(4, 32, 0, 4, 4, 1, 0, last, 0xffff, 0, first, 0xffff, 1-first, 1, 0, 0))},
		{"glyf", zero(4)},
		{"head", slices.Concat(u16(1, 0, 1, 0, 0, 0), []byte{0x5f, 0x0f, 0x3c, 0xf5}, u16(0, em), zero(16), u16(0, down, wide, up, 0, 8, 2, 0, 0))},
		{"hhea", slices.Concat(u16(1, 0, up, down, 0, wide, 0, 0, wide, 1, 0, 0), zero(8), u16(0, 1))},
		{"hmtx", slices.Concat(u16(wide, 0), zero(2*(glyphs-1)))},
		{"loca", zero(2 * (glyphs + 1))},
		{"maxp", slices.Concat(u16(1, 0, glyphs), zero(26))},
		{"name", slices.Concat(u16(0, 1, 18, 3, 1, 0x409, 6, 8, 0), u16('B', 'l', 'a', 'k'))},
		{"post", slices.Concat(u16(3, 0), zero(28))},
	}
	return assembled("\x00\x01\x00\x00", tables, 0)
}

// Collection holds the font alone (.ttc).
func Collection() []byte {
	head := slices.Concat([]byte("ttcf"), u16(1, 0, 0, 1, 0, 16))
	font := Font()
	n := int(binary.BigEndian.Uint16(font[4:]))
	for i := range n { // offsets are from the beginning of the file
		at := font[12+16*i+8:]
		binary.BigEndian.PutUint32(at, binary.BigEndian.Uint32(at)+uint32(len(head)))
	}
	return append(head, font...)
}

func assembled(version string, tables []table, base int) []byte {
	head := slices.Concat([]byte(version), u16(len(tables), 128, 3, len(tables)*16-128))
	at := base + len(head) + 16*len(tables)
	var body []byte
	for _, t := range tables {
		head = append(head, t.tag...)
		for _, v := range []int{0, at + len(body), len(t.body)} {
			head = binary.BigEndian.AppendUint32(head, uint32(v))
		}
		body = append(body, t.body...)
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
	}
	return append(head, body...)
}
