package policy_test

import (
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestMistakesInStudies(t *testing.T) {
	src := source(t, "longgang.yaml")
	for situation, x := range map[string]struct{ old, new, want string }{
		"a clock that there is not":   {"breaches: [close, whole]", "breaches: [close, lunch]", "study.breaches[1]: unknown clock"},
		"a state that there is not":   {"states: [unsettled]", "states: [unhappy]", "study.states[0]: unknown value"},
		"a reminder before the start": {"within: 72h\n  remind: [24h]", "within: 72h\n  remind: [80h]", "study.remind[0]: a reminder must be shorter"},
	} {
		if !strings.Contains(src, x.old) {
			t.Fatalf("the policy has no %q", x.old)
		}
		if _, err := policy.Load("x.yaml", []byte(strings.Replace(src, x.old, x.new, 1)), mediation.PolicyVocabulary()); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", situation, err)
		}
	}
}
