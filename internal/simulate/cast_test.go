package simulate

import (
	"bytes"
	"strings"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

func square(code grid.Code, x, y float64) grid.Cell {
	return grid.Cell{Code: code, Name: string(code), Shape: orb.MultiPolygon{{{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}, {x, y}}}}}
}

func twoRegions(t *testing.T) *grid.Plan {
	t.Helper()
	schema := grid.Schema{Levels: []grid.Level{{Key: "region", NameZh: "片区", NameEn: "region"}, {Key: "council", NameZh: "议事会", NameEn: "council"}}}
	p, err := grid.NewPlan("test", schema, nil, []grid.Cell{square("north.1", 0, 1), square("north.2", 1, 1), square("south.3", 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCastIsTheSameForTheSamePlan(t *testing.T) {
	var files [2]bytes.Buffer
	for i := range files {
		cast := NewCast(twoRegions(t), Tiers{"council", "region"})
		if err := cast.WriteMediators(&files[i]); err != nil {
			t.Fatal(err)
		}
		if err := cast.WritePeople(&files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("two casts of one plan differ")
	}
}

func TestEveryCellHasWorkersMediatorsAndStaff(t *testing.T) {
	plan := twoRegions(t)
	cast := NewCast(plan, Tiers{"council", "region"})
	roles, logins := map[string]int{}, map[string]bool{}
	for _, p := range cast.People {
		roles[p.Role+"@"+string(p.Area)]++
		if logins[p.Login] || p.Name == "" {
			t.Errorf("%s is there twice or has no name", p.Login)
		}
		logins[p.Login] = true
	}
	for i := range plan.Len() {
		code := string(plan.At(i).Code)
		region, _, _ := strings.Cut(code, ".")
		for what, want := range map[string]int{"grid_worker@" + code: workers, "township_staff@" + code: 1, "mediator@" + code: 2, "county_staff@" + region: 1, "mediator@" + region: 6} {
			if roles[what] != want {
				t.Errorf("%d of %s instead of %d", roles[what], what, want)
			}
		}
	}
}
