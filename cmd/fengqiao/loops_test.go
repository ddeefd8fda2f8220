package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"fengqiao/cmd/fengqiao/internal/settings"
)

// Whatever the server does by a timer is a stop of the clock of cases that is moved, or says why it need not be one; and nothing is done by a timer
// that is not in the list.
func TestEveryPassOverTimeIsAStopOfTheMovedClockOrSaysWhyNot(t *testing.T) {
	c := &command{shell: bare}
	v := settings.NewLoader(pflag.NewFlagSet("test", pflag.ContinueOnError), c.lang).Values
	v.Data, v.BackupDir, v.Clock, v.ClockFrom = countyData(t), t.TempDir(), settings.VirtualClock, "2026-03-10T08:00:00+08:00"
	in, err := openInstallation(t.Context(), v, bare)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := newSystem(t.Context(), in, v, slog.New(slog.DiscardHandler), "test")
	if err != nil {
		t.Fatal(err)
	}
	stops := s.dueRooms()
	has := func(room any) bool {
		for _, r := range stops {
			if reflect.DeepEqual(r, room) {
				return true
			}
		}
		return false
	}
	for _, l := range s.loops() {
		if (l.room == nil) == (l.apart == "") {
			t.Errorf("%s: is it a stop or not? %q", l.name, l.apart)
		}
		if l.room != nil && !has(l.room) {
			t.Errorf("the moved clock does not ask %s when it is due", l.name)
		}
	}
	for _, r := range s.rooms() {
		if !has(r.Room) {
			t.Errorf("the moved clock does not ask %s when it is due", r.name)
		}
	}
	if n := callsOf(t, "every"); n != 1 {
		t.Errorf("%d places start something by a timer, of which one alone goes through the list of loops", n)
	}
	if n := callsOf(t, "NewTicker") + callsOf(t, "AfterFunc") + callsOf(t, "NewTimer"); n != 1 {
		t.Errorf("%d timers, of which one alone drives the loops", n)
	}
}

// callsOf counts the calls of a name in this package, tests apart.
func callsOf(t *testing.T, called string) (n int) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == called {
					n++
				}
			}
			return true
		})
	}
	return n
}
