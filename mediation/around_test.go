package mediation

import (
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// turnsBack are ways round by which an office or a mediator brings a case back to where it was.
var turnsBack = []struct {
	name  string
	state State
	ready func(s *story) // brings it there
	round func(s *story)
}{
	{"assigned and unassigned", Screened, func(s *story) {}, func(s *story) {
		s.do(staff, Assign{Mediator: "assigned", Seat: 0}).is(Accepted).do(staff, Unassign{Mediator: "assigned", Reason: "r"})
	}},
	{"taken and stepped back", Screened, func(s *story) {}, func(s *story) {
		s.offer(0, "elder").do(elder, Take{}).is(Accepted).do(elder, StepBack{Reason: "r"})
	}},
	{"suspended while somebody is asked", Screened, func(s *story) {}, func(s *story) {
		s.offer(0, "elder").is(Offered).do(staff, Suspend{Reason: "both_ask"}).do(staff, Resume{})
	}},
	{"agreed and voided", Mediating, func(s *story) { s.talked() }, func(s *story) {
		s.do(elder, Agree{Terms: "t"}).is(Agreed).do(elder, Unagree{Reason: "r"})
	}},
	{"another panel", Mediating, func(s *story) { s.talked() }, func(s *story) {
		s.do(elder, StepBack{Reason: "r"}).is(Screened)
		s.offer(0, "elder").do(elder, Take{}).is(Accepted).do(elder, RecordSession{})
	}},
	{"refused and opened again", Screened, func(s *story) {}, func(s *story) {
		s.do(staff, Refuse{Route: "court", Reason: "r"}).do(staff, Reopen{Reason: "r"}).do(staff, Accept{})
	}},
	{"terminated and opened again", Screened, func(s *story) {}, func(s *story) {
		s.do(staff, Terminate{Reason: "r"}).is(Failed).do(staff, Reopen{Reason: "r"}).do(staff, Accept{})
	}},
	{"passed on and taken back", Reported, func(s *story) { s.do(staff, Reclassify{Category: "expropriation", Severity: 1}).is(Reported) }, func(s *story) {
		s.do(staff, Transfer{Unit: "land", Reason: "r"}).do(staff, TakeBack{})
	}},
	{"taken back and passed to the same unit again", Transferred, func(s *story) { s.do(staff, Transfer{Unit: "land", Reason: "r"}) }, func(s *story) {
		s.do(staff, TakeBack{}).do(staff, Transfer{Unit: "land", Reason: "r"})
	}},
	{"passed to another unit in between", Transferred, func(s *story) { s.do(staff, Transfer{Unit: "land", Reason: "r"}) }, func(s *story) {
		s.do(staff, TakeBack{}).do(staff, Transfer{Unit: "water", Reason: "r"}).do(staff, TakeBack{}).do(staff, Transfer{Unit: "land", Reason: "r"})
	}},
}

// TestNoTurnBackBeginsAClockAnew: of whatever clock that was running, no more is left after the way round than before it; and what was late stays late.
func TestNoTurnBackBeginsAClockAnew(t *testing.T) {
	for _, x := range turnsBack {
		for _, late := range []bool{false, true} {
			s := beginWith(t, staged(t, fourClocks), func(rep *Report) { rep.Severity = 1 })
			x.ready(s)
			s.is(x.state)
			for n := range 4 {
				s.at = s.at.Add(40 * time.Minute)
				if late {
					s.wait(40)
				}
				before := map[string]Clock{"state": s.c.StateClock, "whole": s.c.WholeClock}
				for i := range s.c.Stages {
					before[s.c.Stages[i].Key] = s.c.Stages[i].Clock
				}
				left := s.at
				x.round(s)
				s.is(x.state)
				for name, is := range clocksByName(s.c) {
					was := before[name]
					if was.Since.IsZero() || was.Due.IsZero() {
						continue
					}
					if !is.Since.Equal(was.Since) || is.Due.Sub(s.at) > max(was.Due.Sub(left), 0) && is.Due.After(was.Due.Add(s.at.Sub(left))) {
						t.Errorf("%s, late %v, round %d: %s began %s and is due %s; before it had begun %s and was due %s", x.name, late, n, name, is.Since, is.Due, was.Since, was.Due)
					}
					if !was.Breached.IsZero() && !is.Breached.Equal(was.Breached) {
						t.Errorf("%s, round %d: that %s was late is gone", x.name, n, name)
					}
				}
			}
		}
	}
}

func clocksByName(c *Case) map[string]Clock {
	all := map[string]Clock{"state": c.StateClock, "whole": c.WholeClock}
	for i := range c.Stages {
		all[c.Stages[i].Key] = c.Stages[i].Clock
	}
	return all
}

// TestGoingAwayAtMidnightGainsNoDay: a clock in days is not made longer by being left for a minute before every midnight.
func TestGoingAwayAtMidnightGainsNoDay(t *testing.T) {
	s := begin(t, nil).talked()
	due := s.c.StateClock.Due
	for range 10 {
		s.at = s.r.Calendar.After(s.at, policy.Span{Days: 1}).Truncate(24 * time.Hour).Add(24*time.Hour - 8*time.Hour - 2*time.Minute)
		s.do(elder, Agree{Terms: "t"}).do(elder, Unagree{Reason: "r"}).is(Mediating)
	}
	if !s.c.StateClock.Due.Equal(due) {
		t.Errorf("due %s, was due %s: %+v", s.c.StateClock.Due, due, s.c.StateClock.Pauses)
	}
}

// A unit that gives a case away and takes it back has its stages as they were; one that has them done has them done.
func TestWhatIsTakenBackGoesOnWithItsStages(t *testing.T) {
	s := beginWith(t, staged(t, fourClocks), func(rep *Report) { rep.Severity = 3 })
	s.do(staff, SignFor{})
	signed, arrive, closing := s.stage("sign"), s.stage("arrive").Clock.Due, s.stage("close").Clock.Due
	s.at = s.at.Add(5 * time.Minute)
	s.do(staff, Transfer{Unit: "land", Reason: "r"}).do(staff, TakeBack{})
	if got := s.stage("sign"); !got.Ended.Equal(signed.Ended) || !s.stage("arrive").Clock.Due.Equal(arrive) || !s.stage("close").Clock.Due.Equal(closing) {
		t.Errorf("passed to a unit, whose clocks go on, and taken back: %+v", s.c.Stages)
	}
	// Down a lawful road nobody here has to take it in hand: that time is left out.
	gone := s.at
	s.do(staff, Transfer{Route: "police_110", Reason: "r"})
	left := s.at
	s.at = s.at.Add(3 * time.Hour)
	s.do(staff, TakeBack{})
	if got, want := s.stage("arrive").Clock.Due, arrive.Add(s.at.Sub(left)); !got.Equal(want) {
		t.Errorf("arrive is due %s, want %s (gone at %s)", got, want, gone)
	}
	s.at = s.at.Add(time.Hour)
	Tick(s.c, s.at, s.r)
	late := s.stage("arrive").Clock.Breached
	s.do(staff, Transfer{Unit: "land", Reason: "r"}).do(staff, TakeBack{})
	if late.IsZero() || !s.stage("arrive").Clock.Breached.Equal(late) {
		t.Errorf("it was late at %s: %+v", late, s.stage("arrive"))
	}
}

// What was closed, or what a party asks for again, begins anew and counts as a repeat.
func TestAFurtherTurnBeginsAnew(t *testing.T) {
	for name, s := range map[string]*story{
		"closed":           beginWith(t, staged(t, fourClocks), nil).closed().do(staff, Reopen{Reason: "r"}),
		"the party's word": beginWith(t, staged(t, fourClocks), nil).do(staff, Terminate{Reason: "r"}).do(applicant, Reopen{Reason: "r"}),
	} {
		s.is(Reported)
		if k := s.stage("sign"); !k.Clock.Since.Equal(s.at) || s.c.Repeats != 1 || len(s.c.Left) != 0 {
			t.Errorf("%s: %+v, %d repeats, %v", name, k, s.c.Repeats, s.c.Left)
		}
		if !s.c.StateClock.Since.Equal(s.at) {
			t.Errorf("%s: %+v", name, s.c.StateClock)
		}
	}
	if s := begin(t, nil).do(staff, Terminate{Reason: "r"}).do(staff, Reopen{Reason: "r"}); s.c.Repeats != 1 {
		t.Error("not a repeat")
	}
}
