package mediation

import (
	"slices"
	"strings"
	"testing"

	"fengqiao/mediation/policy"

	"github.com/paulmach/orb"
)

// closedLoop asks for two signatures, a party's own, two checks, two meetings and a visit, of every case.
var closedLoop = policy.Loop{Of: policy.LoopOfAll, Steps: []policy.LoopStep{
	{Key: "sign", Kind: policy.LoopSignature, By: []string{"township_staff", "county_staff", "leader"}, Times: 2},
	{Key: "party", Kind: policy.LoopParty, By: []string{"township_staff"}, Times: 1},
	{Key: "check", Kind: policy.LoopCheck, By: []string{"county_staff", "supervisor"}, Times: 2},
	{Key: "meet", Kind: policy.LoopMeeting, By: []string{"township_staff", "leader"}, Times: 2},
	{Key: "visit", Kind: policy.LoopVisit, By: []string{"township_staff"}, Times: 1, Metres: 200, AccuracyMetres: 50},
}}

// looped is a case that waits for its closing, and the closed loop.
func looped(t *testing.T) *story {
	t.Helper()
	s := begin(t, nil)
	s.r.Policy.Loop = closedLoop
	return s.agreed().do(staff, Perform{})
}

var (
	countyA  = Actor{ID: "u-county-a", Role: CountyStaff, Area: "33.01.11"}
	countyB  = Actor{ID: "u-county-b", Role: CountyStaff, Area: "33.01.11"}
	watcher  = Actor{ID: "u-watcher", Role: Supervisor, Area: "33.01.11"}
	director = Actor{ID: "u-director", Role: Leader, Area: "33.01.11"}
)

// mark gives a step of the loop; metres away is what the service measured.
func (s *story) mark(by Actor, cmd MarkLoop, metres float64) error {
	s.at = s.at.Add(60e9)
	o := s.order(by, cmd)
	o.Away = &metres
	return Decide(s.c, o, s.r)
}

func (s *story) marks(by Actor, cmd MarkLoop, metres float64) {
	s.t.Helper()
	if err := s.mark(by, cmd, metres); err != nil {
		s.t.Fatalf("%+v: %v", cmd, err)
	}
}

func TestNothingIsClosedBeforeTheLoopIs(t *testing.T) {
	s := looped(t)
	here := &orb.Point{119.9, 30}
	steps := []struct {
		by  Actor
		cmd MarkLoop
	}{
		{staff, MarkLoop{Step: "sign"}}, {director, MarkLoop{Step: "sign"}},
		{staff, MarkLoop{Step: "party", Party: "p1", Refused: true, Text: "村干部在场见证"}},
		{staff, MarkLoop{Step: "meet", Party: "p1", Text: "上门见面"}}, {director, MarkLoop{Step: "meet", Party: "p1", Text: "领导见面"}},
		{staff, MarkLoop{Step: "visit", Point: here, AccuracyM: 20}},
		{countyA, MarkLoop{Step: "check"}}, {watcher, MarkLoop{Step: "check"}},
	}
	for _, step := range steps {
		s.refuses(staff, Close{}, "need.loop")
		s.marks(step.by, step.cmd, 150)
	}
	if m := s.c.Loop[5]; !m.Placed || m.Metres != 150 {
		t.Errorf("%+v", m)
	}
	s.do(staff, Close{})
	if s.c.State != Closed || len(s.c.Loop) != len(steps) {
		t.Errorf("%s %+v", s.c.State, s.c.Loop)
	}
}

