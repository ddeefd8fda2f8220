package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"fengqiao/internal/media"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Finding is one thing that is wrong with what is stored.
type Finding struct {
	Kind string // "chain", "head", "number", "report", "seat", "photo", "unreadable"
	ID   string // of the case, report, mediator or photo
	What string
}

func (f Finding) String() string { return f.Kind + " " + f.ID + ": " + f.What }

// Result is what Verify found.
type Result struct {
	Cases, Events, Reports, Mediators, Photos int64
	Findings                                  []Finding
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

func (r *Result) add(kind, id, format string, args ...any) {
	if len(r.Findings) == mostFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{kind, id, fmt.Sprintf(format, args...)})
}

// Verify walks every case: its chain of events over pages and document up to the head, its number, its reports and its
// panel's seats; then every report's pointer, every mediator's seats and every photo's bytes. Seats and pointers are in motion while a server
// runs: what is younger than mediation.Grace is no finding only if the caller stops the server first.
func Verify(ctx context.Context, p Place, progress Progress) (*Result, error) {
	return verify(ctx, p, nil, progress)
}

// verify holds no photo against a copy that was no better where it came from.
func verify(ctx context.Context, p Place, source media.Blobs, progress Progress) (*Result, error) {
	v := &verifier{Place: p, source: source, ctx: ctx, progress: progress, found: &Result{}, numbers: map[string][]int64{}}
	for _, step := range []func() error{v.cases, v.reports, v.mediators, v.photos} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	v.gaps()
	return v.found, nil
}

type verifier struct {
	Place
	source   media.Blobs // nil if the place is not a copy
	ctx      context.Context
	progress Progress
	found    *Result
	numbers  map[string][]int64 // by series
}

// timelinePage is how many events are read at once.
const timelinePage = 320

func (v *verifier) cases() error {
	cases := v.Store.Cases()
	return v.Engine.Walk(v.ctx, casesTable, func(r store.Row) error {
		v.found.Cases++
		v.progress("verify cases", v.found.Cases, 0)
		c, err := cases.Load(v.ctx, r.ID)
		if err != nil {
			return v.unreadable("case "+r.ID, err)
		}
		if c.Number.Series != "" {
			v.numbers[c.Number.Series] = append(v.numbers[c.Number.Series], c.Number.N)
		}
		if err := v.chain(&c); err != nil {
			return err
		}
		return v.pointers(&c)
	})
}

// unreadable makes a finding of a record that cannot be read; a store that does not answer ends the walk.
func (v *verifier) unreadable(id string, err error) error {
	if v.ctx.Err() != nil || errors.Is(err, mediation.ErrUnavailable) {
		return err
	}
	v.found.add("unreadable", id, "%v", err)
	return nil
}

// chain follows the events from the first to the head.
func (v *verifier) chain(c *mediation.Case) error {
	var before []byte
	last := 0
	for {
		events, err := v.Store.Cases().Timeline(v.ctx, c.ID, last, timelinePage)
		if err != nil {
			return v.unreadable("timeline of case "+c.ID, err)
		}
		if i := mediation.VerifyChain(before, last+1, events); i >= 0 {
			v.found.add("chain", c.ID, "event %d of the timeline was changed, removed, added or moved", last+1+i)
			return nil
		}
		v.found.Events += int64(len(events))
		if len(events) > 0 {
			before, last = events[len(events)-1].Hash, events[len(events)-1].Seq
		}
		if len(events) < timelinePage {
			break
		}
	}
	switch {
	case last == 0:
		v.found.add("chain", c.ID, "the case has no events")
	case string(before) != string(c.Head):
		v.found.add("head", c.ID, "the case's head is not the hash of its last event, %d", last)
	}
	return nil
}

// pointers looks whether the case's reports and seats know of it.
func (v *verifier) pointers(c *mediation.Case) error {
	if c.JoinedTo == "" {
		for _, id := range c.Reports {
			rep, err := v.Store.Reports().Load(v.ctx, id)
			if errors.Is(err, mediation.ErrNotFound) {
				v.found.add("report", c.ID, "its report %s is not there", id)
				continue
			}
			if err != nil {
				if err = v.unreadable("report "+id, err); err != nil {
					return err
				}
				continue
			}
			if rep.Case != c.ID {
				v.found.add("report", c.ID, "its report %s points to %q", id, rep.Case)
			}
		}
	}
	if over(c) {
		return nil
	}
	for _, seat := range c.Panel.Seats {
		if seat.Mediator == "" {
			continue
		}
		m, err := v.Store.Mediators().Load(v.ctx, seat.Mediator)
		if errors.Is(err, mediation.ErrNotFound) {
			v.found.add("seat", c.ID, "mediator %s of its panel is not there", seat.Mediator)
			continue
		}
		if err != nil {
			if err = v.unreadable("mediator "+seat.Mediator, err); err != nil {
				return err
			}
			continue
		}
		if !m.Holds(c.ID) {
			v.found.add("seat", c.ID, "mediator %s sits on its panel without a seat of their own", seat.Mediator)
		}
	}
	return nil
}

// over tells whether the case no longer takes up its mediators' time.
func over(c *mediation.Case) bool {
	return c.State.Over() || c.State == mediation.Closed || c.State == mediation.Unsettled
}

func (v *verifier) reports() error {
	reports := v.Store.Reports()
	return v.Engine.Walk(v.ctx, reportsTable, func(r store.Row) error {
		v.found.Reports++
		v.progress("verify reports", v.found.Reports, 0)
		rep, err := reports.Load(v.ctx, r.ID)
		if err != nil {
			return v.unreadable("report "+r.ID, err)
		}
		if rep.Case == "" {
			return nil
		}
		c, err := v.Store.Cases().Load(v.ctx, rep.Case)
		if errors.Is(err, mediation.ErrNotFound) {
			v.found.add("report", rep.ID, "its case %s is not there", rep.Case)
			return nil
		}
		if err != nil {
			return v.unreadable("case "+rep.Case, err)
		}
		if !slices.Contains(c.Reports, rep.ID) {
			v.found.add("report", rep.ID, "its case %s does not know it", rep.Case)
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
		v.found.add("seat", m.ID, "holds a seat on case %s, which is not there", seat.Case)
	case err != nil:
		return v.unreadable("case "+seat.Case, err)
	case seat.Definite && !c.Panel.Seated(m.ID) && len(c.Chores) == 0:
		v.found.add("seat", m.ID, "holds a seat on case %s, whose panel does not have them", seat.Case)
	}
	return nil
}

// gaps looks whether each series of numbers is whole: 1, 2, 3 …, each once.
func (v *verifier) gaps() {
	for series, numbers := range v.numbers {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != int64(i+1) {
				v.found.add("number", series, "number %d stands where %d should", n, i+1)
				break
			}
		}
	}
}
