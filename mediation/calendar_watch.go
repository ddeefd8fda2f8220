package mediation

import (
	"context"
	"strconv"
	"time"

	"fengqiao/grid"
)

// CalendarWatch is what time brings by the calendar itself: running clocks are reckoned anew after days off have changed, and a year that is near
// and of which none are known is told of. It is swept like the rooms beside the cases, and is none of those that the reckoning asks.
type CalendarWatch struct{ of *Service }

// CalendarWatch returns the service's.
func (s *Service) CalendarWatch() CalendarWatch { return CalendarWatch{s} }

// Sweep reckons what is to be reckoned and tells of a year that is missing. It returns how much was changed.
func (w CalendarWatch) Sweep(ctx context.Context) (int, error) {
	n, err := w.of.Reckon(ctx)
	if n > 0 {
		w.of.Log.InfoContext(ctx, "reckoned by the calendar", "cases_and_records", n)
	}
	if err != nil {
		return n, err
	}
	_, err = w.of.WarnCalendar(ctx)
	return n, err
}

// NextDue is the first instant, not after until, at which it has something to do: when the last look follows that ends a reckoning, or when a year
// must be told of; zero if there is none.
func (w CalendarWatch) NextDue(ctx context.Context, until time.Time) (first time.Time, err error) {
	sooner := func(t time.Time) {
		if !t.After(until) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	changed, since, err := w.of.Calendars.Unreckoned(ctx)
	if err != nil {
		return first, err
	}
	if len(changed) > 0 {
		sooner(since.Add(Grace))
	}
	warned, err := w.of.Calendars.Warned(ctx)
	if err != nil {
		return first, err
	}
	c, err := w.of.coverage(ctx)
	if err != nil {
		return first, err
	}
	for year := max(w.of.now().In(c.zone).Year(), warned+1); !c.noticed(year).After(until); year++ {
		if !c.covers(year) {
			sooner(c.noticed(year).UTC())
			break
		}
	}
	return first, nil
}

// coverage is what is known of the years, by the policy in force and the years' files.
type coverage struct {
	zone   *time.Location
	county string
	covers func(year int) bool
}

func (s *Service) coverage(ctx context.Context) (c coverage, err error) {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return c, err
	}
	if c.zone, err = pol.Clocks.Calendar.Location(); err != nil {
		return c, err
	}
	years, _, err := s.Calendars.Years(ctx)
	c.county, c.covers = pol.County, func(year int) bool { return pol.Clocks.Calendar.Covers(year, years) }
	return c, err
}

// begins is when a year begins, and noticed since when its days off should be known.
func (c *coverage) begins(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, c.zone) }

func (c *coverage) noticed(year int) time.Time { return c.begins(year).AddDate(0, 0, -coverageNotice) }

// Coverage is for which years the days off are known.
type Coverage struct {
	// Missing is the first year that begins within sixty days, or has begun, of which nothing is known; 0 if there is none.
	Missing int
	// Days is how long it is until Missing begins; 0 if it has.
	Days int
}

// coverageNotice is how many days before a year begins its days off should be known.
const coverageNotice = 60

// Covered tells whether the days off of this year and the one that is near are known, by the policy in force and the years' files.
// Where they are not, working days are counted by weekends alone.
func (s *Service) Covered(ctx context.Context) (Coverage, error) {
	c, err := s.coverage(ctx)
	if err != nil {
		return Coverage{}, err
	}
	now := s.now().In(c.zone)
	for year := now.Year(); !c.noticed(year).After(now); year++ {
		if !c.covers(year) {
			left := c.begins(year).Sub(now)
			return Coverage{Missing: year, Days: max(0, int((left+24*time.Hour-1)/(24*time.Hour)))}, nil
		}
	}
	return Coverage{}, nil
}

// WarnCalendar tells administrators and the county's staff, once of each year that is missing, and returns what is missing.
func (s *Service) WarnCalendar(ctx context.Context) (Coverage, error) {
	missing, err := s.Covered(ctx)
	if err != nil || missing.Missing == 0 {
		return missing, err
	}
	warned, err := s.Calendars.Warned(ctx)
	if err != nil {
		return missing, err
	}
	c, err := s.coverage(ctx)
	if err != nil {
		return missing, err
	}
	for year := max(missing.Missing, warned+1); !c.noticed(year).After(s.now()); year++ {
		if c.covers(year) {
			continue
		}
		if err := s.Calendars.Warn(ctx, year, c.notices(year, s.now())); err != nil {
			return missing, err
		}
	}
	return missing, nil
}

func (c *coverage) notices(year int, now time.Time) (notices []Notice) {
	subject := "calendar/" + strconv.Itoa(year)
	for _, role := range []Role{Administrator, CountyStaff} {
		notices = append(notices, Notice{ID: subject + "/" + string(role), Kind: NoticeCalendar, At: now, To: Recipient{Role: role, Area: grid.Code(c.county)}, Due: c.begins(year).UTC(), Subject: subject})
	}
	return notices
}

// Text is the warning in Chinese or English; "" if nothing is missing.
func (c Coverage) Text(zh bool) string {
	year := strconv.Itoa(c.Missing)
	switch {
	case c.Missing == 0:
		return ""
	case zh:
		return year + "年的放假安排还没有导入（距该年" + strconv.Itoa(c.Days) + "天），工作日暂只除去周六、周日；请运行 fengqiao import calendar"
	}
	return "the days off of " + year + " are not known (" + strconv.Itoa(c.Days) + " days until it begins); working days are counted by weekends alone: fengqiao import calendar"
}
