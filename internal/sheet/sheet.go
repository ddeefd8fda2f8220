// Package sheet writes tables as XLSX workbooks, PDF papers and CSV. The same tables make the same bytes, so that two exports can be compared,
// and nothing in them is read as a formula.
package sheet

import (
	"strconv"
	"strings"
	"time"
)

// Book is a paper of tables.
type Book struct {
	Title string
	// Of is the moment whose figures it holds; it stands in the file as when it was made, so that the bytes depend on nothing else.
	Of     time.Time
	Sheets []Sheet
}

// Sheet is one table.
type Sheet struct {
	Name   string // on its tab
	Title  string
	Above  []string // lines between title and table
	Heads  []string
	Widths []float64 // of the columns, in proportion; a column more than there are widths is as wide as the last
	Rows   [][]Cell
	// More gives rows after these, one at a time, so that a long table need not be held; the slice is the writer's until the next.
	More func(row func([]Cell) error) error
}

// each goes through the rows.
func (s *Sheet) each(row func([]Cell) error) error {
	for _, cells := range s.Rows {
		if err := row(cells); err != nil {
			return err
		}
	}
	if s.More == nil {
		return nil
	}
	return s.More(row)
}

func (s *Sheet) width(column int) float64 {
	if len(s.Widths) == 0 {
		return 1
	}
	return s.Widths[min(column, len(s.Widths)-1)]
}

// Cell is a text or a number.
type Cell struct {
	Text   string
	Number *float64
	Share  bool // the number is a share, shown in per cent
}

// Text is a cell of words.
func Text(s string) Cell { return Cell{Text: s} }

// Number is a cell of a number, empty for none.
func Number(v *float64) Cell { return Cell{Number: v} }

// Share is a cell of a share, empty for none.
func Share(v *float64) Cell { return Cell{Number: v, Share: true} }

// String is the cell as people read it.
func (c Cell) String() string {
	switch {
	case c.Number == nil:
		return c.Text
	case c.Share:
		return strconv.FormatFloat(*c.Number*100, 'f', 2, 64) + "%"
	}
	return strconv.FormatFloat(*c.Number, 'f', -1, 64)
}

// tab is a name that a tab can have: 31 characters, without some, and no other's.
func tab(name string, taken map[string]bool) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name), "' ")
	runes := []rune(name)
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 || len(runes) == 0 {
			suffix = " " + strconv.Itoa(n)
		}
		short := string(runes[:min(len(runes), 31-len(suffix))]) + suffix
		if key := strings.ToLower(short); !taken[key] {
			taken[key] = true
			return short
		}
	}
}
