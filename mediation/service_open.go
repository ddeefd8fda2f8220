package mediation

import (
	"context"
	"errors"
	"sync"

	"fengqiao/grid"

	"golang.org/x/sync/errgroup"
)

// Runs over all open cases: after a change of plans, of days off, of the policy.

// atOnce is how many cases are changed at once by runs over all of them: stores put what is written at the same time into one
// commit.
const atOnce = 16

// tally counts what several goroutines have done and failed at.
type tally struct {
	mu   sync.Mutex
	done int
	errs []error
}

func (t *tally) count(done bool, err error) {
	n := 0
	if done {
		n = 1
	}
	t.add(n, err)
}

func (t *tally) add(done int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done += done
	if err != nil {
		t.errs = append(t.errs, err)
	}
}

func (t *tally) failed() error { return errors.Join(t.errs...) }

// changeOpen lets fn see to every open case, several at once, and counts what it changed and failed at. The error is of the walk
// itself.
func (s *Service) changeOpen(ctx context.Context, fn func(*Summary) (bool, error)) (*tally, error) {
	var workers errgroup.Group
	workers.SetLimit(atOnce)
	t := &tally{}
	err := s.eachOpen(ctx, func(sum *Summary) error {
		workers.Go(func() error { t.count(fn(sum)); return nil })
		return ctx.Err()
	})
	_ = workers.Wait() // what failed is in the tally
	return t, err
}

// inOneWrite is how many cases updateOpen changes in one write, and writersAtOnce how many writes it makes ready at once: while one is
// stored, the next is worked out.
const (
	inOneWrite    = 128
	writersAtOnce = 4
)

// updateOpen lets fn (see Cases.UpdateEach) change the open cases that are wanted, many in one write, and counts what was stored. What
// fails holds up nothing else. step, if there is one, is told how many more have been looked at and stored; it may be called at once
// by several.
func (s *Service) updateOpen(ctx context.Context, wanted func(*Summary) bool, step func(looked, stored int), fn func(*Case) error) (int, error) {
	var workers errgroup.Group
	workers.SetLimit(writersAtOnce)
	t := &tally{}
	send := func(ids []string) {
		workers.Go(func() error {
			n, err := s.Cases.UpdateEach(ctx, ids, fn)
			t.add(n, err)
			if step != nil {
				step(len(ids), n)
			}
			return nil
		})
	}
	var ids []string
	err := s.eachOpen(ctx, func(sum *Summary) error {
		if !wanted(sum) {
			return ctx.Err()
		}
		if ids = append(ids, sum.ID); len(ids) == inOneWrite {
			send(ids)
			ids = nil
		}
		return ctx.Err()
	})
	if len(ids) > 0 && err == nil {
		send(ids)
	}
	_ = workers.Wait() // what failed is in the tally
	return t.done, errors.Join(err, t.failed())
}

// eachOpen calls fn for every open case.
func (s *Service) eachOpen(ctx context.Context, fn func(*Summary) error) error {
	open, all := true, grid.Code("")
	const page = 500
	for cursor := ""; ; {
		list, next, err := s.Cases.List(ctx, Filter{Visible: Visible{Area: &all}, Open: &open}, cursor, page)
		if err != nil {
			return err
		}
		for i := range list {
			if err := fn(&list[i]); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}
