package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers/internal/tile"
	"fengqiao/mediation"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Bounds of the figures of tiles. A map asks for a dozen tiles at once, and all of them for the same figures.
const (
	figuresAge    = 2 * time.Second // how old figures may be
	figuresScopes = 64              // of how many different sights they are kept
	maxFigures    = 50_000          // cases counted; with more, the areas say so
	figuresPage   = 1000
)

// figures are the open cases that one sight shows, by cell.
type figures struct {
	plan  *grid.Plan
	cells []cellFigures // in the plan's order
	more  bool

	mu      sync.Mutex
	tallies map[*grid.Chart]map[int]tile.Figures
}

type cellFigures struct {
	cell int // position in the plan
	tile.Figures
	ids []string
}

// tally is the figures of a chart's patches.
func (f *figures) tally(chart *grid.Chart) map[int]tile.Figures {
	f.mu.Lock()
	defer f.mu.Unlock()
	if t, ok := f.tallies[chart]; ok {
		return t
	}
	t := map[int]tile.Figures{}
	for i := range f.cells {
		patch := chart.PatchOf(f.cells[i].cell)
		t[patch] = together(t[patch], f.cells[i].Figures)
	}
	f.tallies[chart] = t
	return t
}

func together(a, b tile.Figures) tile.Figures {
	return tile.Figures{Cases: a.Cases + b.Cases, Emergency: a.Emergency + b.Emergency, Reports: a.Reports + b.Reports,
		Clock: string(mediation.Light(a.Clock).Worse(mediation.Light(b.Clock)))}
}

func figuresOf(s *mediation.Summary) tile.Figures {
	f := tile.Figures{Cases: 1, Reports: s.Reports, Clock: string(s.Light())}
	if s.Emergency {
		f.Emergency = 1
	}
	return f
}

// ledger keeps figures for a moment, each sight's apart: what decides what a list shows is the key, so nobody is ever given
// what another sees. Who asks while they are being counted waits for that.
type ledger struct {
	now func() time.Time

	mu    sync.Mutex
	known *simplelru.LRU[string, *count]
}

// count is figures that are there or are being counted.
type count struct {
	plan *grid.Plan
	at   time.Time // when the counting began
	done chan struct{}
	out  *figures
	err  error
}

func newLedger(now func() time.Time) (*ledger, error) {
	known, err := simplelru.NewLRU[string, *count](figuresScopes, nil)
	return &ledger{now: now, known: known}, err
}

// sightKey tells sights apart by all that there is to them.
func sightKey(v mediation.Visible) string {
	area := "-"
	if v.Area != nil {
		area = "in " + string(*v.Area)
	}
	v.Area = nil
	return fmt.Sprintf("%s %+q", area, []any{v.None, v.Reporter, v.Mediator, v.Unit, v.Case, v.Sent, v.Except})
}

// figures are those of a sight by a plan.
func (l *ledger) figures(ctx context.Context, sight mediation.Visible, plan *grid.Plan, load func() (*figures, error)) (*figures, error) {
	key, now := sightKey(sight), l.now()
	l.mu.Lock()
	c, ok := l.known.Get(key)
	if !ok || c.plan != plan || now.Sub(c.at) >= figuresAge || now.Before(c.at) {
		c = &count{plan: plan, at: now, done: make(chan struct{})}
		l.known.Add(key, c)
		l.mu.Unlock()
		return l.count(key, c, load)
	}
	l.mu.Unlock()
	select {
	case <-c.done:
		return c.out, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errNotCounted = errors.New("handlers: the figures were not counted")

// count counts for all who wait. What failed is not kept.
func (l *ledger) count(key string, c *count, load func() (*figures, error)) (*figures, error) {
	c.err = errNotCounted // should load panic
	defer func() {
		if c.err != nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			if known, ok := l.known.Peek(key); ok && known == c {
				l.known.Remove(key)
			}
		}
		close(c.done)
	}()
	c.out, c.err = load()
	return c.out, c.err
}

// countFigures walks the caller's open cases, as a list of them would.
func (a *API) countFigures(c *Call, plan *grid.Plan) (*figures, error) {
	open, cells := true, map[int]*cellFigures{}
	out := &figures{plan: plan, tallies: map[*grid.Chart]map[int]tile.Figures{}}
	cursor, seen := "", 0
	for {
		found, next, err := a.Cases.List(c.Context, c.Actor, mediation.Filter{Open: &open}, cursor, min(figuresPage, maxFigures-seen))
		if err != nil {
			return nil, err
		}
		for i := range found {
			cell, ok := plan.IndexOf(found[i].Cell)
			if !ok {
				continue // not placed, or in a cell of an older plan: in lists alone
			}
			f := cells[cell]
			if f == nil {
				f = &cellFigures{cell: cell}
				cells[cell] = f
			}
			f.Figures, f.ids = together(f.Figures, figuresOf(&found[i])), append(f.ids, found[i].ID)
		}
		seen += len(found)
		if cursor = next; cursor == "" || seen >= maxFigures {
			break
		}
	}
	out.more = cursor != ""
	for _, f := range cells {
		out.cells = append(out.cells, *f)
	}
	slices.SortFunc(out.cells, func(x, y cellFigures) int { return cmp.Compare(x.cell, y.cell) })
	return out, nil
}
