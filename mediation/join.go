package mediation

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Joining (并案) and splitting (拆案) take two documents and the reports that point to them. The joined case is the owner: its
// command notes a chore, and the sweep takes the reports and parties over into the host, then lets the reports point there; a
// split goes the other way round. Each step does nothing the second time.

// adoptCase takes all of another case's reports and parties, when that one was joined to this.
func adoptCase(c, from *Case, now time.Time, r Rules) {
	if has(c.Joined, from.ID) {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("case_joined")
	d.say("case", from.ID)
	d.Joined = append(d.Joined, from.ID)
	came := from.Channels()
	for i, id := range from.Reports {
		d.file(id, from.Filers[i], came[i])
		if has(from.Recalled, id) && !has(d.Recalled, id) {
			d.Recalled = append(d.Recalled, id)
		}
	}
	for _, o := range from.Outside {
		d.fileOutside(o)
	}
	d.filePasses(from.Passes)
	for _, p := range from.Parties {
		p.From, p.LinkHash = from.ID, ""
		d.welcome(p)
	}
	d.takeOver(from)
	d.Former = append(slices.Clone(d.Former), from.Former...)
	d.tellPanel(NoticeProgress, "")
	d.finish()
}

// disownCase gives a formerly joined case its reports, agreements and parties back. Parties stay whom an agreement binds here.
func disownCase(c, from *Case, now time.Time, r Rules) {
	if !has(c.Joined, from.ID) {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("case_split")
	d.say("case", from.ID)
	d.Joined = without(d.Joined, from.ID)
	for _, id := range from.Reports {
		d.unfile(id)
	}
	d.unfilePasses(from.Passes)
	d.giveBack(from)
	d.Former = slices.DeleteFunc(slices.Clone(d.Former), func(a Agreement) bool {
		return slices.ContainsFunc(from.Former, func(own Agreement) bool { return own.ID == a.ID })
	})
	d.Case.Parties = slices.DeleteFunc(slices.Clone(d.Case.Parties), func(p Party) bool { return p.From == from.ID && !d.binds(p.ID) })
	d.tellPanel(NoticeProgress, "")
	d.finish()
}

func (w *Watch) adopt(ctx context.Context, c *Case, into string, now time.Time) error {
	if c.JoinedTo != into {
		return nil // split again meanwhile
	}
	_, err := w.Cases.Update(ctx, into, func(target *Case) error {
		if !has(target.Joined, c.ID) && (target.State.Over() || joinBars(c, target) != nil) {
			return errEnded
		}
		r, err := w.rules(ctx, target.Policy)
		if err != nil {
			return err
		}
		adoptCase(target, c, now, r)
		return nil
	})
	if errors.Is(err, errEnded) {
		return w.unjoin(ctx, c.ID, into, now)
	}
	if err != nil {
		return err
	}
	if err := w.repoint(ctx, c.Reports, c.ID, into); err != nil {
		return err
	}
	// Somebody may have split the case while this went on, and the sweep of that may have found nothing to give back yet.
	after, err := w.Cases.Load(ctx, c.ID)
	if err != nil || after.JoinedTo == into {
		return err
	}
	return w.disown(ctx, &after, into, now)
}

// unjoin takes a join back whose host had ended, or had been joined to another case, before it could take this one in: two
// people may have joined two cases to each other in the same moment.
func (w *Watch) unjoin(ctx context.Context, id, into string, now time.Time) error {
	_, err := w.Cases.Update(ctx, id, func(c *Case) error {
		if c.State != Joined || c.JoinedTo != into {
			return nil
		}
		r, err := w.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		return Decide(c, Order{Actor: SystemActor, Command: Split{}, At: now}, r)
	})
	return err
}

func (w *Watch) disown(ctx context.Context, c *Case, from string, now time.Time) error {
	if c.JoinedTo == from {
		return nil // joined again meanwhile
	}
	host, err := w.Cases.Load(ctx, from)
	if err != nil {
		return err
	}
	if _, err := w.Cases.Update(ctx, c.ID, func(c *Case) error {
		r, err := w.rules(ctx, c.Policy)
		if err == nil {
			returned(c, &host, now, r)
		}
		return err
	}); err != nil {
		return err
	}
	if _, err := w.Cases.Update(ctx, from, func(target *Case) error {
		r, err := w.rules(ctx, target.Policy)
		if err != nil {
			return err
		}
		disownCase(target, c, now, r)
		return nil
	}); err != nil {
		return err
	}
	if err := w.repoint(ctx, c.Reports, from, c.ID); err != nil {
		return err
	}
	after, err := w.Cases.Load(ctx, c.ID)
	if err != nil || after.JoinedTo != from {
		return err
	}
	return w.adopt(ctx, &after, from, now) // joined again meanwhile
}

// repoint lets reports that point to one case point to another.
func (w *Watch) repoint(ctx context.Context, reports []string, from, to string) error {
	for _, id := range reports {
		if _, err := w.Reports.Update(ctx, id, func(r *Report) error {
			if r.Case == from {
				r.Case = to
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
