package simulate

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Request is one row of the file that was replayed.
type Request struct {
	ID string
	// HasPoint: the row says where it was.
	HasPoint bool
	Lon, Lat float64
	// Own is what the file's own column says of the area, "" if nothing.
	Own string
}

// Columns are the names of the columns that a Request is read from.
type Columns struct{ ID, Lon, Lat, Own string }

// ReadRequests reads a CSV file with a header, gzipped or not.
func ReadRequests(r io.Reader, c Columns) ([]Request, error) {
	in := bufio.NewReader(r)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReader(z)
	}
	rows := csv.NewReader(in)
	header, err := rows.Read()
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for _, name := range []string{c.ID, c.Lon, c.Lat, c.Own} {
		if at[name] = slices.Index(header, name); at[name] < 0 {
			return nil, fmt.Errorf("there is no column %q", name)
		}
	}
	var list []Request
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		q := Request{ID: strings.TrimSpace(row[at[c.ID]]), Own: strings.TrimSuffix(strings.TrimSpace(row[at[c.Own]]), ".0")}
		var errX, errY error
		q.Lon, errX = strconv.ParseFloat(row[at[c.Lon]], 64)
		q.Lat, errY = strconv.ParseFloat(row[at[c.Lat]], 64)
		q.HasPoint = errX == nil && errY == nil
		list = append(list, q)
	}
}
