package mongotest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs one of the scripts that guard a change on a machine that has nothing but the given programs.
func script(t *testing.T, env []string, programs map[string]string, args ...string) (string, int) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	path := t.TempDir()
	for name, text := range programs {
		if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), bash, args...)
	cmd.Env = append([]string{"PATH=" + path}, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func TestAChangeDoesNotPassWithoutMongoDB(t *testing.T) {
	const allow = AllowNone + "=1"
	for _, c := range []struct {
		about string
		env   []string
		code  int
		says  string
	}{
		{"no server", nil, 1, "No server that speaks MongoDB"},
		{"no server on a machine that may do without", []string{allow}, 0, "No server that speaks MongoDB"},
		{"a server", []string{"MONGODB_URI=mongodb://127.0.0.1:1"}, 0, "tested on MONGODB_URI"},
	} {
		t.Run(c.about, func(t *testing.T) {
			if out, code := script(t, c.env, nil, "../../.ci/needs", "--report"); code != c.code || !strings.Contains(out, c.says) {
				t.Errorf("exit %d, %s", code, out)
			}
		})
	}
	// The permission does not reach the tests of a change, wherever it was set.
	dirname, err := exec.LookPath("dirname")
	if err != nil {
		t.Fatal(err)
	}
	out, code := script(t, []string{allow}, map[string]string{
		"dirname": "#!/bin/sh\nexec " + dirname + " \"$@\"\n",
		"make":    "#!/bin/sh\necho \"$1 ${" + AllowNone + "-not allowed}\"\nexit 7\n",
	}, "../../.ci/run")
	if code != 7 || !strings.Contains(out, "test not allowed") {
		t.Errorf("exit %d, %s", code, out)
	}
}
