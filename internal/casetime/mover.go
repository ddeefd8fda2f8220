package casetime

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// Cases finds the next case that has something due.
type Cases interface {
	// Due returns ids whose NextDue is not after now, the longest due first, at most limit.
	Due(ctx context.Context, now time.Time, limit int) ([]string, error)
	Load(ctx context.Context, id string) (mediation.Case, error)
}

// Reports finds the next report that is looked after.
type Reports interface {
	// Pending returns ids of reports without a case that were received before t, or put off until before it, the longest due first.
	Pending(ctx context.Context, t time.Time, limit int) ([]string, error)
	Load(ctx context.Context, id string) (mediation.Report, error)
}

// Register tells when a planned edition of the plan comes into force.
type Register interface {
	Register(ctx context.Context) (mediation.Register, int64, error)
}

// Outbox tells what has not been told yet.
type Outbox interface {
	// Depth counts unfinished entries and dead letters, each up to max.
	Depth(ctx context.Context, max int) (waiting, dead int, err error)
}

// Room is a room beside the cases in which things fall due, too.
type Room interface {
	// NextDue is the first instant, not after until, at which it has something to see to; zero if there is none.
	NextDue(ctx context.Context, until time.Time) (time.Time, error)
	// Sweep sees to everything that is due where the clock stands, and tells how much that was.
	Sweep(ctx context.Context) (int, error)
}

// Hand is a clock that can be moved forward. It may run meanwhile.
type Hand interface {
	Now() time.Time
	// Forward moves the clock to a time; an earlier one leaves it where it is.
	Forward(to time.Time)
}

// Parts are what a Mover works with. All are needed.
type Parts struct {
	Cases   Cases
	Reports Reports
	Plans   Register
	Outbox  Outbox
	// Sweep sees to everything that is due at a time.
	Sweep func(ctx context.Context, now time.Time) (mediation.Swept, error)
	// Turn puts a planned edition in force whose time has come, and moves open cases and people after it.
	Turn func(ctx context.Context) error
	// Rooms lists the rooms beside the cases; it is asked anew each time, since they may be built after the clock.
	Rooms func() []Room
	// Keep keeps where the clock is about to stand, before anything happens there: started again it goes on from that.
	Keep func(ctx context.Context, at time.Time) error
	// Patience is the longest wait, on the machine's clock and at each instant, for the outbox to be empty.
	Patience time.Duration
}

// The bounds of one advance. A county's year of reminders has fewer instants; a case that is due again and again at one instant is
// a mistake of the program, which must show and not hang.
const (
	mostInstants = 20_000
	mostSweeps   = 50
)

// idleLook is how often it is looked whether the outbox is empty.
const idleLook = 2 * time.Millisecond

// ErrBackwards: the clock was to go back.
var ErrBackwards = errors.New("casetime: the clock never goes back")

// errStuck: what is due stays due however often it is seen to.
var errStuck = errors.New("casetime: something stays due although it was seen to")

// Mover moves a clock on through every instant at which something falls due.
type Mover struct {
	Hand
	parts Parts
	turn  chan struct{} // holds a token while nobody moves the clock
}

// NewMover makes a mover of the clock.
func NewMover(h Hand, p Parts) *Mover {
	m := &Mover{Hand: h, parts: p, turn: make(chan struct{}, 1)}
	m.turn <- struct{}{}
	return m
}

// Advanced is what one advance came to.
type Advanced struct {
	Now time.Time
	// Instants are the moments at which something fell due; Cases and Reports what was seen to in all.
	Instants, Cases, Reports int
	// Failed are cases and reports that failed and were put off.
	Failed int
	// Complete: the target was reached with nothing left that is due. Without, another advance goes on from Now.
	Complete bool
	// Waiting is how many notices were not delivered when it returned; 0: the outbox was idle.
	Waiting int
}

// To moves the clock to a time, at once where nothing falls due before it, and with a stop at each instant at which something
// does. It stops short, Complete being false, where ctx ends or there are too many instants; what was done stays done.
func (m *Mover) To(ctx context.Context, to time.Time) (Advanced, error) {
	return m.advance(ctx, func(time.Time) time.Time { return to })
}

// By is To, counted from where the clock stands when it is this caller's turn.
func (m *Mover) By(ctx context.Context, d time.Duration) (Advanced, error) {
	return m.advance(ctx, func(now time.Time) time.Time { return now.Add(d) })
}

func (m *Mover) advance(ctx context.Context, target func(now time.Time) time.Time) (a Advanced, err error) {
	select {
	case <-m.turn:
		defer func() { m.turn <- struct{}{} }()
	case <-ctx.Done():
		return a, ctx.Err()
	}
	now := stored(m.Now())
	to := stored(target(now))
	if to.Before(now) {
		return a, ErrBackwards
	}
	err = m.through(ctx, to, &a)
	a.Now = m.Now()
	if err != nil && ctx.Err() != nil {
		return a, nil // the caller's time is over: what was reached is the answer
	}
	return a, err
}

