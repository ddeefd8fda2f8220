package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// WriteXLSX writes the book as a workbook, row by row.
func (b *Book) WriteXLSX(w io.Writer) (err error) {
	f := excelize.NewFile()
	f.SetZipWriter(func(w io.Writer) excelize.ZipWriter {
		return &ordered{Writer: zip.NewWriter(w), parts: map[string]*bytes.Buffer{}}
	})
	defer func() { err = errors.Join(err, f.Close()) }()
	made := b.Of.UTC().Format("2006-01-02T15:04:05Z")
	if err := f.SetDocProps(&excelize.DocProperties{Title: b.Title, Creator: "fengqiao", LastModifiedBy: "fengqiao", Created: made, Modified: made}); err != nil {
		return err
	}
	look, err := newLook(f)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for i := range b.Sheets {
		name := tab(b.Sheets[i].Name, taken)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err == nil {
			err = look.write(f, name, &b.Sheets[i])
		}
		if err != nil {
			return err
		}
	}
	return f.Write(w)
}

// look is the styles of a workbook.
type look struct{ title, head, share int }

func newLook(f *excelize.File) (l look, err error) {
	if l.title, err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}}); err != nil {
		return l, err
	}
	if l.head, err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}}); err != nil {
		return l, err
	}
	const percent = 10 // "0.00%"
	l.share, err = f.NewStyle(&excelize.Style{NumFmt: percent})
	return l, err
}

// charsPerWidth brings the proportions of a table to characters.
const charsPerWidth = 12

func (l look) write(f *excelize.File, name string, s *Sheet) error {
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	for column := range s.Heads {
		if err := out.SetColWidth(column+1, column+1, s.width(column)*charsPerWidth); err != nil {
			return err
		}
	}
	rows := [][]any{{excelize.Cell{StyleID: l.title, Value: s.Title}}}
	for _, line := range s.Above {
		rows = append(rows, []any{line})
	}
	heads := make([]any, len(s.Heads))
	for i, h := range s.Heads {
		heads[i] = excelize.Cell{StyleID: l.head, Value: h}
	}
	rows = append(rows, heads)
	at := 0
	set := func(row []any) error {
		at++
		cell, err := excelize.CoordinatesToCellName(1, at)
		if err != nil {
			return err
		}
		return out.SetRow(cell, row)
	}
	for _, row := range rows {
		if err := set(row); err != nil {
			return err
		}
	}
	if err := s.each(func(cells []Cell) error { return set(l.row(cells)) }); err != nil {
		return err
	}
	return out.Flush()
}

// row is the cells as the library takes them. Texts stay texts: only what is set as a formula is one.
func (l look) row(cells []Cell) []any {
	row := make([]any, len(cells))
	for i, c := range cells {
		switch {
		case c.Number != nil && c.Share:
			row[i] = excelize.Cell{StyleID: l.share, Value: *c.Number}
		case c.Number != nil:
			row[i] = *c.Number
		default:
			row[i] = c.Text
		}
	}
	return row
}

// ordered writes the parts of a workbook in the order of their names: the library goes through its tables as a map happens to have them.
type ordered struct {
	*zip.Writer
	parts map[string]*bytes.Buffer
}

// Create implements excelize.ZipWriter.
func (o *ordered) Create(name string) (io.Writer, error) {
	o.parts[name] = &bytes.Buffer{}
	return o.parts[name], nil
}

// Close implements excelize.ZipWriter.
func (o *ordered) Close() error {
	for _, name := range slices.Sorted(maps.Keys(o.parts)) {
		w, err := o.Writer.Create(name)
		if err != nil {
			return err
		}
		if _, err := w.Write(o.parts[name].Bytes()); err != nil {
			return err
		}
	}
	return o.Writer.Close()
}
