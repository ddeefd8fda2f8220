package mediation

import "testing"

// withDangerDesk is a matter of desk a, where danger is desk b's.
func withDangerDesk(t testing.TB) *story {
	s := fromDesk(t)
	s.r.Policy.Desks.Danger = "b"
	return s
}

func TestDangerIsNamedByWhoeverActsOnTheCase(t *testing.T) {
	s := begin(t, nil).seated()
	lead := Actor{ID: "u-lead", Role: GridLeader, Area: walker.Area}
	for who, want := range map[Actor]bool{elder: true, other: false, staff: true, lead: true, walker: true, applicant: false, {ID: "u-else", Role: GridWorker, Area: walker.Area}: false} {
		if MayCase(who, Action(CmdDanger), s.c) != want {
			t.Errorf("%s %s: %v", who.Role, who.ID, !want)
		}
	}
	s.do(elder, NameDanger{Text: "对方拿出了刀"}).is(Transferred).tells("case_transferred to 富阳区公安分局").tells("emergency to grid_leader")
	if !s.c.Emergency || s.c.Outcome.Reason != ReasonEmergency || len(s.c.Panel.Seats) > 0 || MayCase(elder, CaseRead, s.c) {
		t.Errorf("%v %+v %+v", s.c.Emergency, s.c.Outcome, s.c.Panel)
	}
	s.refuses(staff, NameDanger{Text: "又来了"}, "need.no_danger")
	// Named again after it came back, it goes there again.
	s.do(staff, TakeBack{}).is(Reported).do(staff, NameDanger{Text: "又来了"}).is(Transferred)
}

func TestDangerVoidsAnAgreementThatNobodySigned(t *testing.T) {
	s := begin(t, nil).talked().do(elder, Agree{Terms: "repair"}).do(elder, NameDanger{Text: "签字时动手"}).is(Transferred)
	if s.c.Agreement != nil {
		t.Errorf("%+v", s.c.Agreement)
	}
}

func TestDangerPassesTheMatterToTheDeskThatPolicyNames(t *testing.T) {
	s := withDangerDesk(t)
	o := s.order(staff, NameDanger{Text: "有刀"})
	o.Units = map[string]string{"b": "unit b"}
	s.at = o.At
	if err := Decide(s.c, o, s.r); err != nil {
		t.Fatal(err)
	}
	if got := s.heard(); got != "unit b: u-desk-a:A-1 " || !s.c.AwaitsOrderOf("b") || s.c.Passes[0].FromNumber != "A-1" {
		t.Fatalf("%s, %+v", got, s.c.Passes)
	}
	s.takes("B-1")
	if s.c.Passes[0].Number != "B-1" || s.c.State != Transferred {
		t.Errorf("%+v in %s", s.c.Passes, s.c.State)
	}
	// It has the matter already: it hears of danger, and nothing is passed on again.
	s.do(staff, TakeBack{})
	s.do(staff, NameDanger{Text: "又来了"})
	if got := s.heard(); got != "u-desk-a:A-1 u-desk-b:B-1 " || len(s.c.Passes) != 1 {
		t.Errorf("%s, %+v", got, s.c.Passes)
	}
}

func TestADangerDeskThatIsNotConnectedKeepsNothingUp(t *testing.T) {
	s := withDangerDesk(t)
	s.do(staff, NameDanger{Text: "有刀"}).is(Transferred)
	if len(s.c.Passes) > 0 {
		t.Errorf("%+v", s.c.Passes)
	}
}

