package push

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Parts are what a Relay works with. All are needed.
type Parts struct {
	Outbox    Outbox
	Inbox     Inbox
	Devices   Devices
	Directory Directory
	Sender    Sender
	// Clock is the machine's time.
	Clock func() time.Time
	// Steady is how long ago some moment was, which stays so however the clock is set: by it a set clock is known.
	Steady func() time.Duration
	// Random returns a number in [0, n), n > 0; for the jitter of retries.
	Random func(n int64) int64
	Log    *slog.Logger
}

// Options tune a Relay. Zero fields take the defaults.
type Options struct {
	// Pool is how many sends run at once. Default 256.
	Pool int
	// Deadline of one send. Default 5 s.
	Deadline time.Duration
	// Lease is how long a claim lasts; raised to what the claimed entries may take in the worst case. Default 2 min.
	Lease time.Duration
	// Poll is the longest that the relay stays asleep with nothing to do. Default 1 s.
	Poll time.Duration
	// MaxAttempts is after how many attempts an entry becomes a dead letter. Default 14, with the default waits two to four
	// hours of a vendor's absence.
	MaxAttempts int
	// FirstWait and LongestWait bound the wait before a repetition: the first is FirstWait up to twice as much, each further one
	// about twice the one before. Defaults 10 s (what FCM asks for at least) and 30 min.
	FirstWait, LongestWait time.Duration
	// KeepDone is how long finished entries stay known. Default 30 days.
	KeepDone time.Duration
	// KeepDevice is after how long without a sign of life a device is forgotten. Default 270 days, when FCM expires
	// tokens itself.
	KeepDevice time.Duration
}

func or[T int | time.Duration](given, preset T) T {
	if given > 0 {
		return given
	}
	return preset
}

func (o Options) filled() Options {
	o.Pool = or(o.Pool, 256)
	o.Deadline = or(o.Deadline, 5*time.Second)
	o.Lease = or(o.Lease, 2*time.Minute)
	o.Poll = or(o.Poll, time.Second)
	o.MaxAttempts = or(o.MaxAttempts, 14)
	o.FirstWait = or(o.FirstWait, 10*time.Second)
	o.LongestWait = max(or(o.LongestWait, 30*time.Minute), o.FirstWait)
	o.KeepDone = or(o.KeepDone, 30*day)
	o.KeepDevice = or(o.KeepDevice, 270*day)
	// Each claimed entry waits for at most inHand/Pool sends; its own and the writing are the other half.
	o.Lease = max(o.Lease, 2*inHand*o.Deadline)
	return o
}

// inHand is how many entries a relay claims at most, in pools.
const inHand = 4

// Relay carries the outbox to the inboxes and phones. Several relays may run on one store.
type Relay struct {
	Parts
	opt   Options
	retry backoff
	slots chan struct{} // one per running send or spread
	wake  chan struct{} // holds a token when there may be something to claim
	count counters

	inFlight atomic.Int64 // entries claimed by the loop and not yet settled

	mu   sync.Mutex // guards what follows
	stop context.CancelFunc
	done chan struct{}
}

// NewRelay makes a relay that has not started.
func NewRelay(p Parts, o Options) (*Relay, error) {
	if p.Outbox == nil || p.Inbox == nil || p.Devices == nil || p.Directory == nil || p.Sender == nil ||
		p.Clock == nil || p.Steady == nil || p.Random == nil || p.Log == nil {
		return nil, errors.New("push: a relay needs all its parts")
	}
	o = o.filled()
	return &Relay{
		Parts: p, opt: o,
		retry: backoff{base: o.FirstWait, most: o.LongestWait, random: p.Random},
		slots: make(chan struct{}, o.Pool),
		wake:  make(chan struct{}, 1),
	}, nil
}

// Wake tells the running loop that there is something new, so that it need not wait for its next look. It never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Pass claims what is due at now (machine time), once and up to four pools full, settles it, and returns how many entries
// that were. Entries that it makes, and those that stood behind others, are for the next pass. When ctx ends, sends under
// way are finished and the rest is given back.
func (r *Relay) Pass(ctx context.Context, now time.Time) (int, error) {
	entries, err := r.claim(ctx, now, inHand*r.opt.Pool)
	b := r.begin(ctx, now)
	for _, e := range entries {
		b.add(e, func() {})
	}
	return len(entries), errors.Join(err, b.end())
}

// claim is not cut off by a stop: what was claimed without our learning of it would be nobody's until the claim expires.
func (r *Relay) claim(ctx context.Context, now time.Time, limit int) ([]Entry, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	return r.Outbox.Claim(ctx, now, r.opt.Lease, limit)
}

// Start runs passes in the background until Stop or the end of ctx. Starting a running relay does nothing.
func (r *Relay) Start(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop != nil {
		return
	}
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	r.stop, r.done = stop, done
	go func() {
		defer close(done)
		r.run(ctx)
	}()
}

// Stop ends the loop: sends under way are finished (at most Options.Deadline and the writing), the rest is given back.
// Stopping a relay that does not run does nothing; it may be started again.
func (r *Relay) Stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stop == nil {
		return
	}
	r.stop()
	<-r.done
	r.stop, r.done = nil, nil
}

// run claims whenever half of what it may have in hand is settled, so that the pool never runs dry while there is work,
// and one slow answer holds up nobody else.
func (r *Relay) run(ctx context.Context) {
	most := inHand * r.opt.Pool
	var batches sync.WaitGroup
	defer batches.Wait()
	var tidied time.Time
	clock := r.suspect()
	for ctx.Err() == nil {
		if clock.asked(r.Log) {
			batches.Wait() // they count on the clock as it was, and by the one that shows now their claims may be over
			clock.recounted = r.recount(ctx)
		}
		now := r.Clock()
		if now.Sub(tidied) >= time.Hour {
			tidied = now
			r.complain(r.Tidy(ctx, now), "push: tidying failed")
		}
		claimed := 0
		if free := most - int(r.inFlight.Load()); free >= most/2 {
			entries, err := r.claim(ctx, now, free)
			r.complain(err, "push: claiming failed")
			claimed = len(entries)
			r.inFlight.Add(int64(claimed))
			b := r.begin(ctx, now)
			for _, e := range entries {
				b.add(e, r.settled)
			}
			batches.Go(func() { r.complain(b.end(), "push: settling failed") })
		}
		if claimed == 0 {
			r.sleep(ctx)
		}
	}
}

// settled frees an entry's place. What stood behind it, or came out of it, may be claimed now.
func (r *Relay) settled() {
	r.inFlight.Add(-1)
	r.Wake()
}

func (r *Relay) sleep(ctx context.Context) {
	timer := time.NewTimer(r.opt.Poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-r.wake:
	case <-timer.C:
	}
}

func (r *Relay) complain(err error, what string) {
	if err != nil {
		r.Log.Error(what, "error", err)
	}
}

// tidyChunk is how many rows one deletion takes.
const tidyChunk = 1000

// Tidy forgets finished entries and devices whose time is over.
func (r *Relay) Tidy(ctx context.Context, now time.Time) error {
	return errors.Join(
		drain(ctx, now.Add(-r.opt.KeepDone), r.Outbox.Prune),
		drain(ctx, now.Add(-r.opt.KeepDevice), r.Devices.Prune),
	)
}

func drain(ctx context.Context, t time.Time, prune func(context.Context, time.Time, int) (int, error)) error {
	for ctx.Err() == nil {
		if n, err := prune(ctx, t, tidyChunk); err != nil || n < tidyChunk {
			return err
		}
	}
	return nil
}
