package handlers

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// numbering is a plan with two ways to number cases in it: by county, and by township.
func numbering(t testing.TB) (plan *grid.Plan, county, towns *policy.Policy) {
	t.Helper()
	plan, err := grid.NewPlan("test", grid.ChinaSchema(), []grid.Unit{{Code: "33", Name: "浙江省"}, {Code: "33.01", Name: "杭州市"}, {Code: "33.01.11", Name: "富阳区"},
		{Code: "33.01.11.001", Name: "富春街道"}, {Code: "33.01.11.002", Name: "春江街道"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	county = &policy.Policy{County: "33.01.11", Intake: policy.Intake{NumberFormat: "富阳矛调〔{year}〕第{n}号", NumberLevel: 3}}
	towns = &policy.Policy{County: "33.01.11", Intake: policy.Intake{NumberFormat: "{unit}（{year}）{n}", NumberLevel: 4}}
	return plan, county, towns
}

func TestACaseIsFoundByTheNumberOnItsPapers(t *testing.T) {
	plan, county, towns := numbering(t)
	for _, c := range []struct {
		what, text, want string
		pol              *policy.Policy
	}{
		{"the register's form", "33.01.11/2026/12", "33.01.11/2026/12", county},
		{"the county's title", "富阳矛调〔2026〕第00103号", "33.01.11/2026/103", county},
		{"a title with blanks around", " 富阳矛调〔2026〕第00103号 ", "33.01.11/2026/103", county},
		{"a township's title", "春江街道（2026）00007", "33.01.11.002/2026/7", towns},
		{"a township that there is not", "无名镇（2026）00007", "无名镇（2026）00007", towns},
		{"a number longer than any", "富阳矛调〔2026〕第99999999999999999999号", "富阳矛调〔2026〕第99999999999999999999号", county},
		{"something else", "第103号", "第103号", county},
	} {
		if got := numberSought(c.text, c.pol, plan); got != c.want {
			t.Errorf("%s: %q is read as %q, want %q", c.what, c.text, got, c.want)
		}
	}
}

// FuzzNumberSought: the title of a number is read as that number; of any other text every digit of the number that is read from it
// stands in it, or it stays as it is.
func FuzzNumberSought(f *testing.F) {
	plan, county, towns := numbering(f)
	f.Add("富阳矛调〔2026〕第00103号", int64(103), uint16(2026))
	f.Add(" 春江街道（2026）00007", int64(123456), uint16(1999))
	f.Add("33.01.11/2026/12", int64(1), uint16(2026))
	f.Add("富阳矛调〔2026〕第99999999999999999999号", int64(math.MaxInt64), uint16(2026))
	f.Fuzz(func(t *testing.T, text string, n int64, year uint16) {
		for unit, pol := range map[grid.Code]*policy.Policy{"33.01.11": county, "33.01.11.002": towns} {
			if n > 0 && year >= 1000 && year <= 9999 {
				number := mediation.Number{Series: string(unit) + "/" + strconv.Itoa(int(year)), N: n}
				title := labels{gazetteer: &gazetteer{plan: plan}, pol: pol}.title(number)
				if got := numberSought(title, pol, plan); got != number.String() {
					t.Fatalf("%s has the title %s, which is read as %s", number, title, got)
				}
			}
			got := numberSought(text, pol, plan)
			if parts := strings.Split(got, "/"); got != text && (len(parts) != 3 || !strings.Contains(text, parts[1]) || parts[2] != "0" && !strings.Contains(text, parts[2])) {
				t.Fatalf("%q is read as %q", text, got)
			}
		}
	})
}
