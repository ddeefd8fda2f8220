package edition

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"fengqiao/grid"
	"fengqiao/grid/quilttest"
	"fengqiao/grid/survey"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

var schema = grid.Schema{Levels: []grid.Level{{Key: "town"}, {Key: "village"}, {Key: "cell"}}}

func box(x0, y0, x1, y1 float64) orb.MultiPolygon {
	const east, north = 120, 30
	return orb.MultiPolygon{{{{east + x0/100, north + y0/100}, {east + x1/100, north + y0/100}, {east + x1/100, north + y1/100}, {east + x0/100, north + y1/100}, {east + x0/100, north + y0/100}}}}
}

func plan(t interface {
	Helper()
	Fatal(...any)
}, cells ...grid.Cell) *grid.Plan {
	t.Helper()
	p, err := grid.NewPlan("v", schema, nil, cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func cell(code grid.Code, shape orb.MultiPolygon) grid.Cell {
	return grid.Cell{Code: code, Shape: shape}
}

func TestWhatBecameOfCellsHasAName(t *testing.T) {
	before := plan(t,
		cell("t.1.stays", box(0, 0, 1, 1)),
		cell("t.1.halved", box(1, 0, 2, 1)),
		cell("t.1.joins", box(2, 0, 3, 1)), cell("t.1.joined", box(3, 0, 4, 1)),
		cell("t.1.old", box(4, 0, 5, 1)),
		cell("t.1.gives", box(5, 0, 6, 1)), cell("t.1.takes", box(6, 0, 7, 1)),
		cell("t.1.gone", box(7, 0, 8, 1)),
		cell("t.1.x", box(0, 2, 1, 3)), cell("t.1.y", box(1, 2, 2, 3)), // cut across instead of along
		grid.Cell{Code: "t.1.called", Name: "a", Shape: box(3, 2, 4, 3)})
	after := plan(t,
		cell("t.1.stays", box(0, 0, 1, 1)),
		cell("t.1.halved", box(1, 0, 2, 0.4)), cell("t.1.half", box(1, 0.4, 2, 1)),
		cell("t.1.both", box(2, 0, 4, 1)),
		cell("t.1.new", box(4, 0, 5, 1)),
		cell("t.1.gives", box(5, 0, 5.75, 1)), cell("t.1.takes", box(5.75, 0, 7, 1)),
		cell("t.1.u", box(0, 2, 2, 2.5)), cell("t.1.v", box(0, 2.5, 2, 3)),
		cell("t.1.fresh", box(9, 9, 10, 10)),
		grid.Cell{Code: "t.1.called", Name: "b", Shape: box(3, 2, 4, 3)})
	d := Compare(before, after)
	got := map[string]float64{}
	for _, c := range d.Changes {
		got[fmt.Sprintf("%s %v %v", c.Kind, c.Before, c.After)] = math.Round((c.Gained - c.Lost) / 1e4)
	}
	// A cell of a hundredth by a hundredth of a degree has some 107 hectares.
	want := map[string]float64{
		"added [] [t.1.fresh]":                     107,
		"removed [t.1.gone] []":                    -107,
		"split [t.1.halved] [t.1.half t.1.halved]": 0,
		"merged [t.1.joined t.1.joins] [t.1.both]": 0,
		"redrawn [t.1.x t.1.y] [t.1.u t.1.v]":      0,
		"recoded [t.1.old] [t.1.new]":              0,
		"moved [t.1.gives] [t.1.gives]":            -27,
		"moved [t.1.takes] [t.1.takes]":            27,
		"renamed [t.1.called] [t.1.called]":        0,
	}
	for _, k := range Kinds {
		if Names[k][0] == "" || Names[k][1] == "" {
			t.Errorf("%s has no name", k)
		}
	}
	if !reflect.DeepEqual(got, want) || d.Same != 2 || d.Rough {
		t.Errorf("%v, %d the same; want %v", got, d.Same, want)
	}
}

func TestHeirsHaveMostOfTheGround(t *testing.T) {
	before := plan(t,
		cell("t.1.a", box(0, 0, 1, 1)), cell("t.1.b", box(1, 0, 2, 1)),
		cell("t.2.a", box(2, 0, 3, 1)), cell("t.2.b", box(3, 0, 4, 1)),
		cell("t.3.a", box(4, 0, 5, 1)), cell("t.3.b", box(5, 0, 6, 1)),
		cell("t.4.a", box(8, 8, 9, 9)))
	after := plan(t,
		cell("t.1.a", box(0, 0, 0.2, 1)), cell("t.1.c", box(0.2, 0, 2, 1)), // keeps a fifth; the rest and b are c's
		cell("t.9.a", box(2, 0, 3.5, 1)), cell("t.8.a", box(3.5, 0, 4, 1)), // the village goes mostly to the ninth
		cell("t.3.a", box(4, 0, 4.005, 1)), cell("t.3.z", box(4.005, 0, 5, 1)), cell("t.3.b", box(5, 0, 6, 1)))
	d := Compare(before, after)
	for area, want := range map[grid.Code]grid.Code{
		"t.1.a": "t.1.a", "t.1.b": "t.1.c", "t.1": "t.1", "t": "t", "": "",
		"t.2": "t.9", "t.2.a": "t.9.a",
		"t.2.b": "t.8.a", // half each: the first in code order
		"t.3.a": "t.3.z", "t.3.b": "t.3.b", "t.3": "t.3",
		"t.9": "t.9", // known to the new plan alone
	} {
		if got, ok := d.Heir(area); got != want || !ok {
			t.Errorf("the heir of %s is %s, %v", area, got, ok)
		}
	}
	for _, area := range []grid.Code{"t.4.a", "t.4", "elsewhere"} {
		if got, ok := d.Heir(area); ok {
			t.Errorf("the heir of %s is %s", area, got)
		}
	}
	if !d.Changed("t.1.a") || !d.Changed("t.4.a") || d.Changed("t.3.b") {
		t.Error("what changed is not known")
	}
}

// quilt is a clean drawing of side by side cells in villages of one row each.
func quilt(seed uint64, side, steps int) Drawing {
	q := quilttest.Quilt{Rng: rand.New(rand.NewPCG(seed, 7)), West: 119.5, South: 29.75, Size: 0.005, Cols: side, Rows: side, Steps: steps, Rough: 0.08}
	d := Drawing{Schema: schema}
	for r := range side {
		for c := range side {
			d.Cells = append(d.Cells, cell(grid.Code(fmt.Sprintf("t.%d.%d", r, c)), orb.MultiPolygon{{q.Ring(c, r)}}))
		}
	}
	return d
}

func clean(t *rapid.T, d Drawing) *grid.Plan {
	for _, f := range survey.Inspect(d.Cells, survey.Options{Schema: d.Schema}) {
		if f.Kind == survey.Overlap || f.Kind == survey.Gap || f.Kind == survey.SelfCrossing {
			t.Fatalf("%+v", f)
		}
	}
	p, err := grid.NewPlan("v", d.Schema, d.Units, d.Cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Splitting and joining again leaves everybody's ground as it was; the difference says what was done, and nothing more.
func TestSplittingAndMergingIsTheSamePlanAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := quilt(rapid.Uint64().Draw(t, "seed"), 4, rapid.IntRange(1, 8).Draw(t, "steps"))
		i := rapid.IntRange(0, len(d.Cells)-1).Draw(t, "cell")
		code, b := d.Cells[i].Code, d.Cells[i].Shape.Bound()
		x := func(name string) float64 { return rapid.Float64Range(b.Min[0], b.Max[0]).Draw(t, name) }
		line := orb.LineString{{x("south"), b.Min[1] - 0.001}, {x("north"), b.Max[1] + 0.001}}
		split, err := d.Split(code, line, Part{Code: code}, Part{Code: code.Parent() + ".new"})
		if errors.Is(err, survey.ErrNotThrough) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		before, between := clean(t, d), clean(t, split)
		first := Compare(before, between)
		if len(first.Changes) != 1 || first.Changes[0].Kind != Split && first.Changes[0].Kind != Added {
			t.Fatalf("%+v", first.Changes) // a cut that leaves one part tiny is told as such
		}
		merged, err := split.Merge([]grid.Code{code.Parent() + ".new", code}, Part{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		if d := Compare(before, clean(t, merged)); len(d.Changes) != 0 || d.Same != before.Len() {
			t.Fatalf("%+v", d.Changes)
		}
	})
}

// Whatever is redrawn: every point's cell is the heir of its cell before, unless its cell was divided; ground is conserved.
func TestEveryPointsNewCellIsAmongItsCellsHeirs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		before, other := quilt(seed, 5, 3), quilt(seed, 5, 3)
		for k := range rapid.IntRange(1, 6).Draw(t, "merges") {
			row := rapid.IntRange(0, 4).Draw(t, "row")
			var there []grid.Code
			for _, c := range other.Cells {
				if c.Code.Parent() == grid.Code(fmt.Sprintf("t.%d", row)) {
					there = append(there, c.Code)
				}
			}
			if len(there) < 2 {
				continue
			}
			at := rapid.IntRange(0, len(there)-2).Draw(t, "at")
			next, err := other.Merge(there[at:at+2], Part{Code: there[at].Parent() + grid.Code(fmt.Sprintf(".m%d", k))})
			if errors.Is(err, survey.ErrApart) {
				continue // the list is in code order, and what was merged stands elsewhere in it
			}
			if err != nil {
				t.Fatal(err)
			}
			other = next
		}
		a, b := clean(t, before), clean(t, other)
		d := Compare(a, b)
		rng := rand.New(rand.NewPCG(seed, 1))
		for range 300 {
			pt := orb.Point{119.5 + rng.Float64()*0.025, 29.75 + rng.Float64()*0.025}
			was, ok := a.Locate(pt)
			if !ok {
				continue
			}
			is, ok := b.Locate(pt)
			heir, known := d.Heir(was.Code)
			if !ok || !known || heir != is.Code {
				t.Fatalf("%v was in %s and is in %s, whose heir is %s", pt, was.Code, is.Code, heir)
			}
		}
		for _, c := range d.Changes {
			if math.Abs(c.Gained)+math.Abs(c.Lost) > 1 || c.Kind != Merged {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func TestWhatCannotBeRedrawnIsRefused(t *testing.T) {
	d := quilt(1, 3, 2)
	line := orb.LineString{{119, 29.7575}, {120, 29.7575}}
	for name, err := range map[error][]error{
		ErrNoCell:            {second(d.Split("t.1.9", line, Part{Code: "t.1.1"}, Part{Code: "t.1.2"})), second(d.Merge([]grid.Code{"t.1.1", "t.1.9"}, Part{Code: "t.1.1"}))},
		ErrBadCode:           {second(d.Split("t.1.1", line, Part{Code: "t.1.1"}, Part{Code: "t.1.1"})), second(d.Split("t.1.1", line, Part{Code: "t.1.1"}, Part{Code: "t.1.2"})), second(d.Split("t.1.1", line, Part{Code: "t.1.1"}, Part{Code: "t.2.7"})), second(d.Split("t.1.1", line, Part{Code: "t.1.1"}, Part{Code: "t..7"})), second(d.Merge([]grid.Code{"t.1.1", "t.2.1"}, Part{Code: "t.1.1"})), second(d.Merge([]grid.Code{"t.1.1", "t.1.2"}, Part{Code: "t.1.0"}))},
		ErrTooFew:            {second(d.Merge([]grid.Code{"t.1.1", "t.1.1"}, Part{Code: "t.1.1"})), second(d.Merge(nil, Part{Code: "t.1.1"}))},
		survey.ErrApart:      {second(d.Merge([]grid.Code{"t.1.0", "t.1.2"}, Part{Code: "t.1.0"}))},
		survey.ErrNotThrough: {second(d.Split("t.2.1", line, Part{Code: "t.2.1"}, Part{Code: "t.2.7"}))},
	} {
		for k, got := range err {
			if !errors.Is(got, name) {
				t.Errorf("%v, %d: %v", name, k, got)
			}
		}
	}
	if fresh := quilt(1, 3, 2); !slices.EqualFunc(d.Cells, fresh.Cells, func(a, b grid.Cell) bool { return a.Code == b.Code && a.Shape.Equal(b.Shape) }) {
		t.Error("what was refused has changed the drawing")
	}
}

func TestANewCellDoesNotInheritItsForerunnersName(t *testing.T) {
	d := quilt(1, 3, 2)
	d.Units = []grid.Unit{{Code: "t.1", Name: "village"}, {Code: "t.1.1", Name: "old"}}
	merged, err := d.Merge([]grid.Code{"t.1.1", "t.1.2"}, Part{Code: "t.1.1", Name: "new"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := grid.NewPlan("v", merged.Schema, merged.Units, merged.Cells)
	if err != nil {
		t.Fatal(err)
	}
	if name, _ := p.Name("t.1.1"); name != "new" {
		t.Errorf("it is called %q", name)
	}
	if name, _ := p.Name("t.1"); name != "village" || len(d.Units) != 2 {
		t.Errorf("the village is called %q", name)
	}
}

func second(_ Drawing, err error) error { return err }

// Borders that cannot be laid over each other are dealt out by the centres of the cells, and the difference says so.
func TestARoughDifferenceGoesByCentres(t *testing.T) {
	before, after := plan(t, cell("t.1.a", box(0, 0, 1, 1)), cell("t.1.b", box(1, 0, 2, 1)), cell("t.1.c", box(5, 5, 6, 6))),
		plan(t, cell("t.1.z", box(0, 0, 2, 1)), cell("t.1.y", box(8, 8, 9, 9)))
	c := comparison{d: &Difference{Before: before, After: after, estates: map[grid.Code]*estate{}}}
	c.sift()
	c.shares = c.byCentres()
	c.add()
	c.tell()
	for area, want := range map[grid.Code]grid.Code{"t.1.a": "t.1.z", "t.1.b": "t.1.z"} {
		if got, ok := c.d.Heir(area); got != want || !ok {
			t.Errorf("%s: %s", area, got)
		}
	}
	if _, ok := c.d.Heir("t.1.c"); ok || len(c.d.Changes) != 3 {
		t.Errorf("%+v", c.d.Changes)
	}
}

func BenchmarkCompare(b *testing.B) {
	d := quilt(1, 100, 7)
	before := plan(b, d.Cells...)
	moved := slices.Clone(d.Cells)
	for i := range moved {
		if i%10 == 0 {
			moved[i].Shape = moved[i].Shape.Clone()
			moved[i].Shape[0][0][2][0] += 1e-5
		}
	}
	after := plan(b, moved...)
	for b.Loop() {
		Compare(before, after)
	}
}
