package mediation

import (
	"slices"
	"testing"
)

// filedFor is a case that the walker filed for the first party.
func filedFor(t *testing.T) *story {
	t.Helper()
	s := begin(t, func(rep *Report) { rep.For = "p1" })
	s.c.Parties[0].Proxy = &Proxy{Helper: walker.ID, Since: s.at, Given: s.at, Manner: "signature"}
	return s
}

func TestWhoFiledForAResidentSeesTheCaseByTheirConsentAlone(t *testing.T) {
	s := filedFor(t)
	if has(s.c.Reporters, walker.ID) || s.c.Reporter != walker.ID || !MayCase(walker, CaseRead, s.c) {
		t.Fatalf("reporters %v", s.c.Reporters)
	}
	s.do(applicant, RevokeProxy{}).tells("proxy to " + walker.ID)
	for _, a := range []Action{CaseRead, CaseReports, Action(CmdSupplement), Action(CmdErrand), Action(CmdErrandDone), Action(CmdRevoke)} {
		if MayCase(walker, a, s.c) {
			t.Errorf("%s after it was taken back", a)
		}
	}
	s.refuses(applicant, RevokeProxy{}, "need.proxy")
	if slices.Contains(s.c.Helpers(), walker.ID) {
		t.Error("still named a helper")
	}
}

func TestTheResidentIsNotSilencedByWhoeverActsForThem(t *testing.T) {
	s := filedFor(t)
	s.refuses(opponent, RevokeProxy{}, "need.proxy") // the other side has nothing to take back
	s.do(staff, RevokeProxy{Behalf{Party: "p1", Manner: "spoken"}})
	if s.c.Parties[0].Proxy.Holds() {
		t.Error("an office could not record it")
	}
}

func TestAnErrandIsRecordedWithItsResultOnce(t *testing.T) {
	s := filedFor(t)
	s.refuses(walker, RunErrand{Party: "p2", What: "x"}, "unknown_value")
	s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
	id := s.c.Errands[0].ID
	s.do(walker, FinishErrand{Errand: id, Result: "已交窗口"})
	s.refuses(walker, FinishErrand{Errand: id, Result: "x"}, "proxy.done")
	s.refuses(staff, RunErrand{Party: "p1", What: "x"}, "forbidden")
}

func TestAConsentThatIsOnlySaidNeedsProof(t *testing.T) {
	s := begin(t, nil)
	s.refuses(walker, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "spoken"}}, "proxy.evidence")
	s.refuses(walker, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "wink"}}, "unknown_value")
	s.do(walker, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "fingerprint"}})
	s.refuses(staff, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "signature"}}, "proxy.holds")
	s.do(applicant, RevokeProxy{})
	if !MayCase(walker, CaseRead, s.c) {
		t.Error("who reported it for the grid sees their own report's case on")
	}
}
