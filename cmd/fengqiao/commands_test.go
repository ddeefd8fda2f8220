package main

import (
	"strings"
	"testing"
)

func TestExitCodesTellUsageFromFailure(t *testing.T) {
	dir := t.TempDir()
	cases := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"help", []string{"--help"}, exitOK, ""},
		{"a group without a command shows its help", []string{"keys"}, exitOK, ""},
		{"version", []string{"version"}, exitOK, ""},
		{"unknown command", []string{"serv"}, exitUsage, "serve"},
		{"unknown subcommand", []string{"user", "make"}, exitUsage, "unknown command"},
		{"unknown flag", []string{"serve", "--port", "1"}, exitUsage, "unknown flag"},
		{"an argument too few", []string{"import", "plan"}, exitUsage, "accepts 1 arg"},
		{"an argument too many", []string{"verify", "all"}, exitUsage, "verify"},
		{"a flag that is needed", []string{"copy", "--from", "sqlite:" + dir}, exitUsage, "\"to\""},
		{"a value that does not fit", []string{"serve", "--sweep-every", "often"}, exitUsage, "duration"},
		{"serve without an installation key tells the command", []string{"serve", "--data", dir}, exitFailure, "fengqiao keys init"},
		{"a file that is not there", []string{"import", "policy", dir + "/none.yaml", "--data", dir}, exitFailure, "no such file"},
		{"a copy into a store of no kind", []string{"copy", "--from", "sqlite:" + dir, "--to", "redis://x"}, exitUsage, "sqlite:DIR"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := fengqiao(t, c.args...)
			if r.code != c.code || !strings.Contains(r.err, c.says) {
				t.Fatalf("exit %d, says %q; want %d and %q", r.code, r.err, c.code, c.says)
			}
		})
	}
}

func TestVersionNamesEveryEngine(t *testing.T) {
	out := ok(t, "version")
	for _, part := range []string{"fengqiao ", "go1.", "SQLite 3."} {
		if !strings.Contains(out, part) {
			t.Errorf("%q lacks %q", out, part)
		}
	}
}

func TestKeysAreMadeOnceAndRotated(t *testing.T) {
	dir := t.TempDir()
	ok(t, "keys", "init", "--data", dir)
	if r := fengqiao(t, "keys", "init", "--data", dir); r.code != exitFailure {
		t.Fatalf("a second init: exit %d", r.code)
	}
	if out := ok(t, "keys", "jwks", "--data", dir); !strings.Contains(out, `"keys"`) || strings.Contains(out, `"d"`) {
		t.Fatalf("jwks: %s", out)
	}
	ok(t, "keys", "rotate", "--data", dir)
	ok(t, "keys", "rotate", "--resume", "--data", dir)
	before := ok(t, "keys", "jwks", "--data", dir)
	kid := strings.Fields(ok(t, "keys", "rotate-signing", "--data", dir))
	if after := ok(t, "keys", "jwks", "--data", dir); strings.Count(after, `"kid"`) != strings.Count(before, `"kid"`)+1 || !strings.Contains(after, kid[len(kid)-1]) {
		t.Errorf("signing keys after a rotation: %s", after)
	}
	ok(t, "keys", "rotate-signing", "--compromised", "--data", dir)
	if after := ok(t, "keys", "jwks", "--data", dir); strings.Count(after, `"kid"`) != 1 {
		t.Errorf("signing keys after one was compromised: %s", after)
	}
}

func TestUsersAreManagedOnTheStore(t *testing.T) {
	dir := t.TempDir()
	ok(t, "keys", "init", "--data", dir)
	if code := strings.TrimSpace(ok(t, "user", "bootstrap", "--data", dir)); len(code) < 12 {
		t.Fatalf("bootstrap printed %q", code)
	}
	password := strings.TrimSpace(ok(t, "user", "create", "Staff-1", "--name", "某某", "--role", "township_staff", "--area", "33.01.11.001", "--data", dir))
	if password == "" {
		t.Fatal("no one-time password was printed")
	}
	file := write(t, "pw", "a-long-enough-pass-phrase\n")
	ok(t, "user", "create", "root-1", "--name", "某某", "--role", "administrator", "--password-file", file, "--data", dir)
	if r := fengqiao(t, "user", "bootstrap", "--data", dir); r.code != exitFailure {
		t.Fatalf("bootstrap beside an administrator: exit %d", r.code)
	}
	if r := fengqiao(t, "user", "lock", "root-1", "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "last administrator") {
		t.Fatalf("locking the last administrator: %d %s", r.code, r.err)
	}
	ok(t, "user", "move", "staff-1", "--role", "county_staff", "--area", "33.01.11", "--data", dir)
	ok(t, "user", "lock", "staff-1", "--reason", "离职", "--data", dir)
	list := ok(t, "user", "list", "--area", "33.01.11", "--data", dir)
	if !strings.Contains(list, "staff-1") || !strings.Contains(list, "county_staff") || !strings.Contains(list, "locked") || strings.Contains(list, "root-1") {
		t.Fatalf("list:\n%s", list)
	}
	ok(t, "user", "unlock", "staff-1", "--data", dir)
	if again := strings.TrimSpace(ok(t, "user", "reset-password", "staff-1", "--data", dir)); again == password || again == "" {
		t.Fatalf("reset printed %q", again)
	}
	if r := fengqiao(t, "user", "lock", "nobody", "--data", dir); r.code != exitFailure || !strings.Contains(r.err, "nobody") {
		t.Fatalf("locking nobody: %d %s", r.code, r.err)
	}
	r := runCommand(t.Context(), "short\n", "user", "create", "x", "--name", "某某", "--role", "leader", "--area", "33.01.11", "--password-file", "-", "--data", dir)
	if r.code != exitFailure || !strings.Contains(r.err, "too_short") || strings.Contains(r.err, "short\n\n") {
		t.Fatalf("a weak password: %d %s", r.code, r.err)
	}
}

func TestCommandsTeachWhatTheyTake(t *testing.T) {
	dir := countyData(t)
	empty := write(t, "empty.geojson", `{"type":"FeatureCollection","features":[]}`)
	for says, args := range map[string][]string{
		`no role "grid_workr"; the roles are grid_worker`: {"user", "create", "x", "--name", "x", "--role", "grid_workr", "--area", "33.01.11", "--data", dir},
		`no role "bogus"`: {"user", "list", "--role", "bogus", "--data", dir},
		"empty.geojson: ": {"import", "plan", empty, "--data", dir},
	} {
		if r := fengqiao(t, args...); r.code != exitFailure || !strings.Contains(r.err, says) {
			t.Errorf("%v: exit %d, %s", args, r.code, r.err)
		}
	}
	for _, c := range []struct {
		args []string
		says []string
	}{
		{[]string{"import", "people"}, []string{"*login", "posts", "fulltime", "grid_worker"}},
		{[]string{"import", "mediators"}, []string{"*kind", "elder", "kin "}},
		{[]string{"import", "plan"}, []string{"FeatureCollection", "schema.levels"}},
		{[]string{"user", "move"}, []string{"what is not said is gone", "Examples:"}},
	} {
		out := ok(t, append(c.args, "--help")...)
		for _, text := range c.says {
			if !strings.Contains(out, text) {
				t.Errorf("%v --help does not say %q:\n%s", c.args, text, out)
			}
		}
	}
	if out := ok(t, "user", "list", "--role", "grid_worker", "--data", dir); !strings.Contains(out, "fulltime@33.01.11.001") {
		t.Errorf("the list shows no posts:\n%.400s", out)
	}
}
