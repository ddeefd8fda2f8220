package storetest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// PlanSnapshots holds an opened, empty store to it that plans are loaded ready-made where that can be, and built from their
// source where it cannot.
func PlanSnapshots(t *testing.T, s *store.Store) {
	ctx := context.Background()
	d := edition.Drawing{Schema: grid.Schema{Levels: []grid.Level{{Key: "region"}, {Key: "council"}}}, Units: []grid.Unit{{Code: "REGION 1", Name: "East"}}, Cells: settingCells(20)}
	keep := func(version string, made bool, d edition.Drawing) {
		t.Helper()
		plan, err := grid.NewPlan(version, d.Schema, d.Units, d.Cells)
		if err != nil {
			t.Fatal(err)
		}
		if !made {
			plan = nil
		}
		if err := s.Plans().Keep(ctx, mediation.Edition{Version: version}, d, plan); err != nil {
			t.Fatal(err)
		}
	}
	// The version of each stands in the other's place: neither may take the other's pieces.
	odd := fmt.Sprintf("v/0000#%d", grid.SnapshotFormat)
	keep("v", true, d)
	keep("late", false, d)
	keep(odd, true, d)
	for _, version := range []string{"v", "late", odd} {
		wantPlan(t, s, version, d)
	}
	for _, version := range []string{"v", "late", odd} {
		source, snapshot := version+"/0000", fmt.Sprintf("%s/0000#%d", version, grid.SnapshotFormat)
		for name, spoil := range map[string]func([]byte) []byte{
			"altered": func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
			"cut off": func(b []byte) []byte { return b[:len(b)/2] },
			"empty":   func([]byte) []byte { return nil },
			"another's": func(b []byte) []byte {
				row, err := s.Engine.Get(ctx, "plans", fmt.Sprintf("%s/0000#%d", "late", grid.SnapshotFormat))
				if err != nil || version == "late" {
					return b[1:]
				}
				return row.Body
			},
		} {
			sound := rewrite(t, s, snapshot, spoil)
			wantPlan(t, s, version, d)
			if now := rewrite(t, s, snapshot, slices.Clone[[]byte]); !bytes.Equal(now, sound) {
				t.Errorf("%s: the snapshot that was %s is not stored anew", version, name)
			}
		}
		was := rewrite(t, s, source, func(b []byte) []byte { return b[1:] })
		wantPlan(t, s, version, d) // so it comes from the snapshot
		if _, err := s.Plans().Drawing(ctx, version); err == nil {
			t.Error("the source is not damaged, so the test says nothing")
		}
		rewrite(t, s, source, func([]byte) []byte { return was })
	}
	large := d
	large.Cells = settingCells(2000)
	for i := range large.Cells {
		large.Cells[i].Name = strings.Repeat("n", 3000)
	}
	keep("large", true, large)
	rewrite(t, s, "large/0000", func(b []byte) []byte { return b[1:] })
	wantPlan(t, s, "large", large)
	if second := rewrite(t, s, fmt.Sprintf("large/0001#%d", grid.SnapshotFormat), slices.Clone[[]byte]); len(second) == 0 {
		t.Error("the large plan has one piece")
	}
}

// rewrite changes the body of a row of plans behind the store's back, and returns what it was.
func rewrite(t *testing.T, s *store.Store, id string, change func([]byte) []byte) []byte {
	t.Helper()
	row, err := s.Engine.Get(context.Background(), "plans", id)
	if err != nil {
		t.Fatal(id, err)
	}
	was := bytes.Clone(row.Body)
	row.Body = change(bytes.Clone(row.Body))
	if _, err := s.Engine.Apply(context.Background(), store.Write{Table: "plans", Op: store.Replace, Row: row}); err != nil {
		t.Fatal(id, err)
	}
	return was
}

func wantPlan(t *testing.T, s *store.Store, version string, d edition.Drawing) {
	t.Helper()
	p, err := s.Plans().Load(context.Background(), version)
	if err != nil {
		t.Fatal(version, err)
	}
	if p.Version() != version || p.Len() != len(d.Cells) {
		t.Fatalf("%s is loaded as %s with %d cells", version, p.Version(), p.Len())
	}
	for _, c := range d.Cells {
		at, ok := p.Centre(c.Code)
		if got, in := p.Locate(at); !ok || !in || got.Code != c.Code {
			t.Fatalf("%s: %v lies in %s, not in %s", version, at, got.Code, c.Code)
		}
	}
}
