package handlers_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// refuse issues a paper about an area and expects to be refused.
func (d desktop) refuse(t *testing.T, kind string, to obj, status int, code, field string) {
	t.Helper()
	d.a.Do(t, d.who, http.MethodPost, "/api/v1/slips", obj{"kind": kind, "about": obj{"kind": "area", "id": apptest.Here.Code()}, "to": to, "text": "请说明"}, newKey()).Refused(status, code, field)
}

func TestNobodyAnswersAndJudgesTheSamePaper(t *testing.T) {
	apptest.OnBoth(t, nobodyAnswersAndJudges)
}

func nobodyAnswersAndJudges(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	town := desktop{a, a.As(t, mediation.TownshipStaff, apptest.Here)}
	colleague := desktop{a, a.Post(t, "ts-2", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})}
	county := desktop{a, a.As(t, mediation.CountyStaff, apptest.Here)}
	town.refuse(t, "reminder", obj{"userId": town.who.User.ID}, 409, "slip.to_oneself", "to")
	town.refuse(t, "reminder", obj{"userId": colleague.who.User.ID}, 409, "slip.to_oneself", "to")
	town.refuse(t, "reminder", obj{"role": "township_staff"}, 409, "slip.to_oneself", "to")
	county.refuse(t, "assignment", obj{"role": "county_staff"}, 409, "slip.to_oneself", "to")
	sees := a.Post(t, "cs-unit", account.Place{Role: mediation.CountyStaff, Area: apptest.Here.Code(), Unit: apptest.Unit})
	a.As(t, mediation.UnitStaff, apptest.Here)
	desktop{a, sees}.refuse(t, "assignment", obj{"unit": apptest.Unit}, 409, "slip.to_oneself", "to")

	// One of the unit comes to the post that issued a paper to the unit: they judge nothing of it.
	id := oneCase(t, a, apptest.Here)
	s := county.issue(t, "reminder", id, obj{"unit": apptest.Unit})
	desktop{a, a.As(t, mediation.UnitStaff, apptest.Here)}.give(t, s.ID, "reply", obj{"text": "好"}).Want(200)
	for _, command := range []string{"accept", "return", "withdraw", "find"} {
		desktop{a, sees}.give(t, s.ID, command, obj{"text": "可以"}).Refused(403, "forbidden", "")
	}
	county.give(t, s.ID, "accept", obj{}).Want(200)
}

func TestAPaperGoesToWhoCanAnswerItAndNoHigherThanPolicySays(t *testing.T) {
	a := apptest.New(t)
	town, lead := desktop{a, a.As(t, mediation.TownshipStaff, apptest.Here)}, desktop{a, a.As(t, mediation.GridLeader, apptest.Here)}
	leader, neighbour := a.As(t, mediation.Leader, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.There)
	mediator := a.As(t, mediation.MediatorRole, apptest.Here)
	locked := a.Post(t, "left", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Grid()})
	root := a.Root(t)
	seen := a.Do(t, root, http.MethodGet, "/api/v1/users/"+locked.User.ID, nil).Want(200)
	a.Do(t, root, http.MethodPost, "/api/v1/users/"+locked.User.ID+"/lock", obj{"reason": "离职"}, apptest.IfMatch(seen.ETag())).Want(200)
	for _, who := range []*apptest.Person{root, a.As(t, mediation.Desk, apptest.Here), locked} {
		town.refuse(t, "reminder", obj{"userId": who.User.ID}, 409, "slip.cannot_answer", "to")
	}
	upward := []obj{{"userId": leader.User.ID}, {"role": "leader"}, {"userId": neighbour.User.ID}, {"role": "township_staff", "area": apptest.There.Code()}}
	for _, to := range upward {
		town.refuse(t, "reminder", to, 403, "slip.reach", "to")
	}
	issue := func(d desktop, kind string, to, more obj) apptest.Answer {
		body := obj{"kind": kind, "about": obj{"kind": "area", "id": apptest.Here.Grid()}, "to": to, "text": "请说明"}
		for k, v := range more {
			body[k] = v
		}
		return d.a.Do(t, d.who, http.MethodPost, "/api/v1/slips", body, newKey())
	}
	issue(town, "reminder", obj{"userId": mediator.User.ID}, nil).Want(201)
	issue(town, "reminder", obj{"userId": lead.who.User.ID}, nil).Want(201)
	// A grid asks its township, as the kind's policy says, and nobody above that.
	issue(lead, "follow_up", obj{"userId": town.who.User.ID}, nil).Want(201)
	issue(lead, "follow_up", obj{"userId": leader.User.ID}, nil).Refused(403, "slip.reach", "to")
	// What a paper is about exists, and lies where the paper does.
	issue(town, "reminder", obj{"role": "grid_leader"}, obj{"about": obj{"kind": "area", "id": apptest.There.Code()}, "area": apptest.Here.Code()}).Refused(422, "slip.about_elsewhere", "about")
	issue(town, "reminder", obj{"role": "grid_leader"}, obj{"about": obj{"kind": "area", "id": "33.01.11.001.999"}, "area": apptest.Here.Code()}).Refused(422, "unknown_value", "about")

	under(t, a, "fuyang", "      to: [unit, person, post]\n      acknowledge: {within: 1wd, remind: [4h]}\n      reply: {within: 3wd",
		"      to: [unit, person, post]\n      reach: {above: [leader], beside: [township_staff]}\n      acknowledge: {within: 1wd, remind: [4h]}\n      reply: {within: 3wd")
	for _, to := range upward {
		issue(town, "reminder", to, nil).Want(201)
	}
}

