package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Finding is one thing that is wrong with what is stored.
type Finding struct {
	Kind string // "chain", "head", "filed", "number", "report", "seat", "photo", "look", "checkpoint", "loose", "unreadable"
	ID   string // of the case, report, mediator, photo or look; the number of the checkpoint
	What string
}

func (f Finding) String() string { return f.Kind + " " + f.ID + ": " + f.What }

// Result is what Verify found.
type Result struct {
	Cases, Events, Reports, Mediators, Photos, Looks int64
	// Beyond counts the cases with events that no checkpoint covers yet.
	Beyond   int64
	Findings []Finding
	// More counts findings beyond the first mostFindings.
	More int64
}

const mostFindings = 1000

// Err is nil if nothing was found.
func (r *Result) Err() error {
	if len(r.Findings) == 0 {
		return nil
	}
	return fmt.Errorf("archive: %d things are wrong, the first: %s", int64(len(r.Findings))+r.More, r.Findings[0])
}

// Held is what a store is held against besides itself; the zero value is nothing.
type Held struct {
	Own   *checkpoint.Record // the checkpoints that lie in the store
	Kept  *checkpoint.Record // those that were kept elsewhere
	Apart int64              // the first of the kept ones that the store has otherwise or not at all; 0 if it has them all
}

// Verify walks every case: its chain of events over pages and document up to the head, its number, its reports and its
// panel's seats; then every report's pointer, every mediator's seats and every photo's bytes; and holds all of it against what
// checkpoints say of it. Seats and pointers are in motion while a server runs: what is younger than mediation.Grace is no
// finding only if the caller stops the server first.
func Verify(ctx context.Context, p Place, held Held, progress Progress) (*Result, error) {
	return verify(ctx, p, held, nil, progress)
}

// verify holds no photo against a copy that was no better where it came from.
func verify(ctx context.Context, p Place, held Held, source media.Blobs, progress Progress) (*Result, error) {
	v := &verifier{Place: p, held: held, source: source, ctx: ctx, progress: progress, found: &Result{}, numbers: map[string][]int64{}, catches: map[string]bool{}}
	v.checkpoints()
	for _, step := range []func() error{v.cases, v.reports, v.orders, v.mediators, v.photos, v.looks, v.erasures} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	v.gaps()
	v.missing()
	slices.SortFunc(v.found.Findings, func(a, b Finding) int { return strings.Compare(a.String(), b.String()) })
	return v.found, nil
}

type verifier struct {
	Place
	held     Held
	source   media.Blobs // nil if the place is not a copy
	ctx      context.Context
	progress Progress

	events, beyond atomic.Int64

	mu      sync.Mutex // over what follows, while cases are walked
	found   *Result
	numbers map[string][]int64 // by series
	catches map[string]bool    // by policy: whether open cases that no clock watches are given to somebody anew
}

func (v *verifier) add(kind, id, format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.found.Findings) == mostFindings {
		v.found.More++
		return
	}
	v.found.Findings = append(v.found.Findings, Finding{kind, id, fmt.Sprintf(format, args...)})
}

// unreadable makes a finding of a record that cannot be read; a store that does not answer ends the walk.
func (v *verifier) unreadable(id string, err error) error {
	if v.ctx.Err() != nil || errors.Is(err, mediation.ErrUnavailable) {
		return err
	}
	v.add("unreadable", id, "%v", err)
	return nil
}

func (v *verifier) reports() error {
	return v.Engine.Walk(v.ctx, reportsTable, func(r store.Row) error {
		v.found.Reports++
		v.progress("verify reports", v.found.Reports, 0)
		rep, err := store.ReadReport(r)
		if err != nil {
			return v.unreadable("report "+r.ID, err)
		}
		v.marked(checkpoint.Report, rep.ID, rep.Sum())
		v.looseReport(r, &rep)
		if rep.Case == "" {
			return nil
		}
		c, err := v.Store.Cases().Load(v.ctx, rep.Case)
		if errors.Is(err, mediation.ErrNotFound) {
			v.add("report", rep.ID, "its case %s is not there", rep.Case)
			return nil
		}
		if err != nil {
			return v.unreadable("case "+rep.Case, err)
		}
		if !slices.Contains(c.Reports, rep.ID) {
			v.add("report", rep.ID, "its case %s does not know it", rep.Case)
		}
		return nil
	})
}

func (v *verifier) mediators() error {
	cursor := ""
	for {
		list, next, err := v.Store.Mediators().List(v.ctx, "", cursor, batch)
		if err != nil {
			return err
		}
		for _, m := range list {
			v.found.Mediators++
			v.progress("verify mediators", v.found.Mediators, 0)
			for _, seat := range m.Seats {
				if err := v.seat(&m, seat); err != nil {
					return err
				}
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

func (v *verifier) seat(m *mediation.Mediator, seat mediation.HeldSeat) error {
	c, err := v.Store.Cases().Load(v.ctx, seat.Case)
	switch {
	case errors.Is(err, mediation.ErrNotFound):
		v.add("seat", m.ID, "holds a seat on case %s, which is not there", seat.Case)
	case err != nil:
		return v.unreadable("case "+seat.Case, err)
	case seat.Definite && !c.Panel.Seated(m.ID) && len(c.Chores) == 0:
		v.add("seat", m.ID, "holds a seat on case %s, whose panel does not have them", seat.Case)
	}
	return nil
}

// gaps looks whether each series of numbers is whole: 1, 2, 3 …, each once.
func (v *verifier) gaps() {
	for series, numbers := range v.numbers {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != int64(i+1) {
				v.add("number", series, "number %d stands where %d should", n, i+1)
				break
			}
		}
	}
}
