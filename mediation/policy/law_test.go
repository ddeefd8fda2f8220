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

func TestRulesThatBendTheLawDoNotLoad(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(policies, "yongkang.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ situation, was, is, key, says string }{
		{"agreements about status are confirmed", "except: [marriage_family]", "except: []", "confirmation.except", "marriage_family"},
		{"… as nothing is said", "\n  except: [marriage_family]", "", "confirmation.except", "marriage_family"},
		{"letters are no petitions", "  channels: [letter, visit, net]\n  transfer", "  channels: [visit, net]\n  transfer", "petition.channels", "letter"},
		{"visits are no petitions", "  channels: [letter, visit, net]\n  transfer", "  channels: [letter, net]\n  transfer", "petition.channels", "visit"},
		{"nothing is an accusation", ", accusation: 3}", "}", "intake.categories", "30"},
		{"the administration's disputes are mediated", "en: expropriation}, mediable: false, route: reconsideration}", "en: expropriation}, mediable: true}", "intake.categories[7].mediable", "人民调解法2"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			if !strings.Contains(string(src), x.was) {
				t.Fatalf("the policy has no %q", x.was)
			}
			_, err := policy.Load("p.yaml", []byte(strings.Replace(string(src), x.was, x.is, 1)), mediation.PolicyVocabulary())
			var found policy.Findings
			if !errors.As(err, &found) || len(found) != 1 || found[0].Key != x.key || found[0].Line < 2 || !strings.Contains(found[0].Text("zh"), x.says) {
				t.Errorf("%v", err)
			}
		})
	}
}
