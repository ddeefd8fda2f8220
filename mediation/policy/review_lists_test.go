package policy_test

import "testing"

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
	p, found := withSection(t, good)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if l, ok := p.ReviewList("monthly"); !ok || !l.Seats("leader") || l.Seats("supervisor") || len(l.Reasons) != 2 {
		t.Errorf("%+v", l)
	}
	mistakesAreTold(t, good, []mistake{
		{"every: month", "every: week", "review_lists[0].every", "unknown value"},
		{", older_than: 90d", "", "review_lists[0].reasons[0]", "one condition at least"},
		{"sources: [police]", "sources: [smoke]", "review_lists[0].reasons[1].sources[0]", "unknown value"},
		{"key: police", "key: old", "review_lists[0].reasons[1].key", "taken"},
		{"sits: [leader]", "sits: [grid_worker]", "review_lists[0].sits[0]", "unknown value"},
		{"sits: [leader]", "sits: []", "review_lists[0].sits", "at least one"},
		{"    meets: 8d\n", "", "review_lists[0].remind", "no date to remind of"},
		{"remind: [2d]", "remind: [9d]", "review_lists[0].remind[0]", "shorter than the limit"},
	})
}
