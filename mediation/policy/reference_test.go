package policy_test

import (
	"testing"

	"fengqiao/internal/pagetest"
	"fengqiao/mediation/policy"
)

func TestTheReferencePageIsUpToDate(t *testing.T) {
	pagetest.UpToDate(t, "../../docs/policy.md", policy.Reference(), "go test ./mediation/policy -run Reference")
}
