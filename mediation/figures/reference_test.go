package figures

import (
	"testing"

	"fengqiao/internal/pagetest"
)

func TestTheReferencePageIsUpToDate(t *testing.T) {
	pagetest.UpToDate(t, "../../docs/figures.md", Reference(), "go test ./mediation/figures -run Reference")
}

func TestEveryFigureHasAKeyOfItsOwnAndSaysWhatItMeans(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range All {
		if seen[f.Key] || f.Key == "" || f.Zh == "" || f.En == "" || f.DefZh == "" || f.DefEn == "" || f.Of == nil {
			t.Errorf("%+v", f)
		}
		seen[f.Key] = true
	}
}
