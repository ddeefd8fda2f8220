package desk

import (
	"context"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/due"
	"fengqiao/mediation/policy"
)

// DefaultWait is how long messages wait for their order where nothing else is said: a desk that is down comes back within days.
const DefaultWait = 7 * 24 * time.Hour

// waits is how long messages wait for their order, and when who is on duty hears that it does not come.
type waits struct {
	wait  time.Duration
	catch policy.CatchAll
	rules *policy.Policy // in force
}

// wait is how long messages wait for their order.
func (s *Service) wait() time.Duration {
	if s.Wait <= 0 {
		return DefaultWait
	}
	return s.Wait
}

func (s *Service) waits(ctx context.Context) (waits, error) {
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return waits{}, err
	}
	w := waits{wait: s.wait(), catch: r.Policy.CatchAll, rules: r.Policy}
	if s.Catch == nil {
		w.catch = policy.CatchAll{}
	}
	return w, nil
}

// schedule says when the sweep must look at what waits: when the first of it runs out, or who is on duty must hear of it before. Once the order
// is there nothing waits but what a crash has left, and danger waits for no order.
func (o *Order) schedule(w waits, now time.Time) {
	m := o.next()
	switch {
	case o.Spent != "":
		o.NextDue = now
	case m == nil:
		o.NextDue = time.Time{}
	case o.Report != "" || o.danger() != nil: // it is under way, unless a crash has left it
		o.NextDue = now.Add(mediation.Grace)
	default:
		o.NextDue = m.At.Add(w.wait) // they are in the order in which they came
		if _, next := w.catch.Turn(m.At, now); !next.IsZero() && next.Before(o.NextDue) {
			o.NextDue = next
		}
	}
}

// runOut gives up what has waited too long for an order that has not come: its words are forgotten, and how many there were is told.
func (o *Order) runOut(now time.Time, w waits) int {
	n := 0
	for m := o.next(); m != nil && o.Report == "" && !m.At.Add(w.wait).After(now); m = o.next() {
		o.settle(m.ID, Expired)
		n++
	}
	if n > 0 && o.next() == nil && o.Spent == "" {
		// The words are gone from here, and with the key from every copy. That the same message is known again rests on its id and print alone.
		o.Spent, o.Key = o.Key, ""
	}
	o.schedule(w, now)
	return n
}

// Sweep gives up what has waited too long, and tells the desk and the county's staff of it: what a desk said must not vanish unheard. Who is on
// duty hears of it before, and what a crash has left undone is carried out.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	now := s.now()
	w, err := s.waits(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.mend(ctx, w, now); err != nil {
		return 0, err
	}
	return s.queue(w).Sweep(ctx, now)
}

// queue is the orders, each with when what waits on it runs out or must be heard of.
func (s *Service) queue(w waits) due.Queue[mediation.Outside] {
	return due.Queue[mediation.Outside]{Store: s.Orders, Tend: func(ctx context.Context, key mediation.Outside, now time.Time) error {
		return s.tend(ctx, key, w, now)
	}, At: func(ctx context.Context, key mediation.Outside) (time.Time, error) {
		o, err := s.Orders.Load(ctx, key)
		return o.NextDue, err
	}}
}

// actorOf is who the order's desk acts as.
func (s *Service) actorOf(o Order) mediation.Actor {
	unit := s.UnitOf(o.Desk)
	id := o.User
	if id == "" {
		id = o.Sender
	}
	return mediation.Actor{ID: id, Role: mediation.Desk, Area: o.Home, Unit: unit, Units: [2]string{mediation.UnitHash(s.Sealer, unit)}}
}

// tend sees to one order that is due.
func (s *Service) tend(ctx context.Context, key mediation.Outside, w waits, now time.Time) error {
	if err := s.shred(ctx, key, w, now); err != nil {
		return err
	}
	defer s.turn(key)()
	o, err := s.Orders.Load(ctx, key)
	if err != nil {
		return err
	}
	if o.danger() != nil && o.Report == "" {
		_, err := s.overtake(ctx, s.actorOf(o), o)
		return err
	}
	if m := o.next(); m != nil && o.Report != "" {
		_, err := s.apply(ctx, s.actorOf(o), o)
		return err
	} else if m != nil {
		if turn, _ := w.catch.Turn(m.At, now); turn > 0 {
			if err := s.Catch(ctx, mediation.Stray{Subject: "desk/" + o.Desk + "/" + o.Number, Area: o.Home, Turn: turn, At: now}); err != nil {
				return err
			}
		}
	}
	err = s.Orders.Tell(ctx, key, func(o *Order) []mediation.Notice {
		if o.runOut(now, w) == 0 {
			return nil
		}
		return ranOut(o, now)
	})
	if err != nil {
		return err
	}
	return s.shred(ctx, key, w, now)
}

// shred destroys the key of what has run out. A crash in between leaves the order due, and it is done again.
func (s *Service) shred(ctx context.Context, key mediation.Outside, w waits, now time.Time) error {
	o, err := s.Orders.Load(ctx, key)
	if err != nil || o.Spent == "" {
		return err
	}
	spent := o.Spent
	if err := s.Keys.Erase(ctx, spent); err != nil {
		return err
	}
	_, err = s.Orders.Change(ctx, key, func(o *Order) error {
		if o.Spent == spent {
			o.Spent = ""
		}
		o.schedule(w, now)
		return nil
	})
	return err
}

// mend gives what waits without a time at which the sweep looks at it, as an earlier release left it, such a time; and danger that it let wait is
// looked at soon. That is once for as long as the service runs.
func (s *Service) mend(ctx context.Context, w waits, now time.Time) error {
	if s.mended.Load() {
		return nil
	}
	var loose []mediation.Outside
	err := s.Orders.Each(ctx, func(o Order) error {
		if o.Loose() != "" || o.danger() != nil && o.NextDue.After(now.Add(mediation.Grace)) {
			loose = append(loose, o.Outside)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range loose {
		if _, err := s.Orders.Change(ctx, key, func(o *Order) error { o.schedule(w, now); return nil }); err != nil {
			return err
		}
	}
	s.mended.Store(true)
	return nil
}

// Loose says why nobody would ever look at what waits on the order; "" where all is well.
func (o *Order) Loose() string {
	if o.next() != nil && o.NextDue.IsZero() {
		return "what its desk said waits, and nothing lets anybody look at it"
	}
	return ""
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
	return s.queue(waits{}).Next(ctx, until)
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
	for _, k := range []string{o.Key, o.Spent} {
		if k == "" {
			continue
		}
		if err := e.Keys.Erase(ctx, k); err != nil {
			return err
		}
	}
	_, err = e.Orders.Change(ctx, key, func(o *Order) error {
		for m := o.next(); m != nil; m = o.next() {
			o.settle(m.ID, Expired)
		}
		o.Key, o.Spent, o.NextDue = "", "", time.Time{}
		return nil
	})
	return err
}