func (m *Mover) through(ctx context.Context, to time.Time, a *Advanced) error {
	if err := m.settle(ctx, a); err != nil {
		return err
	}
	for ; a.Instants < mostInstants; a.Instants++ {
		next, err := m.next(ctx, to)
		if err != nil {
			return err
		}
		at := next
		if next.IsZero() {
			at = to
		}
		if err := m.parts.Keep(ctx, at); err != nil {
			return err
		}
		m.Forward(at)
		if next.IsZero() {
			a.Complete = true
			return nil
		}
		if err := m.settle(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// settle sees to everything that is due where the clock stands, and waits for what it announced to be told.
func (m *Mover) settle(ctx context.Context, a *Advanced) error {
	if err := m.parts.Turn(ctx); err != nil {
		return err
	}
	now := m.Now()
	for range mostSweeps {
		n, err := m.parts.Sweep(ctx, now)
		a.Cases, a.Reports, a.Failed = a.Cases+n.Cases, a.Reports+n.Reports, a.Failed+n.Failed
		if err != nil {
			return err
		}
		for _, r := range m.parts.Rooms() {
			if _, err := r.Sweep(ctx); err != nil {
				return err
			}
		}
		due, err := m.next(ctx, now)
		if err != nil {
			return err
		}
		if due.IsZero() {
			a.Waiting, err = m.idle(ctx)
			return err
		}
	}
	return errStuck
}

// next is the first instant, not after until, at which something is due; zero if there is none. What is overdue is due now.
func (m *Mover) next(ctx context.Context, until time.Time) (time.Time, error) {
	var first time.Time
	asked := []func(context.Context, time.Time) (time.Time, error){m.nextCase, m.nextReport, m.nextPlan}
	for _, r := range m.parts.Rooms() {
		asked = append(asked, r.NextDue)
	}
	for _, ask := range asked {
		t, err := ask(ctx, until)
		if err != nil {
			return time.Time{}, err
		}
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if now := m.Now(); !first.IsZero() && first.Before(now) {
		first = now
	}
	return first, nil
}

func (m *Mover) nextCase(ctx context.Context, until time.Time) (time.Time, error) {
	ids, err := m.parts.Cases.Due(ctx, until, 1)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	c, err := m.parts.Cases.Load(ctx, ids[0])
	if err != nil || c.NextDue.IsZero() {
		return m.Now(), err // the sweep puts off what cannot be read; what has nothing due any more is asked for again
	}
	return c.NextDue, nil
}

// nextReport is when a report that waits is looked after: a Grace and the smallest step after its time.
func (m *Mover) nextReport(ctx context.Context, until time.Time) (time.Time, error) {
	ids, err := m.parts.Reports.Pending(ctx, until.Add(-mediation.Grace), 1)
	if err != nil || len(ids) == 0 {
		return time.Time{}, err
	}
	r, err := m.parts.Reports.Load(ctx, ids[0])
	if err != nil {
		return time.Time{}, err
	}
	due := r.Received
	if !r.NextLook.IsZero() {
		due = r.NextLook
	}
	return due.Add(mediation.Grace + time.Millisecond), nil
}

// nextPlan is when a planned edition comes into force, or, a Grace after that, when the change counts as settled.
func (m *Mover) nextPlan(ctx context.Context, until time.Time) (time.Time, error) {
	reg, _, err := m.parts.Plans.Register(ctx)
	if err != nil {
		return time.Time{}, err
	}
	var due time.Time
	switch {
	case reg.Next != nil:
		due = reg.Next.From
	case reg.Unsettled():
		due = reg.Terms[len(reg.Terms)-1].From.Add(mediation.Grace)
		if !due.After(m.Now()) {
			return time.Time{}, nil // Turn has just had its say about it; the server's own round comes again
		}
	}
	if due.After(until) {
		return time.Time{}, nil
	}
	return due, nil
}

// idle waits until the outbox holds nothing that is still to be told, and says how much was left when it gave up.
func (m *Mover) idle(ctx context.Context) (waiting int, err error) {
	deadline := time.Now().Add(m.parts.Patience)
	for {
		waiting, _, err = m.parts.Outbox.Depth(ctx, mostInstants)
		if err != nil || waiting == 0 || time.Now().After(deadline) {
			return waiting, err
		}
		select {
		case <-ctx.Done():
			return waiting, ctx.Err()
		case <-time.After(idleLook):
		}
	}
}
