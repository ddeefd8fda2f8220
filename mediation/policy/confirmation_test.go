package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// The law's thirty days for judicial confirmation are neither shortened nor lengthened by a county.
func TestNoCountysRulesBendTheTimeForConfirmation(t *testing.T) {
	src, err := os.ReadFile(filepath.Join(policies, "fuyang.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for section, want := range map[string]string{
		"confirmation: {apply: {within: 30d, remind: [10d, 3d]}, except: [labour, marriage_family]}": "",
		"confirmation: {apply: {within: 31d}}":                                                       "confirmation.apply.within",
		"confirmation: {apply: {within: 20d}}":                                                       "confirmation.apply.within",
		"confirmation: {apply: {within: 30wd}}":                                                      "confirmation.apply.within",
		"confirmation: {apply: {within: 30d, remind: [40d]}}":                                        "confirmation.apply.remind[0]",
		"confirmation: {apply: {within: 30d}, except: [nothing]}":                                    "confirmation.except[0]",
		"confirmation: {except: [labour]}":                                                           "confirmation.apply",
	} {
		p, err := policy.Load("p.yaml", []byte(string(src)+"\n"+section+"\n"), mediation.PolicyVocabulary())
		switch {
		case want == "" && err != nil:
			t.Error(err)
		case want == "" && (p.Confirmation.Apply.Basis == "" || p.Confirmation.Confirms("labour") || !p.Confirmation.Confirms("neighbour")):
			t.Errorf("%+v", p.Confirmation)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v", section, err)
		}
	}
}
