package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// told reads everything: "line: a|b" for a row, "line! reason" for what is none.
func told(t *testing.T, src io.Reader) []string {
	t.Helper()
	r := NewReader(src)
	if _, err := r.Header(); err != nil {
		t.Fatal(err)
	}
	var all []string
	for {
		record, line, err := r.Read()
		var broken Broken
		switch {
		case errors.Is(err, io.EOF):
			return all
		case errors.Is(err, csv.ErrFieldCount):
			all = append(all, fmt.Sprintf("%d! %d columns", line, len(record)))
		case errors.As(err, &broken):
			all = append(all, fmt.Sprintf("%d!", line))
		case err != nil:
			return append(all, err.Error())
		default:
			all = append(all, fmt.Sprintf("%d: %s", line, strings.Join(record, "|")))
		}
	}
}

func TestABrokenRowCostsThatRowAlone(t *testing.T) {
	for _, c := range []struct {
		name, rows string
		want       []string
	}{
		{"whole rows", "a,b\nc,d\n", []string{"2: a|b", "3: c|d"}},
		{"a row over two lines", "a,\"b\nb\"\nc,d\n", []string{"2: a|b\nb", "4: c|d"}},
		{"a quote that is never closed", "a,\"b\nc,d\ne,f\n", []string{"2!", "3: c|d", "4: e|f"}},
		{"closed by the next row's quote", "a,\"b\nc,d\ne,\"f\"\ng,h\n", []string{"2!", "3: c|d", "4: e|f", "5: g|h"}},
		{"closed so that the width is wrong", "a,\"b\nc,d\ne\",f,g\nh,i\n", []string{"2! 4 columns", "3: c|d", "4!", "5: h|i"}},
		{"one after another", "\"a,b\n\"c,d\n\"e,f\ng,h\n", []string{"2!", "3!", "4!", "5: g|h"}},
		{"on the last line, which has no end", "a,b\nc,\"d", []string{"2: a|b", "3!"}},
		{"a quote within a field", "a,b\"b\nc,d\n", []string{"2!", "3: c|d"}},
		{"empty lines between", "\n\r\na,\"b\n\nc,d\n\n", []string{"4!", "6: c|d"}},
		{"another width", "a\nb,c\n", []string{"2! 1 columns", "3: b|c"}},
		{"a line of nothing but carriage returns", "a,b\n\r\r\nc,d\n", []string{"2: a|b", "3! 1 columns", "4: c|d"}},
		{"lines that end in CR LF", "a,\"b\r\nc,d\r\n", []string{"2!", "3: c|d"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for how, src := range map[string]io.Reader{"at once": strings.NewReader("x,y\n" + c.rows),
				"byte by byte": iotest.OneByteReader(strings.NewReader("\ufeffx,y\n" + c.rows))} {
				if got := told(t, src); !slices.Equal(got, c.want) {
					t.Errorf("%s: %q, want %q", how, got, c.want)
				}
			}
		})
	}
}

func TestAnUnclosedQuoteDoesNotSwallowALargeFile(t *testing.T) {
	const rows = 100_000
	var b strings.Builder
	b.WriteString("x,y\na,\"b\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,a row of some length that is quite in order\n", i)
	}
	got := told(t, strings.NewReader(b.String()))
	if len(got) != rows+1 || got[0] != "2!" || got[rows] != fmt.Sprintf("%d: %d|a row of some length that is quite in order", rows+2, rows-1) {
		t.Fatalf("%d rows, the first %q, the last %q", len(got), got[0], got[len(got)-1])
	}
}

func TestALongFieldIsOneRow(t *testing.T) {
	long := strings.Repeat("很长", 20_000)
	if got := told(t, strings.NewReader("x,y\na,"+long+"\nc,d\n")); len(got) != 2 || got[0] != "2: a|"+long || got[1] != "3: c|d" {
		t.Fatalf("%d rows", len(got))
	}
}

func TestAFileThatCannotBeReadEndsThere(t *testing.T) {
	torn := io.MultiReader(strings.NewReader("x,y\na,b\nc,\"d\n"), iotest.ErrReader(errors.New("disk")))
	if got := told(t, torn); len(got) == 0 || got[0] != "2: a|b" || got[len(got)-1] != "disk" {
		t.Fatalf("%q", got)
	}
}

// FuzzReader: what a plain CSV reader takes is read the same, whatever comes in pieces; of the rest every line is told, in its order,
// and the rows that are whole are written and read again as they were.
func FuzzReader(f *testing.F) {
	for _, text := range []string{"x,y\na,\"b\nb\"\nc,d\n", "x,y\na,\"b\nc,d\ne,\"f\"\ng,h\n", "x,y\n\n\r\na,\"b\n\nc,d\n\n", "\ufeffx,y\r\na,\"b\r\nc,d\r\n",
		"x,y\na,\"b\nc,d\ne\",f,g\nh,i\n", "x\n\"\"\"\"\n"} {
		f.Add(text)
	}
	ends := regexp.MustCompile(`\r+\n`)
	f.Fuzz(func(t *testing.T, text string) {
		rows, lines, whole := readAll(t, strings.NewReader(text))
		if again, where, _ := readAll(t, iotest.OneByteReader(strings.NewReader(text))); !equalRows(again, rows) || !slices.Equal(where, lines) {
			t.Fatalf("byte by byte %q on lines %v, at once %q on %v", again, where, rows, lines)
		}
		for i := 1; i < len(lines); i++ {
			if lines[i] <= lines[i-1] {
				t.Fatalf("line %d after %d", lines[i], lines[i-1])
			}
		}
		if len(lines) > 0 && lines[len(lines)-1] > 1+strings.Count(text, "\n") {
			t.Fatalf("line %d", lines[len(lines)-1])
		}
		plain := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		if want, err := plain.ReadAll(); err == nil && (!whole || !equalRows(rows, want)) {
			t.Fatalf("%q, not %q", rows, want)
		}
		for _, row := range rows {
			if len(row) == 1 && row[0] == "" {
				return // which csv.Writer writes as an empty line
			}
			for i := range row {
				row[i] = ends.ReplaceAllString(row[i], "\n") // as every reader of CSV does, one at a time
			}
		}
		var out strings.Builder
		out.WriteString("\ufeff") // or a field that begins with one would lose it
		if err := csv.NewWriter(&out).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if again, _, whole := readAll(t, strings.NewReader(out.String())); !whole || !equalRows(again, rows) {
			t.Fatalf("written and read again %q, not %q", again, rows)
		}
	})
}

// readAll reads the whole rows, the header first, and the lines of them and of the broken ones. whole: none was broken.
func readAll(t *testing.T, src io.Reader) (rows [][]string, lines []int, whole bool) {
	t.Helper()
	r := NewReader(src)
	header, err := r.Header()
	if err != nil {
		return nil, nil, errors.Is(err, io.EOF)
	}
	rows, whole = [][]string{header}, true
	for {
		record, line, err := r.Read()
		var broken Broken
		switch {
		case errors.Is(err, io.EOF):
			return rows, lines, whole
		case errors.As(err, &broken):
			whole = false
		case err != nil:
			t.Fatal(err)
		default:
			rows = append(rows, record)
		}
		lines = append(lines, line)
	}
}

func equalRows(a, b [][]string) bool { return slices.EqualFunc(a, b, slices.Equal) }
