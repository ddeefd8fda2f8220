// Package due sees to records that fall due, one way for every room beside the cases: what is due is tended to, what fails is put off and holds
// up nothing else, and a clock that is moved is told at which instant to stop next.
package due

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// batch is the most records of one queue that one sweep sees to, and how many are read at a time.
const batch = 200

// Store is where records of one kind are, K being what names one of them.
type Store[K any] interface {
	// Due names the records that fall due at until or before, the first due first, at most limit.
	Due(ctx context.Context, until time.Time, limit int) ([]K, error)
	// Defer puts off a record whose tending failed, ever longer if it fails again, at least to until.
	Defer(ctx context.Context, key K, until time.Time) error
}

// Queue is the records of one kind, and what is done to each as it falls due.
type Queue[K any] struct {
	Store[K]
	// Tend brings one record to now. Any number of instances may tend to the same one at once.
	Tend func(ctx context.Context, key K, now time.Time) error
	// At is when one record falls due; zero if it does not any more.
	At func(ctx context.Context, key K) (time.Time, error)
}

// Sweep tends to what is due at now and says how much was done. What fails is put off and told in the error.
func (q Queue[K]) Sweep(ctx context.Context, now time.Time) (done int, err error) {
	keys, err := q.Due(ctx, now, batch)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, key := range keys {
		if err := q.Tend(ctx, key, now); err != nil {
			failed = append(failed, err, q.Defer(ctx, key, now.Add(mediation.Grace)))
			continue
		}
		done++
	}
	return done, errors.Join(failed...)
}

// Next is the first instant, not after until, at which a record falls due; zero if there is none.
func (q Queue[K]) Next(ctx context.Context, until time.Time) (time.Time, error) {
	keys, err := q.Due(ctx, until, 1)
	if err != nil || len(keys) == 0 {
		return time.Time{}, err
	}
	return q.At(ctx, keys[0])
}

// Kind is a queue whatever names its records.
type Kind interface {
	Sweep(ctx context.Context, now time.Time) (int, error)
	Next(ctx context.Context, until time.Time) (time.Time, error)
}

// Sweep sweeps each queue; one that fails holds up no other.
func Sweep(ctx context.Context, now time.Time, queues ...Kind) (done int, failed error) {
	for _, q := range queues {
		n, err := q.Sweep(ctx, now)
		done, failed = done+n, errors.Join(failed, err)
	}
	return done, failed
}

// Next is the first instant, not after until, at which a record of any queue falls due; zero if there is none.
func Next(ctx context.Context, until time.Time, queues ...Kind) (first time.Time, err error) {
	for _, q := range queues {
		at, err := q.Next(ctx, until)
		if err != nil {
			return first, err
		}
		first = Sooner(first, at)
	}
	return first, nil
}

// Sooner is the earlier of two instants, zero being none.
func Sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
