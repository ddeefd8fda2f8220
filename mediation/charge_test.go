package mediation

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// inCharge is a case that a leader has taken on, with dates in ten and in twenty days.
func inCharge(t *testing.T) *story {
	t.Helper()
	s := beginWith(t, rulesFor(jointly(t)), nil)
	s.take(chief, TakeCharge{Plan: "一周内上门", Reviews: []time.Time{s.at.AddDate(0, 0, 10), s.at.AddDate(0, 0, 20)}})
	return s
}

// take gives the command of a leader of the committee.
func (s *story) take(by Actor, cmd TakeCharge) {
	s.t.Helper()
	s.at = s.at.Add(time.Minute)
	o := s.order(by, cmd)
	o.Body = "committee"
	if err := Decide(s.c, o, s.r); err != nil {
		s.t.Fatalf("take charge: %v", err)
	}
}

func TestALeaderInChargeReadsWhatOthersWhoWatchDoNot(t *testing.T) {
	s := inCharge(t)
	other := chief
	other.ID = "u-other-chief"
	for _, part := range []Part{PartWords, PartParties, PartSpot, PartTerms, PartPhotos} {
		if !Sees(chief, s.c)[part] || Sees(other, s.c)[part] {
			t.Errorf("%s: in charge %v, another leader %v", part, Sees(chief, s.c)[part], Sees(other, s.c)[part])
		}
	}
	if Sees(chief, s.c)[PartContact] {
		t.Error("numbers in full are for those who handle it")
	}
	s.refuses(other, ReviewCharge{Notes: "x"}, "forbidden")
	s.refuses(other, TakeCharge{Plan: "x"}, "need.no_charge")
}

func TestWhoIsNoLeaderOfTheFourBodiesTakesNoCharge(t *testing.T) {
	s := beginWith(t, rulesFor(jointly(t)), nil)
	s.refuses(chief, TakeCharge{Plan: "x"}, "unknown_value") // the service found no body for them
	plain := beginWith(t, rulesFor(fuyang(t)), nil)
	plain.refuses(chief, TakeCharge{Plan: "x"}, "need.bodies")
}

func TestReviewsRemindAreMissedAndFollowOneAnother(t *testing.T) {
	s := inCharge(t)
	first := s.c.ReviewDue()
	kinds := func() (list []string) {
		for _, e := range s.c.Events {
			if e.Kind == "review_reminded" || e.Kind == "review_overdue" {
				list = append(list, e.Kind)
			}
		}
		return list
	}
	Tick(s.c, first.AddDate(0, 0, -4), s.r)
	if len(kinds()) != 0 {
		t.Fatalf("four days before: %v", kinds())
	}
	Tick(s.c, first.AddDate(0, 0, -1), s.r)
	if got := kinds(); !slices.Equal(got, []string{"review_reminded"}) {
		t.Fatalf("the day before: %v", got)
	}
	Tick(s.c, first, s.r)
	if got := kinds(); !slices.Equal(got, []string{"review_reminded", "review_overdue"}) {
		t.Fatalf("on the day: %v", got)
	}
	s.at = first.Add(time.Hour)
	s.do(chief, ReviewCharge{Notes: "已上门"})
	second := s.c.ReviewDue()
	if !second.After(first) {
		t.Fatalf("the next is due %v", second)
	}
	s.at = second.Add(-time.Hour)
	s.do(chief, ReviewCharge{Notes: "已谈拢"})
	if due := s.c.ReviewDue(); !due.After(second) {
		t.Errorf("after the last of the plan the policy's follows: %v", due)
	}
	s.do(chief, PlanCharge{Plan: "改为每周一次", Reviews: []time.Time{s.at.AddDate(0, 0, 7)}})
	if k := s.c.Charge; len(k.Reviews) != 3 || k.Reviews[1].Done.IsZero() || !k.Reviews[2].Done.IsZero() {
		t.Errorf("%+v", k.Reviews)
	}
}

func TestTheChargeStaysThroughEveryTurnUntilItIsGivenBack(t *testing.T) {
	s := inCharge(t)
	s.do(staff, Transfer{Unit: "住建局", Reason: "r"}).do(staff, TakeBack{})
	if !s.c.charged(chief.ID) {
		t.Fatal("it went with the turn")
	}
	s.refuses(chief, ReleaseCharge{Reason: "busy"}, "forbidden")
	s.do(Actor{ID: "u-county", Role: CountyStaff, Area: "33.01.11"}, ReleaseCharge{Reason: "retired"})
	if s.c.Charge != nil || !s.c.ReviewDue().IsZero() {
		t.Errorf("%+v", s.c.Charge)
	}
}

func TestANewPlanKeepsWhatWasMissed(t *testing.T) {
	s := inCharge(t)
	missed := s.c.ReviewDue()
	s.at = missed.Add(time.Hour)
	Tick(s.c, s.at, s.r)
	next := s.at.AddDate(0, 0, 14)
	s.do(chief, PlanCharge{Plan: "改为两周一次", Reviews: []time.Time{next}})
	k := s.c.Charge.Reviews
	if !s.c.ReviewDue().Equal(missed) || len(k) != 2 || k[0].Clock.Breached.IsZero() || !k[1].Clock.Due.Equal(next) {
		t.Fatalf("%+v", k)
	}
	s.do(chief, ReviewCharge{Notes: "补办"})
	if k := s.c.Charge.Reviews; k[0].Clock.Breached.IsZero() || k[0].Done.IsZero() || !s.c.ReviewDue().Equal(next) {
		t.Errorf("%+v", k)
	}
}

func TestNoPlanPutsTheNextReviewOffForEver(t *testing.T) {
	s := inCharge(t)
	since := s.c.Charge.Since
	s.at = s.c.ReviewDue().Add(-time.Hour)
	s.refuses(chief, PlanCharge{Plan: "放一放", Reviews: []time.Time{time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)}}, "too_late")
	s.refuses(chief, PlanCharge{Plan: "放一放", Reviews: []time.Time{since.AddDate(0, 0, 17)}}, "too_late") // fifteen days from the last, not from now
	s.refuses(chief, PlanCharge{Plan: "放一放", Reviews: []time.Time{since.AddDate(0, 0, 14), since.AddDate(0, 0, 32)}}, "too_late")
	before := slices.Clone(s.c.Charge.Reviews)
	s.do(chief, PlanCharge{Plan: "只换方案"})
	if !slices.EqualFunc(before, s.c.Charge.Reviews, func(a, b Review) bool { return a.Clock.Due.Equal(b.Clock.Due) }) {
		t.Errorf("a plan without dates moved them: %+v", s.c.Charge.Reviews)
	}
	s.do(chief, PlanCharge{Plan: "推后四天", Reviews: []time.Time{since.AddDate(0, 0, 14), since.AddDate(0, 0, 28)}})
	free := beginWith(t, rulesFor(jointly(t)), nil)
	o := free.order(chief, TakeCharge{Plan: "p", Reviews: []time.Time{free.at.AddDate(0, 0, 17)}})
	o.Body = "committee"
	if err := Decide(free.c, o, free.r); err == nil || !strings.Contains(err.Error(), "too_late") {
		t.Errorf("taken on with a first review in seventeen days: %v", err)
	}
}
