package sheet

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// formulaStarts are what spreadsheets read a formula by: those for Chinese and Japanese take the wide signs as well. What they pass over before a
// sign is spaces.
const (
	formulaStarts = "=+-@\t\r\n＝＋－＠"
	spaces        = " \u00a0\u3000"
)

// Plain keeps a spreadsheet from reading a text as a formula: one that could be read so begins with the mark of a text.
func Plain(text string) string {
	if first := strings.TrimLeft(text, spaces); first != "" && strings.ContainsRune(formulaStarts, []rune(first)[0]) {
		return "'" + text
	}
	return text
}

// WriteCSV writes the table alone, row by row, for spreadsheets: UTF-8 with the mark by which they know it. Numbers stand as they are, shares as
// parts of 1; no text is read as a formula.
func (s *Sheet) WriteCSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := make([]string, len(s.Heads))
	for i, h := range s.Heads {
		line[i] = Plain(h)
	}
	if err := out.Write(line); err != nil {
		return err
	}
	err := s.each(func(cells []Cell) error {
		line = line[:0]
		for _, c := range cells {
			line = append(line, c.plain())
		}
		return out.Write(line)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// plain is the cell as a CSV holds it.
func (c Cell) plain() string {
	if c.Number != nil {
		return strconv.FormatFloat(*c.Number, 'f', -1, 64)
	}
	return Plain(c.Text)
}
