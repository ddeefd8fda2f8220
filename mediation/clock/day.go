package clock

import "time"

const day = 24 * time.Hour

// date is a calendar day, counted from 1970-01-01, so that days are added without any clock.
type date int64

func dateOf(local time.Time) date {
	y, m, d := local.Date()
	return date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64(day/time.Second))
}

func (d date) utc() time.Time { return time.Unix(int64(d)*int64(day/time.Second), 0).UTC() }

func (d date) weekday() time.Weekday { return d.utc().Weekday() }

func (d date) String() string { return d.utc().Format(time.DateOnly) }

// at is the moment when clocks on the wall show that time of that day: the first of two where they are put back, the moment of
// the change where they are put forward over it.
func (c *Calendar) at(d date, wall time.Duration) time.Time {
	y, m, dd := d.utc().Date()
	h, rest := int(wall/time.Hour), wall%time.Hour
	min, rest := int(rest/time.Minute), rest%time.Minute
	t := time.Date(y, m, dd, h, min, int(rest/time.Second), int(rest%time.Second), c.zone)
	want := d.utc().Add(wall)
	got := wallOf(t)
	if got.Equal(want) {
		if from, _ := t.ZoneBounds(); !from.IsZero() {
			// Put back just before: the same wall time may have been there an hour earlier.
			_, now := t.Zone()
			_, before := from.Add(-1).Zone()
			if earlier := t.Add(-time.Duration(before-now) * time.Second); before > now && earlier.Before(from) {
				return earlier
			}
		}
		return t
	}
	from, to := t.ZoneBounds()
	if got.After(want) { // the library took the offset before the change, which lies past it
		return from
	}
	return to
}

// wallOf is what clocks on the wall show, as a time in UTC.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// endOf is the last second of a day.
func (c *Calendar) endOf(d date) time.Time { return c.at(d, day-time.Second) }

// open is how long the office is open on a working day.
func (c *Calendar) open() time.Duration { return c.closes - c.opens }

// SameDay tells whether two moments lie on one local day.
func (c *Calendar) SameDay(a, b time.Time) bool { return dateOf(a.In(c.zone)) == dateOf(b.In(c.zone)) }

// split gives the local day and the time on the wall.
func (c *Calendar) split(t time.Time) (date, time.Duration) {
	local := t.In(c.zone)
	d := dateOf(local)
	return d, wallOf(local).Sub(d.utc())
}

// advance is the moment at which so much opening time has passed since start. It lies in opening hours, its ends included.
func (c *Calendar) advance(start time.Time, left time.Duration) time.Time {
	if left <= 0 {
		return start
	}
	d, wall := c.split(start)
	wall = max(wall, c.opens)
	for {
		if c.works(d) && wall < c.closes {
			if left <= c.closes-wall {
				return c.at(d, wall+left)
			}
			left -= c.closes - wall
		}
		d, wall = d+1, c.opens
	}
}

// openBetween is how much opening time lies between two moments.
func (c *Calendar) openBetween(from, to time.Time) time.Duration {
	if !to.After(from) {
		return 0
	}
	d, wall := c.split(from)
	last, end := c.split(to)
	var sum time.Duration
	for ; d <= last; d, wall = d+1, 0 {
		if !c.works(d) {
			continue
		}
		until := c.closes
		if d == last {
			until = min(until, end)
		}
		sum += max(until-max(wall, c.opens), 0)
	}
	return sum
}
