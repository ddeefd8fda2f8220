package checkpoint

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"sync"
	"time"
)

// Round makes checkpoints while a server runs and keeps a file of them, if it has one.
type Round struct {
	*Keeper
	File *File // nil: none

	shown  time.Time // by Now, at the last pass
	looked time.Time // when that was, in a time that nobody sets
	set    time.Time // when the clock was last found to have been set, in that time too; zero while it is trusted

	mu      sync.Mutex
	figures Figures
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
	shown, looked := r.Now().Round(0), time.Now()
	if by := shown.Sub(r.shown) - looked.Sub(r.looked); !r.looked.IsZero() && by.Abs() >= overlap {
		r.set = looked
	}
	r.shown, r.looked = shown, looked
	if r.set.IsZero() {
		c, _, err := r.Keep(ctx)
		return c, err
	}
	c, _, err := r.KeepWhole(ctx)
	if err == nil && looked.Sub(r.set) >= overlap {
		r.set = time.Time{}
	}
	return c, err
}
