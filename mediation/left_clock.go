package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
)

// LeftClock is the clock of a state that a case has left in its present turn, and may come back to, whatever way: passed on and taken back, called
// something else and called so again, agreed and voided, given to a mediator and taken off again. Then the clock goes on where it stood, and what had
// run out has: nothing is gained by the way round.
type LeftClock struct {
	State State
	// For is the unit, road or area that the case was passed to, "" of any other state: another unit has a turn of its own.
	For   string
	Clock Clock
	At    time.Time
}

// leaveClock keeps the clock of the state that the case leaves. That of a suspension is each suspension's own, and the state that it goes back to is held
// beside it.
func (d *decision) leaveClock(to State) {
	if d.State != Suspended && to != Suspended {
		d.keepClock(d.State, d.StateClock)
	}
}

// keepClock keeps a clock that the case may come back to.
func (d *decision) keepClock(s State, k Clock) {
	if k.Due.IsZero() || s.Over() {
		return
	}
	d.Left = append(slices.DeleteFunc(slices.Clone(d.Left), func(l LeftClock) bool { return l.State == s && l.For == d.ClockFor }), LeftClock{s, d.ClockFor, k, d.At})
}

// takeClock is the clock that was kept of a state, as it goes on now, and keeps it no longer. The time away is left out, of one that had not run out.
func (d *decision) takeClock(s State) (Clock, bool) {
	i := slices.IndexFunc(d.Left, func(l LeftClock) bool { return l.State == s && l.For == d.ClockFor })
	if i < 0 {
		return Clock{}, false
	}
	left := d.Left[i]
	d.Left = slices.Delete(slices.Clone(d.Left), i, i+1)
	left.Clock.stood(clock.Pause{From: left.At, To: d.At, Reason: clock.Away}, d.limitOf(s).Within, d.rules)
	return left.Clock, true
}

// resumeClock lets the clock of the state that the case came back to go on. With a closing the return visit is a new one, and so is what is not settled after it.
func (d *decision) resumeClock() {
	if d.State == Closed && d.Closed.Equal(d.At) {
		d.Left = slices.DeleteFunc(slices.Clone(d.Left), func(l LeftClock) bool { return l.State == Closed || l.State == Unsettled })
	}
	if k, ok := d.takeClock(d.State); ok {
		d.StateClock = k
	}
}
