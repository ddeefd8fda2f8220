package simulate

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Longer: go test ./internal/simulate -run SlowConnections -slow 8000 -matters 600
var slowFlag = flag.Int("slow", 800, "handles that the server may have; a quarter more connections of one stranger are held open")

// A stranger opens more connections than the server has handles for, and keeps them busy: heads and bodies a byte a second, and heads without end. They
// come again whenever they are cut off. Everybody else works on to the end, and the server is well.
func TestThousandsOfSlowConnectionsStopNobodysWork(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("NOT TESTED: a stranger needs an address of their own, and only Linux has more than one on loopback")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	in := newInstallation(t)
	in.within = []string{"sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$@"`, *slowFlag), "sh"}
	w := open(ctx, in)
	v := w.watch(ctx, healthWithin)
	s := &stranger{address: in.address}
	attack, end := context.WithCancel(ctx)
	var group sync.WaitGroup
	for i := range *slowFlag * 5 / 4 {
		group.Go(func() { s.pester(attack, ways[i%len(ways)]) })
	}
	for s.begun.Load() < int64(*slowFlag/4) && ctx.Err() == nil { // as many as the server will let in
		time.Sleep(10 * time.Millisecond)
	}
	w.phase("the stranger is there")
	w.start(ctx)
	w.finish(ctx)
	end()
	group.Wait()
	v.end(mostMemory)
	t.Logf("%d connections of the stranger: %d were cut off, with %s", s.begun.Load(), s.cut.Load(), s.heard())
	if v.handles < *slowFlag/4 {
		t.Errorf("the server never had more than %d handles: that was no attack", v.handles)
	}
	w.audited(ctx, w.audit.checkPushes)
}

// way is what a slow client sends: at first, and then again and again.
type way struct {
	first, again string
	pause        time.Duration
}

var ways = []way{
	{"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ", "x", time.Second},
	{"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", time.Second},
	{"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200\r\n\r\n{", " ", time.Second},
	{"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n", "X-Flood: " + strings.Repeat("x", 1000) + "\r\n", 0},
}

// stranger has one address, and many connections.
type stranger struct {
	address    string
	begun, cut atomic.Int64

	mu      sync.Mutex
	answers map[string]int
}

// pester keeps one connection at work, and opens it anew when it is cut off.
func (s *stranger) pester(ctx context.Context, how way) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	for ctx.Err() == nil {
		if conn, err := dialer.DialContext(ctx, "tcp", s.address); err == nil {
			s.use(ctx, conn, how)
			_ = conn.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (s *stranger) use(ctx context.Context, conn net.Conn, how way) {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	go func() {
		text, _ := io.ReadAll(io.LimitReader(conn, 12)) // the status, if there is one
		if ctx.Err() == nil && len(text) > 0 {
			s.note(string(text))
		}
	}()
	s.begun.Add(1)
	_, err := io.WriteString(conn, how.first)
	for err == nil {
		time.Sleep(how.pause)
		_, err = io.WriteString(conn, how.again)
	}
	if ctx.Err() == nil {
		s.cut.Add(1)
	}
}

func (s *stranger) note(answer string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answers == nil {
		s.answers = map[string]int{}
	}
	s.answers[answer]++
}

func (s *stranger) heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprint(s.answers)
}
