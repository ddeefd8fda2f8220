package mediation

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// Whatever is ordered of the register: terms follow each other in time, neighbours differ, what is in force is known, and at every
// moment of a term its version is the one in force.
func TestTheRegisterOfPlansIsAHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Register
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range rapid.IntRange(1, 40).Draw(t, "orders") {
			now = now.Add(time.Duration(rapid.IntRange(-3600, 36000).Draw(t, "seconds")) * time.Second)
			version := fmt.Sprint("v", rapid.IntRange(1, 4).Draw(t, "version"))
			before := len(r.Terms)
			switch rapid.IntRange(0, 5).Draw(t, "order") {
			case 0, 1:
				r.Enter(Edition{Version: version})
			case 2:
				ahead := time.Duration(rapid.IntRange(-1, 48).Draw(t, "hours")) * time.Hour
				_, known := r.Edition(version)
				if err := r.Enact(Term{Version: version, From: now.Add(ahead)}, now); (err == nil) != known {
					t.Fatalf("enacting %s: %v", version, err)
				}
				if ahead > 0 && len(r.Terms) != before {
					t.Fatal("what is planned is in force")
				}
			case 3:
				if err := r.RollBack("", "", now); (err == nil) != (before > 1) {
					t.Fatalf("rolling back %d terms: %v", before, err)
				} else if err == nil && r.InForce() != r.Terms[before-2].Version {
					t.Fatalf("rolled back to %s", r.InForce())
				}
			case 4:
				r.Cancel()
			case 5:
				next := r.Next
				if err := r.Turn(now); err != nil {
					t.Fatal(err)
				}
				if next != nil && !next.From.After(now) && (r.Next != nil || r.InForce() != next.Version) {
					t.Fatalf("%s did not come into force", next.Version)
				}
			}
			for i := 1; i < len(r.Terms); i++ {
				a, b := r.Terms[i-1], r.Terms[i]
				if b.From.Before(a.From) || a.Version == b.Version {
					t.Fatalf("%+v, then %+v", a, b)
				}
			}
			for i, term := range r.Terms {
				if _, known := r.Edition(term.Version); !known || term.From.Before(r.Until(i)) && r.At(term.From) != term.Version && i > 0 {
					t.Fatalf("at the beginning of %+v %s is in force", term, r.At(term.From))
				}
			}
			if r.At(now.AddDate(10, 0, 0)) != r.InForce() {
				t.Fatal("what is in force is not what will be")
			}
		}
	})
}

// stored are editions by version.
type stored map[string]*grid.Plan

func (s stored) Load(_ context.Context, version string) (*grid.Plan, error) {
	if p, ok := s[version]; ok {
		return p, nil
	}
	return nil, ErrNotFound
}
func (stored) Keep(context.Context, Edition, edition.Drawing, *grid.Plan) error {
	panic("nothing is kept")
}
func (stored) Drawing(context.Context, string) (edition.Drawing, error) {
	panic("nothing is drawn")
}
func (stored) Register(context.Context) (Register, int64, error) { panic("it is given") }
func (stored) Amend(context.Context, int64, func(*Register) error) (Register, int64, error) {
	panic("nothing is amended")
}
func (stored) Settle(context.Context, int, Moved, time.Time) error { panic("nothing is settled") }

