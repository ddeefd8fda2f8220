package scenario

import (
	"strings"
	"testing"
)

// A practice of which nothing was looked at is not shown, whatever its steps did.
func TestAPracticeIsShownByWhatWasLookedAt(t *testing.T) {
	f, err := Read("county.yaml", strings.NewReader(head+good))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		situation string
		lines     []Line
		failed    bool
	}{
		{"all as it must be", []Line{{Checks: []string{"status is 200"}}}, false},
		{"something else", []Line{{Checks: []string{"status is 200"}, Wrong: []string{"status: want is 200, got 404"}}}, true},
		{"nothing was looked at", []Line{{}}, true},
		{"the play broke off", nil, true},
	} {
		if got := (Result{File: f, Lines: x.lines}).Failed(); got != x.failed {
			t.Errorf("%s: failed is %v", x.situation, got)
		}
	}
}
