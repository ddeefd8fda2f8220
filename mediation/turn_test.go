package mediation

import (
	"slices"
	"testing"
)

// agreed tells a case up to an oral agreement that is to be performed within half a year.
func (s *story) agreed() *story {
	return s.talked().do(elder, Agree{Oral: true, Terms: "pay", PerformBy: matchNow.AddDate(0, 6, 0)}).is(Effective)
}

func TestRefusingMediationUndoesNoAgreementThatBinds(t *testing.T) {
	s := begin(t, nil).agreed()
	s.refuses(opponent, RefuseMediation{}, "case.state")
	s.do(staff, Suspend{Reason: "court"})
	s.refuses(opponent, RefuseMediation{}, "need.not_in_effect")
	if slices.Contains(Actions(s.c, opponent, s.r, s.at), CmdRefuseMediation) {
		t.Error("the app offers it all the same")
	}
	if s.do(staff, Resume{}).is(Effective); s.c.Agreement == nil {
		t.Error("the agreement is gone")
	}
	// Where nothing binds yet a suspended mediation may be refused.
	begin(t, nil).talked().do(staff, Suspend{Reason: "court"}).do(opponent, RefuseMediation{}).is(Failed)
}

func TestAnAgreementThatTookEffectOutlivesTheTurn(t *testing.T) {
	s := begin(t, nil).agreed().do(elder, Default{}).is(Unsettled)
	terms := string(s.c.Agreement.Terms.Box)
	s.do(opponent, Reopen{Reason: "again"}).is(Reported)
	if len(s.c.Former) != 1 || string(s.c.Former[0].Terms.Box) != terms || s.c.Agreement != nil {
		t.Errorf("former %+v, current %+v", s.c.Former, s.c.Agreement)
	}
	// One that nobody signed is no agreement.
	s = begin(t, nil).talked().do(elder, Agree{Terms: "pay"}).is(Agreed).do(opponent, RefuseMediation{}).do(applicant, Reopen{Reason: "again"})
	if len(s.c.Former) != 0 {
		t.Errorf("former %+v", s.c.Former)
	}
}

func TestASecondTurnIsJudgedByItsOwn(t *testing.T) {
	s := begin(t, nil).closed().do(opponent, Rate{Satisfied: false}).do(walker, RecordFollowUp{Kept: true, Resolved: false}).is(Unsettled)
	s.do(staff, Transfer{Unit: "住建局", Reason: "authority"}).do(staff, TakeBack{}).is(Reported)
	if s.c.Repeats != 1 || len(s.c.FollowUps) > 0 || !s.c.Performed.IsZero() || s.c.Party("p2").Satisfied != nil || len(s.c.Former) != 1 {
		t.Errorf("the first turn goes on: repeats %d, visits %d, performed %v", s.c.Repeats, len(s.c.FollowUps), s.c.Performed)
	}
	s.do(staff, Accept{}).offer(0, "elder").do(elder, Take{}).do(elder, RecordSession{})
	s.do(elder, Agree{Oral: true, Terms: "repair", PerformBy: matchNow.AddDate(0, 6, 0)}).is(Effective)
	s.refuses(elder, Close{}, "need.performed")
	s.do(elder, Perform{}).do(elder, Close{}).do(applicant, Rate{Satisfied: true}).is(Closed)
	// A case that was never closed is no repeat, and whoever had it may be asked again.
	s = begin(t, nil).seated().do(staff, Transfer{Unit: "住建局", Reason: "authority"}).do(staff, TakeBack{}).do(staff, Accept{})
	m := sunDe()
	m.ID, m.User = "elder", "u-elder"
	got := Match(s.c, 0, []Mediator{m}, Ground{Rules: s.r, Tier: s.r.Policy.Tiers[0], At: &matchSpot, Now: s.at})
	if s.c.Repeats != 0 || len(got[0].Excluded) > 0 {
		t.Errorf("repeats %d, excluded %v", s.c.Repeats, codes(got[0].Excluded))
	}
}

func TestAUnitSeesNoMoreOfACaseThatIsReopened(t *testing.T) {
	unit := Actor{ID: "u", Role: UnitStaff, Unit: "住建局", Area: "33.01.11"}
	s := begin(t, nil).do(staff, Transfer{Unit: "住建局", Reason: "authority"}).do(unit, Finish{}).is(Closed)
	if !MayCase(unit, CaseRead, s.c) {
		t.Fatal("the unit does not see what it has dealt with")
	}
	if s.do(applicant, Reopen{Reason: "again"}); MayCase(unit, CaseRead, s.c) {
		t.Errorf("it lies with %q", s.c.Unit)
	}
}

func TestWhoWasAskedForAnotherSeatMayAnswerWhenTheLeadLeaves(t *testing.T) {
	s := begin(t, func(r *Report) { r.Category = "medical" }).do(staff, Accept{}).offer(0, "elder").do(elder, Take{}).offer(1, "other").do(other, Take{}).is(Accepted)
	third := Actor{ID: "u-third", Role: MediatorRole, Mediator: "third", Area: elder.Area}
	s.do(other, StepBack{Reason: "ill"}).offer(1, "third").is(Accepted)
	s.do(elder, StepBack{Reason: "ill"}).is(Offered)
	if err := Send(s.c, Wave{Revision: s.c.Revision, Tier: s.c.Tier}, s.at, s.r); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []Command{Take{}, Decline{Reason: "busy"}} {
		c := copyCase(s.c)
		if err := Decide(&c, s.order(third, answer), s.r); err != nil {
			t.Errorf("%s: %v", answer.Name(), err)
		}
	}
}

func TestAnOfficeWithdrawsForOthersInItsOwnAreaAlone(t *testing.T) {
	away := Actor{ID: "u-away", Role: TownshipStaff, Area: "33.01.11.009"}
	s := begin(t, func(r *Report) { r.Severity = 3 }).is(Reported)
	Adopt(s.c, &Report{ID: "r2", Reporter: away.ID}, nil, "same_reporter", away, s.at, s.r)
	s.refuses(away, WithdrawCase{Reason: "mistake"}, "need.only_reporter")
	s.do(staff, WithdrawCase{Reason: "mistake"}).is(Withdrawn)
}

func TestWhatIsHeldForTheLawIsHeldUntilASupervisorLiftsIt(t *testing.T) {
	county, supervisor := Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}, Actor{ID: "u-super", Role: Supervisor, Area: "33.01.11"}
	s := begin(t, nil).closed()
	s.refuses(county, HoldCase{}, "required")
	s.refuses(supervisor, LiftHold{Reason: "over"}, "need.held")
	s.do(county, HoldCase{Reason: "court"})
	if s.c.Hold == nil || s.c.Hold.Reason != "court" || s.c.Hold.By != county.ID || s.c.State != Closed {
		t.Errorf("%+v in %s", s.c.Hold, s.c.State)
	}
	s.refuses(county, HoldCase{Reason: "court"}, "need.not_held")
	s.refuses(county, LiftHold{Reason: "over"}, "forbidden") // who may want it gone does not decide that
	if s.do(supervisor, LiftHold{Reason: "over"}); s.c.Hold != nil {
		t.Errorf("%+v", s.c.Hold)
	}
}
