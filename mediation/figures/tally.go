package figures

import (
	"time"

	"fengqiao/mediation"
)

// Tally is what was counted of some cases; figure.go has what it comes to.
type Tally struct {
	Received, Open, Overdue, Closed, InTime, Settled, Concluded, Reopened int
	PassedOn, AtOnce, Studied                                             int
	// Consulted are cases, Consultations those held about them; Supervised and Overseen cases on which a supervision team was set, and those settled then.
	Consulted, Consultations, Supervised, Overseen int
	Satisfied, Dissatisfied                        int // parties
	SatisfiedCases, DissatisfiedCases, RatedCases  int // cases of which a party said so, or either
	// First petitions: all; those concluded, over or brought again; of these, those settled for good.
	First, FirstEnded, FirstSettled int
	// Petitions whose petitioners were satisfied with the responsible unit, or said either of it; so with the petition office.
	UnitLiked, UnitRated, OfficeLiked, OfficeRated int
	// Cases of which an agreement could be brought before the court for confirmation; of these, those that were in time, those that were not, and
	// what the court ruled.
	Confirmable, ConfirmAsked, ConfirmLapsed, Confirmed, ConfirmRefused int
	Acceptance, Agreement, Closing                                      Spread
	Breached                                                            int            // a limit passed at some time
	States                                                              [maxStates]int // by their places in mediation.States
	// NewlyLate is how many were first late in the period, whenever they were opened; it is counted for scorecards alone, by Query.Late.
	NewlyLate int
	// Slips are counted for scorecards alone, by SlipTally; a book holds cases.
	Slips SlipTally
}

// Spread is of how long something took, in seconds.
type Spread struct {
	N              int // how many cases came so far
	Median, Ninety uint32
}

// plus adds the counts of other cases.
func (t *Tally) plus(o *Tally) {
	for _, n := range []struct {
		to *int
		by int
	}{{&t.Received, o.Received}, {&t.Open, o.Open}, {&t.Overdue, o.Overdue}, {&t.Closed, o.Closed}, {&t.InTime, o.InTime}, {&t.Settled, o.Settled},
		{&t.Concluded, o.Concluded}, {&t.Reopened, o.Reopened}, {&t.Satisfied, o.Satisfied}, {&t.Dissatisfied, o.Dissatisfied}, {&t.Breached, o.Breached},
		{&t.First, o.First}, {&t.FirstEnded, o.FirstEnded}, {&t.FirstSettled, o.FirstSettled},
		{&t.UnitLiked, o.UnitLiked}, {&t.UnitRated, o.UnitRated}, {&t.OfficeLiked, o.OfficeLiked}, {&t.OfficeRated, o.OfficeRated},
		{&t.SatisfiedCases, o.SatisfiedCases}, {&t.DissatisfiedCases, o.DissatisfiedCases}, {&t.RatedCases, o.RatedCases},
		{&t.PassedOn, o.PassedOn}, {&t.AtOnce, o.AtOnce}, {&t.Studied, o.Studied},
		{&t.Consulted, o.Consulted}, {&t.Consultations, o.Consultations}, {&t.Supervised, o.Supervised}, {&t.Overseen, o.Overseen},
		{&t.Confirmable, o.Confirmable}, {&t.ConfirmAsked, o.ConfirmAsked}, {&t.ConfirmLapsed, o.ConfirmLapsed}, {&t.Confirmed, o.Confirmed}, {&t.ConfirmRefused, o.ConfirmRefused},
		{&t.NewlyLate, o.NewlyLate}, {&t.Acceptance.N, o.Acceptance.N}, {&t.Agreement.N, o.Agreement.N}, {&t.Closing.N, o.Closing.N}} {
		*n.to += n.by
	}
	for i := range t.States {
		t.States[i] += o.States[i]
	}
	for i := range t.Slips {
		t.Slips[i] += o.Slips[i]
	}
}

func (t *Tally) spreads() [3]*Spread { return [3]*Spread{&t.Acceptance, &t.Agreement, &t.Closing} }

// set finds the spread of some times.
func (p *Spread) set(times []uint32) {
	p.Median, p.Ninety = percentiles(times, 50, 90)
}

// One counts a single case, as a query's scan would: nothing where it is of another period.
func One(s *mediation.Summary, q Query) (t Tally) {
	in := func(at time.Time) bool {
		return !at.IsZero() && seconds(at) >= seconds(q.From) && (q.Until.IsZero() || seconds(at) < seconds(q.Until))
	}
	if !s.Counts() {
		return t
	}
	if in(s.Opened) {
		t.add(kindOf(s), 1)
		if due := seconds(s.Overdue); due != 0 && due < seconds(q.Now) {
			t.Overdue = 1
		}
	}
	if in(s.Course.Breached) {
		t.NewlyLate = 1
	}
	return t
}
