package scorecard

import (
	"testing"

	"fengqiao/internal/pagetest"
)

func TestTheReferencePageIsUpToDate(t *testing.T) {
	pagetest.UpToDate(t, "../../docs/scorecards.md", Reference(), "go test ./mediation/scorecard -run Reference")
}
