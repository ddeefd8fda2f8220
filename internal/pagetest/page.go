// Package pagetest holds the pages of docs that are generated to what generates them.
package pagetest

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the generated pages anew")

// UpToDate fails unless the file is what is wanted, word by word; with -update it writes it first. command is what to run then.
func UpToDate(t *testing.T, page, want, command string) {
	t.Helper()
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
		t.Errorf("%s is not what its source says; run: %s -update", page, command)
	}
}
