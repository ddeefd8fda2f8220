package mediation

import (
	"testing"
	"time"

	"fengqiao/mediation/policy"
)

// What runs of a petition whose case is over is reckoned anew, and nothing else of that case is.
func TestOnlyAPetitionsClocksOfACaseThatIsOverAreReckonedAnew(t *testing.T) {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	s.do(staff, Refuse{Route: "court", Reason: "not_ours"}).stands(PetitionAccepted, "2026-05-06 23:59")
	whole := s.c.WholeClock
	to := *s.r.Policy
	to.ID, to.AppliesTo, to.Petition.Handle.Within, to.Clocks.Whole.Within = "stricter", policy.OpenCases, policy.Span{Days: 30}, policy.Span{Days: 1}
	clocks, err := Rejudge(s.c, s.at, s.r, rulesFor(&to))
	if err != nil || len(clocks) != 1 || clocks[0].Clock != "petition_handle" || s.c.WholeClock.Due != whole.Due {
		t.Fatalf("%+v, %v", clocks, err)
	}
	s.r = rulesFor(&to)
	s.stands(PetitionAccepted, "2026-04-02 23:59")
	off := to.Clocks.Calendar
	off.Holidays = append(off.Holidays[:len(off.Holidays):len(off.Holidays)], "2026-04-02")
	to.Clocks.Calendar = off
	if s.r = rulesFor(&to); !Reckon(s.c, s.at.Add(time.Hour), s.r) {
		t.Fatal("nothing was reckoned")
	}
	s.stands(PetitionAccepted, "2026-04-03 23:59")
	if s.c.schedule(s.r); s.c.NextDue.IsZero() || s.c.State != NotAccepted {
		t.Errorf("%s, looked at %v", s.c.State, s.c.NextDue)
	}
	s.step(staff, HandlePetition{Step: StepWithdraw, Behalf: Behalf{Party: "p1", Manner: "spoken"}, Remark: "he said so"})
	to.Petition.Handle.Within = policy.Span{Days: 5}
	if Reckon(s.c, s.at.Add(time.Hour), rulesFor(&to)) {
		t.Error("what is over was reckoned")
	}
}

func TestAPreviewCountsAPetitionThatIsLateAndNoRightThatLapses(t *testing.T) {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	s.do(staff, Refuse{Route: "court", Reason: "not_ours"})
	if late, _ := due(s.c, s.at.AddDate(0, 0, 90), s.r); !late || !s.c.Petition.Clock.Breached.IsZero() {
		t.Error("a petition that is late is not seen, or the look changed it")
	}
	s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"})
	if late, _ := due(s.c, s.at.AddDate(0, 0, 90), s.r); late {
		t.Error("somebody is late who may ask for review and has not")
	}
}
