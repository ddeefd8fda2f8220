package handlers_test

import (
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// closedLoop asks for a signature, a check, a meeting and a visit with a picture, of every case.
const closedLoop = `loop:
  of: all
  steps:
    - {key: sign, name: {zh: 签字, en: signature}, kind: signature, by: [township_staff], times: 1}
    - {key: check, name: {zh: 审核, en: check}, kind: check, by: [supervisor], times: 1}
    - {key: meet, name: {zh: 见面, en: meeting}, kind: meeting, by: [township_staff], times: 1, with: applicant, other_days: true}
    - {key: visit, name: {zh: 现场, en: visit}, kind: visit, by: [township_staff], times: 1, metres: 200, accuracy_metres: 100, photo: true}
`

type loopOfCase struct {
	State string
	Loop  *struct {
		Complete bool
		Steps    []struct {
			Key, Text string
			Done      int
			Marks     []struct {
				ID, Text string
				By       *struct{ ID string }
				Metres   *float64
				PhotoIDs []string
			}
		}
	}
}

func TestAClosingWaitsForTheClosedLoop(t *testing.T) {
	apptest.OnBoth(t, aClosingWaitsForTheClosedLoop)
}

func aClosingWaitsForTheClosedLoop(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	withRules(t, a, closedLoop)
	s := begin(t, a)
	boss := a.As(t, mediation.Supervisor, apptest.Here)
	read := func(who *apptest.Person) (c loopOfCase) {
		t.Helper()
		a.Do(t, who, "GET", s.path(""), nil).Want(200).Into(&c)
		return c
	}
	party := s.order(s.staff, "add-party", obj{"kind": "person", "side": "applicant", "name": "俞秀英"}).Want(200).View()["party"].(string)
	s.order(s.staff, "transfer", obj{"unit": apptest.Unit, "reason": "labour"}).Want(200)
	s.order(s.staff, "finish", nil).Refused(409, "need.loop", "")

	at := near(apptest.Here, 40)
	at["step"] = "visit"
	s.order(s.staff, "loop-step", at).Refused(422, "required", "photos")
	photo := upload(t, a, s.staff, "loop-visit").Want(201).View()["id"].(string)
	far := near(apptest.Here, 900)
	far["step"], far["photos"] = "visit", []string{photo}
	s.order(s.staff, "loop-step", far).Refused(409, "arrive.far", "point")
	at["photos"] = []string{photo} // what was refused has not taken the picture
	s.order(s.staff, "loop-step", at).Want(200)
	s.order(boss, "loop-step", obj{"step": "sign"}).Refused(403, "loop.not_yours", "step")
	s.order(s.staff, "loop-step", obj{"step": "sign"}).Refused(409, "loop.no_result", "step")
	s.order(s.staff, "reply", obj{"text": "已答复"}).Want(200)
	s.order(s.staff, "loop-step", obj{"step": "sign"}).Want(200)
	other := s.order(s.staff, "add-party", obj{"kind": "person", "side": "respondent", "name": "俞秀兰"}).Want(200).View()["party"].(string)
	s.order(s.staff, "loop-step", obj{"step": "meet", "party": other, "text": "谈了"}).Refused(409, "loop.other_side", "party")
	s.order(s.staff, "loop-step", obj{"step": "meet", "party": party, "text": "上门谈了两小时"}).Want(200)
	s.order(s.staff, "finish", nil).Refused(409, "need.loop", "")
	s.order(boss, "loop-step", obj{"step": "check"}).Want(200)

	c := read(s.staff)
	if c.Loop == nil || !c.Loop.Complete || len(c.Loop.Steps) != 4 {
		t.Fatalf("%+v", c.Loop)
	}
	visit := c.Loop.Steps[3].Marks[0]
	if visit.Metres == nil || *visit.Metres < 30 || *visit.Metres > 50 || len(visit.PhotoIDs) != 1 || visit.By.ID != s.staff.User.ID || c.Loop.Steps[2].Marks[0].Text != "上门谈了两小时" {
		t.Errorf("%+v", c.Loop)
	}
	// Who watches sees that it was done, by whom; not what was said.
	if seen := read(boss).Loop.Steps[2].Marks[0]; seen.Text != "" || seen.By == nil {
		t.Errorf("%+v", seen)
	}
	// Taken back, it is open again.
	s.order(boss, "loop-undo", obj{"mark": c.Loop.Steps[1].Marks[0].ID, "reason": "mistake"}).Want(200)
	s.order(s.staff, "finish", nil).Refused(409, "need.loop", "")
	s.order(boss, "loop-step", obj{"step": "check"}).Want(200)
	s.order(s.staff, "finish", nil).Want(200)
	if got := read(s.staff); got.State != "closed" {
		t.Errorf("%+v", got)
	}
}
