package figures

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/figures.md anew")

func TestTheReferencePageIsUpToDate(t *testing.T) {
	const page = "../../docs/figures.md"
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
		t.Error("docs/figures.md differs from the table; run: go test ./mediation/figures -run Reference -update")
	}
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
