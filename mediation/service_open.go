package mediation

import (
	"context"
	"errors"
	"sync"

	"fengqiao/grid"

	"golang.org/x/sync/errgroup"
)

// Runs over all open cases: after a change of plans, of days off, of the policy. The latter two see to those that are over, too, whose petition's
// course goes on.

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

// updateRunning lets fn (see Cases.UpdateEach) change the cases with running clocks that are wanted, the open ones and those whose remedies go on,
// many in one write, and counts what was stored. What fails holds up nothing else. step, if there is one, is told how many more have been looked at and stored; it may be called at once
// by several.
func (s *Service) updateRunning(ctx context.Context, wanted func(*Summary) bool, step func(looked, stored int), fn func(*Case) error) (int, error) {
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
	walk := func(f Filter) error {
		var ids []string // a case that ends between the walks is in one write of each, never twice in one
		err := s.each(ctx, f, func(sum *Summary) error {
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
		return err
	}
	err := walk(openCases())
	if err == nil {
		err = walk(Filter{Remedies: true})
	}
	_ = workers.Wait() // what failed is in the tally
	return t.done, errors.Join(err, t.failed())
}

func openCases() Filter {
	open := true
	return Filter{Open: &open}
}

// eachOpen calls fn for every open case.
func (s *Service) eachOpen(ctx context.Context, fn func(*Summary) error) error {
	return s.each(ctx, openCases(), fn)
}

// each calls fn for every case that a filter selects, wherever it lies.
func (s *Service) each(ctx context.Context, f Filter, fn func(*Summary) error) error {
	all := grid.Code("")
	f.Visible = Visible{Area: &all}
	const page = 500
	for cursor := ""; ; {
		list, next, err := s.Cases.List(ctx, f, cursor, page)
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
