// Package patrol is the rounds that grid workers make (巡查签到): who checks in where, how often each micro-grid must be visited, and
// which have not been.
//
// A check-in is a movement of a person and so sensitive personal data (个人信息保护法 28): the phone's point is used once, to find the
// micro-grid, and is then dropped; what is kept is the cell and the time, for as long as policy says. Who made it sees it, and nobody
// else does. Of each cell the last visit is kept apart, without a person: that is what staff see, and it outlives the check-ins.
package patrol

import (
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Checkin (签到) is one visit to a micro-grid. Its ID is made from the person and the phone's own UUID, so that the same one sent twice
// is one.
type Checkin struct {
	ID   string
	User string
	Cell grid.Code
	// At is when it was: the phone's word, as it may have been without a network for a day, or Received where that cannot be believed.
	At        time.Time
	PhoneTime time.Time // as the phone said, zero if it did not
	Received  time.Time
	Marks     []mediation.Mark
	// PlanVersion is the plan that it was placed by.
	PlanVersion string
}

// Counts tells whether the cell has been visited by it: a fix that says little about the cell proves nothing.
func (c *Checkin) Counts() bool {
	for _, m := range c.Marks {
		if m == mediation.CoarsePosition {
			return false
		}
	}
	return true
}

// timed sets when it was, from what the phone says and when it came.
func (c *Checkin) timed(in policy.Intake) {
	c.At = c.PhoneTime
	late := in.ClockOld > 0 && c.PhoneTime.Before(c.Received.Add(-in.ClockOld))
	switch {
	case c.PhoneTime.IsZero():
		c.At = c.Received
	case late || c.PhoneTime.After(c.Received.Add(in.ClockSkew)):
		c.At = c.Received
		c.Marks = append(c.Marks, mediation.ClockDoubtful)
	case c.PhoneTime.After(c.Received):
		c.At = c.Received // a little ahead: a visit is never in the future
	}
}

// placed finds the cell that the point lies in, or comes so near to that policy takes it for it; false where there is none.
func (c *Checkin) placed(in Input, pol policy.Intake, plan *grid.Plan) bool {
	c.PlanVersion = plan.Version()
	if max := pol.MaxAccuracyMetres; max > 0 && in.AccuracyM > max {
		c.Marks = append(c.Marks, mediation.CoarsePosition)
	}
	if cell, ok := plan.Locate(in.Point); ok {
		c.Cell = cell.Code
		return true
	}
	if pol.SnapMetres <= 0 {
		return false
	}
	code, _, ok := plan.Nearest(in.Point, pol.SnapMetres)
	if ok {
		c.Cell = code
		c.Marks = append(c.Marks, mediation.Snapped)
	}
	return ok
}

// Cell is how a micro-grid stands. It names nobody.
type Cell struct {
	Code grid.Code
	// Last is its last visit that counts; zero: there was none since the plan has it.
	Last time.Time
	// Every is how often policy wants it visited; Due when the next visit is due, zero where there was none yet.
	Every policy.Span
	Due   time.Time
	// Overdue: the time has passed, or nobody was ever there.
	Overdue bool
}

// stand works out how a cell stands.
func stand(code grid.Code, last time.Time, p policy.Patrols, cal *clock.Calendar, now time.Time) Cell {
	c := Cell{Code: code, Last: last, Every: p.EveryIn(string(code)), Overdue: last.IsZero()}
	if !last.IsZero() {
		c.Due = cal.After(last, c.Every)
		c.Overdue = c.Due.Before(now)
	}
	return c
}

// Count is how the micro-grids of an area stand, in figures.
type Count struct {
	Area grid.Code
	// Cells are all of them; Visited those within their time, Overdue the others; Never, of the overdue, those that nobody ever visited.
	Cells, Visited, Overdue, Never int
}

func (n *Count) add(c *Cell) {
	n.Cells++
	switch {
	case !c.Overdue:
		n.Visited++
	case c.Last.IsZero():
		n.Never++
		n.Overdue++
	default:
		n.Overdue++
	}
}
