package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// bend is a change to a county's rules that the law forbids, and what is said of it.
type bend struct{ situation, was, is, key, says string }

// bendsAreRefused loads the rules with each change, of which each must be the one thing that is found wrong, and told by line.
func bendsAreRefused(t *testing.T, src string, bends []bend) {
	t.Helper()
	for _, x := range bends {
		t.Run(x.situation, func(t *testing.T) {
			if !strings.Contains(src, x.was) {
				t.Fatalf("the policy has no %q", x.was)
			}
			_, err := policy.Load("p.yaml", []byte(strings.Replace(src, x.was, x.is, 1)), mediation.PolicyVocabulary())
			var found policy.Findings
			if !errors.As(err, &found) || len(found) != 1 || found[0].Key != x.key || found[0].Line < 2 || !strings.Contains(found[0].Text("zh"), x.says) {
				t.Errorf("%v", err)
			}
		})
	}
}

// withSection loads Fuyang's rules with one section more, and says what is wrong with them.
func withSection(t *testing.T, section string) (*policy.Policy, policy.Findings) {
	t.Helper()
	p, err := policy.Load("x.yaml", []byte(source(t, "fuyang.yaml")+"\n"+section), mediation.PolicyVocabulary())
	var found policy.Findings
	errors.As(err, &found)
	return p, found
}

// mistake is a change to a section that is right, and what is said of it.
type mistake struct{ old, new, key, reason string }

// mistakesAreTold loads the section with each change; each must be told by key and line.
func mistakesAreTold(t *testing.T, good string, mistakes []mistake) {
	t.Helper()
	for _, x := range mistakes {
		_, found := withSection(t, strings.Replace(good, x.old, x.new, 1))
		if i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key }); i < 0 || !strings.Contains(found[i].Reason, x.reason) || found[i].Line < 2 {
			t.Errorf("%s: nothing such at %s: %v", x.new, x.key, found)
		}
	}
}

// changeIsTold loads whole rules with one change, which must be told by key and line, in both languages.
func changeIsTold(t *testing.T, src string, x mistake) {
	t.Helper()
	if !strings.Contains(src, x.old) {
		t.Fatalf("the policy has no %q", x.old)
	}
	_, err := policy.Load("x.yaml", []byte(strings.Replace(src, x.old, x.new, 1)), mediation.PolicyVocabulary())
	var found policy.Findings
	if !errors.As(err, &found) || !slices.ContainsFunc(found, func(f policy.Finding) bool {
		return f.Key == x.key && strings.Contains(f.Reason, x.reason) && f.ReasonZh != "" && f.Line > 1
	}) {
		t.Errorf("want %s: %s, got\n%v", x.key, x.reason, err)
	}
}
