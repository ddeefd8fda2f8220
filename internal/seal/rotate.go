package seal

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"fengqiao/mediation"
)

// How Rotate works: wraps read at once, and writes under way at once, so that a store that groups commits can.
const (
	rotateBatch  = 512
	rotateWrites = 64
)

// Rotate wraps every key that is older than the newest epoch of the installation key anew; no ciphertext is touched. The
// KEK must hold the older epochs as well. The root comes last: when it is of the newest epoch, so is everything, and
// the older installation keys may be destroyed. Interrupted, it goes on where it was when it is run again; several may
// run at once. progress may be nil; it is called from several goroutines.
func (k *Keyring) Rotate(ctx context.Context, progress func(done, total int64)) error {
	newest := k.kek.Newest()
	total, err := k.wraps.Count(ctx, newest)
	if err != nil {
		return err
	}
	var done atomic.Int64
	report := func() {
		if n := done.Add(1); progress != nil {
			progress(n, max(n, total))
		}
	}
	for {
		batch, err := k.wraps.Older(ctx, newest, rotateBatch)
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			return nil
		}
		if err := k.rewrapAll(ctx, rootLast(batch), newest, report); err != nil {
			return fmt.Errorf("seal: rotate: %w", err)
		}
	}
}

// rootLast leaves the root out as long as there is anything else.
func rootLast(batch []Wrap) []Wrap {
	others := make([]Wrap, 0, len(batch))
	for _, w := range batch {
		if w.ID != rootID {
			others = append(others, w)
		}
	}
	if len(others) == 0 {
		return batch
	}
	return others
}

func (k *Keyring) rewrapAll(ctx context.Context, batch []Wrap, epoch int64, report func()) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(rotateWrites)
	for _, w := range batch {
		g.Go(func() error {
			err := k.rewrap(ctx, w, epoch)
			// Erased meanwhile, or done by another: both are what we want.
			if err != nil && !errors.Is(err, mediation.ErrNotFound) && !errors.Is(err, mediation.ErrStale) {
				return fmt.Errorf("key %s: %w", w.ID, err)
			}
			report()
			return nil
		})
	}
	return g.Wait()
}

func (k *Keyring) rewrap(ctx context.Context, w Wrap, epoch int64) error {
	plain, err := k.kek.Unwrap(ctx, w.Epoch, w.Box, boundTo(w.ID, w.Epoch))
	if err != nil {
		return err
	}
	box, err := k.kek.Wrap(ctx, epoch, plain, boundTo(w.ID, epoch))
	if err != nil {
		return err
	}
	return k.wraps.Replace(ctx, Wrap{ID: w.ID, Epoch: epoch, Box: box, Version: w.Version})
}

// Status is the state of the keys.
type Status struct {
	Epoch int64 // the newest epoch of the installation key
	Keys  int64 // wraps stored, the root and those made ahead included
	Older int64 // of these, wraps of older epochs: a rotation is not finished unless this is 0
}

// Status counts the keys.
func (k *Keyring) Status(ctx context.Context) (Status, error) {
	s := Status{Epoch: k.kek.Newest()}
	var err error
	if s.Keys, err = k.wraps.Count(ctx, math.MaxInt64); err != nil {
		return Status{}, err
	}
	s.Older, err = k.wraps.Count(ctx, s.Epoch)
	return s, err
}
