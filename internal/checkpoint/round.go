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
	c, _, err := r.Keep(ctx)
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
