package checkpoint

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"fengqiao/mediation"
)

// overlap is how much further back than the last checkpoint is looked: an event bears the time of its decision and is stored
// a little later, and clocks of instances differ.
const overlap = 2 * time.Minute

// Keeper makes checkpoints. Several instances may do so at once: one of them gets each number.
type Keeper struct {
	Source   Source
	Register Register
	Key      ed25519.PrivateKey
	// Now is the clock that events bear the time of.
	Now func() time.Time
}

// Keep states what moved since the last checkpoint, and everything where there is none yet. made is false if nothing moved, or
// if another instance has just made that checkpoint.
func (k *Keeper) Keep(ctx context.Context) (c Checkpoint, made bool, err error) {
	last, err := last(ctx, k.Register)
	if err != nil {
		return c, false, err
	}
	since := time.Time{}
	if last.N > 0 {
		since = last.At
		if now := k.Now(); now.Before(since) {
			since = now
		}
		since = since.Add(-overlap)
	}
	said, err := k.saidSince(ctx, last, since)
	if err != nil {
		return c, false, err
	}
	return k.state(ctx, &last, since, said)
}

// KeepWhole states everything that the checkpoints so far do not say as it stands, whenever it moved.
func (k *Keeper) KeepWhole(ctx context.Context) (c Checkpoint, made bool, err error) {
	record, err := Load(ctx, k.Register, k.Key.Public().(ed25519.PublicKey))
	if err != nil {
		return c, false, err
	}
	return k.state(ctx, &record.Last, time.Time{}, record.newest())
}

// last is the newest checkpoint, zero if there is none.
func last(ctx context.Context, reg Register) (Checkpoint, error) {
	c, err := reg.Last(ctx)
	if errors.Is(err, mediation.ErrNotFound) {
		return Checkpoint{}, nil
	}
	return c, err
}

// saidSince are the marks that the checkpoints from a time on made, the newest of each: what lies within the overlap need not be
// said again. The first checkpoint says too much to be held in memory here; after it a little is said twice.
func (k *Keeper) saidSince(ctx context.Context, last Checkpoint, since time.Time) (map[Of]Mark, error) {
	said := map[Of]Mark{}
	for n := last.N; n > 0; n-- {
		c, err := k.Register.Get(ctx, n)
		if errors.Is(err, mediation.ErrNotFound) || err == nil && (c.At.Before(since) || len(c.Parts) > 8) {
			break
		}
		if err == nil {
			err = k.saidBy(ctx, &c, said)
		}
		if err != nil {
			return nil, err
		}
	}
	return said, nil
}

func (k *Keeper) saidBy(ctx context.Context, c *Checkpoint, said map[Of]Mark) error {
	for _, sum := range c.Parts {
		text, err := k.Register.Part(ctx, sum)
		if err == nil {
			err = eachMark(text, func(m Mark) error {
				if _, newer := said[m.Of]; !newer {
					said[m.Of] = m
				}
				return nil
			})
		}
		if err != nil && !errors.Is(err, mediation.ErrNotFound) { // Verify tells of it; here it means to say more
			return err
		}
	}
	return nil
}

// state makes the next checkpoint of what is not said yet.
func (k *Keeper) state(ctx context.Context, last *Checkpoint, since time.Time, said map[Of]Mark) (Checkpoint, bool, error) {
	next := Checkpoint{N: last.N + 1, At: k.Now().UTC().Truncate(time.Millisecond), Parts: []string{}}
	if last.N > 0 {
		next.Prev = last.Sum()
	}
	var part []byte
	flush := func() error {
		sum := partSum(part)
		next.Parts = append(next.Parts, sum)
		err := k.Register.PutPart(ctx, sum, part)
		part = nil
		return err
	}
	err := k.Source.Since(ctx, since, func(m Mark) error {
		if said[m.Of] == m {
			return nil
		}
		part = m.line(part)
		if next.Marks++; next.Marks%perPart == 0 {
			return flush()
		}
		return nil
	})
	if err == nil && len(part) > 0 {
		err = flush()
	}
	if err != nil || next.Marks == 0 {
		return *last, false, err
	}
	next.sign(k.Key)
	err = k.Register.Add(ctx, next)
	if errors.Is(err, mediation.ErrExists) {
		return *last, false, nil
	}
	return next, err == nil, err
}
