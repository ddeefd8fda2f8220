package mediation

import (
	"fmt"
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// twoDesks pass on to each other.
var twoDesks = policy.Desks{Passes: []policy.DeskPass{{From: "a", To: "b"}, {From: "b", To: "a"}}}

// The accounts of the two desks.
var (
	deskA = Actor{ID: "u-desk-a", Role: Desk, Area: "33.01.11"}
	deskB = Actor{ID: "u-desk-b", Role: Desk, Area: "33.01.11"}
)

var countyStaff = Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}

// otherDesk is where the matter does not lie.
func otherDesk(c *Case) string {
	if c.AtDesk() == "b" {
		return "a"
	}
	return "b"
}

// fromDesk is a matter that desk a has sent.
func fromDesk(t testing.TB) *story {
	r := rulesFor(fuyang(t))
	r.Policy.Desks = twoDesks
	return beginWith(t, r, func(rep *Report) {
		rep.Severity, rep.Reporter, rep.Outside = 4, deskA.ID, Outside{Desk: "a", Number: "A-1"}
	})
}

// heard are the echoes of the newest event.
func (s *story) heard() (text string) {
	for _, n := range s.c.Unsent {
		if n.Kind == NoticeDesk && n.Seq == len(s.c.Events) {
			text += n.To.User + n.To.Unit + ":" + n.Number + " "
		}
	}
	return text
}

// takes is desk b's own order for what was passed on to it.
func (s *story) takes(number string) *story {
	s.at = s.at.Add(time.Minute)
	rep := Report{ID: "r-" + number, Reporter: deskB.ID, Channel: "b", Into: s.c.ID, Outside: Outside{Desk: "b", Number: number}}
	Adopt(s.c, &rep, nil, FromAnotherDesk, deskB, s.at, s.r)
	return s
}

func TestAMatterGoesFromOneDeskToTheOtherAndBack(t *testing.T) {
	s := fromDesk(t)
	s.refuses(deskB, PassOn{To: "a"}, "forbidden")
	s.refuses(staff, PassOn{To: "b"}, "forbidden") // the county's staff, or the desk
	s.refuses(deskA, PassOn{}, "required").refuses(deskA, PassOn{To: "a"}, "desk.there").refuses(deskA, PassOn{To: "c"}, "desk.no_way")
	s.do(deskA, PassOn{To: "b", Remark: "属警情"})
	if got := s.heard(); got != "unit b: u-desk-a:A-1 " || s.c.AtDesk() != "b" || !s.c.AwaitsOrderOf("b") || s.c.State != Reported {
		t.Fatalf("%s, at %s, %+v", got, s.c.AtDesk(), s.c.Passes)
	}
	s.refuses(countyStaff, PassOn{To: "b"}, "desk.there")
	s.refuses(deskA, PassOn{To: "c"}, "desk.elsewhere") // it is not theirs to give any more
	s.takes("B-7")
	e := s.c.Events[len(s.c.Events)-1]
	if got := s.heard(); got != "u-desk-a:A-1 u-desk-b:B-7 " || s.c.Passes[0].Number != "B-7" || e.Data["from_number"] != "A-1" || e.Data["to_number"] != "B-7" {
		t.Fatalf("%s, %+v, %v", got, s.c.Passes, e.Data)
	}
	// A second order of the same desk is no answer any more.
	if again := (Report{Into: s.c.ID, Outside: Outside{Desk: "b", Number: "B-8"}}); s.c.awaitsOrder(&again) {
		t.Error("the pass is answered twice")
	}
	// Back: a has its order already, so that nobody waits for one.
	s.do(countyStaff, PassOn{To: "a"})
	if p := s.c.Passes[1]; s.heard() != "u-desk-a:A-1 u-desk-b:B-7 " || p.Number != "A-1" || p.FromNumber != "B-7" || s.c.AwaitsOrderOf("a") {
		t.Errorf("%s %+v", s.heard(), p)
	}
}

