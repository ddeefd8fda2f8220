package intake

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// town is a plan of one cell, and Fuyang's policy.
func town(t testing.TB) (*grid.Plan, *policy.Policy) {
	t.Helper()
	const cell = "33.01.11.001.002.003.05"
	plan, err := grid.NewPlan("v", grid.ChinaSchema(), []grid.Unit{{Code: "33.01.11", Name: "富阳区"}, {Code: "33.01.11.001", Name: "富春街道"}, {Code: "33.01.11.001.002.003", Name: "三网格"}},
		[]grid.Cell{{Code: cell, Name: "五", Shape: orb.MultiPolygon{{{{119.9, 30}, {119.91, 30}, {119.91, 30.01}, {119.9, 30.01}, {119.9, 30}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	pol, err := policy.Load("fuyang", src, mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return plan, pol
}

const (
	peopleSeed = "login,name,role,area,unit,mediator,posts\nZhang,张三,grid_worker,330111001,,,leader@33.01.11.001.002.003;guide@33.01.11.001\n" +
		"li,李四,mediator,33.01.11,司法所,m-1,\nwang,\"王,五\",unit_staff,33.01.11,,,\n,赵,administrator,,,,\nzhang,又,leader,33,,,police\n"
	mediatorSeed = "id,name,kind,tier,area,lon,lat,categories,dialects,cap,unit,phone,ties,kin\n" +
		"m-1,李四,people,village,33.01.11.001.002.003,119.905,30.005,neighbour,富阳话;吴语,5,司法所,138 0000 1234,clan:李;area:33.01.11,m-2\n" +
		"m-1,李,other,county,33,30,119.9,none,,0,,1,x,m 2\nm-3,a,people,town,33.01.11.001,NaN,0x1p-2,,,1001,,,,\n"
)

// FuzzTables: every row of the two files is taken or told, by its line and a column, with the reason in both languages; and a person
// who is taken is taken again from the file as the product writes it.
func FuzzTables(f *testing.F) {
	plan, pol := town(f)
	f.Add(peopleSeed)
	f.Add(mediatorSeed)
	f.Add("\ufefflogin, name ,role,area\r\na\xff,b,desk,33.01.11\r\n\"a,b\r\n")
	f.Fuzz(func(t *testing.T, src string) {
		people, problems, err := People(strings.NewReader(src), plan)
		if err == nil {
			lines := told(t, problems, PeopleColumns)
			for _, p := range people {
				if folded, err := account.FoldLogin(p.Login); err != nil || folded != p.Login || slices.Contains(lines, p.Line) {
					t.Fatalf("%+v is taken: %v", p, err)
				}
			}
			takenAgain(t, plan, people)
		}
		mediators, problems, err := Mediators(strings.NewReader(src), plan, pol)
		if err != nil {
			return
		}
		lines := told(t, problems, MediatorColumns)
		for _, m := range mediators {
			if slices.Contains(lines, m.Line) || !mediatorID.MatchString(m.Mediator.ID) || m.Mediator.Cap < 0 || m.Mediator.Cap > mostCases || m.Phone != "" && !phoneForm.MatchString(m.Phone) {
				t.Fatalf("%+v is taken", m)
			}
			if err := grid.CheckPoint(m.Mediator.Point); err != nil {
				t.Fatalf("line %d: %v", m.Line, err)
			}
		}
	})
}

// told holds problems to what they promise and returns their lines.
func told(t *testing.T, problems []Problem, columns []Column) (lines []int) {
	t.Helper()
	for _, p := range problems {
		known := p.Field == "csv" || slices.ContainsFunc(columns, func(c Column) bool { return c.Name == p.Field })
		if !known || p.Line < 2 || p.Reason.Zh == "" || p.Reason.En == "" {
			t.Fatalf("%+v", p)
		}
		lines = append(lines, p.Line)
	}
	return lines
}

func takenAgain(t *testing.T, plan *grid.Plan, people []Person) {
	t.Helper()
	var county fixtures.County
	for _, p := range people {
		if p.keepUnit && p.Place.Unit == "" && p.Place.Role == mediation.UnitStaff {
			return // of a department that the file leaves out
		}
		one := fixtures.Person{Login: p.Login, Name: p.Name, Role: string(p.Place.Role), Area: p.Place.Area, Unit: p.Place.Unit, Mediator: p.Place.Mediator}
		for _, post := range p.Posts {
			one.Posts = append(one.Posts, fixtures.Post{Kind: post.Kind, Grid: post.Area})
		}
		county.People = append(county.People, one)
	}
	var out bytes.Buffer
	if err := county.WritePeople(&out); err != nil {
		t.Fatal(err)
	}
	again, problems, err := People(&out, plan)
	same := func(a, b Person) bool {
		return a.Login == b.Login && a.Name == b.Name && a.Place == b.Place && slices.Equal(a.Posts, b.Posts)
	}
	if err != nil || len(problems) > 0 || !slices.EqualFunc(again, people, same) {
		t.Fatalf("%+v is written and read as %+v, %+v, %v", people, again, problems, err)
	}
}
