package scorecard

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/scorecards.md anew")

func TestTheReferencePageIsUpToDate(t *testing.T) {
	const page = "../../docs/scorecards.md"
	want := Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/scorecards.md differs from the lists; run: go test ./mediation/scorecard -run Reference -update")
	}
}
