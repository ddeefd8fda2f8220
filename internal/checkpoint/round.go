package checkpoint

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"sync"
	"time"

	"fengqiao/mediation"
)

// Round makes checkpoints while a server runs and keeps a file of them, if it has one.
type Round struct {
	*Keeper
	File *File // nil: none

	clock *mediation.WatchedClock
	// whole is until when checkpoints are whole ones because the clock was set, by steady time; 0 while it is trusted.
	whole time.Duration

	mu      sync.Mutex
	figures Figures
}

// NewRound begins to watch the keeper's clock; steady is how long ago some moment was, which stays so however the clock is set.
func NewRound(k *Keeper, steady func() time.Duration) *Round {
	return &Round{Keeper: k, clock: mediation.WatchClock(k.Now, steady)}
}

// Figures are what the rounds have come to since the start.
type Figures struct {
	Passes, Failed int
	// Number is the newest checkpoint, LastGood when a pass last ended well.
	Number   int64
	LastGood time.Time
}

// Figures returns the figures.
func (r *Round) Figures() Figures {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.figures
}

// Pass makes a checkpoint if anything moved, and brings the file up to date.
func (r *Round) Pass(ctx context.Context) error {
	c, err := r.keep(ctx)
	if err == nil && r.File != nil {
		_, err = r.File.Append(ctx, r.Register, r.Key.Public().(ed25519.PublicKey))
		if err != nil {
			err = fmt.Errorf("file %s: %w", r.File.Path, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.figures.Passes++
	if err != nil {
		r.figures.Failed++
		return err
	}
	r.figures.Number, r.figures.LastGood = c.N, r.Now()
	return nil
}

// keep makes a whole checkpoint where the clock was set: what was decided before and stored after bears a time that nobody looks for any more. One
// that begins a while later ends it.
func (r *Round) keep(ctx context.Context) (Checkpoint, error) {
	set, now := r.clock.Look()
	if set.Abs() >= overlap {
		r.whole = now + overlap
	}
	if r.whole == 0 {
		c, _, err := r.Keep(ctx)
		return c, err
	}
	c, _, err := r.KeepWhole(ctx)
	if err == nil && now >= r.whole {
		r.whole = 0
	}
	return c, err
}
