package desk

import (
	"context"
	"strconv"
	"time"

	"fengqiao/mediation"
)

// DefaultWait is how long messages wait for their order where nothing else is said: a desk that is down comes back within days.
const DefaultWait = 7 * 24 * time.Hour

const (
	// batch is how many orders one sweep sees to, rest how long one that failed is left alone.
	batch = 200
	rest  = time.Minute
)

// schedule says when the first of what waits runs out; never, once the order is there.
func (o *Order) schedule(wait time.Duration) {
	o.NextDue = time.Time{}
	if m := o.next(); m != nil && o.Report == "" {
		o.NextDue = m.At.Add(wait) // they are in the order in which they came
	}
}

// runOut gives up what has waited too long for an order that has not come: its words are forgotten, and how many there were is told.
func (o *Order) runOut(now time.Time, wait time.Duration) int {
	n := 0
	for m := o.next(); m != nil && o.Report == "" && !m.At.Add(wait).After(now); m = o.next() {
		o.settle(m.ID, Expired)
		n++
	}
	o.schedule(wait)
	return n
}

// Sweep gives up what has waited too long, and tells the desk and the county's staff of it: what a desk said must not vanish unheard.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	due, err := s.Orders.Due(ctx, now, batch)
	if err != nil {
		return 0, err
	}
	done := 0
	var failed error
	for _, key := range due {
		err := s.Orders.Tell(ctx, key, func(o *Order) []mediation.Notice {
			if o.runOut(now, s.wait()) == 0 {
				return nil
			}
			return ranOut(o, now)
		})
		if err != nil {
			failed = err
			if err := s.Orders.Defer(ctx, key, now.Add(rest)); err != nil {
				return done, err
			}
			continue
		}
		done++
	}
	return done, failed
}

// ranOut are the notices: to the desk's account, whose server hears of it like of every change, and to the staff of its area.
func ranOut(o *Order, now time.Time) []mediation.Notice {
	id := "desk/" + o.Desk + "/" + o.Number + "/ran_out/" + strconv.FormatInt(o.Version, 10) + "/"
	return []mediation.Notice{
		{ID: id + "0", Kind: mediation.NoticeDesk, At: now, To: mediation.Recipient{User: o.Sender}, Number: o.Number},
		{ID: id + "1", Kind: mediation.NoticeDeskLost, At: now, To: mediation.Recipient{Role: mediation.CountyStaff, Area: o.Home}, Subject: "desk/" + o.Desk + "/" + o.Number},
	}
}

// NextDue is the first instant, not after until, at which the sweep has something to do; zero if there is none.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	due, err := s.Orders.Due(ctx, until, 1)
	if err != nil || len(due) == 0 {
		return time.Time{}, err
	}
	o, err := s.Orders.Load(ctx, due[0])
	return o.NextDue, err
}

func (s *Service) wait() time.Duration {
	if s.Wait <= 0 {
		return DefaultWait
	}
	return s.Wait
}

// Eraser erases what waits for an order that has not come. Who may is decided by who may reach the installation key.
type Eraser struct {
	Orders Orders
	Keys   mediation.Shredder
}

// Erase destroys the key of what waits on an order, and gives it up. An order that is there has nothing of its own: what was said is its
// report's and its case's, and goes with them. It may be repeated.
func (e *Eraser) Erase(ctx context.Context, key mediation.Outside) error {
	o, err := e.Orders.Load(ctx, key)
	if err != nil {
		return err
	}
	if o.Report != "" {
		return mediation.Refusal("erase", mediation.Conflict, "desk.order_came", "")
	}
	if o.Key != "" {
		if err := e.Keys.Erase(ctx, o.Key); err != nil {
			return err
		}
	}
	_, err = e.Orders.Change(ctx, key, func(o *Order) error {
		for m := o.next(); m != nil; m = o.next() {
			o.settle(m.ID, Expired)
		}
		o.Key, o.NextDue = "", time.Time{}
		return nil
	})
	return err
}
