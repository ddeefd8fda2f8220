// Package arrows holds the house to its plan: who may know whom.
package arrows

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "fengqiao/"

// pkg is what go list says of a package.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,GoFiles,Imports,Deps", module+"...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]pkg{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, module)] = p
	}
}

// forTests tells which packages only tests import, wherever they lie.
func forTests(name string) bool {
	return regexp.MustCompile(`(^|/)(\w+test|bench|simulate|scenario)(/|$)`).MatchString(name)
}

func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func TestArrowsRunDownhill(t *testing.T) {
	all := packages(t)
	frameworks := []string{"github.com/gofiber", "github.com/valyala/fasthttp", "github.com/golang-jwt", "firebase.google.com",
		"go.mongodb.org", "modernc.org/sqlite"}
	for _, rule := range []struct {
		of    string   // the package, and with /… all below it
		ours  []string // the packages of ours that it may know, at any remove
		never []string // foreign packages that it may not know, at any remove
	}{
		{"grid/...", []string{"grid"}, append([]string{"github.com/paulmach/orb/geojson", "github.com/paulmach/orb/maptile"}, frameworks...)},
		{"mediation/...", []string{"mediation", "grid"}, frameworks},
		{"mediation/policy", []string{"mediation/policy"}, frameworks},
		{"mediation/clock", []string{"mediation/clock", "mediation/policy"}, frameworks},
		{"push", []string{"push", "mediation", "grid"}, frameworks},
		{"push/fcm", []string{"push", "mediation", "grid"}, []string{"github.com/gofiber", "go.mongodb.org", "modernc.org/sqlite"}},
		{"internal/account", []string{"internal/account", "mediation", "grid"}, []string{"github.com/gofiber", "go.mongodb.org", "modernc.org/sqlite"}},
		{"internal/seal", []string{"internal/durable", "mediation", "grid"}, frameworks},
		{"internal/seal/transit", []string{"internal/seal", "internal/durable", "mediation", "grid"}, frameworks},
		{"internal/checkpoint", []string{"internal/checkpoint", "internal/durable", "mediation", "grid"}, frameworks},
		{"push/webhook", []string{"push", "mediation", "grid"}, frameworks},
		{"internal/store", []string{"internal/store", "internal/account", "internal/media", "internal/seal", "internal/once", "internal/checkpoint", "internal/durable", "push", "mediation", "grid"},
			[]string{"github.com/gofiber", "firebase.google.com", "go.mongodb.org", "modernc.org/sqlite"}},
	} {
		root, deep := strings.CutSuffix(rule.of, "/...")
		for name, p := range all {
			if name != root && !(deep && within(name, root)) || forTests(name) {
				continue
			}
			for _, dep := range p.Deps {
				if ours, ok := strings.CutPrefix(dep, module); ok && !slices.ContainsFunc(rule.ours, func(r string) bool { return within(ours, r) }) {
					t.Errorf("%s knows %s", name, ours)
				}
				if slices.ContainsFunc(rule.never, func(n string) bool { return within(dep, n) }) {
					t.Errorf("%s knows %s", name, dep)
				}
			}
		}
	}
}

func TestStoresDoNotKnowEachOtherAndHandlersKnowNone(t *testing.T) {
	all := packages(t)
	stores := []string{"internal/sqlite", "internal/mongo", "internal/store"}
	for name, p := range all {
		if forTests(name) || within(name, "cmd") {
			continue
		}
		for _, dep := range p.Deps {
			ours, ok := strings.CutPrefix(dep, module)
			if !ok || !slices.Contains(stores, ours) || ours == name {
				continue
			}
			if ours != "internal/store" || !slices.Contains(stores, name) {
				t.Errorf("%s knows the store %s", name, ours)
			}
		}
	}
}

func TestTheSampleCountyIsForTheCommandAndForTests(t *testing.T) {
	for name, p := range packages(t) {
		if within(name, "cmd") || within(name, "fixtures") || forTests(name) {
			continue
		}
		for _, dep := range p.Deps {
			ours, ok := strings.CutPrefix(dep, module)
			if ok && (within(ours, "fixtures") || within(ours, "internal/storetest") || within(ours, "internal/mongotest")) {
				t.Errorf("%s knows %s", name, ours)
			}
		}
	}
}

func TestGridDoesNoInputOrOutput(t *testing.T) {
	doors := []string{"os", "io/fs", "net", "net/http", "database/sql", "log", "log/slog", "time", "syscall"}
	for name, p := range packages(t) {
		if !within(name, "grid") {
			continue
		}
		for _, i := range p.Imports {
			if slices.Contains(doors, i) {
				t.Errorf("%s imports %s", name, i)
			}
		}
	}
}

// What the compiler cannot see: forms of the wire in the core, permissions in a store, the machine's clock in the core.
func TestSourcesKeepToTheirRoom(t *testing.T) {
	for _, rule := range []struct {
		room, why string
		never     *regexp.Regexp
	}{
		{"mediation", "the core knows no form of wire or store", regexp.MustCompile("(json|bson):\"")},
		{"mediation", "the core's clock is given to it", regexp.MustCompile(`\btime\.(Now|Since|Until)\(`)},
		{"grid", "the ground knows no clock", regexp.MustCompile(`\btime\.Now\(`)},
		{"push", "the relay's clock is given to it", regexp.MustCompile(`\btime\.(Now|Since|Until)\(`)},
		{"internal/store", "who may do what is decided above", regexp.MustCompile(`\bmediation\.(May|MayCase|MayArea|Scopes|Permits|VisibleTo)\b`)},
	} {
		for name, p := range packages(t) {
			if name != rule.room && !(within(name, rule.room) && rule.room != "push") {
				continue
			}
			for _, file := range p.GoFiles {
				text, err := os.ReadFile(filepath.Join(p.Dir, file))
				if err != nil {
					t.Fatal(err)
				}
				if found := rule.never.Find(text); found != nil {
					t.Errorf("%s/%s has %s: %s", name, file, found, rule.why)
				}
			}
		}
	}
}
