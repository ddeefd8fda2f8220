package policy_test

import (
	"os"
	"strings"
	"testing"

	"fengqiao/internal/pagetest"
	"fengqiao/mediation/policy"
)

func TestTheDescriptionOfPoliciesIsUpToDate(t *testing.T) {
	const file = "../../api/openapi.yaml"
	doc, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), policy.DescriptionBegins)
	_, after, too := strings.Cut(rest, policy.DescriptionEnds)
	if !ok || !too {
		t.Fatalf("%s has no place for PolicyRules", file)
	}
	pagetest.UpToDate(t, file, before+policy.Description()+after, "go test ./mediation/policy -run Description")
}
