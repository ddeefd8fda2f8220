package main

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// dirtyPlan is three cells: 02 overlaps 01 by a fifth of a degree, 03 is a bow tie that lies apart.
const dirtyPlan = `{"type":"FeatureCollection","version":"dirty","features":[
{"type":"Feature","properties":{"code":"a.01","name":"<First>"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"code":"a.02","name":"Second"},"geometry":{"type":"Polygon","coordinates":[[[0.8,0],[2,0],[2,1],[0.8,1],[0.8,0]]]}},
{"type":"Feature","properties":{"code":"a.03","name":"Third"},"geometry":{"type":"Polygon","coordinates":[[[3,0],[4,1],[4,0],[3,0.5],[3,0]]]}}
]}`

func dirtyArgs(t *testing.T, dir string, more ...string) []string {
	return append([]string{"import", "plan", write(t, "plan.geojson", dirtyPlan), "--schema", "area,cell", "--data", dir}, more...)
}

func TestCheckTellsWhatIsWrongWithBoundariesAndImportsNothing(t *testing.T) {
	dir := t.TempDir()
	r := fengqiao(t, dirtyArgs(t, dir, "--check")...)
	if r.code != exitPartial {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	for _, line := range []string{
		"overlap: a.01, a.02, 2461", "ambiguous: lookup takes the first in code order",
		"ring crosses itself: a.03, polygon 1 ring 1, 1, at 3.3333333,0.3333333",
		"boundaries: ring runs the wrong way round 1, ring crosses itself 1, overlap 1",
	} {
		if !strings.Contains(r.out, line) {
			t.Errorf("%q is not told:\n%s", line, r.out)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("the store was touched: %v, %v", files, err)
	}
	clean := write(t, "clean.geojson", strings.Replace(threeCells, `"LineString","coordinates":[[0,0],[1,1]]`, `"Polygon","coordinates":[[[2,0],[3,0],[3,1],[2,1],[2,0]]]`, 1))
	if out := ok(t, "import", "plan", clean, "--code-property", "nc_id", "--parent-name-property", "region", "--check", "--data", dir); !strings.Contains(out, "boundaries: nothing found") {
		t.Error(out)
	}
}

func TestCheckSpeaksChineseFirst(t *testing.T) {
	var out output
	code := run(t.Context(), shell{in: strings.NewReader(dirtyPlan), out: &out, err: &out, getenv: func(string) string { return "" }},
		[]string{"import", "plan", "-", "--schema", "area,cell", "--check", "--data", t.TempDir()})
	if code != exitPartial || !strings.Contains(out.String(), "重叠：a.01、a.02") || !strings.Contains(out.String(), " / overlap: a.01, a.02") {
		t.Errorf("exit %d\n%s", code, out.String())
	}
}

func TestWhatWasFoundIsWrittenAsReportMapAndPicture(t *testing.T) {
	for _, check := range []bool{true, false} {
		dir, files := t.TempDir(), t.TempDir()
		report, findings, picture := filepath.Join(files, "r.json"), filepath.Join(files, "f.geojson"), filepath.Join(files, "p.svg")
		args := dirtyArgs(t, dir, "--report", report, "--findings", findings, "--picture", picture)
		want := exitOK
		if check {
			args, want = append(args, "--check"), exitPartial
		}
		for range 2 { // and over what is there
			if r := fengqiao(t, args...); r.code != want {
				t.Fatalf("check %v: exit %d, %s", check, r.code, r.err)
			}
		}
		checkReport(t, report)
		checkMap(t, findings)
		checkPicture(t, picture)
	}
}

func load(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// told is a finding as it is written.
type told struct {
	Kind, Unit string
	Codes      []string
	At         []float64
	Size       float64
	Ambiguous  bool
	Zh, En     string
}

func checkReport(t *testing.T, path string) {
	t.Helper()
	var r struct {
		Version  string
		Cells    int
		Findings []told
	}
	load(t, path, &r)
	var kinds []string
	for _, f := range r.Findings {
		kinds = append(kinds, f.Kind)
	}
	if r.Version != "dirty" || r.Cells != 3 || !slices.Equal(kinds, []string{"ring_order", "self_crossing", "overlap"}) {
		t.Fatalf("%+v", r)
	}
	// A fifth of a degree by one, at half a degree north: 22.26 km by 110.57 km.
	over := r.Findings[2]
	if over.Unit != "m2" || over.Size < 2.460e9 || over.Size > 2.463e9 || !over.Ambiguous || !slices.Equal(over.Codes, []string{"a.01", "a.02"}) ||
		len(over.At) != 2 || over.At[0] <= 0.8 || over.At[0] >= 1 || over.Zh == "" || over.En == "" {
		t.Errorf("%+v", over)
	}
}

func checkMap(t *testing.T, path string) {
	t.Helper()
	var m struct {
		Type     string
		Features []struct {
			Type       string
			Properties told
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	load(t, path, &m)
	if m.Type != "FeatureCollection" || len(m.Features) != 3 {
		t.Fatalf("%+v", m)
	}
	var shape [][][][2]float64
	over := m.Features[2]
	if err := json.Unmarshal(over.Geometry.Coordinates, &shape); err != nil || over.Geometry.Type != "MultiPolygon" || over.Properties.Kind != "overlap" || len(shape[0][0]) != 5 {
		t.Errorf("%v, %+v", err, over)
	}
	if m.Features[1].Geometry.Type != "Point" {
		t.Errorf("%+v", m.Features[1])
	}
}

// checkPicture reads the SVG: a path for each cell and for the ground that overlaps, a ring around each place.
func checkPicture(t *testing.T, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	count, titles := map[string]int{}, ""
	for d := xml.NewDecoder(f); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			count[token.Name.Local]++
		case xml.CharData:
			titles += string(token)
		}
	}
	if count["path"] != 4 || count["circle"] != 3 || !strings.Contains(titles, "a.01 <First>") || !strings.Contains(titles, "overlap: a.01, a.02") {
		t.Errorf("%v\n%s", count, titles)
	}
}

func TestAPlanThatCannotBeImportedIsLookedAtAllTheSame(t *testing.T) {
	open := write(t, "open.geojson", strings.Replace(dirtyPlan, ",[3,0]]]", "]]", 1))
	r := fengqiao(t, "import", "plan", open, "--schema", "area,cell", "--check", "--data", t.TempDir())
	if r.code != exitFailure || !strings.Contains(r.out, "ring not closed: a.03") || !strings.Contains(r.err, "not closed") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
}

func TestAFileThatCannotBeWrittenImportsNothing(t *testing.T) {
	dir := t.TempDir()
	r := fengqiao(t, dirtyArgs(t, dir, "--picture", filepath.Join(t.TempDir(), "no", "folder.svg"))...)
	if files, err := os.ReadDir(dir); r.code != exitFailure || !strings.Contains(r.err, "folder.svg") || err != nil || len(files) > 0 {
		t.Errorf("exit %d, %s; %v, %v", r.code, r.err, files, err)
	}
}

// seamPlan is two cells whose common border is drawn twice, some five centimetres apart; the second runs clockwise.
const seamPlan = `{"type":"FeatureCollection","version":"seam","features":[
{"type":"Feature","properties":{"code":"a.01"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[0.001,0],[0.001,0.001],[0,0.001],[0,0]]]}},
{"type":"Feature","properties":{"code":"a.02"},"geometry":{"type":"Polygon","coordinates":[[[0.0010005,0],[0.0010005,0.001],[0.002,0.001],[0.002,0],[0.0010005,0]]]}}
]}`

func TestRepairMendsListsAndImports(t *testing.T) {
	dir := t.TempDir()
	picture := filepath.Join(t.TempDir(), "p.svg")
	args := []string{"import", "plan", write(t, "plan.geojson", seamPlan), "--schema", "area,cell", "--data", dir, "--repair", "--picture", picture}
	r := fengqiao(t, append(args, "--check")...)
	if r.code != exitOK { // nothing is left
		t.Fatalf("--check: exit %d, %s%s", r.code, r.out, r.err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("--check touched the store: %v, %v", files, err)
	}
	r = fengqiao(t, args...)
	if r.code != exitOK {
		t.Fatalf("exit %d, %s%s", r.code, r.out, r.err)
	}
	for _, line := range []string{
		"turned a ring round: a.02, polygon 1 ring 1",
		"moved a point onto another cell's: a.02, 0.0557 m, at 0.0010005,0.0010000\n",
		"repairs: turned a ring round 1, moved a point onto another cell's 2", "boundaries: nothing found",
	} {
		if !strings.Contains(r.out, line) {
			t.Errorf("%q is not told:\n%s", line, r.out)
		}
	}
	p, err := openPlace(t.Context(), "sqlite:"+dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	plan, err := p.Store.Plans().Load(t.Context(), "seam")
	if err != nil {
		t.Fatal(err)
	}
	if cell, ok := plan.Cell("a.02"); !ok || !slices.Contains(cell.Shape[0][0], orb.Point{0.001, 0.001}) {
		t.Errorf("the mended border is not in the store: %v", cell)
	}
}

func TestToleranceIsForRepairAndWithinReason(t *testing.T) {
	for _, more := range [][]string{{"--tolerance", "1"}, {"--repair", "--tolerance", "0"}, {"--repair", "--tolerance", "NaN"}, {"--repair", "--tolerance", "5000"}} {
		r := fengqiao(t, dirtyArgs(t, t.TempDir(), more...)...)
		if r.code != exitUsage || !strings.Contains(r.err, "--tolerance") {
			t.Errorf("%v: exit %d, %s", more, r.code, r.err)
		}
	}
}

func TestWhatRepairLeavesIsTold(t *testing.T) {
	r := fengqiao(t, dirtyArgs(t, t.TempDir(), "--check", "--repair")...)
	if r.code != exitPartial || !strings.Contains(r.out, "ring crosses itself 1, overlap 1") {
		t.Errorf("exit %d, %s%s", r.code, r.out, r.err)
	}
}
