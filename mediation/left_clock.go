package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/clock"
)

// LeftClock is the clock of a state that a case has left in its present turn, and may come back to: by being passed on and taken back, or called
// something else and called so again. Then the clock goes on where it stood, so that nothing is gained by the way round.
type LeftClock struct {
	State State
	Clock Clock
	At    time.Time
}

// leaveClock keeps the clock of the state that the case leaves for another, if it may come back to it by such a way round.
func (d *decision) leaveClock(to State) {
	around := d.State == Reported || (d.State == Screened || d.State == Offered) && (to == Reported || to == Transferred)
	if !around || d.StateClock.Due.IsZero() {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(d.Left), func(l LeftClock) bool { return l.State == d.State })
	d.Left = append(kept, LeftClock{d.State, d.StateClock, d.At})
}

// resumeClock lets the clock of the state that the case came back to go on; the time away is left out. One that had run out begins anew: that it
// had is on record.
func (d *decision) resumeClock(from State) {
	back := d.State == Reported && has([]State{Transferred, Screened, Offered}, from) || d.State == Screened && from == Reported
	i := slices.IndexFunc(d.Left, func(l LeftClock) bool { return l.State == d.State })
	if !back || i < 0 {
		return
	}
	left := d.Left[i]
	d.Left = slices.Delete(slices.Clone(d.Left), i, i+1)
	if k := left.Clock; k.Breached.IsZero() && k.Due.After(left.At) {
		k.stood(clock.Pause{From: left.At, To: d.At}, d.pol.Clocks.States[string(d.State)].Within, d.rules)
		d.StateClock = k
	}
}
