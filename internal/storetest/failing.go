package storetest

import (
	"context"
	"fmt"
	"sync"

	"fengqiao/internal/store"
)

// FailingEngine is an engine that goes down at one write, as a machine or a connection does, and stays down until it is
// mended. In between it reads, so that a test can look.
type FailingEngine struct {
	store.Engine
	// OneByOne makes an engine that has transactions carry out writes one after another, as one without does.
	OneByOne bool
	// Lost lets the fatal write be stored: only its answer is lost.
	Lost bool

	mu      sync.Mutex
	at      int // the write that fails, 0 for none
	writes  int
	down    bool
	written int // bytes
}

// Failing wraps an engine that has been opened already. It works until Arm.
func Failing(e store.Engine, oneByOne bool) *FailingEngine {
	return &FailingEngine{Engine: e, OneByOne: oneByOne}
}

// Open does nothing: the engine within is open.
func (f *FailingEngine) Open(context.Context, []store.Table) error { return nil }

// Atomic implements store.Engine.
func (f *FailingEngine) Atomic() bool { return f.Engine.Atomic() && !f.OneByOne }

// Arm lets the n-th write from now on fail (counted from 1), and everything after it. lost lets that write be stored all the
// same.
func (f *FailingEngine) Arm(n int, lost bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at, f.writes, f.down, f.Lost = n, 0, false, lost
}

// Mend lets it work again and tells whether it had gone down.
func (f *FailingEngine) Mend() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.down
	f.at, f.down = 0, false
	return was
}

// Written is how many bytes of rows were handed over so far.
func (f *FailingEngine) Written() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.written
}

// admit counts a step of so many writes: whether it may be carried out and whether its answer arrives.
func (f *FailingEngine) admit(writes ...store.Write) (carryOut, answer bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return false, false
	}
	for _, w := range writes {
		f.written += len(w.Row.Head) + len(w.Row.Body)
		for _, tag := range w.Row.Tags {
			f.written += len(tag)
		}
		if f.writes++; f.writes == f.at {
			f.down = true
			return f.Lost, false
		}
	}
	return true, true
}

// Apply implements store.Engine.
func (f *FailingEngine) Apply(ctx context.Context, writes ...store.Write) ([]store.Applied, error) {
	if f.Atomic() {
		return f.step(ctx, writes...)
	}
	done := make([]store.Applied, 0, len(writes))
	for _, w := range writes {
		one, err := f.step(ctx, w)
		if err != nil {
			return nil, err
		}
		done = append(done, one...)
	}
	return done, nil
}

func (f *FailingEngine) step(ctx context.Context, writes ...store.Write) ([]store.Applied, error) {
	carryOut, answer := f.admit(writes...)
	if !carryOut {
		return nil, fmt.Errorf("%w: the machine is down", store.ErrUnavailable)
	}
	done, err := f.Engine.Apply(ctx, writes...)
	if err == nil && !answer {
		return nil, fmt.Errorf("%w: the answer was lost", store.ErrUncertain)
	}
	return done, err
}