func TestWhatIsNoDesksOrHasEndedIsPassedToNoDesk(t *testing.T) {
	s := begin(t, nil)
	s.r.Policy.Desks = twoDesks
	s.refuses(countyStaff, PassOn{To: "b"}, "need.passable")
	s = fromDesk(t).do(staff, Refuse{Route: "court", Reason: "not_civil"})
	s.refuses(countyStaff, PassOn{To: "b"}, "case.state")
	s = fromDesk(t).do(deskA, PassOn{To: "b"}).do(staff, Refuse{Route: "court", Reason: "not_civil"})
	if late := (Report{Into: s.c.ID, Outside: Outside{Desk: "b", Number: "B-1"}}); s.c.awaitsOrder(&late) {
		t.Error("an ended case waits for an order")
	}
	s = fromDesk(t)
	o := s.order(countyStaff, PassOn{To: "b"})
	o.Units = nil
	if err := Decide(s.c, o, s.r); err == nil || err.(*Error).Code != "desk.not_connected" {
		t.Errorf("to a desk that is not there: %v", err)
	}
}

func TestAJoinTakesTheWaysAlongAndASplitGivesThemBack(t *testing.T) {
	s, host := fromDesk(t).do(deskA, PassOn{To: "b"}), fromDesk(t)
	host.c.ID = "c2"
	host.c.Outside[0].Number, host.c.Outside[0].Report, host.c.Reports[0] = "A-2", "r2", "r2"
	s.do(staff, Join{Into: "c2"})
	adoptCase(host.c, s.c, s.at, s.r)
	if !host.c.AwaitsOrderOf("b") || len(host.c.Outside) != 2 {
		t.Fatalf("%+v", host.c.Passes)
	}
	host.takes("B-1")
	disownCase(host.c, s.c, s.at, s.r)
	if len(host.c.Passes) != 0 || host.c.AtDesk() != "a" {
		t.Errorf("%+v", host.c.Passes)
	}
}

func TestACallOfDesksIsOnRecordAndTheyHearThatItTookPlace(t *testing.T) {
	s := fromDesk(t)
	call := func(change func(*RecordCall)) RecordCall {
		c := RecordCall{At: s.at, Seconds: 240, Desks: []string{"a", "b"}, Others: "来电人", Summary: "由社区先到场"}
		if change != nil {
			change(&c)
		}
		return c
	}
	for want, change := range map[string]func(*RecordCall){
		"required":      func(c *RecordCall) { c.Summary = "" },
		"in_future":     func(c *RecordCall) { c.At = c.At.Add(48 * time.Hour) },
		"out_of_range":  func(c *RecordCall) { c.Seconds = 0 },
		"unknown_value": func(c *RecordCall) { c.Desks[1] = "nobody" },
	} {
		s.refuses(countyStaff, call(change), want)
	}
	s.refuses(countyStaff, call(func(c *RecordCall) { c.At = time.Time{} }), "required").refuses(countyStaff, call(func(c *RecordCall) { c.Desks = nil }), "required")
	s.refuses(countyStaff, call(func(c *RecordCall) { c.Desks[1] = "a" }), "unknown_value")
	s.refuses(countyStaff, call(func(c *RecordCall) { c.Desks, c.Others = []string{"a"}, "" }), "required")
	s.refuses(staff, call(nil), "forbidden").refuses(walker, call(nil), "forbidden")
	s.do(countyStaff, call(nil))
	k := s.c.Calls[0]
	if s.heard() != "unit b: u-desk-a:A-1 " || k.Seconds != 240 || fmt.Sprint(k.Desks) != "[a b]" || k.By != countyStaff.ID || k.Summary.Empty() || k.Others.Empty() {
		t.Errorf("%s %+v", s.heard(), k)
	}
	s.do(deskA, call(nil))
	s = begin(t, nil)
	s.refuses(countyStaff, call(nil), "need.desk")
}
