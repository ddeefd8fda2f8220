package mediation

import (
	"testing"
	"time"
)

func day(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, chinaTime)
}

// A letter that is typed in a week after it came has a week less.
func TestALetterCountsFromTheDayItCame(t *testing.T) {
	came := day(time.February, 24, 16)
	s := beginWith(t, rulesFor(yongkang(t)), func(rep *Report) { rep.Channel, rep.CameOn = "letter", came })
	s.stands(PetitionRegistered, "2026-03-11 23:59")
	if !s.c.Petitioned.Equal(came) || !s.c.Opened.After(came) {
		t.Fatalf("petitioned %s, opened %s", s.c.Petitioned, s.c.Opened)
	}
	// One that lay without a place counts from when it was sent, not from when it was placed.
	rep := Report{ID: "late", Channel: "letter", Received: s.at.AddDate(0, 0, -3)}
	other := begin(t, nil)
	Adopt(other.c, &rep, nil, "by_hand", staff, other.at, rulesFor(yongkang(t)))
	if p := other.c.Petition; p == nil || !p.Clock.Since.Equal(rep.Received) {
		t.Fatalf("the petition counts from %+v, not from %s", p, rep.Received)
	}
}

// opined is a petition with its opinion, of 3 March; the right to ask for review lapses with 2 April.
func opined(t *testing.T) *story {
	s := petitioned(t).step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept, Remark: "受理告知书"})
	return s.step(bureau, HandlePetition{Step: StepOpinion, Remark: "处理意见书"}).stands(PetitionHandled, "2026-04-02 23:59")
}

func TestTheRightToAskCountsFromWhenThePaperWasReceived(t *testing.T) {
	s := opined(t).wait(10)
	s.step(bureau, HandlePetition{Step: StepServe, On: day(time.March, 9, 9)}).stands(PetitionHandled, "2026-04-08 23:59")
	s.refuses(bureau, HandlePetition{Step: StepServe, On: day(time.March, 12, 9)}, "need.petition") // it is received once

	late := opined(t).wait(31).stands(PetitionLapsed, "")
	late.step(staff, HandlePetition{Step: StepServe, On: day(time.March, 20, 9)}).stands(PetitionHandled, "2026-04-20 23:59") // 19 April is a Sunday

	never := opined(t).wait(80).stands(PetitionLapsed, "")
	never.step(staff, HandlePetition{Step: StepServe, On: day(time.March, 5, 9)}).stands(PetitionLapsed, "")
	if last := never.c.Petition.Papers[len(never.c.Petition.Papers)-1]; last.Step != StepServe || !last.On.Equal(day(time.March, 5, 9)) {
		t.Fatalf("the paper is %+v", last)
	}
}

// An application that reached the office in time is in time, whenever somebody types it in, and is answered within 30 days of then.
func TestAnApplicationCountsFromTheDayTheOfficeReceivedIt(t *testing.T) {
	asked := HandlePetition{Step: StepAskReview, Behalf: Behalf{Party: applicant.ID, Manner: "written"}, Remark: "申请书"}
	s := opined(t).wait(31).stands(PetitionLapsed, "")
	if steps := s.c.PetitionSteps(applicant); has(steps, StepAskReview) || !has(s.c.PetitionSteps(staff), StepAskReview) || has(s.c.PetitionSteps(staff), StepAskRereview) {
		t.Fatalf("once it has lapsed the petitioner may %v, staff %v", steps, s.c.PetitionSteps(staff))
	}
	s.refuses(staff, asked, "petition.late")
	s.refuses(applicant, HandlePetition{Step: StepAskReview, Remark: "不服"}, "petition.late")
	asked.On = day(time.April, 3, 0)
	s.refuses(staff, asked, "petition.late")
	asked.On = day(time.April, 2, 17)
	s.step(staff, asked).stands(PetitionReviewing, "2026-05-06 23:59") // 2 May is a holiday

	for name, x := range map[string]struct {
		by   Actor
		cmd  HandlePetition
		code string
	}{
		"to come":               {staff, HandlePetition{Step: StepAskReview, Behalf: asked.Behalf, Remark: "申请书", On: day(time.May, 1, 9)}, "in_future"},
		"before the opinion":    {staff, HandlePetition{Step: StepAskReview, Behalf: asked.Behalf, Remark: "申请书", On: day(time.March, 1, 9)}, "petition.before"},
		"of their own":          {applicant, HandlePetition{Step: StepAskReview, Remark: "不服", On: day(time.March, 4, 9)}, "petition.undated"},
		"of another step":       {staff, HandlePetition{Step: StepWithdraw, Behalf: asked.Behalf, Remark: "撤回", On: day(time.March, 4, 9)}, "petition.undated"},
		"served on no day":      {bureau, HandlePetition{Step: StepServe}, "required"},
		"served by petitioners": {applicant, HandlePetition{Step: StepServe, On: day(time.March, 4, 9)}, "petition.role"},
	} {
		t.Run(name, func(t *testing.T) { opined(t).wait(3).refuses(x.by, x.cmd, x.code) })
	}
}
