// Package intake reads the files that an administrator imports, row by row: what is wrong is told by line, field and reason,
// and the rest can be used. columns.go has the columns.
package intake

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"fengqiao/cmd/fengqiao/internal/sheet"
	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/grid"
)

// Problem is one thing wrong with one row.
type Problem struct {
	Line   int // in the file, from 1
	Field  string
	Reason words.Text
}

// In tells the problem on one line.
func (p Problem) In(l words.Language) string {
	text := words.Text{Zh: fmt.Sprintf("第 %d 行 %s：%s", p.Line, p.Field, p.Reason.Zh), En: fmt.Sprintf("line %d, %s: %s", p.Line, p.Field, p.Reason.En)}
	return text.In(l)
}

// The reasons.
var (
	missing     = words.Text{Zh: "不能为空", En: "must not be empty"}
	unknownArea = words.Text{Zh: "当前网格图里没有这个区划", En: "the plan in force has no such unit"}
	brokenRow   = words.Text{Zh: "不是有效的 CSV 行", En: "is not a row of CSV"}
	notUTF8     = words.Text{Zh: "不是有效的 UTF-8 文字", En: "is not valid UTF-8"}
)

func unknown(what string) words.Text {
	return words.Text{Zh: "未知的值 “" + what + "”", En: fmt.Sprintf("unknown value %q", what)}
}

func columnCount(n, want int) words.Text {
	return words.Text{Zh: fmt.Sprintf("有 %d 列，应有 %d 列", n, want), En: fmt.Sprintf("has %d columns instead of %d", n, want)}
}

func repeated(line int) words.Text {
	return words.Text{Zh: fmt.Sprintf("与第 %d 行重复", line), En: fmt.Sprintf("stands on line %d already", line)}
}

// row is one row by column name, and the problems found in it so far.
type row struct {
	line     int
	values   map[string]string
	problems []Problem
}

func (r *row) refuse(field string, why words.Text) {
	r.problems = append(r.problems, Problem{r.line, field, why})
}

// has tells whether the file has a column.
func (r *row) has(field string) bool {
	_, ok := r.values[field]
	return ok
}

// get is a column's text without the spaces around it.
func (r *row) get(field string) string { return strings.TrimSpace(r.values[field]) }

// must is get for columns that may not be empty.
func (r *row) must(field string) string {
	v := r.get(field)
	if v == "" {
		r.refuse(field, missing)
	}
	return v
}

// list is a column that holds several values.
func (r *row) list(field string) []string {
	var list []string
	for part := range strings.SplitSeq(r.get(field), ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// area is a column that names a unit or cell of the plan, dotted or compact.
func (r *row) area(field string, plan *grid.Plan) grid.Code {
	text := r.must(field)
	if text == "" {
		return ""
	}
	code, err := plan.Schema().Parse(text)
	if err != nil {
		r.refuse(field, words.Text{Zh: "编码无效：" + err.Error(), En: err.Error()})
		return ""
	}
	if _, named := plan.Name(code); !named && len(plan.CellsOf(code)) == 0 {
		r.refuse(field, unknownArea)
	}
	return code
}

// readTable calls each for every row. Needed columns must be in the header, the others may, and no others: a misspelt column
// would otherwise be lost in silence.
func readTable(src io.Reader, columns []Column, each func(*row)) error {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	in := sheet.NewReader(src)
	header, err := in.Header()
	if err != nil {
		return fmt.Errorf("the first line is no header: %w", err)
	}
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
		if !slices.Contains(names, header[i]) {
			return fmt.Errorf("line 1: unknown column %q; the columns are %s", name, strings.Join(names, ", "))
		}
		if slices.Contains(header[:i], header[i]) {
			return fmt.Errorf("line 1: column %q stands there twice", name)
		}
	}
	for _, c := range columns {
		if c.Needed && !slices.Contains(header, c.Name) {
			return fmt.Errorf("line 1: column %q is missing", c.Name)
		}
	}
	for {
		record, line, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		r := &row{line: line, values: make(map[string]string, len(header))}
		var broken sheet.Broken
		switch {
		case errors.Is(err, csv.ErrFieldCount):
			r.refuse("csv", columnCount(len(record), len(header)))
		case errors.As(err, &broken):
			r.refuse("csv", brokenRow)
		case err != nil:
			return err
		default:
			r.fill(header, record)
		}
		each(r)
	}
}

func (r *row) fill(header, record []string) {
	for i, name := range header {
		if !utf8.ValidString(record[i]) {
			r.refuse(name, notUTF8)
		}
		r.values[name] = record[i]
	}
}
