package simulate

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"
	"time"
)

// Options bound the work.
type Options struct {
	// Workers is how many people act at the same time.
	Workers int
	// Pause is how long somebody with nothing to do waits before they look again.
	Pause time.Duration
	// Idle: the work is done when no case has been open for so long. Limit ends it in any case.
	Idle, Limit time.Duration
	// Prompt: nobody lets an offer lapse, so that nothing waits for a deadline.
	Prompt bool
	// Say is told now and then how it goes.
	Say func(string)
}

// Office is everybody at work.
type Office struct {
	Options
	sessions []*Session
	parties  *parties
	tally    *Tally
}

// NewOffice lets the signed-in people work.
func NewOffice(c *Client, sessions []*Session, o Options) *Office {
	return &Office{Options: o, sessions: sessions, parties: newParties(c), tally: &Tally{done: map[string]int{}, refused: map[string]int{}}}
}

// worker is one person's part: look once, do what is there, and tell how much it was.
type worker interface {
	turn(ctx context.Context) (int, error)
}

// ErrUnfinished: the limit came before the last case was over.
var ErrUnfinished = errors.New("simulate: cases are still open")

// Run works until every case is over, or the limit has come (ErrUnfinished).
func (o *Office) Run(ctx context.Context) (*Tally, error) {
	var heads []*Session
	work := make(chan worker, len(o.sessions))
	for _, s := range o.sessions {
		switch s.Role {
		case "mediator":
			work <- &mediator{o, s}
		case "county_staff":
			heads = append(heads, s)
			work <- &staff{o, s}
		case "township_staff":
			work <- &staff{o, s}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, o.Limit)
	defer cancel()
	var busy sync.WaitGroup
	for range o.Workers {
		busy.Go(func() { o.labour(ctx, work) })
	}
	err := o.wait(ctx, heads)
	cancel()
	busy.Wait()
	return o.tally, err
}

// labour takes the next person again and again. Who had something to do comes back at once.
func (o *Office) labour(ctx context.Context, work chan worker) {
	for {
		select {
		case <-ctx.Done():
			return
		case w := <-work:
			did, err := w.turn(ctx)
			if err != nil && ctx.Err() == nil {
				o.tally.fault(err)
			}
			if did > 0 && err == nil {
				work <- w // there is room for everybody
				continue
			}
			time.AfterFunc(o.Pause, func() { work <- w })
		}
	}
}

// wait ends when no case has been open for a while.
func (o *Office) wait(ctx context.Context, heads []*Session) error {
	since := time.Now()
	told := time.Now()
	for {
		select {
		case <-ctx.Done():
			return ErrUnfinished
		case <-time.After(min(o.Pause, o.Idle/4)):
		}
		open := 0
		for _, s := range heads {
			n, err := s.open(ctx)
			if err != nil {
				n = 1 // nobody knows: not yet the end
			}
			open += n
		}
		if open > 0 {
			since = time.Now()
		} else if time.Since(since) >= o.Idle {
			return nil
		}
		if o.Say != nil && time.Since(told) > 5*time.Second {
			told = time.Now()
			o.Say(fmt.Sprintf("%d cases open; %s", open, o.tally))
		}
	}
}

// Tally counts what the people did.
type Tally struct {
	mu      sync.Mutex
	done    map[string]int
	refused map[string]int
	faults  []error
	failed  int
}

func (t *Tally) count(what string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.done[what]++
	}
}

// forgive counts a refusal that is part of working together (somebody was faster, the case moved on) and lets the work go
// on; every other error comes back.
func (t *Tally) forgive(err error) error {
	var r *Refused
	if !errors.As(err, &r) || r.Status != 404 && r.Status != 409 && r.Status != 412 {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused[fmt.Sprintf("%s %d %s", r.Route, r.Status, r.Code)]++
	return nil
}

// keptFaults is how many faults are kept in words.
const keptFaults = 20

func (t *Tally) fault(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed++; len(t.faults) < keptFaults {
		t.faults = append(t.faults, err)
	}
}

// Faults are errors that nobody should meet: how many, and the first ones.
func (t *Tally) Faults() (int, []error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed, t.faults
}

// Rows are what was done and what was refused, by name.
func (t *Tally) Rows() (done, refused [][2]string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return rows(t.done), rows(t.refused)
}

func rows(counts map[string]int) [][2]string {
	out := make([][2]string, 0, len(counts))
	for name, n := range counts {
		out = append(out, [2]string{name, fmt.Sprint(n)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	return out
}

// String is the tally on one line.
func (t *Tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	refused := 0
	for _, n := range t.refused {
		refused += n
	}
	return fmt.Sprintf("accepted %d, taken %d, agreed %d, closed %d, visited %d, refused %d, faults %d",
		t.done["accept"], t.done["offers taken"], t.done["agree"], t.done["close"], t.done["follow-up"], refused, t.failed)
}
