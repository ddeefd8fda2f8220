package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
)

// Settings holds an opened, empty store to what policies and plans promise.
func Settings(t *testing.T, s *store.Store) {
	t.Run("policies", func(t *testing.T) { settingPolicies(t, s) })
	t.Run("plans", func(t *testing.T) { settingPlans(t, s) })
}

func settingPolicies(t *testing.T, s *store.Store) {
	ctx := context.Background()
	source := FuyangPolicy(t)
	p := s.Policies()
	_, err := p.Current(ctx)
	refused(t, err, &mediation.Error{Kind: mediation.Unavailable, Code: "no_policy"})
	_, err = p.Version(ctx, "none")
	refused(t, err, mediation.ErrNotFound)

	first, err := p.Import(ctx, mediation.AnyRevision, "fuyang.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(source, []byte("load_cap: 5"), []byte("load_cap: 6"), 1)
	second, err := p.Import(ctx, mediation.AnyRevision, "fuyang.yaml", changed)
	if err != nil {
		t.Fatal(err)
	}
	inForce := func(want *policy.Policy) {
		t.Helper()
		for name, p := range map[string]*store.Policies{"the importer": p, "another instance": s.Policies()} {
			if now, err := p.Current(ctx); err != nil || now.ID != want.ID || now.Matching.LoadCap != want.Matching.LoadCap {
				t.Errorf("%s has %v in force, want %s, %v", name, now, want.ID, err)
			}
		}
	}
	inForce(second)
	if old, err := s.Policies().Version(ctx, first.ID); err != nil || old.Matching.LoadCap != 5 || !bytes.Equal(old.Source, source) {
		t.Fatalf("the older version is not what it was: %v", err)
	}
	_, err = p.Import(ctx, mediation.AnyRevision, "bad.yaml", append(bytes.Clone(source), "\nunknown_key: 1\n"...))
	if err == nil {
		t.Fatal("a policy with an unknown key was imported")
	}
	inForce(second)
	if again, err := p.Import(ctx, mediation.AnyRevision, "fuyang.yaml", source); err != nil || again.ID != first.ID {
		t.Fatalf("the same source again is %v, %v", again, err)
	}
	inForce(first)
}

func settingPlans(t *testing.T, s *store.Store) {
	ctx := context.Background()
	p := s.Plans()
	if v, at, err := p.InForce(ctx); err != nil || v != "" || at != 0 {
		t.Fatalf("before any import the plan is %q, %v", v, err)
	}
	_, err := p.Load(ctx, "none")
	refused(t, err, mediation.ErrNotFound)
	schema := grid.Schema{Levels: []grid.Level{{Key: "region"}, {Key: "council"}}}
	units := []grid.Unit{{Code: "REGION 1", Name: "East"}}
	cells := settingCells(2000)
	made := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	put := func(at int64, version string, units []grid.Unit, cells []grid.Cell) error {
		made = made.Add(time.Hour)
		return p.Import(ctx, at, mediation.Edition{Version: version, Made: made, How: mediation.Imported, Cells: len(cells)}, edition.Drawing{Schema: schema, Units: units, Cells: cells}, nil)
	}
	if err := put(mediation.AnyRevision, "v1", units, cells); err != nil {
		t.Fatal(err)
	}
	if err := put(mediation.AnyRevision, "v1", units, cells); err != nil {
		t.Fatalf("the same plan again: %v", err)
	}
	err = put(mediation.AnyRevision, "v1", units, cells[1:])
	refused(t, err, &mediation.Error{Kind: mediation.Differs, Code: "plan.version_taken"})
	if err := put(mediation.AnyRevision, "v2", nil, cells[:10]); err != nil {
		t.Fatal(err)
	}
	if v, _, err := p.InForce(ctx); err != nil || v != "v2" {
		t.Fatalf("in force is %q, %v", v, err)
	}
	_, at, err := p.InForce(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, stale := range []int64{0, at - 1, at + 1} {
		refused(t, put(stale, "v3", nil, cells[:11]), mediation.ErrStale)
	}
	if v, now, err := p.InForce(ctx); err != nil || v != "v2" || now != at {
		t.Fatalf("after what was refused %q is in force at %d, %v", v, now, err)
	}
	if err := put(at, "v3", nil, cells[:11]); err != nil {
		t.Fatal(err)
	}
	if err := put(at, "v3", nil, cells[:11]); err != nil {
		t.Fatalf("the same sent again after a lost answer: %v", err)
	}
	plan, err := p.Load(ctx, "v1")
	if err != nil {
		t.Fatal(err)
	}
	if plan.Version() != "v1" || plan.Len() != len(cells) {
		t.Fatalf("plan %s of %d cells", plan.Version(), plan.Len())
	}
	if name, _ := plan.Name("REGION 1"); name != "East" {
		t.Errorf("the unit's name is %q", name)
	}
	for _, c := range cells {
		if got, ok := plan.Locate(c.Shape.Bound().Center()); !ok || got.Code != c.Code {
			t.Fatalf("the middle of %s lies in %q", c.Code, got.Code)
		}
	}
	_, err = p.Load(ctx, "v")
	if !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("a version whose name only begins alike: %v", err)
	}
}

// settingCells are squares beside one another, with coordinates that do not compress well.
func settingCells(n int) []grid.Cell {
	cells := make([]grid.Cell, n)
	for i := range cells {
		at := orb.Point{float64(i%50) + 0.1234567, float64(i/50) + 0.7654321}
		square := orb.Bound{Min: at, Max: orb.Point{at[0] + 0.9, at[1] + 0.9}}.ToPolygon()
		cells[i] = grid.Cell{Code: grid.Code(fmt.Sprintf("REGION 1.COUNCIL %d", i)), Shape: orb.MultiPolygon{square}}
	}
	return cells
}
