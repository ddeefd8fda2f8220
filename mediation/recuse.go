package mediation

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Recusal (回避): matching asks nobody who has a conflict of interest, but parties become known later than mediators. Whenever
// one is entered the sweep looks at everybody who sits on the panel or has been asked.

// recuse lets the sweep look, if there is anybody to look at.
func (d *decision) recuse() {
	if len(d.involved()) > 0 {
		d.chore(ChoreRecuse, "")
	}
}

// involved are the mediators who sit on the panel or have an open offer.
func (c *Case) involved() []string {
	var ids []string
	for i := range c.Panel.Seats {
		ids = append(ids, c.Panel.Seats[i].Mediator)
	}
	for i := range c.Offers {
		if c.Offers[i].State == OfferOpen {
			ids = append(ids, c.Offers[i].Mediator)
		}
	}
	slices.Sort(ids)
	return without(slices.Compact(ids), "")
}

// recuse dismisses whoever has a conflict of interest with a party. Where an agreement has been reached already, or the case
// is not being mediated now, a person must look.
func (w *Watch) recuse(ctx context.Context, c *Case, now time.Time, r Rules) error {
	g, err := w.ground(ctx, c, r, now)
	if err != nil {
		return err
	}
	for _, id := range c.involved() {
		m, err := w.Mediators.Load(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // struck off the list; nobody is left to conflict
		}
		if err != nil {
			return err
		}
		why := c.interests(&m, g.Parties)
		if len(why) == 0 {
			continue
		}
		if _, err := w.Cases.Update(ctx, c.ID, func(c *Case) error { return Recuse(c, id, why[0].Code, now, r) }); err != nil {
			return err
		}
	}
	return nil
}

// Recuse takes a mediator with a conflict of interest off the case; reason is the code of Match. It does nothing if they have
// left it.
func Recuse(c *Case, mediator, reason string, now time.Time, r Rules) error {
	if !has(c.involved(), mediator) {
		return nil
	}
	if rule, _ := RuleOf(CmdUnassign); rule.Allows(c.State) {
		return Decide(c, Order{Actor: SystemActor, Command: Unassign{Mediator: mediator, Reason: reason}, At: now}, r)
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("conflict_found")
	d.say("mediator", mediator)
	d.say("reason", reason)
	d.tell(NoticeNeedsHand, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	d.finish()
	return nil
}
