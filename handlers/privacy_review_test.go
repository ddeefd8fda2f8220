package handlers_test

import (
	"encoding/json"
	"strings"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// A reason in people's own words may name somebody. Who may read the timeline and does not handle the case (a supervisor, a
// leader) must not find it there, nor whoever reads the store.
func TestAReasonInOnesOwnWordsIsForThoseWhoHandleTheCase(t *testing.T) {
	a := apptest.New(t)
	s := begin(t, a)
	const secret = "李某的电话13800001234，正在起诉"
	s.order(s.staff, "accept", nil).Want(200)
	s.order(s.staff, "suspend", obj{"reason": secret, "remark": "等判决"}).Refused(422, "suspend.reason", "reason")
	s.order(s.staff, "terminate", obj{"reason": secret, "remark": "等判决"}).Want(200)
	supervisor := a.As(t, mediation.Supervisor, apptest.Here)
	for _, path := range []string{"", "/timeline?limit=100"} {
		if seen := a.Do(t, supervisor, "GET", s.path(path), nil).Want(200); strings.Contains(string(seen.Body), "13800001234") {
			t.Errorf("a supervisor reads the reason at %q", path)
		}
	}
	var whole struct {
		Items []struct {
			Kind, Words string
			Data        map[string]string
		}
	}
	a.Do(t, s.staff, "GET", s.path("/timeline?limit=100"), nil).Want(200).Into(&whole)
	last := whole.Items[len(whole.Items)-1]
	if last.Kind != "terminate" || last.Data["reason"] != mediation.ReasonOther || last.Words != secret+"\n等判决" {
		t.Errorf("staff read %+v", last)
	}
	k, err := a.Store.Cases().Load(t.Context(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(k); strings.Contains(string(text), "13800001234") {
		t.Error("the reason is in the stored case in clear")
	}
}

func TestWhatAPartySaysWhenTheyRefuseIsKeptForThoseWhoHandleTheCase(t *testing.T) {
	a := apptest.New(t)
	s := begin(t, a)
	who := s.order(s.staff, "add-party", obj{"kind": "person", "side": "applicant", "name": "甲"}).Want(200).Text("party")
	s.own(a.Party(t, s.id, who), "refuse-mediation", obj{"reason": "信不过你们"}).Want(200)
	if w := a.Do(t, s.staff, "GET", s.path("/timeline?limit=100"), nil).Want(200); !strings.Contains(string(w.Body), "信不过你们") {
		t.Error("what the party said is lost")
	}
}

func TestAUnitReadsTheCaseThatLiesWithIt(t *testing.T) {
	a := apptest.New(t)
	s := begin(t, a)
	s.order(s.staff, "add-party", obj{"kind": "person", "side": "applicant", "name": "甲某", "phone": "13800001234"}).Want(200)
	unit := a.As(t, mediation.UnitStaff, apptest.Here)
	a.Do(t, unit, "GET", s.path(""), nil).Refused(404, "not_found", "")
	s.order(s.staff, "transfer", obj{"unit": apptest.Unit, "reason": "authority", "remark": "请你局办理"}).Want(200)
	seen := a.Do(t, unit, "GET", s.path(""), nil).Want(200).View()
	if seen["text"] == nil || seen["point"] == nil || !strings.Contains(toJSON(seen), "甲某") || !strings.Contains(toJSON(seen), "请你局办理") {
		t.Errorf("the unit cannot read what it is to do: %v", seen)
	}
	if strings.Contains(toJSON(seen), "13800001234") {
		t.Error("the phone is not masked")
	}
	other := a.Post(t, "other-unit", account.Place{Role: mediation.UnitStaff, Area: apptest.Here.Code(), Unit: "别的局"})
	a.Do(t, other, "GET", s.path(""), nil).Refused(404, "not_found", "")
	s.order(unit, "take-back", nil).Want(204)
	a.Do(t, unit, "GET", s.path(""), nil).Refused(404, "not_found", "")
}

func toJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// One key for a whole visit is one key for each of its commands, as on the wire a key belongs to a route.
func TestTheSameKeyOnAnotherCommandIsAnotherCommand(t *testing.T) {
	a := apptest.New(t)
	s := begin(t, a)
	key := apptest.Key(uuid.NewString())
	tag := a.Do(t, s.staff, "GET", s.path(""), nil).ETag()
	tag = a.Do(t, s.staff, "POST", s.path("/accept"), nil, apptest.IfMatch(tag), key).Want(200).ETag()
	a.Do(t, s.staff, "POST", s.path("/note"), obj{"text": "另有备注"}, apptest.IfMatch(tag), key).Want(200)
	if w := a.Do(t, s.staff, "GET", s.path("/timeline?limit=100"), nil).Want(200); !strings.Contains(string(w.Body), "另有备注") {
		t.Error("the note was answered with 200 and is nowhere")
	}
}

func TestTimesBeyondTheYearsThereAreAreDoubtfulOrRefused(t *testing.T) {
	a := apptest.New(t)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	for _, at := range []string{"9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+12:00", "0001-01-01T00:00:00+08:00"} {
		w := a.Do(t, worker, "POST", "/api/v1/reports", report(apptest.Here, obj{"phoneTime": at}), apptest.Undocumented()).Want(201)
		if !strings.Contains(string(w.Body), string(mediation.ClockDoubtful)) {
			t.Errorf("%s is not doubted: %s", at, w.Body)
		}
	}
	a.Do(t, worker, "GET", "/api/v1/reports", nil).Want(200)
	s := begin(t, a)
	s.offered()
	s.order(s.mediator, "take", nil).Want(200)
	for _, side := range []string{"applicant", "respondent"} {
		s.order(s.staff, "add-party", obj{"kind": "person", "side": side, "name": side}).Want(200)
	}
	s.order(s.mediator, "session", obj{"at": "0000-01-01T00:00:00+12:00"}).Refused(422, "out_of_range", "at")
	s.order(s.mediator, "session", obj{"place": grid.Code("李家门口")}).Refused(422, "unknown_value", "place")
	s.order(s.mediator, "session", nil).Want(200)
	s.order(s.mediator, "agree", obj{"terms": "修好", "performBy": "9999-12-31T23:59:59-12:00"}).Refused(422, "out_of_range", "performBy")
	me := a.Do(t, s.mediator, "GET", "/api/v1/mediators/me", nil).ETag()
	a.Do(t, s.mediator, "POST", "/api/v1/mediators/me/leaves", obj{"from": "2030-01-01T00:00:00Z", "to": "9999-12-31T23:59:59-12:00"}, apptest.IfMatch(me), newKey()).
		Refused(422, "out_of_range", "to")
}
