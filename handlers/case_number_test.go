package handlers

import (
	"testing"

	"fengqiao/grid"
	"fengqiao/mediation/policy"
)

func TestACaseIsFoundByTheNumberOnItsPapers(t *testing.T) {
	plan, err := grid.NewPlan("test", grid.ChinaSchema(), []grid.Unit{{Code: "33", Name: "浙江省"}, {Code: "33.01", Name: "杭州市"}, {Code: "33.01.11", Name: "富阳区"},
		{Code: "33.01.11.001", Name: "富春街道"}, {Code: "33.01.11.002", Name: "春江街道"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	county := &policy.Policy{County: "33.01.11", Intake: policy.Intake{NumberFormat: "富阳矛调〔{year}〕第{n}号", NumberLevel: 3}}
	towns := &policy.Policy{County: "33.01.11", Intake: policy.Intake{NumberFormat: "{unit}（{year}）{n}", NumberLevel: 4}}
	for _, c := range []struct {
		what, text, want string
		pol              *policy.Policy
	}{
		{"the register's form", "33.01.11/2026/12", "33.01.11/2026/12", county},
		{"the county's title", "富阳矛调〔2026〕第00103号", "33.01.11/2026/103", county},
		{"a title with blanks around", " 富阳矛调〔2026〕第00103号 ", "33.01.11/2026/103", county},
		{"a township's title", "春江街道（2026）00007", "33.01.11.002/2026/7", towns},
		{"a township that there is not", "无名镇（2026）00007", "无名镇（2026）00007", towns},
		{"something else", "第103号", "第103号", county},
	} {
		if got := numberSought(c.text, c.pol, plan); got != c.want {
			t.Errorf("%s: %q is read as %q, want %q", c.what, c.text, got, c.want)
		}
	}
}
