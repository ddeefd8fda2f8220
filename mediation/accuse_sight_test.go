package mediation

import "testing"

var countyDesk = Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}

// becomesAccusation is the moment at which a quarrel turns out to be one against somebody in office.
var becomesAccusation = Reclassify{Category: "accusation", Severity: 3}

func TestWhoActsForTheAccusedSeesNothingOfAnAccusation(t *testing.T) {
	helper := Actor{ID: "u-helper", Role: GridWorker, Area: walker.Area}
	s := begin(t, nil)
	s.do(staff, Entrust{Party: "p2", Helper: helper.ID, ProxyInput: ProxyInput{Manner: "signature"}})
	if !MayCase(helper, CaseRead, s.c) {
		t.Fatal("the helper does not see the quarrel")
	}
	s.do(staff, becomesAccusation)
	for _, a := range []Action{CaseRead, CaseReports, MediaRead, Action(CmdSupplement), Action(CmdErrand), Action(CmdRevoke)} {
		if MayCase(helper, a, s.c) {
			t.Errorf("%s by who acts for the accused", a)
		}
	}
	if has(s.c.Helpers(), helper.ID) {
		t.Error("the helper is still told of what happens")
	}
	s.refuses(countyDesk, Entrust{Party: "p2", Helper: "u-other", ProxyInput: ProxyInput{Manner: "signature"}}, "case.accused")
	s.do(countyDesk, Entrust{Party: "p1", Helper: "u-other", ProxyInput: ProxyInput{Manner: "signature"}})
	s.do(countyDesk, Reclassify{Category: "neighbour", Severity: 1})
	if !MayCase(helper, CaseRead, s.c) {
		t.Error("it was none after all, and the consent still stands")
	}
}
