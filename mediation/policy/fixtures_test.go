package policy_test

import (
	"os"
	"path/filepath"
	"testing"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

const policies = "../../fixtures/policies"

// load reads one of the sample policies, which must be without findings.
func load(t testing.TB, name string) *policy.Policy {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(policies, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load(name, src, mediation.PolicyVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSamplePoliciesLoad(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(policies, "*.yaml"))
	if err != nil || len(names) < 2 {
		t.Fatalf("%v %v", names, err)
	}
	for _, n := range names {
		load(t, filepath.Base(n))
	}
}