func TestAMatterThatBeginsWithDangerIsTheDesksAtOnce(t *testing.T) {
	r := rulesFor(fuyang(t))
	r.Policy.Desks = twoDesks
	r.Policy.Desks.Danger = "b"
	for name, units := range map[string]map[string]string{"unit b: ": {"b": "unit b"}, "": nil} {
		rep := Report{ID: "r1", Reporter: walker.ID, Channel: "app", Category: "neighbour", Severity: 3, Cell: matchCell, Home: walker.Area, Key: "k", Text: sealedWords("knife"), Received: matchNow, Emergency: true}
		c, err := OpenCase(&rep, Opening{ID: "c1", At: matchNow, Actor: walker, Units: units}, r)
		if err != nil {
			t.Fatal(err)
		}
		s := &story{t: t, c: &c, r: r, at: matchNow}
		if got := s.heard(); got != name || c.AwaitsOrderOf("b") != (name != "") {
			t.Errorf("heard %q, %+v", got, c.Passes)
		}
	}
}

// TestDangerIsNamedInEveryState, with what becomes of an agreement, a pause and an end.
func TestDangerIsNamedInEveryState(t *testing.T) {
	signed := func(t *testing.T) *story {
		return begin(t, nil).talked().do(elder, Agree{Terms: "repair", Oral: true}).is(Effective)
	}
	closed := func(t *testing.T) *story { return begin(t, nil).closed() }
	for name, x := range map[string]struct {
		s                *story
		repeats          int
		agreement, older bool
	}{
		"in effect":               {s: signed(t), agreement: true},
		"suspended":               {s: begin(t, nil).talked().do(elder, Suspend{Reason: "disaster"})},
		"suspended while signing": {s: begin(t, nil).talked().do(elder, Agree{Terms: "repair"}).do(elder, Suspend{Reason: "disaster"})},
		"suspended in effect":     {s: signed(t).do(elder, Suspend{Reason: "disaster"}), agreement: true},
		"closed":                  {s: closed(t), repeats: 1, older: true},
		"settled":                 {s: closed(t).do(applicant, Rate{Satisfied: true, Stars: 5}).do(walker, RecordFollowUp{Kept: true, Resolved: true}).is(Settled), repeats: 1, older: true},
		"not accepted":            {s: begin(t, nil).do(staff, Refuse{Route: "court", Reason: "court"}), repeats: 1},
		"walked out of":           {s: begin(t, nil).talked().do(elder, Terminate{Reason: "refused"}).do(staff, Exit{Route: "court", Reason: "court"}), repeats: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := x.s
			if !has(Actions(s.c, staff, s.r, s.at), CmdDanger) {
				t.Fatalf("%s is not offered in %s", CmdDanger, s.c.State)
			}
			s.do(staff, NameDanger{Text: "有人持刀"}).is(Transferred).tells("case_transferred to 富阳区公安分局")
			c := s.c
			if !c.inDanger() || c.hasOpenOffer() || len(c.Panel.Seats) > 0 || !c.WholeClock.Paused.IsZero() || c.Held != "" || !c.Closed.IsZero() || c.StateClock.Due.IsZero() || c.NextDue.IsZero() {
				t.Errorf("%+v", c)
			}
			if c.Repeats != x.repeats || (c.Agreement != nil) != x.agreement || (len(c.Former) > 0) != x.older {
				t.Errorf("repeats %d, agreement %v, former %v", c.Repeats, c.Agreement, c.Former)
			}
			s.do(staff, TakeBack{}).is(Reported)
			if c.Agreement != nil || (len(c.Former) > 0) != (x.agreement || x.older) || c.Repeats != x.repeats {
				t.Errorf("taken back: repeats %d, %v, former %v", c.Repeats, c.Agreement, c.Former)
			}
		})
	}
}

func TestWhatWasWithdrawnJoinedOrErasedIsNotPassedOnForDanger(t *testing.T) {
	begin(t, nil).do(walker, WithdrawCase{Reason: "mistake"}).refuses(staff, NameDanger{Text: "刀"}, "case.state")
	begin(t, nil).do(staff, Join{Into: "c2"}).refuses(staff, NameDanger{Text: "刀"}, "case.state")
	s := begin(t, nil).do(staff, Refuse{Route: "court", Reason: "court"})
	s.c.Erased = true
	s.refuses(staff, NameDanger{Text: "刀"}, "need.not_erased")
}
