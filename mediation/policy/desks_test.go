package policy_test

import (
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestMistakesInDesks(t *testing.T) {
	src := source(t, "longgang.yaml")
	const way = `{from: "110", to: "12345"}`
	for situation, x := range map[string]struct{ new, want string }{
		"to itself":          {`{from: "110", to: "110"}`, "desks.passes[1].to: a desk passes nothing on to itself"},
		"twice":              {`{from: "12345", to: "110"}`, "desks.passes[1]: this way stands above already"},
		"without an end":     {`{from: "110"}`, "desks.passes[1]"},
		"from no desk twice": {`{to: "110"}`, "desks.passes[3]: this way stands above already"},
	} {
		if _, err := policy.Load("x.yaml", []byte(strings.Replace(src, way, x.new, 1)), mediation.PolicyVocabulary()); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", situation, err)
		}
	}
}

func TestLonggangsDesksPassOnToEachOther(t *testing.T) {
	p, err := policy.Load("longgang.yaml", []byte(source(t, "longgang.yaml")), mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	d := p.Desks
	if !d.MayPass("12345", "110") || !d.MayPass("110", "12345") || d.MayPass("12345", "119") || d.MayPass("119", "") || !d.Knows("110") || d.Knows("119") || !d.MayPass("", "110") || d.Knows("") {
		t.Errorf("%+v", d)
	}
}
