// Package sheet reads CSV files that people made: a row that is broken costs that row alone.
package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
)

// longestRow bounds what an unclosed quote can swallow before it counts as one, in bytes.
const longestRow = 1 << 20

// Broken is a line that is no row. Reading goes on behind it.
type Broken struct{ Cause error }

func (b Broken) Error() string { return b.Cause.Error() }

func (b Broken) Unwrap() error { return b.Cause }

// errLong: no row of such a file is as long as this.
var errLong = errors.New("quote that is never closed")

// Reader reads row by row. A quote that is not closed would take the following rows into its field, up to the next quote or the
// end of the file, and a row of the wrong width may have come about so; then reading goes on at the line behind the one on
// which the broken row began.
type Reader struct {
	lines *bufio.Reader
	csv   *csv.Reader
	width int // of the header

	first  int      // number of taken's first line
	taken  [][]byte // lines handed to csv since the last row
	size   int      // of taken
	rest   []byte   // of the last line in taken, not handed over yet
	ahead  [][]byte // lines to be handed over once more
	failed error    // what ended the file
}

// NewReader begins at the header, behind a byte-order mark if there is one.
func NewReader(src io.Reader) *Reader {
	r := &Reader{lines: bufio.NewReader(src), first: 1}
	if bom, _ := r.lines.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = r.lines.Discard(3)
	}
	r.begin()
	return r
}

// begin starts a fresh parser, which knows nothing of the broken row.
func (r *Reader) begin() {
	r.csv = csv.NewReader(oneLine{r})
	r.csv.FieldsPerRecord = r.width
}

// Header reads the first row; all others must have its width.
func (r *Reader) Header() ([]string, error) {
	header, _, err := r.Read()
	r.width = len(header)
	r.csv.FieldsPerRecord = r.width
	return header, err
}

// Read returns the next row and the line on which it begins: io.EOF at the end, Broken for one that is no row, which comes
// along if only its width is wrong.
func (r *Reader) Read() ([]string, int, error) {
	record, err := r.csv.Read()
	for len(r.taken) > 0 && empty(r.taken[0]) {
		r.drop() // the parser skips empty lines
	}
	line := r.first
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax):
		err = Broken{syntax.Err}
	case errors.Is(err, errLong):
		err = Broken{err}
	case err != nil:
		return nil, line, err
	}
	if err != nil {
		if len(r.taken) > 1 {
			r.ahead, r.taken = append(r.taken[1:], r.ahead...), r.taken[:1]
		}
		r.rest = nil
		r.begin()
	}
	for len(r.taken) > 0 {
		r.drop()
	}
	r.size = 0
	return record, line, err
}

// empty is how the parser sees it: of two carriage returns one is a field.
func empty(line []byte) bool {
	return len(bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))) == 0
}

func (r *Reader) drop() {
	r.taken = r.taken[1:]
	r.first++
}

// oneLine hands the parser one line at a time, so that it never reads ahead.
type oneLine struct{ *Reader }

func (l oneLine) Read(p []byte) (int, error) {
	r := l.Reader
	if len(r.rest) == 0 {
		if r.size > longestRow {
			return 0, errLong
		}
		line, err := r.next()
		if err != nil {
			return 0, err
		}
		r.taken, r.rest = append(r.taken, line), line
		r.size += len(line)
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// next is the next line with its end.
func (r *Reader) next() ([]byte, error) {
	if len(r.ahead) > 0 {
		line := r.ahead[0]
		r.ahead = r.ahead[1:]
		return line, nil
	}
	if r.failed != nil {
		return nil, r.failed
	}
	line, err := r.lines.ReadBytes('\n')
	r.failed = err
	if len(line) == 0 {
		return nil, err
	}
	return line, nil
}
