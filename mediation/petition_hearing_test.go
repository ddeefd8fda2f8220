package mediation

import (
	"strings"
	"testing"
	"time"
)

// rereviewing is a petition whose re-review has just been asked for.
func rereviewing(t testing.TB) *story {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept})
	s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "w"}).step(applicant, HandlePetition{Step: StepAskReview})
	return s.step(above, HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "w"}).step(applicant, HandlePetition{Step: StepAskRereview})
}

func (s *story) kinds(from int) string {
	var kinds []string
	for _, e := range s.c.Events[from:] {
		kind := e.Kind
		if clock := e.Data["clock"]; clock != "" {
			kind += " " + clock
		}
		if strings.Contains(kind, "petition") {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, ", ")
}

func TestAHearingLeavesOutItsOwnTimeAndNoMore(t *testing.T) {
	s := rereviewing(t).stands(PetitionRereviewing, "2026-04-02 23:59")
	s.wait(5).step(above, HandlePetition{Step: StepHearing}) // from 8 March
	if e := s.explained("petition_rereview"); e.Why[len(e.Why)-2].Code != "clock.stands" {
		t.Errorf("it does not say that it stands still: %+v", e.Why)
	}
	s.refuses(above, HandlePetition{Step: StepHeard}, "required") // its minutes
	if want := s.c.Petition.Hearing.AddDate(0, 0, 30); !s.c.HearingUntil(s.r).Equal(want) || s.c.NextDue.After(want) {
		t.Errorf("until %s, looked at again %s", s.c.HearingUntil(s.r), s.c.NextDue)
	}
	n := len(s.c.Events)
	s.wait(29).stands(PetitionRereviewing, "2026-04-02 23:59")
	s.wait(60) // nobody recorded its minutes
	if got := s.kinds(n); got != "petition_hearing_over, breached petition_rereview" {
		t.Fatal(got)
	}
	s.stands(PetitionRereviewing, "2026-05-06 23:59") // 2 April and thirty days end in the holiday
	paused := 0
	for _, line := range s.explained("petition_rereview").Why {
		if line.Code == "clock.paused" && line.Params["to"] == "2026-04-07 10:07" {
			paused++
		}
		if line.Code == "clock.set" || line.Code == "clock.stands" {
			t.Errorf("%+v", line)
		}
	}
	if paused != 1 {
		t.Errorf("why: %+v", s.explained("petition_rereview").Why)
	}
	if papers := s.c.Petition.Papers; papers[len(papers)-1].Step != StepHeard {
		t.Errorf("the petitioner reads nothing of its end: %+v", papers)
	}
	s.refuses(above, HandlePetition{Step: StepHearing}, "petition.heard")
}

func TestHearingsOfOneRereviewAreBoundedTogether(t *testing.T) {
	s := rereviewing(t)
	for i := 0; i < 60 && s.c.Petition.hearingLeft(s.r) > 0; i++ {
		s.step(above, HandlePetition{Step: StepHearing})
		s.at = s.at.Add(23 * time.Hour)
		s.step(above, HandlePetition{Step: StepHeard, Remark: "听证笔录"})
	}
	s.refuses(above, HandlePetition{Step: StepHearing}, "petition.heard")
	s.stands(PetitionRereviewing, "2026-05-06 23:59") // many short ones gain no more than a long one
}
