package grid

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
)

func TestNewPlanNamesWhatIsWrongAndWhy(t *testing.T) {
	good := orb.Polygon{box(120, 30, 121, 31)}
	open := orb.Ring{{120, 30}, {121, 30}, {121, 31}, {120, 31}}
	spoilt := func(pt orb.Point) orb.Polygon {
		r := box(120, 30, 121, 31)
		r[2] = pt
		return orb.Polygon{r}
	}
	for _, tc := range []struct {
		situation string
		units     []Unit
		cells     []Cell
		says      string
	}{
		{"cell code twice", nil, []Cell{cell("33.01", good), cell("33.01", good)}, `cell "33.01": the code is given twice`},
		{"unit code twice", []Unit{{"33", "浙江省"}, {"33", "浙江"}}, nil, `unit "33": the code is given twice`},
		{"cell code of another schema", nil, []Cell{cell("33.1", good)}, `cell "33.1": code "33.1": segment "1" of level city is not 2 digits`},
		{"unit code of another schema", []Unit{{"x", "y"}}, nil, `unit "x"`},
		{"cell without code", nil, []Cell{cell("", good)}, `cell "": code is empty`},
		{"two names for one place", []Unit{{"33.01", "杭州"}}, []Cell{{Code: "33.01", Name: "宁波", Shape: orb.MultiPolygon{good}}}, "宁波"},
		{"no shape", nil, []Cell{cell("33.01")}, `cell "33.01": the shape is empty`},
		{"polygon without ring", nil, []Cell{cell("33.01", orb.Polygon{})}, "polygon 1 has no ring"},
		{"empty ring", nil, []Cell{cell("33.01", good, orb.Polygon{{}})}, "polygon 2 ring 1: the ring is empty"},
		{"two points there and back", nil, []Cell{cell("33.01", orb.Polygon{{{120, 30}, {121, 31}, {120, 30}}})}, "3 points"},
		{"ring not closed", nil, []Cell{cell("33.01", orb.Polygon{open})}, "not closed: it begins at [120 30] and ends at [120 31]"},
		{"hole not closed", nil, []Cell{cell("33.01", orb.Polygon{good[0], open})}, "ring 2: the ring is not closed"},
		{"not a number", nil, []Cell{cell("33.01", spoilt(orb.Point{math.NaN(), 31}))}, "point 3: coordinate is not a finite number: longitude NaN"},
		{"infinite", nil, []Cell{cell("33.01", spoilt(orb.Point{121, math.Inf(-1)}))}, "latitude -Inf"},
		{"longitude out of range", nil, []Cell{cell("33.01", spoilt(orb.Point{181, 31}))}, "longitude 181 is not within ±180"},
		{"swapped", nil, []Cell{cell("33.01", spoilt(orb.Point{31, 121}))}, "latitude 121 is not within ±90"},
		{"flat", nil, []Cell{cell("33.01", orb.Polygon{{{120, 30}, {121, 30}, {122, 30}, {120, 30}}})}, "no width or no height"},
	} {
		p, err := NewPlan("v", ChinaSchema(), tc.units, tc.cells)
		if p != nil || err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: got %v; want an error that says %q", tc.situation, err, tc.says)
			continue
		}
		var problem *Problem
		if !errors.As(err, &problem) {
			t.Errorf("%s: %v holds no *Problem", tc.situation, err)
		}
	}
	if _, err := NewPlan("", ChinaSchema(), nil, nil); err == nil {
		t.Error("a plan without version was accepted")
	}
	if _, err := NewPlan("v", Schema{}, nil, nil); err == nil {
		t.Error("a plan without levels was accepted")
	}
}

func TestNewPlanTellsAllProblemsButNotWithoutEnd(t *testing.T) {
	cells := slices.Repeat([]Cell{cell("bad")}, 500)
	_, err := NewPlan("v", ChinaSchema(), nil, cells)
	if n := len(strings.Split(err.Error(), "\n")); n != maxProblems {
		t.Errorf("%d problems told, want %d", n, maxProblems)
	}
}

