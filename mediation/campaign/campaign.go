// Package campaign clears a backlog against a target ("百日攻坚", hundred days): county staff name an area, some days, and by a rule which
// of the cases that are open when it starts it takes on; and everybody sees how many are still open at each day's end.
//
// The list is frozen by the rule, at the moment of the start: nobody picks cases by hand, and what comes in later, or is refused, changes
// nothing. Who stands where at a day's end is read from the cases' timelines, so that a day that is over reads the same for ever, and
// a list that is first asked for a week later is the same list.
package campaign

import (
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Campaign (攻坚行动) is what was undertaken.
type Campaign struct {
	ID   string // the client's own
	Name string
	Area grid.Code
	// From and Until are the county's midnights: from the beginning of the first day to the end of the last, as it stands now.
	From, Until time.Time
	Changes     []Change // of the end, in order
	Rule        Rule
	// Percent of the cases are to be settled at the end. Settled and not merely closed: pushing papers out is no target.
	Percent int
	By      string
	Made    time.Time
	// Frozen is when the list was taken up; zero before the start. Members are their ids, the oldest case first.
	Frozen  time.Time
	Members []Member
	Version int64
}

// Rule selects among the cases that are open at the start (those closed that wait for the return visit are not). Zero does not select.
type Rule struct {
	Source string
	// Channels are those that the source had by the policy when the campaign was made.
	Channels []string
	Category string
	MinDays  int // open for so many days at the start
	MinTurns int // reopened so often before the start
}

// Member is a case that the campaign took on.
type Member struct {
	ID     string
	Opened time.Time
}

// Limits of a campaign.
const (
	MaxDays    = 366
	MaxName    = 60
	MaxMembers = 20_000 // the oldest are taken where there are more
)

// Target is how many of so many cases are to be settled.
func Target(total, percent int) int { return (total*percent + 99) / 100 }

// check finds what cannot be undertaken.
func (c *Campaign) check(now time.Time) error {
	switch {
	case strings.TrimSpace(c.Name) == "":
		return mediation.Refusal("campaign", mediation.Invalid, "required", "name")
	case utf8.RuneCountInString(c.Name) > MaxName:
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.long_name", "name")
	case !c.From.Before(c.Until):
		return mediation.Refusal("campaign", mediation.Invalid, "out_of_order", "until")
	case c.From.AddDate(0, 0, MaxDays).Before(c.Until):
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.too_long", "until")
	case c.From.AddDate(0, 0, 1).Before(now):
		// A start that is chosen afterwards could be chosen by its result.
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.begun", "from")
	case c.Percent < 1 || c.Percent > 100:
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.percent", "percent")
	case c.Rule.MinDays < 0 || c.Rule.MinTurns < 0:
		return mediation.Refusal("campaign", mediation.Invalid, "campaign.negative", "rule")
	}
	return nil
}

// takes tells whether the rule selects a case that stood, and was filed, so at the start.
func (c *Campaign) takes(s *mediation.Summary, at Standing, filed mediation.Filed) bool {
	r := &c.Rule
	switch {
	case at.Class != Open, !c.Area.Contains(filed.Area), !s.Opened.Before(c.From):
		return false
	case r.Category != "" && filed.Category != r.Category, r.Source != "" && !contains(r.Channels, s.Channel):
		return false
	}
	return !s.Opened.After(c.From.AddDate(0, 0, -r.MinDays)) && at.Turns >= r.MinTurns
}

func contains(list []string, word string) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}

// Class is where a case of the campaign stands.
type Class string

// The classes. Every case is in exactly one.
const (
	Open    Class = "open"    // 未办结
	Closed  Class = "closed"  // 已办结，待回访
	Settled Class = "settled" // 化解
	Ended   Class = "ended"   // 其它了结：不成、退出、撤回、不予受理、并案
	// Reopened is beside the classes: reopened since the start.
	Reopened Class = "reopened"
)

// Classes is all that a list can be asked for.
var Classes = []Class{Open, Closed, Settled, Ended, Reopened}

func classOf(s mediation.State) Class {
	switch {
	case s == mediation.Settled:
		return Settled
	case s == mediation.Closed:
		return Closed
	case s.Over():
		return Ended
	}
	return Open
}

// Course is a case's way through its states, as its timeline has it.
type Course []step

type step struct {
	at    time.Time
	class Class
	turn  bool // reopened here
}

// CourseOf reads a timeline.
func CourseOf(events []mediation.Event) Course {
	var c Course
	for i := range events {
		e := &events[i]
		turn := e.Data["repeat"] != ""
		if class := classOf(e.To); len(c) == 0 || turn || c[len(c)-1].class != class {
			c = append(c, step{e.At, class, turn})
		}
	}
	return c
}

// Standing is where a case stood at a moment.
type Standing struct {
	Class Class // "" before there was such a case
	Turns int   // how often it had been reopened
}

// At is where the case stood just before a moment.
func (c Course) At(t time.Time) (s Standing) {
	for _, x := range c {
		if !x.at.Before(t) {
			break
		}
		s.Class = x.class
		if x.turn {
			s.Turns++
		}
	}
	return s
}

// Point is the campaign at a day's end, or now.
type Point struct {
	At                           time.Time
	Open, Closed, Settled, Ended int
	Reopened                     int // of all, since the start
	Planned                      int // to be settled by then, if every day settled as many
	Total                        int
}

// Days are the moments at which the campaign is looked at: its start, each day's end, and now where it is under way.
func (c *Campaign) Days(now time.Time, zone *time.Location) []time.Time {
	var days []time.Time
	for at := c.From.In(zone); !at.After(now) && !at.After(c.Until); at = at.AddDate(0, 0, 1) {
		days = append(days, at)
	}
	if last := len(days) - 1; last >= 0 && days[last].Before(now) && now.Before(c.Until) {
		days = append(days, now)
	}
	return days
}

// BurnDown counts the members' courses at each of the moments.
func (c *Campaign) BurnDown(courses []Course, days []time.Time) []Point {
	points := make([]Point, len(days))
	for i, at := range days {
		p := &points[i]
		p.At, p.Total = at, len(courses)
		p.Planned = c.planned(len(courses), at)
		for _, course := range courses {
			switch course.At(at).Class {
			case Open:
				p.Open++
			case Closed:
				p.Closed++
			case Settled:
				p.Settled++
			case Ended:
				p.Ended++
			}
			if c.reopened(course, at) {
				p.Reopened++
			}
		}
	}
	return points
}

// reopened tells whether a case was reopened between the start and a moment.
func (c *Campaign) reopened(course Course, at time.Time) bool {
	return course.At(at).Turns > course.At(c.From).Turns
}

// In tells whether a case stood in a class at a moment.
func (c *Campaign) In(course Course, class Class, at time.Time) bool {
	if class == Reopened {
		return c.reopened(course, at)
	}
	return course.At(at).Class == class
}
