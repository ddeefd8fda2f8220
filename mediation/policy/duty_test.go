package policy_test

import (
	"errors"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestMistakesInDutyAndDispatch(t *testing.T) {
	for situation, x := range map[string]struct{ old, new, found string }{
		"a post that there is not":        {"danger: true, post: commander", "danger: true, post: cook", "dispatch[0].post: unknown value"},
		"nowhere to send it":              {"danger: true, post: commander", "danger: true", "dispatch[0]: give one of"},
		"whom one is not sent to":         {"with: [{unit: 龙港市综合行政执法局}]", "with: [{role: desk}]", "dispatch[3].with[0].role: unknown value"},
		"somebody twice":                  {"with: [{unit: 龙港市综合行政执法局}]", "with: [{unit: 龙港市人力资源和社会保障局, signs: true}]", "dispatch[3].with[0]: the rule names it already"},
		"two at once":                     {"with: [{unit: 龙港市综合行政执法局}]", "with: [{unit: a, role: leader}]", "dispatch[3].with[0]: give one of post, unit and role"},
		"kinds before it is accepted":     {"danger: true, post: commander", "danger: true, kinds: [elder]", "dispatch[0].kinds: only on accepted"},
		"a kind that there is not":        {"kinds: [elder]", "kinds: [druid]", "dispatch[9].kinds[0]"},
		"a moment that there is not":      {"on: danger, post", "on: lunch, post", "dispatch[1].on: unknown value"},
		"a catch-all that catches no all": {"on: unheld, post", "on: unheld, min_severity: 2, post", "duty.again: there must be"},
		"a rule that stands twice":        {"key: grave", "key: danger", "dispatch[2].key: the word"},
	} {
		src := source(t, "longgang.yaml")
		if !strings.Contains(src, x.old) {
			t.Fatalf("%s: no %q", situation, x.old)
		}
		_, err := policy.Load("l.yaml", []byte(strings.Replace(src, x.old, x.new, 1)), mediation.PolicyVocabulary())
		var found policy.Findings
		if !errors.As(err, &found) || len(found) != 1 || !strings.HasPrefix(found[0].Key+": "+found[0].Reason, x.found) {
			t.Errorf("%s: %v", situation, err)
		}
	}
}

func TestTheFirstRuleThatFitsIsTaken(t *testing.T) {
	p, err := policy.Load("l.yaml", []byte(source(t, "longgang.yaml")), mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		m    policy.Matter
		want string
	}{
		{policy.Matter{On: policy.OnOpened, Category: "labour", Severity: 4, Danger: true}, "danger"},
		{policy.Matter{On: policy.OnOpened, Category: "labour", Severity: 4}, "grave"},
		{policy.Matter{On: policy.OnOpened, Category: "labour", Severity: 1}, "labour"},
		{policy.Matter{On: policy.OnOpened, Category: "property", Severity: 3}, ""},
		{policy.Matter{On: policy.OnAccepted, Category: "neighbour", Channel: "app"}, "elders"},
		{policy.Matter{On: policy.OnAccepted, Category: "neighbour", Channel: "110"}, "from_110"},
		{policy.Matter{On: policy.OnStudy}, "study"},
		{policy.Matter{On: policy.OnUnheld, Category: "labour"}, "unheld"},
	} {
		if r, _ := p.Dispatch(x.m); r.Key != x.want {
			t.Errorf("%+v: %q, want %q", x.m, r.Key, x.want)
		}
	}
}

// TestEveryClockOfLonggangNamesItsRule: whoever is late is told by which rule.
func TestEveryClockOfLonggangNamesItsRule(t *testing.T) {
	p, err := policy.Load("l.yaml", []byte(source(t, "longgang.yaml")), mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	bases := map[string]string{"whole": p.Clocks.Whole.Basis, "study": p.Study.Limit.Basis}
	for state, limit := range p.Clocks.States {
		bases[state] = limit.Basis
	}
	for _, stage := range p.Stages.Clocks {
		bases["stage "+stage.Key] = stage.Limit.Basis
	}
	if bases["transferred"] != "信访工作条例23" || bases["whole"] != "人民调解工作若干规定33" || len(bases) < 17 {
		t.Errorf("%v", bases)
	}
	for clock, basis := range bases {
		if basis == "" {
			t.Errorf("%s names no rule", clock)
		}
	}
}
