package mediation

import "testing"

// 依法有序退出 never cuts a remedy off: while a review or a re-review is open the case does not leave; once it is answered it may, by a lawful way and
// for a reason.
func TestThereIsNoOrderlyExitWhileAReviewIsOpen(t *testing.T) {
	exit := Exit{Route: "court", Reason: "no_agreement"}
	s := petitioned(t)
	s.step(staff, HandlePetition{Step: StepSend, Unit: "land"}).step(bureau, HandlePetition{Step: StepAccept}).step(bureau, HandlePetition{Step: StepOpinion, Remark: "处理意见书"})
	s.do(applicant, RefuseMediation{}).is(Failed)
	s.step(applicant, HandlePetition{Step: StepAskReview, Remark: "不服"}).refuses(staff, exit, "need.no_review")
	for _, name := range Actions(s.c, staff, s.r, s.at) {
		if name == CmdExit {
			t.Error("an exit is offered")
		}
	}
	s.step(above, HandlePetition{Step: StepReview, Unit: "永康市人民政府", Remark: "复查意见书"})
	s.step(applicant, HandlePetition{Step: StepAskRereview, Remark: "不服"}).refuses(staff, exit, "need.no_review")
	s.step(higher, HandlePetition{Step: StepRereview, Unit: "金华市人民政府", Remark: "复核意见书"})
	s.refuses(staff, Exit{Route: "court"}, "required").refuses(staff, Exit{Reason: "no_agreement"}, "required")
	s.do(staff, exit).is(Exited)
}
