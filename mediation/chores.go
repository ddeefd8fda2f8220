package mediation

import (
	"context"
	"errors"
	"reflect"
	"time"
)

// doChores does what the case's last changes made necessary in other documents, then strikes it off the case's list.
func (w *Watch) doChores(ctx context.Context, c Case, now time.Time, r Rules) error {
	var done []Chore
	for _, ch := range c.Chores {
		if ch.Kind == ChoreMatch {
			continue // Send strikes it off together with the wave
		}
		if err := w.doChore(ctx, &c, ch, now, r); err != nil {
			return err
		}
		done = append(done, ch)
	}
	if len(done) > 0 {
		var err error
		c, err = w.Cases.Update(ctx, c.ID, func(c *Case) error {
			kept := c.Chores[:0:0]
			for _, ch := range c.Chores {
				if !has(done, ch) {
					kept = append(kept, ch)
				}
			}
			c.Chores = kept
			c.schedule(r)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, ch := range c.Chores {
		if ch.Kind == ChoreMatch {
			return w.match(ctx, c, now, r)
		}
	}
	return nil
}

func (w *Watch) doChore(ctx context.Context, c *Case, ch Chore, now time.Time, r Rules) error {
	switch ch.Kind {
	case ChoreReleaseSeat:
		return w.releaseSeat(ctx, c, ch.Target)
	case ChoreCount:
		return w.countDecline(ctx, ch.Target, ch.Offer)
	case ChorePetitioner:
		return w.petitioner(ctx, c, now, r)
	case ChoreRecuse:
		return w.recuse(ctx, c, now, r)
	case ChoreKeepApart:
		return w.keepApart(ctx, c, now, r)
	case ChoreIndexWords:
		text, err := w.Open(ctx, c.Words)
		if err != nil {
			return err
		}
		return w.Cases.IndexWords(ctx, c.ID, c.Area, c.Opened, w.WordHashes(text))
	case ChoreAdopt:
		return w.adopt(ctx, c, ch.Target, now)
	case ChoreDisown:
		return w.disown(ctx, c, ch.Target, now)
	case ChoreStudy:
		if w.CallStudy == nil {
			return nil
		}
		return w.CallStudy(ctx, c.ID, ch.Target, ch.Since)
	case ChoreDispatch:
		if w.Dispatch == nil {
			return nil
		}
		return w.Dispatch(ctx, c, ch.Target, ch.Since)
	case ChoreOpenReport:
		return w.openReport(ctx, c, ch.Target, now, r)
	}
	return nil
}

// openReport gives a report that was taken out of the case one of its own, together with the parties whom it brought.
func (w *Watch) openReport(ctx context.Context, c *Case, report string, now time.Time, r Rules) error {
	rep, err := w.Reports.Update(ctx, report, func(rep *Report) error {
		if rep.Case == c.ID {
			rep.Case, rep.Detached = "", rep.Detached+1
			c.takeAlong(rep)
		}
		return nil
	})
	if err != nil {
		return err
	}
	led, err := w.settle(ctx, rep, SystemActor)
	if err != nil {
		return err
	}
	for { // what they say while this goes on must not be lost: each round that finds something new carries it over
		host, err := w.Cases.Load(ctx, c.ID)
		if err != nil {
			return err
		}
		going := host.via(report)
		if own := led.Report.Case; own != "" && len(going) > 0 {
			if _, err = w.Cases.Update(ctx, own, func(n *Case) error { arrived(n, &host, going, now, r); return nil }); err != nil {
				return err
			}
		}
		_, err = w.Cases.Update(ctx, c.ID, func(c *Case) error {
			if !reflect.DeepEqual(c.via(report), going) {
				return errMovedOn
			}
			letGo(c, report, now, r)
			return nil
		})
		if !errors.Is(err, errMovedOn) {
			return err
		}
	}
}

// errMovedOn: somebody did something since it was read.
var errMovedOn = errors.New("mediation: it has moved on")

// releaseSeat gives the seat back unless the mediator has taken one on this case again. Reservations in progress are left to
// SettleSeats.
func (w *Watch) releaseSeat(ctx context.Context, c *Case, mediator string) error {
	if c.occupies(mediator) {
		return nil
	}
	_, err := w.Mediators.Update(ctx, mediator, func(m *Mediator) error {
		kept := m.Seats[:0:0]
		for _, seat := range m.Seats {
			if seat.Case != c.ID || !seat.Definite {
				kept = append(kept, seat)
			}
		}
		m.Seats = kept
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// countDecline counts a declined offer in the mediator's record, once.
func (w *Watch) countDecline(ctx context.Context, mediator, offer string) error {
	const most = 100 // in a row; nobody's score falls any further
	_, err := w.Mediators.Update(ctx, mediator, func(m *Mediator) error {
		if len(m.Declined) < most && !has(m.Declined, offer) {
			m.Declined = append(m.Declined, offer)
			m.Declines++
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
