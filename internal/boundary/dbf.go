package boundary

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// table is the rows of attributes of a Shapefile, in dBASE's format.
type table struct {
	src     *bufio.Reader
	fields  []field
	rows    int // that the head promises and that are not read
	done    int
	raw     []byte
	charset charset
}

type field struct {
	name string
	kind byte
	size int
}

// openTable reads the head of a .dbf. The encoding is that of the .cpg, or else the head's own.
func openTable(src io.Reader, cpg string) (*table, error) {
	t := &table{src: bufio.NewReaderSize(src, 64<<10)}
	var h [32]byte
	if _, err := io.ReadFull(t.src, h[:]); err != nil {
		return nil, t.cut(err)
	}
	rows, size, width := binary.LittleEndian.Uint32(h[4:]), int(binary.LittleEndian.Uint16(h[8:])), int(binary.LittleEndian.Uint16(h[10:]))
	if size < 33 || width < 1 || rows > 1<<31-1 {
		return nil, Whole("dbf", fmt.Sprintf("a head of %d and rows of %d bytes", size, width))
	}
	t.rows, t.raw = int(rows), make([]byte, width)
	var err error
	if t.charset, err = charsetOf(cpg, h[29]); err != nil {
		return nil, err
	}
	head := make([]byte, size-32)
	if _, err := io.ReadFull(t.src, head); err != nil {
		return nil, t.cut(err)
	}
	return t, t.describe(head)
}

// describe reads the descriptions of the fields, 32 bytes each up to a carriage return.
func (t *table) describe(head []byte) error {
	used := 1 // the mark of deletion
	for ; len(head) >= 32 && head[0] != '\r'; head = head[32:] {
		raw, _, _ := strings.Cut(string(head[:11]), "\x00")
		name, ok := t.charset.decode([]byte(raw))
		if !ok {
			return Whole("encoding", fmt.Sprintf("%q (%s)", raw, t.charset.name))
		}
		f := field{strings.TrimSpace(name), head[11], int(head[16])}
		if f.kind == 'C' {
			f.size |= int(head[17]) << 8 // long texts keep the high byte where numbers keep their decimals
		}
		used += f.size
		t.fields = append(t.fields, f)
	}
	if len(head) > 0 && head[0] != '\r' || used > len(t.raw) {
		return Whole("dbf", fmt.Sprintf("fields of %d bytes in rows of %d", used, len(t.raw)))
	}
	return nil
}

func (t *table) cut(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return Whole("truncated", fmt.Sprintf(".dbf, row %d", t.done))
	}
	return err
}

// row reads the attributes of a feature; deleted says that the row is marked so, and the feature with it.
func (t *table) row(f *Feature) (deleted bool, err error) {
	if t.rows == 0 {
		return false, Whole("dbf_rows", fmt.Sprintf(">%d / %d", t.done, t.done))
	}
	if _, err := io.ReadFull(t.src, t.raw); err != nil {
		return false, t.cut(err)
	}
	t.rows--
	t.done++
	if mark := t.raw[0]; mark == '*' {
		return true, nil
	} else if mark != ' ' {
		return false, Whole("dbf", fmt.Sprintf("row %d begins with %q", t.done-1, mark))
	}
	f.Properties = make([]Property, 0, len(t.fields))
	rest := t.raw[1:]
	for _, x := range t.fields {
		p, ok := t.value(x, rest[:x.size])
		if !ok && f.Wrong == nil {
			f.refuse("encoding", fmt.Sprintf("%s: %q (%s)", x.name, strings.TrimSpace(string(rest[:min(x.size, 64)])), t.charset.name))
		}
		f.Properties = append(f.Properties, p)
		rest = rest[x.size:]
	}
	return false, nil
}

// value reads one field; false if its text is not in the encoding.
func (t *table) value(x field, raw []byte) (Property, bool) {
	p := Property{Name: x.name}
	switch x.kind {
	case 'C', 'D':
		text, ok := t.charset.decode(trimField(raw))
		p.Value = text
		p.Null = text == ""
		return p, ok
	case 'N', 'F':
		p.Value = strings.Trim(string(raw), " \x00")
		p.Number = true
		p.Null = p.Value == "" || p.Value[0] == '*' // dBASE's sign of a number too long for its field
	case 'L':
		switch raw := strings.TrimSpace(string(raw)); {
		case strings.ContainsAny(raw, "YyTt"):
			p.Value = "true"
		case strings.ContainsAny(raw, "NnFf"):
			p.Value = "false"
		default:
			p.Null = true
		}
	default: // memos stand in another file, the rest is binary
		p.Null = true
	}
	return p, true
}

// trimField takes off what fills a field up.
func trimField(raw []byte) []byte {
	for len(raw) > 0 && (raw[len(raw)-1] == ' ' || raw[len(raw)-1] == 0) {
		raw = raw[:len(raw)-1]
	}
	for len(raw) > 0 && raw[0] == ' ' {
		raw = raw[1:]
	}
	return raw
}

// rest is how many rows that are not deleted stand behind the last shape.
func (t *table) rest() (int, error) {
	n := 0
	for t.rows > 0 {
		deleted, err := t.row(&Feature{})
		if err != nil {
			return 0, err
		}
		if !deleted {
			n++
		}
	}
	return n, nil
}
