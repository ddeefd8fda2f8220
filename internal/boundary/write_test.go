package boundary

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// shpText writes a Shapefile's shapes, rings in the order that they are given in; nil is a null shape.
func shpText(kind uint32, shapes ...[]orb.Ring) []byte {
	var records []byte
	for i, rings := range shapes {
		var body []byte
		if rings == nil {
			body = binary.LittleEndian.AppendUint32(body, 0)
		} else {
			body = polygonRecord(kind, rings)
		}
		records = binary.BigEndian.AppendUint32(records, uint32(i+1))
		records = binary.BigEndian.AppendUint32(records, uint32(len(body)/2))
		records = append(records, body...)
	}
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	binary.BigEndian.PutUint32(head[24:], uint32(100+len(records))/2)
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], kind)
	return append(head, records...)
}

func polygonRecord(kind uint32, rings []orb.Ring) []byte {
	le := binary.LittleEndian
	b := append(le.AppendUint32(nil, kind), make([]byte, 32)...)
	points := 0
	for _, r := range rings {
		points += len(r)
	}
	b = le.AppendUint32(le.AppendUint32(b, uint32(len(rings))), uint32(points))
	start := 0
	for _, r := range rings {
		b = le.AppendUint32(b, uint32(start))
		start += len(r)
	}
	for _, r := range rings {
		for _, pt := range r {
			b = le.AppendUint64(le.AppendUint64(b, math.Float64bits(pt[0])), math.Float64bits(pt[1]))
		}
	}
	switch kind {
	case 15:
		b = append(b, make([]byte, 2*(16+8*points))...) // Z, and M as well
	case 25:
		b = append(b, make([]byte, 16+8*points)...)
	}
	return b
}

// dbfText writes a table with the columns code (C 12), name (C 20), n (N 8) and ok (L).
func dbfText(driver byte, rows ...[4]string) []byte {
	var b []byte
	columns := []struct {
		name string
		kind byte
		size int
	}{{"code", 'C', 12}, {"name", 'C', 20}, {"n", 'N', 8}, {"ok", 'L', 1}}
	head := make([]byte, 32)
	head[0], head[29] = 3, driver
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(32+32*len(columns)+1))
	binary.LittleEndian.PutUint16(head[10:], 42)
	b = append(b, head...)
	for _, c := range columns {
		field := make([]byte, 32)
		copy(field, c.name)
		field[11], field[16] = c.kind, byte(c.size)
		b = append(b, field...)
	}
	b = append(b, '\r')
	for _, row := range rows {
		mark := byte(' ')
		if row[0] == "deleted" {
			mark = '*'
		}
		b = append(b, mark)
		for i, c := range columns {
			b = append(b, fmt.Sprintf("%-*s", c.size, "")...)
			copy(b[len(b)-c.size:], row[i])
		}
	}
	return append(b, 0x1a)
}

func gbk(text string) string {
	b, err := simplifiedchinese.GBK.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return b
}