func TestWhatIsLateOrFoundIsNotWithdrawnAway(t *testing.T) {
	apptest.OnBoth(t, whatIsOwedStays)
}

func whatIsOwedStays(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "anji")
	id := oneCase(t, a, apptest.Here)
	boss, lead := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}, desktop{a, a.As(t, mediation.Leader, apptest.Here)}
	unit := desktop{a, a.As(t, mediation.UnitStaff, apptest.Here)}
	s := boss.issue(t, "order", id, obj{"unit": apptest.Unit})
	boss.give(t, s.ID, "find", obj{"text": "第三天才到场"}).Want(200)
	finding := boss.look(t, s.ID).Findings[0].ID
	lead.give(t, s.ID, "judge", obj{"finding": finding, "verdict": "accountable", "measure": "talk", "text": "有条件到场"}).Want(200)
	lead.give(t, s.ID, "judge", obj{"finding": finding, "verdict": "tolerated", "text": "算了"}).Refused(409, "slip.judged_before", "finding")
	lead.give(t, s.ID, "approve", obj{"text": "同意"}).Refused(409, "slip.no_withdrawal", "")
	boss.give(t, s.ID, "withdraw", obj{"text": "算了"}).Want(200)
	var seen struct {
		State      string
		Withdrawal *struct {
			Text string
			By   struct{ ID string }
		}
	}
	a.Do(t, lead.who, http.MethodGet, "/api/v1/slips/"+s.ID, nil).Want(200).Into(&seen)
	if seen.State != "issued" || seen.Withdrawal == nil || seen.Withdrawal.Text != "算了" || seen.Withdrawal.By.ID != boss.who.User.ID {
		t.Fatalf("%+v", seen)
	}
	if may := lead.look(t, s.ID).Actions; !slices.Contains(may, "approve") || slices.Contains(boss.look(t, s.ID).Actions, "approve") {
		t.Errorf("the leader may %v", may)
	}
	boss.give(t, s.ID, "approve", obj{"text": "同意"}).Refused(409, "slip.own_withdrawal", "")
	unit.give(t, s.ID, "approve", obj{"text": "同意"}).Refused(403, "forbidden", "")
	lead.give(t, s.ID, "approve", obj{"text": "同意"}).Want(200)
	if got := boss.look(t, s.ID); got.State != "withdrawn" || got.history() != "issued find judge withdraw approve" {
		t.Errorf("%s, %s", got.State, got.history())
	}
	counted := func(set string, want int) {
		t.Helper()
		var list struct{ Items []slipState }
		a.Do(t, boss.who, http.MethodGet, "/api/v1/slips?counted="+set, nil).Want(200).Into(&list)
		if len(list.Items) != want {
			t.Errorf("%s: %d, want %d", set, len(list.Items), want)
		}
	}
	counted("found", 1)
	counted("issued", 1)
	plain := boss.issue(t, "order", id, obj{"unit": apptest.Unit})
	boss.give(t, plain.ID, "withdraw", obj{"text": "发错了"}).Want(200)
	counted("issued", 1) // nothing was wrong with it
}

func TestSendingALateReplyBackForgivesNothing(t *testing.T) {
	apptest.OnBoth(t, sendingBackForgivesNothing)
}

func sendingBackForgivesNothing(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "liandu")
	id := oneCase(t, a, apptest.Here)
	boss, unit := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}, desktop{a, a.As(t, mediation.UnitStaff, apptest.Here)}
	s := boss.issue(t, "inspection", id, obj{"unit": apptest.Unit})
	unit.give(t, s.ID, "acknowledge", obj{}).Want(200)
	later(t, a, s.ReplyDue.Sub(a.Case.Now())+time.Second)
	unit.give(t, s.ID, "reply", obj{"text": "晚了"}).Want(200)
	told(t, a, boss.who, mediation.NoticeSlipMoved, 0)
	boss.give(t, s.ID, "return", obj{"text": "不行"}).Want(200)
	told(t, a, boss.who, mediation.NoticeSlipMoved, 1) // nothing follows an inspection by itself
	for range 2 {
		unit.give(t, s.ID, "reply", obj{"text": "再"}).Want(200)
		boss.give(t, s.ID, "return", obj{"text": "还不行"}).Want(200)
		var list struct {
			Items []struct{ Breached, Overdue bool }
		}
		a.Do(t, boss.who, http.MethodGet, "/api/v1/slips?case="+id, nil).Want(200).Into(&list)
		if len(list.Items) != 1 || !list.Items[0].Breached || list.Items[0].Overdue {
			t.Errorf("%+v", list)
		}
	}
	var list struct{ Items []slipState }
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips?counted=answered_in_time", nil).Want(200).Into(&list)
	if len(list.Items) != 0 {
		t.Error("it counts as answered in time")
	}
}
