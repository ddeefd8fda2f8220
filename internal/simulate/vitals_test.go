package simulate

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// vitals asks a server for its health the whole time, each time over a connection of its own.
type vitals struct {
	t    *testing.T
	pid  int
	stop context.CancelFunc
	done sync.WaitGroup

	asked   int
	slowest time.Duration
	first   error // the first question without a good answer
	handles int   // the most that the process had open
}

// watch begins to ask. within is the longest that an answer may take: what an installation's own health check would wait.
func (w *work) watch(ctx context.Context, within time.Duration) *vitals {
	ctx, stop := context.WithCancel(ctx)
	v := &vitals{t: w.t, pid: w.server.Process.Pid, stop: stop}
	client := &http.Client{Timeout: within, Transport: &http.Transport{DisableKeepAlives: true}}
	v.done.Go(func() {
		for ctx.Err() == nil {
			began := time.Now()
			for _, path := range []string{"/healthz", "/metrics"} {
				text, err := ask(ctx, client, "http://"+w.address+path)
				if err != nil && ctx.Err() == nil && v.first == nil {
					v.first = fmt.Errorf("%s: %w", path, err)
				}
				if m := openHandles.FindSubmatch(text); m != nil {
					n, _ := strconv.ParseFloat(string(m[1]), 64) // matched as a number
					v.handles = max(v.handles, int(n))
				}
			}
			v.asked++
			v.slowest = max(v.slowest, time.Since(began))
			time.Sleep(50 * time.Millisecond)
		}
	})
	return v
}

var openHandles = regexp.MustCompile(`(?m)^process_open_fds (\S+)$`)

func ask(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(q)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", res.Status)
	}
	return io.ReadAll(res.Body)
}

// end stops asking and tells: every question was answered, and the process never had more than most bytes of memory.
func (v *vitals) end(most uint64) {
	v.t.Helper()
	v.stop()
	v.done.Wait()
	if v.first != nil {
		v.t.Error("the server was not well:", v.first)
	}
	peak := peakMemory(v.t, v.pid)
	if peak > most {
		v.t.Errorf("the server had %d MB, more than %d", peak>>20, most>>20)
	}
	v.t.Logf("asked for its health and figures %d times, the slowest pair within %s; at most %d MB and %d handles", v.asked, v.slowest.Round(time.Millisecond), peak>>20, v.handles)
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is the most memory that a process has had, in bytes; 0 where the system does not tell.
func peakMemory(t *testing.T, pid int) uint64 {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Log("NOT TESTED: how much memory the server had; only Linux tells")
		return 0
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := highWater.FindSubmatch(text)
	if err != nil || m == nil {
		t.Fatal("how much memory the server had:", err)
	}
	kb, err := strconv.ParseUint(string(m[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
