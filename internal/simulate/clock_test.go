package simulate

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fengqiao/internal/mongotest"
)

// Longer: go test ./internal/simulate -run Clock -matters 600 -jumps 20
var jumpsFlag = flag.Int("jumps", 4, "how often the server's clock is set")

// jumps are the errors that the clock takes one after the other.
var jumps = []time.Duration{time.Hour, 0, -time.Hour, 0}

// The server's clock is set an hour forward and back, and an hour back and forward, while people report and work. They sign in anew where they must,
// nothing is lost or done twice, and the checkpoints that were made meanwhile left nothing out.
func TestNothingIsLostWhenTheServersClockIsSet(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { clockSet(t) })
	t.Run("MongoDB", func(t *testing.T) { clockSet(t, "FENGQIAO_STORE="+mongotest.Database(t)) })
}

func clockSet(t *testing.T, settings ...string) {
	t.Parallel()
	in := withClock(t, append(settings, "FENGQIAO_CHECKPOINT_EVERY=1s")...)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	clock := newClock(in, "clock")
	w := open(ctx, in)
	w.start(ctx)
	for jump := range *jumpsFlag {
		w.untilDone(ctx, jump+1, *jumpsFlag+1)
		off := jumps[jump%len(jumps)]
		clock.set(off)
		w.phase(fmt.Sprintf("the clock is off by %s", off))
	}
	w.untilDone(ctx, 1, 1)
	clock.set(0)
	w.phase("the clock is right")
	w.finish(ctx)
	w.audited(ctx, w.audit.checkLoads, w.pushesAccounted, w.pushedOnce)
	if said := w.run("checkpoint", "make", "--whole"); !strings.Contains(said, "nothing moved") {
		t.Error("the checkpoints left something out:", said)
	}
}

// untilDone waits until part of parts of the work that a matter takes at least is done: it is reported, taken, agreed on and closed.
func (w *work) untilDone(ctx context.Context, part, parts int) {
	for ctx.Err() == nil && len(w.worked) == 0 {
		done := int(w.answered.Load())
		for _, what := range []string{"offers taken", "agree", "close"} {
			done += min(w.done(what), *mattersFlag)
		}
		if done >= 4*(*mattersFlag)*part/parts {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func (w *work) done(what string) int {
	t := w.office.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done[what]
}

// pushesAccounted is checkPushes where the clock was set: a letter that says until when somebody may answer is not sent when that is over, which it may be
// by a clock that jumped. Everything else that was due has arrived, and nothing twice.
func (w *work) pushesAccounted(ctx context.Context) error {
	a, due, over := &w.audit, 0, 0
	var got fcmStats
	err := until(ctx, func() (ok bool, err error) {
		if due, err = a.pushesDue(ctx); err == nil {
			err = fetch(ctx, a.Pushes, &got)
		}
		if err == nil {
			over, err = w.metric(ctx, "fengqiao_push_expired_total")
		}
		return got.Distinct+over == due, err
	})
	a.check("each push was sent, or was over", got.Distinct+over == due, "%d due, %d received, %d over", due, got.Distinct, over)
	w.phase(fmt.Sprintf("%d pushes due, %d arrived, %d were over by the clock", due, got.Distinct, over))
	return err
}

// pushedOnce is what only runs promise in which no process dies and no answer is lost.
func (w *work) pushedOnce(ctx context.Context) error {
	var got fcmStats
	err := fetch(ctx, w.audit.Pushes, &got)
	w.audit.check("no push came twice", got.Duplicates == 0, "%d duplicates", got.Duplicates)
	return err
}

// Two instances on one store, whose clocks are five seconds apart, share the people's requests.
func TestTwoInstancesWhoseClocksAreApartDoEverythingOnce(t *testing.T) {
	t.Parallel()
	in := withClock(t, "FENGQIAO_STORE="+mongotest.Database(t))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	newClock(in, "clock")
	between := newBalancer(t, in.address)
	in.front = between.address
	w := open(ctx, in)
	other := *in
	other.address = freeAddress(t)
	other.env = append(slices.Clone(other.env), "FENGQIAO_LISTEN="+other.address)
	newClock(&other, "another clock").set(5 * time.Second)
	other.serve()
	t.Cleanup(func() { _ = other.server.Process.Kill() }) // ended already where all went well
	between.add(other.address)
	w.start(ctx)
	w.finish(ctx)
	if err := other.end(syscall.SIGTERM); err != nil {
		t.Error("the other server did not end well:", err)
	}
	between.remove(other.address)
	w.audited(ctx, w.audit.checkLoads, w.audit.checkPushes, w.pushedOnce)
	if carried := between.shares(); carried[in.address] == 0 || carried[other.address] == 0 {
		t.Error("one of them had nothing to do:", carried)
	}
}

// metric reads one of the server's figures.
func (w *work) metric(ctx context.Context, name string) (int, error) {
	text, err := ask(ctx, http.DefaultClient, "http://"+w.address+"/metrics")
	if err != nil {
		return 0, err
	}
	m := regexp.MustCompile(`(?m)^` + name + ` (\d+)$`).FindSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("no %s among the figures", name)
	}
	return strconv.Atoi(string(m[1]))
}

// withClock is an installation of the program that lets its clock be set. However slow the machine is, no send is given up: that would come twice for
// another reason than a wrong clock.
func withClock(t *testing.T, settings ...string) *installation {
	t.Helper()
	return builtBy(t, []string{"test", "-c"}, append(settings, "FENGQIAO_PUSH_DEADLINE=1m")...)
}

// clock is that of a program that was built as a test (cmd/fengqiao/wrongclock_test.go).
type clock struct {
	t    *testing.T
	path string
}

// newClock gives the program a clock that is right to begin with.
func newClock(in *installation, name string) *clock {
	c := &clock{in.t, filepath.Join(in.dir, name)}
	in.env = append(in.env, "CLOCK_OF_THE_PROGRAM_UNDER_TEST="+c.path)
	c.set(0)
	return c
}

// set makes the clock wrong by so much, at once.
func (c *clock) set(off time.Duration) {
	c.t.Helper()
	err := os.WriteFile(c.path+".new", []byte(off.String()), 0o600)
	if err == nil {
		err = os.Rename(c.path+".new", c.path)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
