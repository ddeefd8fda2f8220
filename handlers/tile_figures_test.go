package handlers

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// counting is a ledger with a clock of its own, and how often it counted.
type counting struct {
	*ledger
	at     time.Time
	counts int
}

func newCounting(t *testing.T) *counting {
	c := &counting{at: time.Unix(1_800_000_000, 0)}
	var err error
	if c.ledger, err = newLedger(func() time.Time { return c.at }); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *counting) ask(t *testing.T, v mediation.Visible, plan *grid.Plan) *figures {
	t.Helper()
	f, err := c.figures(context.Background(), v, plan, func() (*figures, error) {
		c.counts++
		return &figures{plan: plan}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func inArea(code grid.Code) mediation.Visible { return mediation.Visible{Area: &code} }

func TestFiguresAreSharedByThoseWhoSeeTheSameAndByNobodyElse(t *testing.T) {
	c, plan := newCounting(t), new(grid.Plan)
	first := c.ask(t, inArea("33.01.11"), plan)
	if c.ask(t, inArea("33.01.11"), plan) != first {
		t.Error("the same sight is counted twice")
	}
	seen := map[*figures]string{first: "33.01.11"}
	for _, v := range []mediation.Visible{inArea("33.01.11.001"), inArea(""), {}, {None: true}, {Reporter: "x"}, {Mediator: "x"}, {Unit: "x"}, {Case: "x"}, {Reporter: `x" "y`}, {Reporter: "x", Mediator: "y"}} {
		if key := sightKey(v); seen[c.ask(t, v, plan)] != "" {
			t.Errorf("%s is given the figures of %s", key, seen[c.ask(t, v, plan)])
		} else {
			seen[c.ask(t, v, plan)] = key
		}
	}
	// A condition that is added to what people see must be told apart here too.
	if n := reflect.TypeFor[mediation.Visible]().NumField(); n != 8 {
		t.Errorf("Visible has %d conditions, sightKey knows 8", n)
	}
}

func TestFiguresAreCountedAnewAfterAMomentAndForAnotherPlan(t *testing.T) {
	c, plan := newCounting(t), new(grid.Plan)
	v := inArea("33")
	for _, step := range []struct {
		passes time.Duration
		plan   *grid.Plan
		want   int
	}{{0, plan, 1}, {figuresAge - 1, plan, 1}, {1, plan, 2}, {0, new(grid.Plan), 3}, {-time.Hour, plan, 4}} {
		c.at = c.at.Add(step.passes)
		if c.ask(t, v, step.plan); c.counts != step.want {
			t.Errorf("after %v: counted %d times, want %d", step.passes, c.counts, step.want)
		}
	}
	for i := range 3 * figuresScopes {
		c.ask(t, inArea(grid.Code(fmt.Sprint(i))), plan)
	}
	if n := c.known.Len(); n != figuresScopes {
		t.Errorf("%d sights are kept", n)
	}
}

func TestWhoAsksMeanwhileWaitsForTheCountAndAFailureIsNotKept(t *testing.T) {
	c, plan := newCounting(t), new(grid.Plan)
	v, began, end := inArea("33"), make(chan struct{}), make(chan struct{})
	broken := errors.New("broken")
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.figures(t.Context(), v, plan, func() (*figures, error) {
			close(began)
			<-end
			return nil, broken
		})
		if !errors.Is(err, broken) {
			t.Error(err)
		}
	})
	<-began
	never := func() (*figures, error) { t.Error("counted twice"); return nil, nil }
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.figures(late, v, plan, never); !errors.Is(err, context.Canceled) {
		t.Errorf("who cannot wait is told %v", err)
	}
	wg.Go(func() {
		// Either it waits and is told, or it comes late and counts for itself.
		if _, err := c.figures(t.Context(), v, plan, func() (*figures, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Error(err)
		}
	})
	close(end)
	wg.Wait()
	func() {
		defer func() { _ = recover() }()
		_, _ = c.figures(t.Context(), v, plan, func() (*figures, error) { panic("a bug") })
	}()
	if c.ask(t, v, plan) == nil {
		t.Error("the failure was kept")
	}
}
