package simulate

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fengqiao/internal/mongotest"

	"github.com/google/uuid"
)

// Longer: go test ./internal/simulate -run TenTimes -load 60s
var loadFlag = flag.Duration("load", 3*time.Second, "how long ten times the sustainable load lasts")

// Bounds of the flood. Those behind mostAtOnce are not sent at all: phones that are many more still are only so many connections.
const (
	senders    = 8    // whose pace, each waiting for its answer, is called sustainable
	mostAtOnce = 1000 // requests of the flood under way
	mostMemory = 768 << 20
	// healthWithin is far above what an answer takes, and what a container's health check would wait several times over.
	healthWithin = 10 * time.Second
)

// Ten times as many reports come as the server can store. It stores what it can, tells the others at once to come again, is well throughout, and what it
// answered is there.
func TestTenTimesTheSustainableLoadIsTurnedAwayAndNothingAnsweredIsLost(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { flooded(t) })
	t.Run("MongoDB", func(t *testing.T) { flooded(t, "FENGQIAO_STORE="+mongotest.Database(t)) })
}

func flooded(t *testing.T, settings ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
	defer cancel()
	w := open(ctx, newInstallation(t, settings...))
	f := &flood{w: w, client: NewClient("http://"+w.address, mostAtOnce, time.Minute), spots: matters(4096)}
	v := w.watch(ctx, healthWithin)
	pace := f.sustainable(ctx, 2*time.Second)
	w.phase(fmt.Sprintf("%d senders who wait for each answer get %.0f a second", senders, pace))
	f.pour(ctx, 10*pace, *loadFlag)
	w.phase(fmt.Sprintf("poured: %d wanted, %d sent, %d stored, %d turned away", f.wanted, f.sent.Load(), f.count(), f.away.Load()))
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err := f.send(ctx)
		if err == nil {
			break
		}
		if !refusedAs(err, http.StatusServiceUnavailable) || time.Since(began) > 10*time.Second {
			t.Fatal("after the flood:", err)
		}
	}
	v.end(mostMemory)
	if f.away.Load() == 0 {
		t.Error("nobody was turned away: that was no flood")
	}
	for _, err := range f.wrong {
		t.Error("nobody may be answered so:", err)
	}
	f.check(ctx)
	w.phase("read back")
	if err := w.end(syscall.SIGTERM); err != nil {
		t.Error("the server did not end well:", err)
	}
	w.phase("ended")
	w.sound()
}

// flood sends reports, each once.
type flood struct {
	w          *work
	client     *Client
	spots      []Request
	n          atomic.Int64
	wanted     int
	sent, away atomic.Int64

	mu       sync.Mutex
	answered map[string]bool // client ids
	wrong    []error
}

// send sends one more report, by the next of the workers.
func (f *flood) send(ctx context.Context) error {
	n := int(f.n.Add(1))
	spot := f.spots[n%len(f.spots)]
	spot.ID = uuid.NewString()
	r := reportOf([]Request{spot}, 0)
	r.token = f.w.workers[n%len(f.w.workers)].Tokens.Access
	body, err := json.Marshal(r.body)
	if err != nil {
		return err
	}
	_, _, err = f.client.once(ctx, r, body, nil)
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == nil:
		if f.answered == nil {
			f.answered = map[string]bool{}
		}
		f.answered[spot.ID] = true
	case refusedAs(err, http.StatusServiceUnavailable, http.StatusTooManyRequests):
		f.away.Add(1)
	default:
		f.wrong = append(f.wrong, err)
	}
	return err
}

func (f *flood) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.answered)
}

// sustainable is how many reports a second are stored for senders who wait for each answer.
func (f *flood) sustainable(ctx context.Context, d time.Duration) float64 {
	var group sync.WaitGroup
	began := time.Now()
	for range senders {
		group.Go(func() {
			for time.Since(began) < d {
				_ = f.send(ctx) // it is counted
			}
		})
	}
	group.Wait()
	return float64(f.count()) / time.Since(began).Seconds()
}

// pour sends so many a second, whatever becomes of them, but not more than mostAtOnce at once.
func (f *flood) pour(ctx context.Context, pace float64, d time.Duration) {
	var group sync.WaitGroup
	free := make(chan struct{}, mostAtOnce)
	for began := time.Now(); time.Since(began) < d; time.Sleep(time.Millisecond) {
		for due := int(pace * time.Since(began).Seconds()); f.wanted < due; f.wanted++ {
			select {
			case free <- struct{}{}:
			default:
				continue
			}
			f.sent.Add(1)
			group.Go(func() {
				_ = f.send(ctx) // it is counted
				<-free
			})
		}
	}
	group.Wait()
}

// check reads every report back: each that was answered is there once.
func (f *flood) check(ctx context.Context) {
	t := f.w.t
	t.Helper()
	there := map[string]int{}
	for _, s := range f.w.workers {
		if err := all(ctx, s, "/api/v1/reports?limit=100", func(r report) { there[r.ClientID]++ }); err != nil {
			t.Fatal(err)
		}
	}
	lost, twice := 0, 0
	for id := range f.answered {
		if there[id] == 0 {
			lost++
		}
	}
	for _, n := range there {
		if n > 1 {
			twice++
		}
	}
	if lost > 0 || twice > 0 {
		t.Errorf("of %d answered reports %d are lost; %d are there twice", len(f.answered), lost, twice)
	}
}
