// Package clock counts legal and office time: when something is due, what is left of it, and why. It is arithmetic only; the
// present time is always given by the caller.
//
// The kinds of length a policy can name are counted so:
//
//   - Hours and minutes run round the clock, seven days a week.
//   - Calendar days ("日"): the day of the start is not counted and the last day ends at midnight (民法典 201, 203); where it is
//     a day off, the first working day after it takes its place (民法典 203, 民事诉讼法 85). The due time is the last second
//     of that day, so that people read the right date.
//   - Working days that a norm sets ("工作日", Span.Whole) are counted as its days are: that of the start not, the last one whole.
//   - A county's own working days run only while the office is open: a start outside hours counts from the next opening, and one working day
//     is one whole opening. What begins at an opening therefore ends at a closing, what begins at ten ends at ten.
//
// Local time is the calendar's zone. A local time that a change to summer time leaves out becomes the moment of the change.
package clock

import (
	"fmt"
	"slices"
	"time"

	"fengqiao/mediation/policy"
)

// Calendar knows the working days and opening hours of one zone. It is immutable.
type Calendar struct {
	zone          *time.Location
	off, worked   map[date]bool
	known         map[int]bool  // the years of which days off are known
	opens, closes time.Duration // after midnight
}

// New builds a calendar of a policy's and what is known of the years besides. No zone means UTC; no opening hours (both 0) mean the
// whole day. The error names the part that cannot be read; a calendar of a loaded policy has none.
func New(c policy.Calendar, years ...policy.Year) (*Calendar, error) {
	zone, err := c.Location()
	if err != nil {
		return nil, fmt.Errorf("clock: zone %q: %w", c.Zone, err)
	}
	cal := &Calendar{zone: zone, opens: time.Duration(c.Opens) * time.Minute, closes: time.Duration(c.Closes) * time.Minute}
	if c.Opens == 0 && c.Closes == 0 {
		cal.closes = day
	}
	if cal.opens < 0 || cal.opens >= cal.closes || cal.closes > day {
		return nil, fmt.Errorf("clock: opening hours from minute %d to minute %d", c.Opens, c.Closes)
	}
	off, worked := c.Holidays, c.Workdays
	cal.known = make(map[int]bool, 1+len(years))
	for _, y := range years {
		cal.known[y.Number] = true
		off, worked = append(slices.Clip(off), y.Holidays...), append(slices.Clip(worked), y.Workdays...)
	}
	if cal.off, err = dates(off); err != nil {
		return nil, err
	}
	if cal.worked, err = dates(worked); err != nil {
		return nil, err
	}
	for d := range cal.off {
		cal.known[d.utc().Year()] = true
	}
	return cal, nil
}

// Of returns the calendar of a loaded policy. It panics on a calendar that Load would have refused, as only a mistake in the
// program can bring one here.
func Of(p *policy.Policy) *Calendar {
	c, err := New(p.Clocks.Calendar)
	if err != nil {
		panic(err)
	}
	return c
}

func dates(list []string) (map[date]bool, error) {
	out := make(map[date]bool, len(list))
	for _, s := range list {
		t, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return nil, fmt.Errorf("clock: date %q: %w", s, err)
		}
		out[dateOf(t)] = true
	}
	return out, nil
}

// Working tells whether the local day of t is a working day: no weekend and no holiday, or a weekend day worked instead.
func (c *Calendar) Working(t time.Time) bool { return c.works(dateOf(t.In(c.zone))) }

func (c *Calendar) works(d date) bool {
	switch {
	case c.worked[d]:
		return true
	case c.off[d]:
		return false
	}
	w := d.weekday()
	return w != time.Saturday && w != time.Sunday
}

// nextWorking is d if it is a working day, else the first one after it.
func (c *Calendar) nextWorking(d date) date {
	for !c.works(d) {
		d++
	}
	return d
}

// After is the moment at which a span that began at start is over. Of a span of several kinds the calendar days are counted
// first, then the working days, then the hours. It never lies before start.
func (c *Calendar) After(start time.Time, s policy.Span) time.Time {
	t := start
	if s.Days > 0 {
		t = c.endOf(c.nextWorking(dateOf(t.In(c.zone)) + date(s.Days)))
	}
	switch {
	case s.WorkingDays > 0 && s.Whole:
		t = c.endOf(c.workingAfter(dateOf(t.In(c.zone)), s.WorkingDays))
	case s.WorkingDays > 0:
		t = c.advance(t, time.Duration(s.WorkingDays)*c.open())
	}
	return t.Add(s.Clock)
}

