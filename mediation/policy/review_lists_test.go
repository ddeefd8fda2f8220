package policy_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestMistakesInReviewLists(t *testing.T) {
	const good = `review_lists:
  - key: monthly
    name: {zh: 月度会办, en: monthly review}
    every: month
    reasons:
      - {key: old, name: {zh: 老案, en: old}, older_than: 90d}
      - {key: police, name: {zh: 公安, en: police}, sources: [police]}
    sits: [leader]
    meets: 8d
    remind: [2d]
`
	load := func(section string) (*policy.Policy, policy.Findings) {
		p, err := policy.Load("x.yaml", []byte(source(t, "fuyang.yaml")+"\n"+section), mediation.PolicyVocabulary())
		var found policy.Findings
		errors.As(err, &found)
		return p, found
	}
	p, found := load(good)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if l, ok := p.ReviewList("monthly"); !ok || !l.Seats("leader") || l.Seats("supervisor") || len(l.Reasons) != 2 {
		t.Errorf("%+v", l)
	}
	for _, x := range []struct{ old, new, key, reason string }{
		{"every: month", "every: week", "review_lists[0].every", "unknown value"},
		{", older_than: 90d", "", "review_lists[0].reasons[0]", "one condition at least"},
		{"sources: [police]", "sources: [smoke]", "review_lists[0].reasons[1].sources[0]", "unknown value"},
		{"key: police", "key: old", "review_lists[0].reasons[1].key", "taken"},
		{"sits: [leader]", "sits: [grid_worker]", "review_lists[0].sits[0]", "unknown value"},
		{"sits: [leader]", "sits: []", "review_lists[0].sits", "at least one"},
		{"    meets: 8d\n", "", "review_lists[0].remind", "no date to remind of"},
		{"remind: [2d]", "remind: [9d]", "review_lists[0].remind[0]", "shorter than the limit"},
	} {
		_, found := load(strings.Replace(good, x.old, x.new, 1))
		if i := slices.IndexFunc(found, func(f policy.Finding) bool { return f.Key == x.key }); i < 0 || !strings.Contains(found[i].Reason, x.reason) || found[i].Line < 2 {
			t.Errorf("%s: nothing such at %s: %v", x.new, x.key, found)
		}
	}
}
