package replay

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// FuzzRows: of every row a report is made that can be sent, or it is refused for a reason that the table can count.
func FuzzRows(f *testing.F) {
	columns, err := ParseMap("id=n,lat=y,lon=x,at=t,category=c,text=w,severity=s,emergency=e,address=a")
	if err != nil {
		f.Fatal(err)
	}
	const plain = "n,y,x,t,c,w,s,e,a\n1-23,34.05,-118.25,2018-08-01T10:00:00Z,Graffiti Removal,on the wall,2,true,1 Main St\n" +
		"2,,,,noise,,,,\n,1,2,,x,,,,\n3,NaN,1e999,,x,,many,perhaps,\n\"4,0,0\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err = io.WriteString(z, plain)
	if err = errors.Join(err, z.Close()); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(plain), "")
	f.Add([]byte(strings.ReplaceAll(plain, "2018-08-01T10:00:00Z", "08/01/2018 10:00:00 AM")), "01/02/2006 03:04:05 PM")
	f.Add(packed.Bytes(), "")
	f.Fuzz(func(t *testing.T, src []byte, layout string) {
		format := Format{Columns: columns, Layout: layout, Zone: time.UTC, Categories: map[string]string{"Graffiti Removal": "graffiti"}, Severity: 1, Channel: "import"}
		s, err := newSource(bytes.NewReader(src), format)
		if err != nil {
			return
		}
		for last := 1; ; {
			rep, err := s.next()
			var row errRow
			switch {
			case errors.As(err, &row):
				if !strings.HasPrefix(row.Error(), "row: ") {
					t.Fatalf("%v", err)
				}
			case err != nil:
				return // the end, or of what was packed
			default:
				sendable(t, rep)
			}
			if rep.Line <= last {
				t.Fatalf("line %d after %d", rep.Line, last)
			}
			last = rep.Line
		}
	})
}

func sendable(t *testing.T, rep Report) {
	t.Helper()
	b := rep.Body
	if id, err := uuid.Parse(b.ClientID); err != nil || id.String() != b.ClientID || b.Category == "" {
		t.Fatalf("%+v", rep)
	}
	if p := b.Point; p != nil && (math.IsNaN(p.Coordinates[0]+p.Coordinates[1]) || math.IsInf(p.Coordinates[0], 0) || math.IsInf(p.Coordinates[1], 0)) {
		t.Fatalf("%+v", *p)
	}
	if _, err := json.Marshal(b); err != nil {
		t.Fatalf("%+v cannot be sent: %v", rep, err)
	}
}