// fuyang is a corner of 富阳, a township-less corner of 龙港, and a county that has a name only.
func fuyang(t *testing.T) *Plan {
	return mustPlan(t, ChinaSchema(), []Unit{
		{"33", "浙江省"}, {"33.01", "杭州市"}, {"33.01.11", "富阳区"}, {"33.01.11.001", "富春街道"},
		{"33.01.11.001.002", "秋月社区"}, {"33.01.11.001.002.001.01", "秋月一号"},
		{"33.03.83", "龙港市"}, {"33.03.83.-.001", "示范社区"}, {"33.05.23", "安吉县"},
	}, []Cell{
		cell("33.03.83.-.001", orb.Polygon{box(120.5, 27.5, 120.6, 27.6)}),
		cell("33.01.11.001.002.001.02", orb.Polygon{box(119.91, 30, 119.92, 30.01)}),
		{Code: "33.01.11.001.002.002.01", Name: "桂花西", Shape: orb.MultiPolygon{{box(119.92, 30, 119.93, 30.01)}}},
		cell("33.01.11.001.002.001.01", orb.Polygon{box(119.90, 30, 119.91, 30.01)}),
	})
}

func TestNewPlanRefusesMoreCellsThanItCanName(t *testing.T) {
	cells := make([]Cell, mostCells+1) // never written to, so they take no memory
	cells[mostCells].Code = "33.01.11.001.001.001.01"
	_, err := NewPlan("v", ChinaSchema(), nil, cells)
	var p *Problem
	if !errors.As(err, &p) || p.Code != cells[mostCells].Code || !strings.Contains(p.Reason, "at most 16777216 cells") {
		t.Fatal(err)
	}
}

func TestPlanKnowsNamesAndPaths(t *testing.T) {
	p := fuyang(t)
	if p.Version() != "2026-11" || p.Len() != 4 || len(p.Schema().Levels) != 7 {
		t.Errorf("Version %q, Len %d, %d levels", p.Version(), p.Len(), len(p.Schema().Levels))
	}
	for code, want := range map[Code]string{
		"33.01.11": "富阳区", "33.01.11.001.002.001.01": "秋月一号", "33.01.11.001.002.002.01": "桂花西",
		"33.03": "", "33.01.11.001.002.001.02": "", "99": "", "": "",
	} {
		if name, ok := p.Name(code); name != want || ok != (want != "") {
			t.Errorf("Name(%q) = %q, %v", code, name, ok)
		}
	}
	if c, ok := p.Cell("33.01.11.001.002.001.01"); !ok || c.Name != "秋月一号" {
		t.Errorf("a cell takes its name from the units: %q, %v", c.Name, ok)
	}
	for _, code := range []Code{"33.01.11", "99", ""} {
		if _, ok := p.Cell(code); ok {
			t.Errorf("Cell(%q) is no cell", code)
		}
	}
	for code, want := range map[Code][]Code{
		"33.01.11.001.002.001.01": {"33", "33.01", "33.01.11", "33.01.11.001", "33.01.11.001.002", "33.01.11.001.002.001.01"},
		"33.03.83.-.001":          {"33", "33.03.83", "33.03.83.-.001"},
		"33.01.99.123":            {"33", "33.01"},
		"":                        nil,
	} {
		if got := codesOf(p.Path(code)); !slices.Equal(got, want) {
			t.Errorf("Path(%q) = %q, want %q", code, got, want)
		}
	}
}

