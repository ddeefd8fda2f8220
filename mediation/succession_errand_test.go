package mediation

import (
	"testing"
	"time"
)

// errandLeft is a case whose helper has begun an errand and hands over to another grid worker.
func errandLeft(t *testing.T, to Actor) (*story, string) {
	t.Helper()
	s := filedFor(t)
	s.r.Policy.Proxies = errandRunners
	s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
	due := s.c.Errands[0].Clock.Due
	handErrands(s.c, ErrandSuccession{HandOver: "h1", Case: s.c.ID, Party: "p1", From: walker, To: to}, Order{Actor: to, At: s.at}, s.r)
	if !s.c.Errands[0].Clock.Due.Equal(due) {
		t.Fatal("an errand has gained time")
	}
	return s, s.c.Errands[0].ID
}

func nextWalker() Actor {
	to := walker
	to.ID = "u-next-walker"
	return to
}

func TestWhoTakesOverFromAHelperActsOnlyByTheResidentsConsent(t *testing.T) {
	to := nextWalker()
	s, errand := errandLeft(t, to)
	if MayCase(walker, CaseRead, s.c) || s.c.Parties[0].Proxy.Holds() || len(s.c.MandatesOf(walker.ID)) != 0 {
		t.Error("who left still acts")
	}
	if m := s.c.MandatesOf(to.ID); len(m) != 1 || !m[0].Waits || m[0].Errands != 1 || m[0].First == nil {
		t.Fatalf("in hand are %+v", m)
	}
	if !MayCase(to, CaseRead, s.c) || Sees(to, s.c)[PartWords] || MayCase(to, CaseReports, s.c) {
		t.Error("they see the case, and nothing of what is the resident's")
	}
	s.refuses(to, FinishErrand{Errand: errand, Result: "x"}, "forbidden")
	s.refuses(to, RunErrand{Party: "p1", What: "x"}, "forbidden")
	s.refuses(to, Entrust{Party: "p1", Helper: walker.ID, ProxyInput: ProxyInput{Manner: "signature"}}, "unknown_value") // for nobody but themselves
	s.refuses(to, Entrust{Party: "p2", ProxyInput: ProxyInput{Manner: "signature"}}, "unknown_value")                    // nor from anybody else
	s.refuses(to, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "spoken", Evidence: "m1"}}, "proxy.manner")
	s.do(to, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "signature"}})
	s.do(to, FinishErrand{Errand: errand, Result: "已交"})
}

func TestAResidentWhoWantsNobodyInTheHelpersPlaceSaysSo(t *testing.T) {
	to := nextWalker()
	s, _ := errandLeft(t, to)
	s.refuses(opponent, RevokeProxy{}, "need.proxy")
	s.do(applicant, RevokeProxy{}).tells("proxy to " + to.ID)
	if MayCase(to, CaseRead, s.c) || s.c.runs(&s.c.Errands[0]) {
		t.Error("they are still there")
	}
	s.refuses(applicant, RevokeProxy{}, "need.proxy")
}

func TestAnErrandThatNobodyRunsIsTheTownshipsUntilAnotherIsNamed(t *testing.T) {
	to := nextWalker()
	for _, c := range []struct {
		name string
		left func(t *testing.T) (*story, string)
	}{
		{"the successor may not", func(t *testing.T) (*story, string) {
			far := to
			far.Area = "33.02"
			return errandLeft(t, far)
		}},
		{"the successor lays it down", func(t *testing.T) (*story, string) {
			s, id := errandLeft(t, to)
			s.do(to, RevokeProxy{}).tells("proxy to township_staff")
			return s, id
		}},
		{"the helper lays it down", func(t *testing.T) (*story, string) {
			s := filedFor(t)
			s.r.Policy.Proxies = errandRunners
			s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
			s.do(walker, RevokeProxy{})
			return s, s.c.Errands[0].ID
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, errand := c.left(t)
			if e := s.c.Errands[0]; e.Helper != "" || !s.c.runs(&e) || len(s.c.Heirs())+len(s.c.Helpers()) != 0 {
				t.Fatalf("%+v", e)
			}
			Tick(s.c, s.c.Errands[0].Clock.Due.Add(time.Hour), s.r)
			late := false
			for _, n := range s.c.Unsent {
				late = late || n.Kind == NoticeBreach && n.To.Role == TownshipStaff
			}
			if !late {
				t.Error("the township does not hear that it is late")
			}
			s.do(staff, Entrust{Party: "p1", Helper: to.ID, ProxyInput: ProxyInput{Manner: "signature"}})
			s.do(to, FinishErrand{Errand: errand, Result: "已交"})
		})
	}
}
