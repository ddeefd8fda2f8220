package policy_test

import (
	"flag"
	"os"
	"testing"

	"fengqiao/mediation/policy"
)

var update = flag.Bool("update", false, "write docs/policy.md anew")

func TestTheReferencePageIsUpToDate(t *testing.T) {
	const page = "../../docs/policy.md"
	want := policy.Reference()
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
		t.Error("docs/policy.md differs from the keys; run: go test ./mediation/policy -run Reference -update")
	}
}
