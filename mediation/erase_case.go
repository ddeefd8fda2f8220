package mediation

import (
	"context"
	"slices"
	"strconv"
)

// EraseCase erases all words of an ended case and of those that were joined to it: reports, parties, photos. Numbers, course and
// times stay. A case that has not ended, is held for the law, or was joined to another (whose its reports are) is an error, Conflict.
func (e *Eraser) EraseCase(ctx context.Context, id, reason string) error {
	c, err := e.Cases.Load(ctx, id)
	switch {
	case err != nil:
		return err
	case !c.State.Over():
		return Refusal("erase", Conflict, "erase.open", "", "case", id)
	case c.State == Joined:
		return Refusal("erase", Conflict, "erase.joined", "", "case", c.JoinedTo)
	}
	matter, err := e.matter(ctx, c)
	if err != nil {
		return err
	}
	w := &waste{}
	for i := range matter {
		if matter[i].Hold != nil {
			return Refusal("erase", Conflict, "erase.held", "", "case", matter[i].ID)
		}
		if err := e.gather(ctx, &matter[i], w); err != nil {
			return err
		}
	}
	if err := e.destroy(ctx, w); err != nil {
		return err
	}
	// The host last: it is by what it holds that the others are found if this breaks off.
	for i := range slices.Backward(matter) {
		if err := e.strike(ctx, matter[i].ID, nil, reason); err != nil {
			return err
		}
	}
	return nil
}

// EraseReport erases the words of a report that was withdrawn before it had a case. One with a case goes with that (erase.open).
func (e *Eraser) EraseReport(ctx context.Context, id string) error {
	rep, err := e.Reports.Load(ctx, id)
	if err != nil {
		return err
	}
	if rep.Withdrawn.IsZero() || rep.Case != "" {
		return Refusal("erase", Conflict, "erase.open", "", "case", rep.Case)
	}
	w := &waste{}
	w.report(&rep)
	if err := e.destroy(ctx, w); err != nil {
		return err
	}
	return e.strikeReport(ctx, id, nil)
}

// matter is a case with those that were joined to it, at any remove, the host first.
func (e *Eraser) matter(ctx context.Context, c Case) ([]Case, error) {
	all := []Case{c}
	for i := 0; i < len(all); i++ {
		for _, id := range all[i].Joined {
			joined, err := e.Cases.Load(ctx, id)
			if err != nil {
				return nil, err
			}
			all = append(all, joined)
		}
	}
	return all, nil
}

// waste is what an erasure destroys.
type waste struct{ keys, photos []string }

func (w *waste) report(rep *Report) {
	w.keys = append(w.keys, rep.Keys()...)
	w.photos = append(w.photos, rep.Photos...)
	for _, s := range rep.Supplements {
		w.photos = append(w.photos, s.Photos...)
	}
}

// gather adds what a case, its reports and its commands hold.
func (e *Eraser) gather(ctx context.Context, c *Case, w *waste) error {
	w.keys = append(w.keys, c.Keys()...)
	for _, id := range c.Reports {
		rep, err := e.Reports.Load(ctx, id)
		if err != nil {
			return err
		}
		w.report(&rep)
	}
	for _, room := range e.Rooms {
		keys, photos, err := room.OfCase(ctx, c.ID)
		if err != nil {
			return err
		}
		w.keys, w.photos = append(w.keys, keys...), append(w.photos, photos...)
	}
	return e.eachEvent(ctx, c.ID, func(ev *Event) error {
		for n := 1; ev.Data["photo"+strconv.Itoa(n)] != ""; n++ {
			w.photos = append(w.photos, ev.Data["photo"+strconv.Itoa(n)])
		}
		return nil
	})
}

func (e *Eraser) destroy(ctx context.Context, w *waste) error {
	if err := e.shred(ctx, w.keys); err != nil {
		return err
	}
	slices.Sort(w.photos)
	for _, photo := range slices.Compact(w.photos) {
		if err := e.Photos.Erase(ctx, photo); err != nil {
			return err
		}
	}
	return nil
}

// eachEvent calls fn for every event of a case's timeline.
func (e *Eraser) eachEvent(ctx context.Context, id string, fn func(*Event) error) error {
	const page = 320
	for after := 0; ; {
		events, err := e.Cases.Timeline(ctx, id, after, page)
		if err != nil {
			return err
		}
		for i := range events {
			if err := fn(&events[i]); err != nil {
				return err
			}
		}
		if len(events) < page {
			return nil
		}
		after = events[len(events)-1].Seq
	}
}