func TestPlanKnowsWhatLiesInAnArea(t *testing.T) {
	p := fuyang(t)
	for area, want := range map[Code][]Code{
		"":                        {"33"},
		"33":                      {"33.01", "33.03", "33.05"},
		"33.03.83":                {"33.03.83.-.001"}, // over the missing township
		"33.01.11.001.002":        {"33.01.11.001.002.001", "33.01.11.001.002.002"},
		"33.01.11.001.002.002.01": nil,
		"99":                      nil,
	} {
		if got := codesOf(p.Children(area)); !slices.Equal(got, want) {
			t.Errorf("Children(%q) = %q, want %q", area, got, want)
		}
	}
	if got := codesOf(p.Roots()); !slices.Equal(got, []Code{"33"}) {
		t.Errorf("Roots = %q", got)
	}
	all := []Code{"33.01.11.001.002.001.01", "33.01.11.001.002.001.02", "33.01.11.001.002.002.01", "33.03.83.-.001"}
	for area, want := range map[Code][]Code{
		"": all, "33": all, "33.01": all[:3], "33.01.11.001.002.001": all[:2], "33.03.83.-": all[3:],
		"33.03.83.-.001": all[3:], "33.05.23": nil, "33.0": nil, "99": nil,
	} {
		if got := p.CellsOf(area); !slices.Equal(got, want) {
			t.Errorf("CellsOf(%q) = %q, want %q", area, got, want)
		}
	}
	for i, code := range all {
		if p.At(i).Code != code {
			t.Errorf("At(%d) = %q, want %q", i, p.At(i).Code, code)
		}
	}
}

func TestPlanKnowsWhoseAreaHoldsItAll(t *testing.T) {
	county := []Unit{{"33", "浙江省"}, {"33.01", "杭州市"}, {"33.01.11", "富阳区"}}
	ground := []Cell{cell("33.01.11.001", orb.Polygon{box(119.9, 30, 119.91, 30.01)}), cell("33.01.11.002", orb.Polygon{box(119.91, 30, 119.92, 30.01)})}
	beside := append([]Unit{{"33.01.12", "临安区"}}, county...) // a unit without cells
	for _, c := range []struct {
		area        Code
		in, spreads bool
	}{
		{area: "", in: true, spreads: true},
		{area: "33", in: true, spreads: true},
		{area: "33.01", in: true, spreads: true},
		{area: "33.01.11", in: true}, // the units above only say where it lies
		{area: "33.01.11.001"},
		{area: "33.01.1"},
		{area: "34"},
	} {
		if got := mustPlan(t, ChinaSchema(), county, ground).Within(c.area); got != c.in {
			t.Errorf("a county within %q: %v", c.area, got)
		}
		if got := mustPlan(t, ChinaSchema(), beside, ground).Within(c.area); got != c.spreads {
			t.Errorf("a county and a neighbour that is only named within %q: %v", c.area, got)
		}
		if !(&Plan{}).Within(c.area) {
			t.Errorf("no plan lies outside %q", c.area)
		}
	}
}

func TestPlanKnowsBoundsAndCentres(t *testing.T) {
	p := fuyang(t)
	if b := p.Bound("33.01"); b != (orb.Bound{Min: orb.Point{119.90, 30}, Max: orb.Point{119.93, 30.01}}) {
		t.Errorf("Bound of the city = %v", b)
	}
	if b := p.Bound(""); b != (orb.Bound{Min: orb.Point{119.90, 27.5}, Max: orb.Point{120.6, 30.01}}) {
		t.Errorf("Bound of everything = %v", b)
	}
	for _, area := range []Code{"33.05.23", "99"} {
		if b := p.Bound(area); !b.IsEmpty() {
			t.Errorf("Bound(%q) = %v", area, b)
		}
		if c, ok := p.Centre(area); ok {
			t.Errorf("Centre(%q) = %v", area, c)
		}
	}
	if c, ok := p.Centre("33.01.11"); !ok || Distance(c, orb.Point{119.915, 30.005}) > 1 {
		t.Errorf("Centre of the district = %v, %v", c, ok)
	}
	if c, ok := p.Centre(""); !ok {
		t.Errorf("no centre of everything")
	} else if _, in := p.Locate(c); !in {
		t.Errorf("the centre %v of everything lies between the counties", c)
	}
}

