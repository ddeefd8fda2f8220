package scorecard

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"fengqiao/mediation/policy"
)

// Period is a month, a quarter or a year of the county's time zone.
type Period struct {
	Name        string    // 2026-03, 2026-Q1, 2026
	From, Until time.Time // start included, end not

	months int
}

var periodForm = regexp.MustCompile(`^(\d{4})(?:-(?:(\d{2})|Q([1-4])))?$`)

// ParsePeriod reads a period as it is written.
func ParsePeriod(text string, zone *time.Location) (Period, error) {
	m := periodForm.FindStringSubmatch(text)
	if m == nil {
		return Period{}, fmt.Errorf("scorecard: %q is no period", text)
	}
	year, _ := strconv.Atoi(m[1])
	first, months := 1, 12
	switch {
	case m[2] != "":
		first, _ = strconv.Atoi(m[2])
		months = 1
	case m[3] != "":
		quarter, _ := strconv.Atoi(m[3])
		first, months = 3*quarter-2, 3
	}
	if first < 1 || first > 12 || year < 1970 || year > 2105 {
		return Period{}, fmt.Errorf("scorecard: %q is no period", text)
	}
	return periodFrom(year, first, months, zone), nil
}

// MonthOf is the month in which a moment lies.
func MonthOf(t time.Time, zone *time.Location) Period {
	t = t.In(zone)
	return periodFrom(t.Year(), int(t.Month()), 1, zone)
}

func periodFrom(year, month, months int, zone *time.Location) Period {
	from := time.Date(year, time.Month(month), 1, 0, 0, 0, 0, zone)
	p := Period{From: from, Until: time.Date(year, time.Month(month+months), 1, 0, 0, 0, 0, zone), months: months}
	switch months {
	case 1:
		p.Name = from.Format("2006-01")
	case 3:
		p.Name = fmt.Sprintf("%04d-Q%d", from.Year(), (int(from.Month())+2)/3)
	default:
		p.Name = from.Format("2006")
	}
	return p
}

// Before is the period of the same kind just before.
func (p Period) Before() Period {
	return periodFrom(p.From.Year(), int(p.From.Month())-p.months, p.months, p.From.Location())
}

// Next is the period of the same kind just after.
func (p Period) Next() Period {
	return periodFrom(p.From.Year(), int(p.From.Month())+p.months, p.months, p.From.Location())
}

// monthsOf is how many months each of policy.VillagePeriods has.
var monthsOf = map[string]int{policy.VillagePeriods[0]: 1, policy.VillagePeriods[1]: 3, policy.VillagePeriods[2]: 12}

// Is tells whether it is of a kind: one of policy.VillagePeriods.
func (p Period) Is(every string) bool { return p.months == monthsOf[every] }

// Running is the period of a kind in which a moment lies.
func Running(every string, t time.Time, zone *time.Location) Period {
	t, months := t.In(zone), monthsOf[every]
	return periodFrom(t.Year(), (int(t.Month())-1)/months*months+1, months, zone)
}

// Month tells whether it is a month.
func (p Period) Month() bool { return p.months == 1 }