// workingAfter is the n-th working day after a day.
func (c *Calendar) workingAfter(d date, n int) date {
	for ; n > 0; n-- {
		d = c.nextWorking(d + 1)
	}
	return d
}

// workingBetween is how many working days came after one day, until another.
func (c *Calendar) workingBetween(from, to date) (n int) {
	for d := from + 1; d <= to; d++ {
		if c.works(d) {
			n++
		}
	}
	return n
}

// Before is when to remind of something due: the span before it. Calendar and working days are counted back from the day it
// is due, and the reminder comes at the opening of that day; hours are simply taken off.
func (c *Calendar) Before(due time.Time, s policy.Span) time.Time {
	if s.Days <= 0 && s.WorkingDays <= 0 {
		return due.Add(-s.Clock)
	}
	d := dateOf(due.In(c.zone)) - date(s.Days)
	for left := s.WorkingDays; left > 0; {
		d--
		if c.works(d) {
			left--
		}
	}
	return c.at(d, c.opens).Add(-s.Clock)
}

// Pause is a time in which a clock stands still, from inclusive, until exclusive.
type Pause struct {
	From, To time.Time
	// Reason is why: one of the policy's of suspensions, or Away; "" where nothing is said of it.
	Reason string
}

// Away is the reason of a pause in which the step whose clock it is was not the case's. In days it counts by its whole days together, not by the midnights
// in it: who goes away for a minute before each gains nothing.
const Away = "away"

// Extend is the due time after a pause during which the clock stood still: hours are added as they passed, calendar days as
// midnights that passed (and off a day off again), working days as the opening time that passed, a norm's as the working days that began.
func (c *Calendar) Extend(due time.Time, s policy.Span, p Pause) time.Time {
	if !p.To.After(p.From) {
		return due
	}
	switch {
	case s.WorkingDays > 0 && s.Whole:
		n := c.workingBetween(dateOf(p.From.In(c.zone)), dateOf(p.To.In(c.zone)))
		if n == 0 {
			return due
		}
		return c.endOf(c.workingAfter(dateOf(due.In(c.zone)), n))
	case s.WorkingDays > 0:
		return c.advance(due, c.openBetween(p.From, p.To))
	case s.Days > 0:
		nights := c.Nights(p)
		if p.Reason == Away {
			nights = int(p.To.Sub(p.From) / day)
		}
		if nights <= 0 {
			return due
		}
		return c.endOf(c.nextWorking(dateOf(due.In(c.zone)) + date(nights)))
	default:
		return due.Add(p.To.Sub(p.From))
	}
}

// Nights is how many midnights passed in a pause.
func (c *Calendar) Nights(p Pause) int {
	return int(dateOf(p.To.In(c.zone)) - dateOf(p.From.In(c.zone)))
}

// AfterPaused is After for a clock that stood still in the pauses. Pauses must be in order and apart; what lies before the
// start or begins after the span is over does not count.
func (c *Calendar) AfterPaused(start time.Time, s policy.Span, pauses []Pause) time.Time {
	due, nights, away := c.After(start, s), 0, time.Duration(0)
	for _, p := range pauses {
		if p.From.Before(start) {
			p.From = start
		}
		switch {
		case !p.From.Before(due):
		case s.Days > 0 && s.WorkingDays == 0 && s.Clock == 0:
			// A day off moves the end once, not with every pause again: many short pauses gain no more than a long one.
			if p.Reason == Away {
				away += max(p.To.Sub(p.From), 0)
			} else {
				nights += max(c.Nights(p), 0)
			}
			due = c.After(start, policy.Span{Days: s.Days + nights + int(away/day)})
		default:
			due = c.Extend(due, s, p)
		}
	}
	return due
}

// Left is what remains until something is due.
type Left struct {
	Overdue     bool
	Clock       time.Duration // round the clock; negative when overdue
	Days        int           // midnights between now and the due time, 0 when overdue
	WorkingDays int           // whole working days of opening time, 0 when overdue
	Open        time.Duration // opening time beyond the whole working days
}

// Remaining tells what is left at now of something due then.
func (c *Calendar) Remaining(now, due time.Time) Left {
	l := Left{Overdue: due.Before(now), Clock: due.Sub(now)}
	if l.Overdue {
		return l
	}
	l.Days = int(dateOf(due.In(c.zone)) - dateOf(now.In(c.zone)))
	open := c.openBetween(now, due)
	l.WorkingDays, l.Open = int(open/c.open()), open%c.open()
	return l
}
