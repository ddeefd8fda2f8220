package mediation

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation/policy"
)

// Reckon works the clocks of a case out anew, after the days off of a year have become known or changed, and tells whether any ends at
// another time. A clock that has run out stays so: it was late by what was known then. It is pure, like Decide.
func Reckon(c *Case, now time.Time, r Rules) bool {
	if c.State.Over() {
		return false
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("reckoned")
	changed := d.reckonClock(string(StateClock), c.State, &c.StateClock, d.pol.Clocks.States[string(c.State)])
	changed = d.reckonClock(string(HeldClock), c.Held, &c.HeldClock, d.pol.Clocks.States[string(c.Held)]) || changed
	for i := range c.Stages {
		if rule, ok := d.pol.Stage(c.Stages[i].Key); ok && c.Stages[i].running() {
			changed = d.reckonClock("stage_"+rule.Key, "", &c.Stages[i].Clock, rule.Limit) || changed
		}
	}
	changed = d.reckonClock(string(WholeClock), "", &c.WholeClock, d.pol.Clocks.Whole) || changed
	if !changed {
		return false
	}
	d.end()
	c.Revision++
	c.Changed = now
	c.schedule(r)
	return true
}

// reckonClock gives a clock that still runs the end that it now has, and tells whether that is another than it said.
func (d *decision) reckonClock(name string, of State, k *Clock, limit policy.Limit) bool {
	if k.Due.IsZero() || !k.Breached.IsZero() || limit.Within.Zero() {
		return false
	}
	due := d.rules.Calendar.AfterPaused(k.Since, limit.Within, k.Pauses).UTC()
	if of == Effective && d.Agreement != nil && d.Agreement.PerformBy.After(due) {
		due = d.Agreement.PerformBy
	}
	if due.Equal(k.Due) {
		return false
	}
	d.say(name+"_before", k.Due.Format(time.RFC3339))
	d.say(name, due.Format(time.RFC3339))
	k.Due = due
	return true
}

// Reckon is a run over the open cases whose clocks end in a year that has changed, or after it began. When a run that began a Grace
// after the change has found nothing left, it is noted that every clock has been reckoned: by then every instance counts by what is
// known now.
func (s *Service) Reckon(ctx context.Context) (reckoned int, err error) {
	began := s.now()
	changed, since, err := s.Calendars.Unreckoned(ctx)
	if err != nil || len(changed) == 0 {
		return 0, err
	}
	// A span that ends after the year began may have days of it, and so may one that the year's first days off pushed into it.
	from := time.Date(slices.Min(changed), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -14)
	t, err := s.changeOpen(ctx, func(sum *Summary) (bool, error) {
		if sum.State != Suspended && sum.StateDue.Before(from) && sum.StageDue.Before(from) && sum.WholeDue.Before(from) {
			return false, nil
		}
		return s.reckonCase(ctx, sum.ID)
	})
	if err = errors.Join(err, t.failed()); err != nil || t.done > 0 || began.Before(since.Add(Grace)) {
		return t.done, err
	}
	return 0, s.Calendars.Reckoned(ctx, since)
}

func (s *Service) reckonCase(ctx context.Context, id string) (bool, error) {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return false, err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return false, err
	}
	if probe := c.clone(); !Reckon(&probe, s.now(), r) {
		return false, nil
	}
	changed := false
	_, err = s.Cases.Update(ctx, id, func(c *Case) error {
		if changed = Reckon(c, s.now(), r); !changed {
			return ErrStale // somebody was faster
		}
		return nil
	})
	if errors.Is(err, ErrStale) {
		return false, nil
	}
	return changed, err
}

// Coverage is for which years the days off are known.
type Coverage struct {
	// Missing is the first year that begins within sixty days, or has begun, of which nothing is known; 0 if there is none.
	Missing int
	// Days is how long it is until Missing begins; 0 if it has.
	Days int
}

// coverageNotice is how long before a year begins its days off should be known.
const coverageNotice = 60

// Covered tells whether the days off of this year and the one that is near are known, by the policy in force and the years' files.
// Where they are not, working days are counted by weekends alone.
func (s *Service) Covered(ctx context.Context) (Coverage, error) {
	pol, err := s.Policies.Current(ctx)
	if err != nil {
		return Coverage{}, err
	}
	zone, err := pol.Clocks.Calendar.Location()
	if err != nil {
		return Coverage{}, err
	}
	years, _, err := s.Calendars.Years(ctx)
	if err != nil {
		return Coverage{}, err
	}
	now := s.now().In(zone)
	for year := now.Year(); year <= now.AddDate(0, 0, coverageNotice).Year(); year++ {
		if pol.Clocks.Calendar.Covers(year, years) {
			continue
		}
		left := time.Date(year, 1, 1, 0, 0, 0, 0, zone).Sub(now)
		return Coverage{Missing: year, Days: max(0, int((left+24*time.Hour-1)/(24*time.Hour)))}, nil
	}
	return Coverage{}, nil
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