func planOf(t *testing.T, version string, cells ...grid.Cell) *grid.Plan {
	t.Helper()
	p, err := grid.NewPlan(version, grid.Schema{Levels: []grid.Level{{Key: "town"}, {Key: "village"}, {Key: "cell"}}}, nil, cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// strip is a cell from one hundredth of a degree to another.
func strip(code grid.Code, from, to float64) grid.Cell {
	w, e := 120+from/100, 120+to/100
	return grid.Cell{Code: code, Shape: orb.MultiPolygon{{{{w, 30}, {e, 30}, {e, 30.01}, {w, 30.01}, {w, 30}}}}}
}

func TestACaseGoesWhereItsPointOrItsGroundWent(t *testing.T) {
	before := planOf(t, "1", strip("t.1.a", 0, 1), strip("t.1.b", 1, 2), strip("t.2.a", 2, 3), strip("t.3.a", 8, 9))
	after := planOf(t, "2", strip("t.1.a", 0, 0.3), strip("t.1.c", 0.3, 2), strip("t.4.a", 2, 2.9))
	z := &Zoning{To: after, editions: stored{"1": before}, known: map[string]*edition.Difference{}, register: Register{Terms: []Term{{Version: "1"}, {Version: "2"}}}}
	d, err := z.from(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	at := func(x float64) *orb.Point { return &orb.Point{120 + x/100, 30.005} }
	for name, x := range map[string]struct {
		cell, area grid.Code
		point      *orb.Point
		snap       float64
		toCell, to grid.Code
		moved      bool
	}{
		"its point went elsewhere":                           {"t.1.a", "t.1.a", at(0.5), 0, "t.1.c", "t.1.c", true},
		"its point stayed":                                   {"t.1.a", "t.1.a", at(0.2), 0, "t.1.a", "t.1.a", false},
		"placed by hand elsewhere than its point":            {"t.1.b", "t.1.b", at(0.2), 0, "t.1.c", "t.1.c", true},
		"without a point it stays while some ground is left": {"t.1.a", "t.1.a", nil, 0, "t.1.a", "t.1.a", false},
		"without a point":                                    {"t.1.b", "t.1.b", nil, 0, "t.1.c", "t.1.c", true},
		"it lies with the village":                           {"t.1.b", "t.1", at(1.5), 0, "t.1.c", "t.1", true},
		"the village has become another":                     {"t.2.a", "t.2", at(2.5), 0, "t.4.a", "t.4", true},
		"unplaced in a village that has become another":      {"", "t.2", nil, 0, "", "t.4", true},
		"its point is in nobody's ground now, near a cell":   {"t.2.a", "t.2.a", at(2.95), 100, "t.4.a", "t.4.a", true},
		"its point is in nobody's ground now":                {"t.2.a", "t.2.a", at(2.95), 0, "t.4.a", "t.4.a", true},
		"its cell is gone":                                   {"t.3.a", "t.3.a", at(8.5), 0, "", "t", true},
		"its cell is gone, it lies with the town":            {"t.3.a", "t", at(8.5), 0, "", "t", true},
	} {
		c := &Case{PlanVersion: "1", Cell: x.cell, Area: x.area}
		m, moved := z.caseMove(c, d, x.point, x.snap)
		if moved != x.moved || m.Cell != x.toCell || m.Area != x.to {
			t.Errorf("%s: to %q in %q, %v", name, m.Cell, m.Area, moved)
		}
	}
}

func TestAPlanOfOtherGroundMovesNothing(t *testing.T) {
	before, after := planOf(t, "1", strip("t.1.a", 0, 1)), planOf(t, "2", strip("u.1.a", 5, 6))
	z := &Zoning{To: after, editions: stored{"1": before}, known: map[string]*edition.Difference{}, register: Register{Terms: []Term{{Version: "1"}, {Version: "2"}}}}
	d, err := z.from(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	if m, moved := z.caseMove(&Case{PlanVersion: "1", Cell: "t.1.a", Area: "t.1.a"}, d, nil, 0); moved {
		t.Errorf("%+v", m)
	}
	p := Zoned{Areas: []grid.Code{"t.1.a", "t"}}
	if p, moved, err := z.Rezone(t.Context(), p); moved || err != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

// Whoever was given an area after a change of plans was given it by the new plan, and a version that is gone moves nobody.
func TestPeopleAreMovedByThePlanThatTheirAreaIsOf(t *testing.T) {
	// The new plan numbers anew: what was b is a now.
	before, after := planOf(t, "1", strip("t.1.a", 0, 1), strip("t.1.b", 1, 2)), planOf(t, "2", strip("t.1.a", 1, 2), strip("t.1.z", 0, 1))
	turned := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	z := &Zoning{To: after, editions: stored{"1": before}, known: map[string]*edition.Difference{}, register: Register{Terms: []Term{{Version: "1"}, {Version: "2", From: turned}}}}
	for name, x := range map[string]struct {
		p    Zoned
		want grid.Code
	}{
		"of the old plan":            {Zoned{Areas: []grid.Code{"t.1.a"}, Since: turned.Add(-time.Hour)}, "t.1.z"},
		"of the old plan, the other": {Zoned{Areas: []grid.Code{"t.1.b"}, Since: turned.Add(-time.Hour)}, "t.1.a"},
		"of the new plan":            {Zoned{Areas: []grid.Code{"t.1.a"}, Since: turned.Add(time.Hour)}, "t.1.a"},
		"moved by it already":        {Zoned{Areas: []grid.Code{"t.1.a"}, Since: turned.Add(-time.Hour), Version: "2"}, "t.1.a"},
		"of a plan that is gone":     {Zoned{Areas: []grid.Code{"t.1.a"}, Version: "0"}, "t.1.a"},
		"of the whole village":       {Zoned{Areas: []grid.Code{"t.1"}, Since: turned.Add(-time.Hour)}, "t.1"},
	} {
		p, moved, err := z.Rezone(t.Context(), x.p)
		if err != nil || p.Areas[0] != x.want || moved != (x.want != x.p.Areas[0]) {
			t.Errorf("%s: %v, %v, %v", name, p.Areas, moved, err)
		}
	}
}

// What was worked out from a place that somebody has changed in the meantime is not carried out.
func TestAMoveOfACaseThatLiesElsewhereByNowIsStale(t *testing.T) {
	m := CaseMove{Version: "2", Cell: "x", Area: "x", was: "1", Was: Lay{[]string{"1"}, "a", []grid.Code{"a"}}}
	for _, c := range []Case{{PlanVersion: "1", Cell: "b", Area: "a"}, {PlanVersion: "1", Cell: "a", Area: "b"}, {PlanVersion: "0", Cell: "a", Area: "a"}} {
		if err := Rezone(&c, m, time.Now(), Rules{}); !errors.Is(err, ErrStale) || len(c.Events) > 0 {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
