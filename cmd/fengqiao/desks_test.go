package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/desk"
)

// desksIn writes a desks file, SECRET standing for the path of a good secret and SHORT for that of one that is too short.
func desksIn(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, secret := range map[string]string{"SECRET": strings.Repeat("s", 40), "SHORT": "s3cret"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		text = strings.ReplaceAll(text, name, path)
	}
	path := filepath.Join(dir, "desks.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheListOfDesksIsRead(t *testing.T) {
	list, err := readDesks(desksIn(t, `
wait: 48h
desks:
  - {name: "12345", unit: 热线, url: "https://desk.example.gov.cn/x", key-id: k1, secret-file: SECRET}
  - {name: "110", unit: 指挥中心}
  - {name: inside, unit: 内网, url: "http://10.0.0.8/x", key-id: k2, secret-file: SECRET, private: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(list.desks) != 3 || len(list.endpoints) != 2 || list.wait != 48*time.Hour {
		t.Fatalf("%+v", list)
	}
	if e := list.endpoints[0]; e.Desk != "12345" || e.Unit != "热线" || e.KeyID != "k1" || string(e.Secret) != strings.Repeat("s", 40) || e.Private {
		t.Errorf("%s %s %s %v", e.Desk, e.Unit, e.KeyID, e.Private)
	}
	if list, err := readDesks(""); err != nil || len(list.desks) != 0 {
		t.Errorf("without a file: %+v, %v", list, err)
	}
	if list, err := readDesks(desksIn(t, "desks: []")); err != nil || list.wait != desk.DefaultWait {
		t.Errorf("without a wait: %s, %v", list.wait, err)
	}
}

func TestABadListOfDesksIsRefusedWithItsReason(t *testing.T) {
	const good = `name: "12345", unit: u, url: "https://d.example.cn/x", key-id: k1, secret-file: SECRET`
	with := func(old, new string) string { return "desks: [{" + strings.Replace(good, old, new, 1) + "}]" }
	for situation, x := range map[string]struct{ text, want string }{
		"not YAML":                    {"desks: [", "desks.yaml"},
		"an unknown key":              {with("unit: u", "unit: u, colour: red"), "colour"},
		"an unknown key of the file":  {"desk: []", "desk"},
		"a name of other letters":     {with(`"12345"`, "Hotline"), "small letters, digits and _"},
		"a name with a slash":         {with(`"12345"`, "a/b"), "small letters, digits and _"},
		"no name":                     {with(`name: "12345", `, ""), "small letters, digits and _"},
		"no unit":                     {with("unit: u, ", ""), "unit is missing"},
		"no key id":                   {with("key-id: k1, ", ""), "key-id is missing"},
		"no secret file":              {with(", secret-file: SECRET", ""), "secret-file is missing"},
		"a secret file that is not":   {with("SECRET", "/nowhere/secret"), "/nowhere/secret"},
		"a short secret":              {with("SECRET", "SHORT"), "the secret has 6 bytes, at least 32"},
		"no web address":              {with("https://d.example.cn/x", "d.example.cn"), "url is https"},
		"another scheme":              {with("https:", "ftp:"), "url is https"},
		"plain http in public":        {with("https:", "http:"), "http only with private"},
		"a password in the address":   {with("https://", "https://me:pw@"), "without a password"},
		"an address without a host":   {with("https://d.example.cn/x", "https:///x"), "url is https"},
		"a wait that is no time":      {"wait: soon\n" + with("", ""), "wait is a time"},
		"a wait that is too short":    {"wait: 1m\n" + with("", ""), "wait is a time"},
		"a wait that never ends":      {"wait: 100000h\n" + with("", ""), "wait is a time"},
		"the same name twice":         {"desks: [{name: a, unit: u}, {name: a, unit: v}]", "desk 2 (a): its name or unit is another's"},
		"the same unit twice":         {"desks: [{name: a, unit: u}, {name: b, unit: u}]", "desk 2 (b): its name or unit is another's"},
		"a good one before a bad one": {"desks: [{name: a, unit: u}, {name: b}]", "desk 2 (b): unit is missing"},
	} {
		list, err := readDesks(desksIn(t, x.text))
		if err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", situation, err, x.want)
		}
		if len(list.desks) > 0 || err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "ssss")) {
			t.Errorf("%s: %+v, %v", situation, list.desks, err)
		}
	}
	if _, err := readDesks(filepath.Join(t.TempDir(), "none.yaml")); err == nil {
		t.Error("a file that is not there is taken")
	}
}
