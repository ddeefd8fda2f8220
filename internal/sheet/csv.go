package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"
)

// CSV is the table alone, for spreadsheets: UTF-8 with the mark by which they know it. Nothing in it is read as a formula.
func (s *Sheet) CSV() []byte {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	_ = w.Write(s.Heads) // into memory; it cannot fail
	for _, row := range s.Rows {
		line := make([]string, len(row))
		for i, c := range row {
			if line[i] = c.String(); c.Number == nil && strings.IndexAny(line[i], "=+-@\t\r") == 0 {
				line[i] = "'" + line[i]
			}
		}
		_ = w.Write(line)
	}
	w.Flush()
	return b.Bytes()
}
