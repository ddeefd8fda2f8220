package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/internal/sheet"
	"fengqiao/internal/sheet/sheettest"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func font(t testing.TB) *sheet.Font {
	t.Helper()
	f, err := sheet.ParseFont("test", sheettest.Font())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// sample is a book of two tables with the same name, the second longer than a page.
func sample() *sheet.Book {
	share, n := 0.9699, 2673.0
	s := sheet.Sheet{Name: "东洲街道：[1/2]*?", Title: "安吉五维评价指数", Above: []string{"期间：2026-03"}, Heads: []string{"指标", "值", "件数"}, Widths: []float64{3, 1},
		Rows: [][]sheet.Cell{{sheet.Text("化解率"), sheet.Share(&share), sheet.Number(&n)}, {sheet.Text("=1+1"), sheet.Number(nil), sheet.Text("@SUM(A1)")}}}
	long := s
	for range 100 {
		long.Rows = append(long.Rows, []sheet.Cell{sheet.Text(strings.Repeat("很长的指标名称", 8)), sheet.Share(&share), sheet.Number(nil)})
	}
	return &sheet.Book{Title: "样表", Of: time.Date(2026, 3, 31, 16, 0, 0, 0, time.UTC), Sheets: []sheet.Sheet{s, long}}
}

func TestAWorkbookReadsBackAsItWasWritten(t *testing.T) {
	var b bytes.Buffer
	if err := sample().WriteXLSX(&b); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	names := f.GetSheetList()
	if len(names) != 2 || names[0] == names[1] || strings.ContainsAny(names[0], `[]:*?/\`) {
		t.Fatalf("tabs %q", names)
	}
	for cell, want := range map[string]string{"A1": "安吉五维评价指数", "A2": "期间：2026-03", "B3": "值", "A4": "化解率", "B4": "96.99%", "C4": "2673", "A5": "=1+1", "B5": "", "C5": "@SUM(A1)"} {
		got, err := f.GetCellValue(names[0], cell)
		if err != nil || got != want {
			t.Errorf("%s: %q %v, want %q", cell, got, err, want)
		}
	}
	for _, cell := range []string{"A5", "C5"} {
		if formula, err := f.GetCellFormula(names[0], cell); formula != "" || err != nil {
			t.Errorf("%s is the formula %q, %v", cell, formula, err)
		}
	}
	if raw, err := f.GetCellValue(names[0], "B4", excelize.Options{RawCellValue: true}); raw != "0.9699" || err != nil {
		t.Errorf("a share is kept as %q, %v", raw, err)
	}
	if rows, err := f.GetRows(names[1]); err != nil || len(rows) != 105 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestTheSameTablesMakeTheSameBytes(t *testing.T) {
	f := font(t)
	var xlsx, pdf [][]byte
	for range 4 {
		var x, p bytes.Buffer
		if err := errors.Join(sample().WriteXLSX(&x), sample().WritePDF(&p, f)); err != nil {
			t.Fatal(err)
		}
		xlsx, pdf = append(xlsx, x.Bytes()), append(pdf, p.Bytes())
	}
	for i := range xlsx {
		if !bytes.Equal(xlsx[i], xlsx[0]) || !bytes.Equal(pdf[i], pdf[0]) {
			t.Fatalf("the %dth differs", i+1)
		}
	}
	other := sample()
	other.Of = other.Of.Add(time.Minute)
	var x bytes.Buffer
	if err := other.WriteXLSX(&x); err != nil || bytes.Equal(x.Bytes(), xlsx[0]) {
		t.Errorf("of another moment it is the same: %v", err)
	}
}

func TestAPaperHoldsItsFontAndEveryTableBeginsOnAPage(t *testing.T) {
	var p bytes.Buffer
	if err := sample().WritePDF(&p, font(t)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(p.Bytes(), []byte("/FontFile2")) || !bytes.Contains(p.Bytes(), []byte("/Identity-H")) {
		t.Error("no font is embedded")
	}
	if n := bytes.Count(p.Bytes(), []byte("/Type /Page\n")); n < 4 {
		t.Errorf("%d pages", n)
	}
	if text, err := sheettest.Text(p.Bytes()); err != nil || strings.Count(text, "指标\n") < 4 || !strings.Contains(text, "96.99%\n") || !strings.Contains(text, "=1+1\n") {
		t.Errorf("heads do not stand on every page, or a cell is missing: %v", err)
	}
}

// A name's rare character is no gap and no question mark: its code stands there, and the paper says what that is.
func TestAPaperNamesTheCharactersThatItsFontLacks(t *testing.T) {
	paper := func(name string) string {
		var p bytes.Buffer
		b := sheet.Book{Title: "表", Sheets: []sheet.Sheet{{Title: "名单", Heads: []string{"姓名"}, Widths: []float64{1}, Rows: [][]sheet.Cell{{sheet.Text(name)}}}}}
		if err := b.WritePDF(&p, font(t)); err != nil {
			t.Fatal(err)
		}
		text, err := sheettest.Text(p.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(text, "\n", "")
	}
	if text := paper("王𠮷"); !strings.Contains(text, "王[U+20BB7]") || !strings.Contains(text, "workbook") {
		t.Errorf("the paper reads %q", text)
	}
	if text := paper("王示例"); strings.Contains(text, "[U+") || strings.Contains(text, "workbook") {
		t.Errorf("the paper reads %q", text)
	}
}

func TestAFontThatWillNotDoIsNamed(t *testing.T) {
	if err := sample().WritePDF(io.Discard, nil); !errors.Is(err, sheet.ErrNoFont) {
		t.Errorf("without a font: %v", err)
	}
	if _, err := sheet.ParseFont("c.ttc", sheettest.Collection()); err != nil {
		t.Errorf("a collection: %v", err)
	}
	good := sheettest.Font()
	for name, data := range map[string][]byte{"empty.ttf": nil, "text.ttf": []byte("no font"), "cff.otf": append([]byte("OTTO"), good[4:]...), "cut.ttf": good[:200],
		"broken.ttc": append([]byte("ttcf"), 0, 1, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0)} {
		if _, err := sheet.ParseFont(name, data); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	file := filepath.Join(t.TempDir(), "f.ttf")
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.FindFont(file); err != nil {
		t.Error(err)
	}
	if _, err := sheet.FindFont(file + ".gone"); err == nil {
		t.Error("a font that is set and not there passes")
	}
}

// FuzzFont: whatever is given as a font is refused, or prints.
func FuzzFont(f *testing.F) {
	f.Add(sheettest.Font())
	f.Add(sheettest.Collection())
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := sheet.ParseFont("f", data); err == nil && len(data) < 12 {
			t.Fatal("a font of no bytes")
		}
	})
}

func TestATableOfAnyTextHoldsNoFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ \x{3000}]{0,2}[=+\-@＝＋－＠\t,"\r\na1\x{7532}]{0,6}`).Draw(t, "text")
		n := rapid.Float64Range(-1e6, 1e6).Draw(t, "number")
		rows := 0
		s := &sheet.Sheet{Heads: []string{text, "n"}, More: func(row func([]sheet.Cell) error) error {
			for range 3 {
				rows++
				if err := row([]sheet.Cell{sheet.Text(text), sheet.Number(&n)}); err != nil {
					return err
				}
			}
			return nil
		}}
		var b bytes.Buffer
		if err := s.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		if err != nil || len(all) != 4 || rows != 3 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		for _, line := range all {
			first := strings.TrimLeft(line[0], " \u3000\u00a0")
			if first != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(first)[0]) {
				t.Fatalf("%q may be read as a formula", line[0])
			}
			plain := strings.ReplaceAll(text, "\r", "") // the writer has line ends of its own
			if got := strings.TrimPrefix(line[0], "'"); got != plain {
				t.Fatalf("%q was written as %q", plain, got)
			}
		}
		if got, err := strconv.ParseFloat(all[1][1], 64); err != nil || got != n {
			t.Fatalf("%v came back as %v", n, all[1][1])
		}
	})
}

func TestATableThatFailsInTheMidstIsNoTable(t *testing.T) {
	s := sheet.Sheet{Heads: []string{"x"}, More: func(row func([]sheet.Cell) error) error {
		return errors.Join(row([]sheet.Cell{sheet.Text("1")}), io.ErrUnexpectedEOF)
	}}
	b := &sheet.Book{Sheets: []sheet.Sheet{s}}
	for what, err := range map[string]error{"csv": s.WriteCSV(io.Discard), "xlsx": b.WriteXLSX(io.Discard), "pdf": b.WritePDF(io.Discard, font(t))} {
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
