package mediation

import (
	"slices"
	"testing"
	"time"

	"fengqiao/mediation/policy"
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

// errandRunners are township staff and grid workers, by a paper, with five days for an errand.
var errandRunners = policy.Proxies{By: []string{"grid_worker", "township_staff"}, Manners: []string{"signature", "fingerprint"},
	Errand: policy.Limit{Within: policy.Span{Days: 5}, Remind: []policy.Span{{Days: 1}}}}

func TestThePolicySaysHowSomebodyConsentsAndHowSoonAnErrandIsRun(t *testing.T) {
	s := begin(t, nil)
	s.r.Policy.Proxies = errandRunners
	s.refuses(walker, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "spoken", Evidence: "m1"}}, "proxy.manner")
	s.do(walker, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "signature"}})
	s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
	s.do(walker, RunErrand{Party: "p1", What: "代取回执"})
	due := s.c.Errands[0].Clock.Due
	if due.IsZero() || !s.c.NextDue.Before(due) {
		t.Fatalf("due %s, looked at %s", due, s.c.NextDue)
	}
	s.do(walker, FinishErrand{Errand: s.c.Errands[0].ID, Result: "已交"})
	var got []string
	for _, at := range []time.Time{due.AddDate(0, 0, -1).Add(time.Hour), due.Add(time.Hour), due.Add(2 * time.Hour)} {
		Tick(s.c, at, s.r)
		for _, e := range s.c.Events {
			if e.At.Equal(at) && (e.Kind == "errand_reminded" || e.Kind == "errand_overdue") {
				got = append(got, e.Kind+" "+e.Data["errand"])
			}
		}
	}
	if late := s.c.Errands[1].ID; !slices.Equal(got, []string{"errand_reminded " + late, "errand_overdue " + late}) {
		t.Errorf("%q", got)
	}
}

func TestAnErrandOfWhoActsNoLongerIsNotLate(t *testing.T) {
	s := begin(t, nil)
	s.r.Policy.Proxies = errandRunners
	s.do(walker, Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "signature"}})
	s.do(walker, RunErrand{Party: "p1", What: "代交材料"})
	s.do(applicant, RevokeProxy{})
	Tick(s.c, s.at.AddDate(0, 0, 30), s.r)
	if slices.ContainsFunc(s.c.Events, func(e Event) bool { return e.Kind == "errand_overdue" || e.Kind == "errand_reminded" }) {
		t.Error("an errand that nobody runs any more is late")
	}
}

func TestNobodyActsForTwoSidesOfOneCase(t *testing.T) {
	s := begin(t, nil)
	paper := ProxyInput{Manner: "signature"}
	s.do(staff, Entrust{Party: "p1", Helper: walker.ID, ProxyInput: paper})
	s.refuses(staff, Entrust{Party: "p2", Helper: walker.ID, ProxyInput: paper}, "proxy.other_side")
	s.refuses(walker, Entrust{Party: "p2", ProxyInput: paper}, "proxy.other_side")
	s.do(staff, Entrust{Party: "p2", Helper: staff.ID, ProxyInput: paper})
	s.do(applicant, RevokeProxy{})
	s.do(staff, RevokeProxy{Behalf{Party: "p2", Manner: "spoken"}})
	s.do(walker, Entrust{Party: "p2", ProxyInput: paper}) // who acts for nobody any more
}

func TestTwoConsentsThatMeetLeaveTheHelperToTheFirst(t *testing.T) {
	s := begin(t, nil)
	s.do(staff, Entrust{Party: "p1", Helper: walker.ID, ProxyInput: ProxyInput{Manner: "signature"}})
	known := *s.c.Party("p2")
	known.ID, known.Match = "p9", []string{"h2"}
	known.Proxy = &Proxy{Helper: walker.ID, Since: s.at.Add(time.Minute), Given: s.at, Manner: "signature"}
	s.c.Parties[1].Match = []string{"h2"}
	d := &decision{Case: s.c, Order: Order{Actor: SystemActor, At: s.at.Add(time.Hour)}, rules: s.r, pol: s.r.Policy}
	d.begin("joined")
	d.welcome(known) // as another case's people are when it is joined to this one
	if got := s.c.actsFor(walker.ID); !slices.Equal(got, []string{"p1"}) {
		t.Errorf("acts for %v", got)
	}
}

func TestAConsentIsOfItsOwnMatter(t *testing.T) {
	s := begin(t, nil)
	given := func(at time.Time) Entrust {
		return Entrust{Party: "p1", ProxyInput: ProxyInput{Manner: "signature", Given: at}}
	}
	s.refuses(walker, given(s.at.Add(time.Hour)), "in_future")
	s.refuses(walker, given(s.c.Opened.AddDate(-1, 0, -1)), "proxy.given_early")
	s.r.Policy.Proxies.GivenDays = 30
	s.refuses(walker, given(s.c.Opened.AddDate(0, 0, -31)), "proxy.given_early")
	s.do(walker, given(s.c.Opened.AddDate(0, 0, -29)))
}
