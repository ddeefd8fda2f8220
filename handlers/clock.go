package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"fengqiao/internal/casetime"
	"fengqiao/mediation"
)

// CaseClock is a clock of cases that can be moved. It exists in scenarios and training alone.
type CaseClock interface {
	// Now is where the clock stands.
	Now() time.Time
	// To moves it to a time, stopping at every instant at which something falls due, and waits for what that announced to be told.
	// It stops short, and says so, where ctx ends. casetime.ErrBackwards.
	To(ctx context.Context, to time.Time) (casetime.Advanced, error)
	// By is To, counted from where the clock stands.
	By(ctx context.Context, d time.Duration) (casetime.Advanced, error)
}

// An advance answers before the request's own deadline cuts it off, so that its answer says how far it came.
const (
	advanceDeadline = 50 * time.Second
	advanceAnswer   = 5 * time.Second
)

// mostAdvance is the longest step at once: beyond a year no calendar of a policy knows its holidays.
const mostAdvance = 366 * 24 * time.Hour

// clockRoutes are there only where the clock of cases can be moved.
func clockRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/api/v1/clock", Action: mediation.ClockMove, Sight: (*API).holdsPlan, Virtual: true, Handle: (*API).clockNow},
		{Method: http.MethodPost, Path: "/api/v1/clock/advance", Action: mediation.ClockMove, Sight: (*API).holdsPlan, Virtual: true, Create: true, Cost: Write,
			Deadline: advanceDeadline, Handle: (*API).advanceClock, Again: (*API).againClock},
	}
}

// caseClockView is where the clock of cases stands.
type caseClockView struct {
	Now time.Time `json:"now"`
	// Advance is what the request came to; absent in a reading.
	Advance *advancedView `json:"advance,omitzero"`
}

type advancedView struct {
	Instants int  `json:"instants"`
	Cases    int  `json:"cases"`
	Reports  int  `json:"reports"`
	Failed   int  `json:"failed"`
	Complete bool `json:"complete"`
	Waiting  int  `json:"waiting"`
}

func (a *API) clockNow(c *Call) (Reply, error) {
	if err := a.holdsPlan(c); err != nil { // a reading goes without being asked before
		return Reply{}, err
	}
	return Reply{View: caseClockView{Now: a.Clock.Now().UTC()}}, nil
}

// againClock answers an advance that was carried out before: it is not carried out twice.
func (a *API) againClock(c *Call, _ string) (Reply, error) { return a.clockNow(c) }

// advanceClock moves the clock of cases on, by a length or to a time.
func (a *API) advanceClock(c *Call) (Reply, error) {
	var b struct {
		By string    `json:"by" max:"40"`
		To time.Time `json:"to"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	ctx, cancel := context.WithTimeout(c.Context, advanceDeadline-advanceAnswer)
	defer cancel()
	var moved casetime.Advanced
	var err error
	switch {
	case (b.By == "") == b.To.IsZero():
		return Reply{}, invalid("clock.either", "by")
	case b.By != "":
		by, parsed := time.ParseDuration(b.By)
		if parsed != nil || by < 0 || by > mostAdvance {
			return Reply{}, invalid("clock.length", "by")
		}
		moved, err = a.Clock.By(ctx, by)
	case b.To.Sub(a.Clock.Now()) > mostAdvance:
		return Reply{}, invalid("clock.length", "to")
	default:
		moved, err = a.Clock.To(ctx, b.To)
	}
	if errors.Is(err, casetime.ErrBackwards) {
		return Reply{}, invalid("clock.backwards", "to")
	}
	if err != nil {
		return Reply{}, err
	}
	return Reply{Ref: "clock", View: caseClockView{Now: moved.Now.UTC(), Advance: &advancedView{Instants: moved.Instants, Cases: moved.Cases, Reports: moved.Reports,
		Failed: moved.Failed, Complete: moved.Complete, Waiting: moved.Waiting}}}, nil
}
