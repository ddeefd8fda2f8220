package policy_test

import (
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestNoCountysRulesBendThePetitionRegulation(t *testing.T) {
	src := source(t, "yongkang.yaml")
	bendsAreRefused(t, src, []bend{
		{"an organ takes longer to tell", "tell: {within: 15d", "tell: {within: 16d", "petition.tell.within", "信访工作条例23"},
		{"handling may be extended by more", "extend_days: 30", "extend_days: 31", "petition.extend_days", ""},
		{"the person has less time to ask", "ask_review: {within: 30d", "ask_review: {within: 29d", "petition.ask_review.within", "信访工作条例35"},
		{"a unit has less time to object", "object: {within: 5wd", "object: {within: 4wd", "petition.object.within", "信访工作条例23"},
		{"days are counted otherwise", "handle: {within: 60d", "handle: {within: 40wd", "petition.handle.within", "60d"},
		{"an unknown channel", "  channels: [letter, visit, net]\n  transfer", "  channels: [pigeon, visit, net]\n  transfer", "petition.channels[0]", "pigeon"},
		{"a limit is left out", "  review: {within: 30d, remind: [7d]}\n", "", "petition.review", ""},
	})
	stricter := strings.NewReplacer("handle: {within: 60d", "handle: {within: 45d", "ask_review: {within: 30d", "ask_review: {within: 60d").Replace(src)
	p, err := policy.Load("p.yaml", []byte(stricter), mediation.PolicyVocabulary())
	if err != nil || p.Petition.Handle.Basis != "信访工作条例34" || !p.Petition.Takes("visit") || p.Petition.Takes("app") {
		t.Errorf("stricter with organs, more generous to the person: %v", err)
	}
}
