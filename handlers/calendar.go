package handlers

import (
	"errors"
	"slices"

	"fengqiao/mediation/policy"
)

// calendarView is what is known of the years' days off.
type calendarView struct {
	Years []yearView `json:"years"`
	// Missing is the year that is near, or has begun, of which nothing is known; null if there is none.
	Missing *missingYear `json:"missing"`
	// Unreckoned are the years by which running clocks are being reckoned anew just now.
	Unreckoned []int `json:"unreckoned"`
}

type yearView struct {
	Year     int      `json:"year"`
	Source   string   `json:"source"`
	Holidays []string `json:"holidays"`
	Workdays []string `json:"workdays"`
}

type missingYear struct {
	Year int    `json:"year"`
	Days int    `json:"days"` // until it begins
	Text string `json:"text"`
}

// calendar shows the days off that hold beside the policy's own.
func (a *API) calendar(c *Call) (Reply, error) {
	years, revision, err := a.Calendars.Years(c.Context)
	if err != nil {
		return Reply{}, err
	}
	changed, _, err := a.Calendars.Unreckoned(c.Context)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	v := calendarView{Years: []yearView{}, Unreckoned: list(slices.Clone(changed))}
	for _, y := range years {
		v.Years = append(v.Years, yearView{y.Number, y.Source, list(y.Holidays), list(y.Workdays)})
	}
	missing, err := a.Cases.Covered(c.Context)
	if err != nil {
		return Reply{}, err
	}
	if missing.Missing != 0 {
		v.Missing = &missingYear{missing.Missing, missing.Days, missing.Text(l.zh)}
	}
	return Reply{View: v, Revision: revision}, nil
}

// putYear puts a year's days off, for every policy; running clocks are reckoned anew.
func (a *API) putYear(c *Call) (Reply, error) {
	src, err := c.Bytes()
	if err != nil {
		return Reply{}, err
	}
	y, err := policy.LoadYear("calendar.yaml", src)
	var found policy.Findings
	if errors.As(err, &found) {
		return Reply{}, policyProblem(found, c.Lang)
	}
	if err != nil {
		return Reply{}, err
	}
	if err := a.Calendars.Put(c.Context, c.Revision, *y, a.Cases.Now().UTC()); err != nil {
		return Reply{}, err
	}
	return a.calendar(c)
}
