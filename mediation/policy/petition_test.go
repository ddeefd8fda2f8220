package policy_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

func TestNoCountysRulesBendThePetitionRegulation(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(policies, "yongkang.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ situation, was, is, key, says string }{
		{"an organ takes longer to tell", "tell: {within: 15d", "tell: {within: 16d", "petition.tell.within", "信访工作条例23"},
		{"handling may be extended by more", "extend_days: 30", "extend_days: 31", "petition.extend_days", ""},
		{"the person has less time to ask", "ask_review: {within: 30d", "ask_review: {within: 29d", "petition.ask_review.within", "信访工作条例35"},
		{"a unit has less time to object", "object: {within: 5wd", "object: {within: 4wd", "petition.object.within", "信访工作条例23"},
		{"days are counted otherwise", "handle: {within: 60d", "handle: {within: 40wd", "petition.handle.within", "60d"},
		{"an unknown channel", "  channels: [letter, visit, net]\n  transfer", "  channels: [pigeon, visit, net]\n  transfer", "petition.channels[0]", "pigeon"},
		{"a limit is left out", "  review: {within: 30d, remind: [7d]}\n", "", "petition.review", ""},
	} {
		t.Run(x.situation, func(t *testing.T) {
			if !strings.Contains(string(src), x.was) {
				t.Fatalf("the policy has no %q", x.was)
			}
			_, err := policy.Load("p.yaml", []byte(strings.Replace(string(src), x.was, x.is, 1)), mediation.PolicyVocabulary())
			var found policy.Findings
			if !errors.As(err, &found) || len(found) != 1 || found[0].Key != x.key || !strings.Contains(found[0].Text("zh"), x.says) {
				t.Errorf("%v", err)
			}
		})
	}
	stricter := strings.NewReplacer("handle: {within: 60d", "handle: {within: 45d", "ask_review: {within: 30d", "ask_review: {within: 60d").Replace(string(src))
	p, err := policy.Load("p.yaml", []byte(stricter), mediation.PolicyVocabulary())
	if err != nil || p.Petition.Handle.Basis != "信访工作条例34" || !p.Petition.Takes("visit") || p.Petition.Takes("app") {
		t.Errorf("stricter with organs, more generous to the person: %v", err)
	}
}
