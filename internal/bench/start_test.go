package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// BenchmarkStart starts the real program on the sample county with many open cases and asks /readyz until it answers.
// FENGQIAO_BENCH_OPEN says how many; 100000 takes about a minute to make.
func BenchmarkStart(b *testing.B) {
	n := howManyOpen(b, 2000)
	program, data := filepath.Join(b.TempDir(), "fengqiao"), b.TempDir()
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "fengqiao/cmd/fengqiao").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	run := startProgram(b, program, "demo", "--json", "--data", data) // sets the county up
	run.stop(b)
	openCases(b, data, n)
	var memory, later float64
	for b.Loop() {
		run := startProgram(b, program, "serve", "--data", data)
		memory = run.resident(b)
		time.Sleep(3 * time.Second) // a few sweeps and looks of the relay
		later = run.resident(b)
		run.stop(b)
		b.ReportMetric(run.ready.Seconds(), "s-to-ready")
	}
	b.ReportMetric(memory, "MB-when-ready")
	b.ReportMetric(later, "MB-at-work")
}

// howManyOpen is FENGQIAO_BENCH_OPEN, or a few.
func howManyOpen(b *testing.B, few int) int {
	text := os.Getenv("FENGQIAO_BENCH_OPEN")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("FENGQIAO_BENCH_OPEN=%q is no number of cases", text)
	}
	return n
}

// openCases adds n open cases to the store of a data folder.
func openCases(b *testing.B, data string, n int) {
	county, err := fixtures.Fuyang(fixtures.DefaultSeed)
	if err != nil {
		b.Fatal(err)
	}
	engine, err := sqlite.New(data)
	if err != nil {
		b.Fatal(err)
	}
	load := &loader{Engine: engine, rows: map[string][]store.Row{}, numbers: map[string]int64{}}
	s, err := store.New(b.Context(), load)
	if err != nil {
		b.Fatal(err)
	}
	a := &archive{opened: time.Now().UTC().Truncate(time.Second).Add(-time.Duration(n) * time.Minute)}
	for i := range n {
		c := a.made(i, max(n, rareCases), county.Cells)
		c.Number.Series = "bench/" + c.Number.Series // the county has cases of its own
		c.State, c.NeedsHand = openStates[i%len(openStates)], false
		c.StateClock = mediation.Clock{Since: c.Opened, Due: time.Now().Add(24 * time.Hour)}
		c.NextDue = c.StateClock.Due
		if _, err := s.Cases().Open(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
	for table := range load.rows {
		if err := load.flush(b.Context(), table); err != nil {
			b.Fatal(err)
		}
	}
	if err := engine.Close(); err != nil {
		b.Fatal(err)
	}
}

// program is the real thing at work.
type program struct {
	cmd   *exec.Cmd
	ready time.Duration // from its start until /readyz was well
}

func startProgram(b *testing.B, path string, args ...string) *program {
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	b.Cleanup(cancel)
	p := &program{cmd: exec.CommandContext(ctx, path, append(args, "--listen", "127.0.0.1:0")...)}
	var errs bytes.Buffer
	p.cmd.Stderr = &errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, found := strings.Cut(line, "http://")
	if err != nil || !found {
		b.Fatalf("first line %q, %v\n%s", line, err, &errs)
	}
	address = "http://" + address[:strings.IndexAny(address, "\" \n")]
	for {
		res, err := http.Get(address + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				p.ready = time.Since(began)
				return p
			}
		}
		if ctx.Err() != nil {
			b.Fatalf("never ready: %v\n%s", err, &errs)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *program) stop(b *testing.B) {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// resident is the memory that the program holds, in MB, as Linux counts it.
func (p *program) resident(b *testing.B) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kB float64
	if _, err := fmt.Sscanf(rest, "%f kB", &kB); err != nil {
		b.Fatalf("VmRSS: %v", err)
	}
	return kB / 1024
}
