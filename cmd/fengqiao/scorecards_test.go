package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestAScorecardIsCheckedAndImported(t *testing.T) {
	dir, file := t.TempDir(), "../../fixtures/scorecards/anji.yaml"
	for _, command := range [][]string{{"scorecard", "check", file}, {"import", "scorecard", file, "--data", dir}, {"import", "scorecard", file, "--data", dir}} {
		if out := ok(t, command...); !strings.Contains(out, "anji-2026-01-") || !strings.Contains(out, "5 dimensions, 23 indicators") {
			t.Errorf("%s: %s", command, out)
		}
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(src), "\n")
	for situation, x := range map[string]struct{ formula, reason string }{
		"an unknown name":            {"state_reported / recieved", `unknown name "recieved"`},
		"division by zero":           {"state_reported / 0", "divides by zero"},
		"a loop":                     {"'all(1..9, # > state_reported) ? 1 : 0'", "may not loop"},
		"a reward of refusing":       {"(received - state_not_accepted) / received", "refusing intake"},
		"petitions to be given up":   {"1 - state_withdrawn / received", "giving up petitions"},
		"what is no number":          {"received > 3", "expected float64"},
		"half a formula":             {"received /", "formula is wrong"},
		"a key where a text belongs": {"{a: b}", "wrong type"},
	} {
		wrong, at := append([]string{}, lines...), 0
		for i, line := range wrong {
			if strings.Contains(line, "formula: (state_reported + state_not_accepted + state_withdrawn) / received") {
				wrong[i], at = strings.Replace(line, "(state_reported + state_not_accepted + state_withdrawn) / received", x.formula, 1), i+1
			}
		}
		bad := filepath.Join(t.TempDir(), "bad.yaml")
		if err := os.WriteFile(bad, []byte(strings.Join(wrong, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		r := fengqiao(t, "scorecard", "check", bad)
		if r.code != exitFailure || !strings.Contains(r.err, x.reason) || !strings.Contains(r.err, "bad.yaml:"+strconv.Itoa(at)+":") || !strings.Contains(r.err, "dimensions[0].indicators[2].formula") {
			t.Errorf("%s: %d, %s", situation, r.code, r.err)
		}
	}
}