func TestWhoDoesWhatInTheLoopIsKeptApart(t *testing.T) {
	for situation, x := range map[string]struct {
		before []MarkLoop // by staff, but for a check, which county A has made
		by     Actor
		cmd    MarkLoop
		metres float64
		want   string
	}{
		"the same signature twice":             {[]MarkLoop{{Step: "sign"}}, staff, MarkLoop{Step: "sign"}, 0, "loop.same_person"},
		"who signed checks":                    {[]MarkLoop{{Step: "check"}}, countyA, MarkLoop{Step: "sign"}, 0, "loop.same_person"},
		"the same check twice":                 {[]MarkLoop{{Step: "check"}}, countyA, MarkLoop{Step: "check"}, 0, "loop.same_person"},
		"a role that the policy does not name": {nil, staff, MarkLoop{Step: "check"}, 0, "loop.not_yours"},
		"an unknown step":                      {nil, staff, MarkLoop{Step: "dance"}, 0, "unknown_value"},
		"no step":                              {nil, staff, MarkLoop{}, 0, "required"},
		"a refusal without a witness":          {nil, staff, MarkLoop{Step: "party", Party: "p1", Refused: true}, 0, "required"},
		"a stranger's signature":               {nil, staff, MarkLoop{Step: "party", Party: "p9"}, 0, "unknown_value"},
		"a refusal of a staff's signature":     {nil, staff, MarkLoop{Step: "sign", Refused: true}, 0, "loop.no_party"},
		"a meeting of which nothing is said":   {nil, staff, MarkLoop{Step: "meet", Party: "p1"}, 0, "required"},
		"a visit from too far":                 {nil, staff, MarkLoop{Step: "visit", Point: &orb.Point{}, AccuracyM: 20}, 400, "arrive.far"},
		"a visit without a position":           {nil, staff, MarkLoop{Step: "visit"}, 0, "required"},
		"a position too coarse":                {nil, staff, MarkLoop{Step: "visit", Point: &orb.Point{}, AccuracyM: 90}, 0, "arrive.inaccurate"},
		"pictures of a signature":              {nil, staff, MarkLoop{Step: "sign", Photos: []string{"x"}}, 0, "loop.no_visit"},
		"more than is asked":                   {[]MarkLoop{{Step: "party", Party: "p1"}}, staff, MarkLoop{Step: "party", Party: "p2"}, 0, "loop.done"},
	} {
		t.Run(situation, func(t *testing.T) {
			s := looped(t)
			for _, b := range x.before {
				by := staff
				if b.Step == "check" {
					by = countyA
				}
				s.marks(by, b, 0)
			}
			n := len(s.c.Loop)
			if err := s.mark(x.by, x.cmd, x.metres); err == nil || !strings.Contains(err.Error(), x.want) || len(s.c.Loop) != n {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnotherResultIsSignedAndCheckedAnew(t *testing.T) {
	s := begin(t, nil)
	s.r.Policy.Loop = closedLoop
	s.talked()
	s.refuses(staff, MarkLoop{Step: "sign"}, "loop.no_result")
	s.do(staff, Reply{Text: "答复"})
	s.marks(staff, MarkLoop{Step: "sign"}, 0)
	s.marks(staff, MarkLoop{Step: "meet", Party: "p1", Text: "见面"}, 0)
	s.marks(countyA, MarkLoop{Step: "check"}, 0)
	s.do(elder, Agree{Terms: "t", Oral: true})
	if len(s.c.Loop) != 1 || s.c.Loop[0].Step != "meet" {
		t.Errorf("%+v", s.c.Loop)
	}
	// Whoever noted it takes it back, and so does the county; nobody else.
	id := s.c.Loop[0].ID
	s.refuses(Actor{ID: "u-else", Role: TownshipStaff, Area: staff.Area}, UnmarkLoop{Mark: id, Reason: "mistake"}, "need.loop_mark")
	s.do(countyB, UnmarkLoop{Mark: id, Reason: "mistake"})
	if len(s.c.Loop) != 0 {
		t.Errorf("%+v", s.c.Loop)
	}
}

func TestOnlyAResultIsSignedAndChecked(t *testing.T) {
	s := begin(t, nil)
	s.r.Policy.Loop = closedLoop
	for by, cmd := range map[*Actor]MarkLoop{&staff: {Step: "sign"}, &countyA: {Step: "check"}} {
		s.refuses(*by, cmd, "loop.no_result")
	}
	s.refuses(staff, MarkLoop{Step: "party", Party: "p1"}, "loop.no_result")
	s.do(staff, Transfer{Unit: "住建局", Reason: "r"}).do(leadUnit, Reply{Text: "已处理"})
	s.marks(staff, MarkLoop{Step: "sign"}, 0)
	// What was answered there is no result of what is done after it was taken back.
	s.do(staff, TakeBack{})
	if len(s.c.Loop) != 0 {
		t.Fatalf("%+v", s.c.Loop)
	}
	s.refuses(staff, MarkLoop{Step: "sign"}, "loop.no_result")
	s.c.Petition = &Petition{State: PetitionAccepted}
	s.refuses(staff, MarkLoop{Step: "sign"}, "loop.no_result")
	s.c.Petition.State = PetitionHandled
	s.marks(staff, MarkLoop{Step: "sign"}, 0)
}

func TestMeetingsAreWithWhomAndWhenThePolicySays(t *testing.T) {
	s := begin(t, nil)
	s.r.Policy.Loop = policy.Loop{Of: policy.LoopOfAll, Steps: []policy.LoopStep{{Key: "meet", Kind: policy.LoopMeeting, By: []string{"township_staff", "leader"}, Times: 2,
		With: "applicant", OtherDays: true}}}
	meet := func(party string) MarkLoop { return MarkLoop{Step: "meet", Party: party, Text: "见面"} }
	s.refuses(staff, meet("p2"), "loop.other_side")
	s.do(staff, meet("p1"))
	s.refuses(staff, meet("p1"), "loop.same_day")
	s.refuses(director, meet("p1"), "loop.same_day")
	s.at = s.at.AddDate(0, 0, 1)
	s.do(staff, meet("p1"))
	s.c.Parties = s.c.Parties[1:] // nobody is an applicant: whoever there is
	s.c.Loop = nil
	s.do(staff, meet("p2"))
}

func TestTheLoopIsAskedOfWhatThePolicyNames(t *testing.T) {
	s := begin(t, nil)
	first, repeat, unknown := &Petition{Kind: FirstPetition}, &Petition{Kind: RepeatPetition}, &Petition{}
	for _, x := range []struct {
		of       string
		petition *Petition
		want     bool
	}{
		{"", first, false}, {policy.LoopOfAll, nil, true}, {policy.LoopOfPetitions, nil, false}, {policy.LoopOfPetitions, repeat, true},
		{policy.LoopOfFirst, nil, false}, {policy.LoopOfFirst, first, true}, {policy.LoopOfFirst, unknown, true}, {policy.LoopOfFirst, repeat, false},
	} {
		s.r.Policy.Loop = closedLoop
		s.r.Policy.Loop.Of = x.of
		s.c.Petition = x.petition
		if got := s.c.looped(s.r); got != x.want {
			t.Errorf("%+v: %v", x, got)
		}
	}
}

// wholeLoop holds in every history: what is closed has its loop done, and nobody did two people's part.
func (m *machine) wholeLoop() {
	if m.c.State == Closed && m.spare.State != Closed {
		if open := m.spare.loopOpen(m.r); len(open) > 0 {
			m.rt.Fatalf("closed with %v open", open)
		}
	}
	for i, k := range m.c.Loop {
		for _, other := range m.c.Loop[i+1:] {
			apart := k.Kind == policy.LoopCheck || other.Kind == policy.LoopCheck || k.Kind == policy.LoopSignature && k.Step == other.Step
			if apart && k.By == other.By {
				m.rt.Fatalf("%s has done %s and %s", k.By, k.Step, other.Step)
			}
		}
	}
	if m.c.Agreement == nil && m.c.Answer == nil && m.c.Petition == nil && slices.ContainsFunc(m.c.Loop, func(k LoopMark) bool { return has(falls, k.Kind) }) {
		m.rt.Fatalf("without a result there is signed %+v", m.c.Loop)
	}
	if slices.ContainsFunc(m.c.Loop, func(k LoopMark) bool { return k.Refused && k.Words.Empty() }) {
		m.rt.Fatalf("a refusal without a witness: %+v", m.c.Loop)
	}
}
