package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"fengqiao/cmd/fengqiao/internal/words"
	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
)

// erasuresIn reads the erasures that a file of checkpoints names; key is that of the installation. What is wrong with a checkpoint is
// told, and what the others say counts: a damaged file must not bring back whom it names.
func (c *command) erasuresIn(file string, key ed25519.PublicKey) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	record, _, _, err := checkpoint.Read(f, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, p := range record.Problems {
		c.say(c.err, words.Text{Zh: "%s：第 %d 个检查点有问题：%v", En: "%s: checkpoint %d: %v"}, file, p.N, p.Err)
	}
	return record.IDs(checkpoint.Erasure), nil
}

// eraseAgain carries out on a restored store what was erased since its backup was made, and removes what is still known of whoever is
// erased.
func eraseAgain(ctx context.Context, in *installation, erased []string, progress func(what string, done, total int64)) error {
	for _, id := range erased {
		if err := in.ring.Erase(ctx, id); err != nil {
			return err
		}
	}
	return sweepErased(ctx, in, progress)
}

// sweepErased removes what is still known of whoever is erased.
func sweepErased(ctx context.Context, in *installation, progress func(what string, done, total int64)) error {
	gone := map[string]bool{}
	err := in.Store.Erasures().Since(ctx, time.Time{}, func(e seal.Erasure) error { gone[e.ID] = true; return nil })
	if err != nil || len(gone) == 0 {
		return err
	}
	if err := errors.Join(sweepSuggestions(ctx, in), sweepMeetings(ctx, in)); err != nil {
		return err
	}
	anyGone := func(keys []string) bool { return slices.ContainsFunc(keys, func(key string) bool { return gone[key] }) }
	e, done := in.eraser(), int64(0)
	err = in.Engine.Walk(ctx, "cases", func(row store.Row) error {
		done++
		progress("erase in cases", done, 0)
		if c, err := store.ReadCase(row); err != nil || !anyGone(c.Keys()) {
			return nil // what cannot be read verify tells
		}
		return e.Sweep(ctx, row.ID)
	})
	if err != nil {
		return err
	}
	done = 0
	err = in.Store.EachPhoto(ctx, func(p media.Photo) error {
		done++
		progress("erase photos", done, 0)
		if !gone[p.Key] || p.State == media.Gone {
			return nil
		}
		return e.Photos.Erase(ctx, p.ID)
	})
	if err != nil {
		return err
	}
	done = 0
	return in.Engine.Walk(ctx, "reports", func(row store.Row) error {
		done++
		progress("erase in reports", done, 0)
		if rep, err := store.ReadReport(row); err != nil || !anyGone(rep.Keys()) {
			return nil
		}
		return e.SweepReport(ctx, row.ID)
	})
}
