package policy

import (
	"slices"
	"strconv"
	"time"
)

// Year is the days off and worked of one year, as the yearly notice has them. It holds for every policy, so that what is learnt
// of a year reaches cases that are judged under an older version.
type Year struct {
	Number int
	// Holidays are days off, Workdays are weekend days worked instead (调休), both as YYYY-MM-DD.
	Holidays, Workdays []string
	Source             string // the notice it follows
}

var yearKeys = []key[Year]{
	count("year", required, 1990, 2199, Text{"年份", "the year"}, func(y *Year) *int { return &y.Number }),
	text("source", required, Text{"所依据的通知", "the notice it follows"}, func(y *Year) *string { return &y.Source }),
	list("holidays", required, kindDates, Text{"放假日；周六、周日无须填写", "days off; Saturdays and Sundays need no mention"}, parseDate, func(y *Year) *[]string { return &y.Holidays }),
	list("workdays", required, kindDates, Text{"调休上班的周六、周日", "Saturdays and Sundays worked instead"}, parseDate, func(y *Year) *[]string { return &y.Workdays }),
}

// LoadYear reads a year's days from one strict YAML document, as Load reads a policy.
func LoadYear(file string, src []byte) (*Year, error) {
	r := &reader{file: file, at: map[string]place{}}
	y := &Year{}
	if root := r.parse(src); root != nil {
		readObject(r, root, "", yearKeys, y)
		c := &checker{reader: r, Policy: &Policy{}}
		c.checkDays("", y.Holidays, y.Workdays)
		c.checkYear(y)
	}
	if len(r.found) > 0 {
		r.found.sort()
		return nil, r.found
	}
	return y, nil
}

// checkYear finds dates of other years, and days that stand twice.
func (c *checker) checkYear(y *Year) {
	for _, part := range []struct {
		key  string
		days []string
	}{{"holidays", y.Holidays}, {"workdays", y.Workdays}} {
		for i, day := range part.days {
			switch t, err := time.Parse(time.DateOnly, day); {
			case err != nil || y.Number == 0:
			case t.Year() != y.Number:
				c.wrong(item(part.key, i), "%s不在%d年", "%s is not in %d", day, y.Number)
			case slices.Contains(part.days[:i], day):
				c.wrong(item(part.key, i), "%s重复", "%s stands here twice", day)
			}
		}
	}
	if _, read := c.at["holidays"]; read && len(y.Holidays) == 0 {
		c.wrong("holidays", "至少须有一项", "there must be at least one")
	}
}

// checkDays finds days worked that are no weekend days, or days off as well.
func (c *checker) checkDays(path string, holidays, workdays []string) {
	for i, day := range workdays {
		at := under(path, "workdays") + "[" + strconv.Itoa(i) + "]"
		t, err := time.Parse(time.DateOnly, day)
		switch {
		case err != nil:
		case t.Weekday() != time.Saturday && t.Weekday() != time.Sunday:
			c.wrong(at, "%s本来就是工作日，此处只填调休上班的周六、周日", "%s is a weekday anyway; only weekend days worked instead belong here", day)
		case slices.Contains(holidays, day):
			c.wrong(at, "%s既是放假日又是上班日", "%s is both a day off and a day worked", day)
		}
	}
}

// Covers tells whether the days off of a year are known to a calendar: where a policy or a year's file names none, the year has
// only weekends.
func (c Calendar) Covers(year int, years []Year) bool {
	named := func(day string) bool { return len(day) > 4 && day[:4] == strconv.Itoa(year) }
	return slices.ContainsFunc(c.Holidays, named) || slices.ContainsFunc(years, func(y Year) bool { return y.Number == year })
}
