package handlers

import (
	"testing"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestReasonsNamePlacesAndCategories(t *testing.T) {
	plan, err := grid.NewPlan("test", grid.ChinaSchema(), []grid.Unit{{Code: "33", Name: "浙江省"}, {Code: "33.01", Name: "杭州市"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	l := labels{gazetteer: &gazetteer{plan: plan}, zh: true, pol: &policy.Policy{Intake: policy.Intake{Categories: []policy.Category{{Key: "neighbour", Name: policy.Text{Zh: "邻里", En: "neighbours"}}}}}}
	got := l.reasons([]mediation.Reason{
		{Code: "match.same_area", Params: map[string]string{"area": "33.01"}},
		{Code: "match.skill", Params: map[string]string{"category": "neighbour"}},
		{Code: "match.same_area", Params: map[string]string{"area": "33.02"}},
	})
	for i, want := range []string{"同属片区杭州市", "擅长此类纠纷（邻里）", "同属片区33.02"} {
		if got[i].Text != want {
			t.Errorf("%q, want %q", got[i].Text, want)
		}
	}
	if got[0].Params["area"] != "33.01" {
		t.Errorf("the app is told %q, want the code", got[0].Params["area"])
	}
}
