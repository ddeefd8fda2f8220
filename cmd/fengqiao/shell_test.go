package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is what a command printed, safe to be read while it still runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// ran is a command that has ended.
type ran struct {
	code     int
	out, err string
}

// cheap are settings under which a password costs little.
var cheap = map[string]string{"FENGQIAO_LANG": "en", "FENGQIAO_HASH_MEMORY_KIB": "64", "FENGQIAO_HASH_PASSES": "1", "FENGQIAO_LISTEN": "127.0.0.1:0",
	"FENGQIAO_RATE_FACTOR": "1000"}

func runCommand(ctx context.Context, in string, args ...string) ran {
	var out, errs output
	code := run(ctx, shell{in: strings.NewReader(in), out: &out, err: &errs, getenv: func(k string) string { return cheap[k] }, now: time.Now}, args)
	return ran{code, out.String(), errs.String()}
}

// fengqiao runs a command to its end.
func fengqiao(t testing.TB, args ...string) ran {
	t.Helper()
	return runCommand(t.Context(), "", args...)
}

// ok runs a command that must succeed and returns what it printed.
func ok(t testing.TB, args ...string) string {
	t.Helper()
	r := fengqiao(t, args...)
	if r.code != exitOK {
		t.Fatalf("fengqiao %s: exit %d\n%s", strings.Join(args, " "), r.code, r.err)
	}
	return r.out
}

// server is a demo or serve that runs until stop.
type server struct {
	welcome
	out  *output
	errs *output
	stop func() int
}

// start runs a command that serves, and waits for its first line.
func start(t testing.TB, args ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &server{out: &output{}, errs: &output{}}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, shell{in: strings.NewReader(""), out: s.out, err: s.errs, getenv: func(k string) string { return cheap[k] }, now: time.Now}, args)
	}()
	s.stop = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(s.out.String(), "\n"); time.Sleep(10 * time.Millisecond) {
		select {
		case code := <-ended:
			t.Fatalf("fengqiao %s ended with %d:\n%s", strings.Join(args, " "), code, s.errs)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("fengqiao %s has not started:\n%s", strings.Join(args, " "), s.errs)
		}
	}
	return s
}

// demoData is a demo's folder, made once for all tests of the package.
var demoData = struct {
	sync.Once
	dir     string
	welcome welcome
}{}

// bare is a world without settings.
var bare = shell{getenv: func(string) string { return "" }, now: time.Now}

// TestMain runs the tests, or the program on a clock that is wrong (wrongclock_test.go).
func TestMain(m *testing.M) {
	if file := os.Getenv(clockFile); file != "" {
		os.Exit(program(wrongClock(file)))
	}
	code := m.Run()
	if demoData.dir != "" {
		_ = os.RemoveAll(demoData.dir)
	}
	os.Exit(code)
}

// countyData gives the test a copy of the demo's folder of its own.
func countyData(t testing.TB) string {
	t.Helper()
	demoData.Do(func() {
		dir, err := os.MkdirTemp("", "fengqiao-demo-")
		if err != nil {
			t.Fatal(err)
		}
		demoData.dir = dir
		s := start(t, "demo", "--json", "--data", dir)
		line, _, _ := strings.Cut(s.out.String(), "\n")
		if err := json.Unmarshal([]byte(line), &demoData.welcome); err != nil {
			t.Fatalf("first line %q: %v", line, err)
		}
		if code := s.stop(); code != exitOK {
			t.Fatalf("demo ended with %d:\n%s", code, s.errs)
		}
	})
	return copyOf(t, demoData.dir)
}

// copyOf is a copy of a data folder, for a test of its own.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	// The key file's own mode matters; CopyFS keeps only whether it is writable.
	if err := os.Chmod(filepath.Join(to, "installation.key"), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// write puts a text into a file of the test's own.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func text(t testing.TB, fn func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := fn(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