func TestCentreLiesOnTheGround(t *testing.T) {
	crescent := orb.Ring{{0, 0}, {3, 0}, {3, 3}, {0, 3}, {0, 2.9}, {2.9, 2.9}, {2.9, 0.1}, {0, 0.1}, {0, 0}}
	p := mustPlan(t, councils(), nil, []Cell{
		cell("a.a", orb.Polygon{box(40, 0, 42, 2)}),
		cell("a.half", orb.Polygon{box(39, 0.5, 42.5, 1.5)}), // its centroid belongs to the cell before
		cell("a.crescent", orb.Polygon{crescent}),
		cell("a.ring", orb.Polygon{box(10, 0, 13, 3), box(10.1, 0.1, 12.9, 2.9)}),
		cell("a.parts", orb.Polygon{box(20, 0, 21, 1)}, orb.Polygon{box(24, 0, 25, 1)}),
		cell("a.eight", orb.Polygon{{{30, 0}, {32, 2}, {32, 0}, {30, 2}, {30, 0}}}),
	})
	for i := range p.Len() {
		c := p.At(i)
		centre, ok := p.Centre(c.Code)
		if got, in := p.Locate(centre); !ok || !in || got.Code != c.Code {
			t.Errorf("%s: the centre %v lies in %q", c.Code, centre, got.Code)
		}
	}
	if centre, _ := p.Centre("a"); p.CellsOf("a") == nil {
		t.Error("no cells")
	} else if _, in := p.Locate(centre); !in {
		t.Errorf("the centre %v of the area lies outside", centre)
	}
}

func TestPlanDoesNotChangeWithItsInput(t *testing.T) {
	cells := []Cell{cell("33.01", orb.Polygon{box(120, 30, 121, 31)})}
	units := []Unit{{"33", "浙江省"}}
	schema := ChinaSchema()
	p := mustPlan(t, schema, units, cells)
	cells[0].Shape[0][0][2] = orb.Point{0, 0}
	cells[0].Code, units[0].Name, schema.Levels[0].Key = "99", "", ""
	p.Schema().Levels[0].Key = ""
	p.Roots()[0].Name = ""
	p.CellsOf("")[0] = ""
	agree(t, p, orb.Point{120.9, 30.9}, "33.01")
	if name, _ := p.Name("33"); name != "浙江省" || p.Schema().Levels[0].Key != "province" || p.Roots()[0].Name != "浙江省" {
		t.Error("the plan changed")
	}
}

func TestAtlasWithoutPlanAnswersNo(t *testing.T) {
	var a Atlas
	if _, ok := a.Locate(orb.Point{0, 0}); ok {
		t.Error("Locate found a cell")
	}
	if _, _, ok := a.Nearest(orb.Point{0, 0}, math.Inf(1)); ok {
		t.Error("Nearest found a cell")
	}
	p := a.Load()
	if p.Len() != 0 || p.Neighbours("33") != nil || p.CellsOf("") != nil || p.Roots() != nil || p.Path("33") != nil || !p.Bound("").IsEmpty() {
		t.Error("the plan without cells is not empty")
	}
	if old := a.Swap(fuyang(t)); old.Len() != 0 || a.Load().Len() != 4 {
		t.Error("Swap returns the plan before and puts the new one in force")
	}
	if old := a.Swap(nil); old.Len() != 4 || a.Load().Len() != 0 {
		t.Error("Swap(nil) puts a plan without cells in force")
	}
}

func TestAtlasSwapsUnderReaders(t *testing.T) {
	here, there := orb.Point{0.5, 0.5}, orb.Point{10.5, 0.5}
	west := mustPlan(t, councils(), nil, []Cell{cell("west", orb.Polygon{box(0, 0, 1, 1)})})
	east := mustPlan(t, councils(), nil, []Cell{cell("east", orb.Polygon{box(10, 0, 11, 1)})})
	a := NewAtlas(west)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 2000 {
				p := a.Load()
				_, w := p.Locate(here)
				_, e := p.Locate(there)
				if w == e {
					t.Error("one edition holds either west or east")
					return
				}
			}
		})
	}
	for i := range 500 {
		a.Swap([]*Plan{east, west}[i%2])
	}
	wg.Wait()
}
