package handlers

import (
	"regexp"
	"strconv"
	"strings"

	"fengqiao/grid"
	"fengqiao/mediation/policy"
)

// numberSought is the case number that somebody looks for, in the form of the register ("33.01.11/2026/12"): as it stands,
// or read from a title as papers bear it. What is neither is not refused: it finds nothing.
func numberSought(text string, pol *policy.Policy, plan *grid.Plan) string {
	form := regexp.QuoteMeta(pol.Intake.NumberFormat)
	for placeholder, group := range map[string]string{"{unit}": `(?P<unit>.+)`, "{year}": `(?P<year>\d{4})`, "{n}": `0*(?P<n>\d+)`} {
		form = strings.Replace(form, regexp.QuoteMeta(placeholder), group, 1)
	}
	re, err := regexp.Compile(`^` + form + `$`)
	if err != nil {
		return text
	}
	found := re.FindStringSubmatch(strings.TrimSpace(text))
	if found == nil {
		return text
	}
	part := func(name string) string {
		if i := re.SubexpIndex(name); i >= 0 {
			return found[i]
		}
		return ""
	}
	unit := pol.County
	if name := part("unit"); name != "" {
		code, ok := unitNamed(plan, name, pol.Intake.NumberLevel)
		if !ok {
			return text
		}
		unit = string(code)
	}
	n, err := strconv.ParseInt(part("n"), 10, 64)
	if err != nil { // longer than any number that was given out
		return text
	}
	return unit + "/" + part("year") + "/" + strconv.FormatInt(n, 10)
}

// unitNamed finds the unit of a depth that bears a name.
func unitNamed(plan *grid.Plan, name string, depth int) (grid.Code, bool) {
	level := plan.Roots()
	for range depth - 1 {
		var next []grid.Unit
		for _, u := range level {
			next = append(next, plan.Children(u.Code)...)
		}
		level = next
	}
	for _, u := range level {
		if u.Name == name {
			return u.Code, true
		}
	}
	return "", false
}
