package campaign

import (
	"errors"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"

	"pgregory.net/rapid"
)

var (
	begins = time.Date(2026, 4, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	clerk  = mediation.Actor{ID: "clerk", Role: mediation.CountyStaff, Area: "33.01.11"}
)

func day(n int) time.Time { return begins.AddDate(0, 0, n) }

func TestTheEndOfACampaignMovesForAReasonWhileItIsUnderWay(t *testing.T) {
	for name, x := range map[string]struct {
		at     time.Time
		early  bool
		until  time.Time
		reason string
		code   string
	}{
		"ended today":                     {day(40).Add(time.Hour), true, day(41), "目标已达到", ""},
		"ended some days on":              {day(40).Add(time.Hour), true, day(60), "目标已达到", ""},
		"prolonged":                       {day(99).Add(time.Hour), false, day(130), "汛期停办十天", ""},
		"without a reason":                {day(40), true, day(60), "  ", "required"},
		"before it has begun":             {day(0).Add(-time.Second), true, day(60), "r", "campaign.not_begun"},
		"ended when it is over":           {day(100), true, day(99), "r", "campaign.over"},
		"prolonged when it is over":       {day(100), false, day(130), "r", "campaign.over"},
		"ended with a day that is over":   {day(40).Add(time.Hour), true, day(40), "r", "campaign.past"},
		"ended no earlier":                {day(40), true, day(100), "r", "campaign.no_earlier"},
		"prolonged to the end it has":     {day(40), false, day(100), "r", "campaign.no_later"},
		"prolonged beyond what may be":    {day(40), false, day(MaxDays + 1), "r", "campaign.too_long"},
		"for a reason that is too long":   {day(40), true, day(60), string(make([]byte, MaxReason+1)), "too_long"},
		"prolonged by as much as may be":  {day(40), false, day(MaxDays), "r", ""},
		"ended at the last moment of all": {day(100).Add(-25 * time.Hour), true, day(99), "r", ""},
	} {
		c := &Campaign{ID: "c", Area: "33.01.11", From: day(0), Until: day(100), Percent: 90}
		notices, err := c.change(Order{clerk, x.at}, x.early, x.until, x.reason)
		var refused *mediation.Error
		switch {
		case x.code != "":
			if !errors.As(err, &refused) || refused.Code != x.code || len(c.Changes) > 0 || !c.Until.Equal(day(100)) {
				t.Errorf("%s: %v, %+v", name, err, c)
			}
		case err != nil || !c.Until.Equal(x.until) || len(c.Changes) != 1 || c.Changes[0].Early() != x.early || !c.Changes[0].Was.Equal(day(100)) || !c.FirstEnd().Equal(day(100)) || len(notices) != 4:
			t.Errorf("%s: %v, %+v, %d told", name, err, c, len(notices))
		}
	}
}

// However often its end is moved: the days that are over read as they did, the last point is at its end and asks for the target, the pace never
// falls, and every change is kept and told once.
func TestMovingTheEndLeavesTheDaysThatAreOverAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Campaign{ID: "c", Area: "33.01.11", From: day(0), Until: day(rapid.IntRange(5, 200).Draw(t, "days")), Percent: rapid.IntRange(1, 100).Draw(t, "percent")}
		var courses []Course
		for range rapid.IntRange(0, 30).Draw(t, "cases") {
			courses = append(courses, Course{{at: day(-1), class: Open}, {at: day(rapid.IntRange(0, 300).Draw(t, "settled")).Add(time.Hour), class: Settled}})
		}
		now, made, told := day(0), 0, map[string]bool{}
		var read []Point // of the days that were over when it was looked at
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "hours")) * time.Hour)
			early := rapid.Bool().Draw(t, "early")
			was := c.Until
			notices, err := c.change(Order{clerk, now}, early, day(rapid.IntRange(0, 400).Draw(t, "until")), rapid.SampledFrom([]string{"甲", "乙", ""}).Draw(t, "reason"))
			if err == nil && len(notices) > 0 {
				made++
				if !was.After(now) || early != c.Until.Before(was) || !c.Until.After(now) {
					t.Fatalf("at %s the end went from %s to %s", now, was, c.Until)
				}
			} else if !c.Until.Equal(was) {
				t.Fatalf("the end moved from %s to %s and nobody was told: %v", was, c.Until, err)
			}
			for _, n := range notices {
				if told[n.ID] {
					t.Fatalf("%s was told before", n.ID)
				}
				told[n.ID] = true
			}
			points := c.BurnDown(courses, slices.DeleteFunc(c.Days(now, begins.Location()), func(at time.Time) bool { return at.Equal(now) }))
			if len(points) < len(read) || !slices.Equal(points[:len(read)], read) {
				t.Fatalf("days that were over read\n%+v, now\n%+v", read, points)
			}
			read = points
		}
		if len(c.Changes) != made || made > MaxChanges {
			t.Fatalf("%d changes of %d are kept", len(c.Changes), made)
		}
		all := c.BurnDown(courses, c.Days(c.Until, begins.Location()))
		last := all[len(all)-1]
		if !last.At.Equal(c.Until) || last.Planned != Target(len(courses), c.Percent) {
			t.Fatalf("at its end %+v is planned", last)
		}
		if !slices.IsSortedFunc(all, func(a, b Point) int { return a.Planned - b.Planned }) {
			t.Fatalf("the pace falls: %+v", all)
		}
	})
}
