package archive

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"fengqiao/internal/checkpoint"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// cases walks the cases; as many are looked at at once as there are processors.
func (v *verifier) cases() error {
	rows := make(chan store.Row, 4*runtime.GOMAXPROCS(0))
	looking, ctx := errgroup.WithContext(v.ctx)
	for range runtime.GOMAXPROCS(0) {
		looking.Go(func() error {
			for row := range rows {
				if err := v.oneCase(row); err != nil {
					return err
				}
			}
			return nil
		})
	}
	walked := v.Engine.Walk(ctx, casesTable, func(row store.Row) error {
		v.found.Cases++
		v.progress("verify cases", v.found.Cases, 0)
		select {
		case rows <- row:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	close(rows)
	err := cmp.Or(looking.Wait(), walked)
	v.found.Events, v.found.Beyond = v.events.Load(), v.beyond.Load()
	return err
}

func (v *verifier) oneCase(row store.Row) error {
	c, err := store.ReadCase(row)
	if err != nil {
		return v.unreadable("case "+row.ID, err)
	}
	filed, err := store.Misfiled(row)
	if err != nil {
		return v.unreadable("case "+row.ID, err)
	}
	for _, wrong := range filed {
		v.add("filed", c.ID, "%s", wrong)
	}
	if c.Number.Series != "" {
		v.mu.Lock()
		v.numbers[c.Number.Series] = append(v.numbers[c.Number.Series], c.Number.N)
		v.mu.Unlock()
	}
	if err := v.chain(&c); err != nil {
		return err
	}
	if err := v.looseCase(row, &c); err != nil {
		return err
	}
	return v.pointers(&c)
}

// errBroken ends the walk along a chain that is broken.
var errBroken = errors.New("archive: the chain is broken")

// chain follows the events from the first to the head, past where the checkpoints say that it stood.
func (v *verifier) chain(c *mediation.Case) error {
	said := v.stands(checkpoint.Of{Kind: checkpoint.Case, ID: c.ID})
	newest := 0 // event that a checkpoint speaks of
	if n := len(said); n > 0 {
		newest = said[n-1].Seq
	}
	var before []byte
	last := 0
	err := v.Store.Cases().EachRun(v.ctx, c, func(events []mediation.Event) error {
		if i := mediation.VerifyChain(before, last+1, events); i >= 0 {
			v.add("chain", c.ID, "event %d of the timeline was changed, removed, added or moved", last+1+i)
			return errBroken
		}
		for len(said) > 0 && said[0].Seq <= last+len(events) {
			if e := &events[said[0].Seq-last-1]; string(e.Hash) != string(said[0].Sum[:]) {
				v.add("chain", c.ID, "the timeline up to event %d is not the one that checkpoint %d states: it was rewritten since", said[0].Seq, said[0].N)
				return errBroken
			}
			said = said[1:]
		}
		v.events.Add(int64(len(events)))
		if len(events) > 0 {
			before, last = events[len(events)-1].Hash, events[len(events)-1].Seq
		}
		return nil
	})
	switch {
	case errors.Is(err, errBroken):
	case err != nil:
		return v.unreadable("timeline of case "+c.ID, err)
	case last == 0:
		v.add("chain", c.ID, "the case has no events")
	case string(before) != string(c.Head):
		v.add("head", c.ID, "the case's head is not the hash of its last event, %d", last)
	case len(said) > 0:
		v.add("chain", c.ID, "the timeline ends with event %d, and checkpoint %d states event %d: it was cut short since", last, said[0].N, said[0].Seq)
	case newest < last:
		v.beyond.Add(1)
	}
	return nil
}

// pointers looks whether the case's reports and seats know of it.
func (v *verifier) pointers(c *mediation.Case) error {
	if c.JoinedTo == "" {
		for _, id := range c.Reports {
			rep, err := v.Store.Reports().Load(v.ctx, id)
			if errors.Is(err, mediation.ErrNotFound) {
				v.add("report", c.ID, "its report %s is not there", id)
				continue
			}
			if err != nil {
				if err = v.unreadable("report "+id, err); err != nil {
					return err
				}
				continue
			}
			if rep.Case != c.ID {
				v.add("report", c.ID, "its report %s points to %q", id, rep.Case)
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
			v.add("seat", c.ID, "mediator %s of its panel is not there", seat.Mediator)
			continue
		}
		if err != nil {
			if err = v.unreadable("mediator "+seat.Mediator, err); err != nil {
				return err
			}
			continue
		}
		if !m.Holds(c.ID) {
			v.add("seat", c.ID, "mediator %s sits on its panel without a seat of their own", seat.Mediator)
		}
	}
	return nil
}

// over tells whether the case no longer takes up its mediators' time.
func over(c *mediation.Case) bool {
	return c.State.Over() || c.State == mediation.Closed || c.State == mediation.Unsettled
}

// stands is what the checkpoints say of a thing, the earliest point of it first.
func (v *verifier) stands(of checkpoint.Of) []checkpoint.Stand {
	var said []checkpoint.Stand
	for _, r := range v.records() {
		said = append(said, r.Meet(of)...)
	}
	slices.SortStableFunc(said, func(a, b checkpoint.Stand) int { return cmp.Compare(a.Seq, b.Seq) })
	return said
}
