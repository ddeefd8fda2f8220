package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// hall is a grid that deliberates: its leader, who calls meetings, and a worker who is invited.
type hall struct {
	t              *testing.T
	a              *apptest.App
	leader, worker *apptest.Person
	id             string
}

type meeting struct {
	ID, State, Minutes, Place string
	Attended                  int
	Agenda                    []struct {
		Item     string
		Decision *struct {
			Outcome string
			For     int
		}
	}
	Invited []struct {
		ID, UserID, Name string
		Attended         bool
	}
}

func newHall(t *testing.T, fresh apptest.Fresh) *hall {
	a := fresh(t)
	return &hall{t: t, a: a, leader: a.As(t, mediation.GridLeader, apptest.Here), worker: a.As(t, mediation.GridWorker, apptest.Here)}
}

func (h *hall) call(ahead time.Duration, more obj) apptest.Answer {
	h.t.Helper()
	body := obj{"area": apptest.Here.Grid(), "at": h.a.Case.Now().Add(ahead).UTC(), "topic": "车棚和路灯", "place": "村文化礼堂", "agenda": []string{"建车棚", "修路灯"},
		"users": []string{h.worker.User.ID}, "villagers": []string{"示例甲", "示例乙"}}
	for k, v := range more {
		body[k] = v
	}
	return h.a.Do(h.t, h.leader, http.MethodPost, "/api/v1/deliberations", body, newKey())
}

func (h *hall) look(who *apptest.Person) (m meeting) {
	h.t.Helper()
	h.a.Do(h.t, who, http.MethodGet, "/api/v1/deliberations/"+h.id, nil).Want(200).Into(&m)
	return m
}

func (h *hall) do(segment string, body obj) apptest.Answer {
	h.t.Helper()
	tag := h.a.Do(h.t, h.leader, http.MethodGet, "/api/v1/deliberations/"+h.id, nil).Want(200).ETag()
	return h.a.Do(h.t, h.leader, http.MethodPost, "/api/v1/deliberations/"+h.id+"/"+segment, body, newKey(), apptest.IfMatch(tag))
}

// convened is a hall with a meeting in three days.
func convened(t *testing.T, fresh apptest.Fresh) *hall {
	h := newHall(t, fresh)
	h.id = h.call(72*time.Hour, nil).Want(201).Text("id")
	return h
}

// sat is one at whose meeting so many of the three came.
func sat(t *testing.T, fresh apptest.Fresh, came int) *hall {
	h := convened(t, fresh)
	h.a.Case.Advance(72 * time.Hour)
	var ids []string
	for _, i := range h.look(h.leader).Invited[:came] {
		ids = append(ids, i.ID)
	}
	h.do("attendance", obj{"attended": ids}).Want(200)
	return h
}

func TestAGridDeliberatesFromTheInvitationToWhatIsDoneAfterwards(t *testing.T) {
	apptest.OnBoth(t, aGridDeliberates)
}

func aGridDeliberates(t *testing.T, fresh apptest.Fresh) {
	h := sat(t, fresh, 2)
	told(t, h.a, h.worker, mediation.NoticeInvited, 1)
	if m := h.look(h.worker); m.State != "held" || m.Attended != 2 || len(m.Invited) != 3 || m.Invited[1].Name != "示例甲" || m.Place != "村文化礼堂" {
		t.Fatalf("%+v", m)
	}
	h.do("decisions", obj{"item": "1", "outcome": "adopted", "for": 2, "text": "建车棚，费用村集体出。"}).Want(200)
	h.do("minutes", obj{"text": "太早"}).Refused(409, "council.undecided", "")
	h.do("decisions", obj{"item": "1", "outcome": "rejected", "text": "反悔"}).Refused(409, "council.decided", "item")
	h.do("decisions", obj{"item": "2", "outcome": "deferred", "text": "下次再议。"}).Want(200)
	h.do("minutes", obj{"text": "一致同意建车棚，路灯下次再议。"}).Want(200)
	told(t, h.a, h.worker, mediation.NoticeMinutes, 1)
	if m := h.look(h.worker); m.State != "minuted" || m.Minutes == "" || m.Agenda[0].Decision.For != 2 {
		t.Errorf("%+v", m)
	}
	due := h.a.Case.Now().Add(10 * 24 * time.Hour).UTC()
	follow, key := obj{"text": "联系施工队，十日内开工。", "userId": h.worker.User.ID, "due": due}, newKey()
	path := "/api/v1/deliberations/" + h.id + "/follow-ups"
	paper := h.a.Do(t, h.leader, http.MethodPost, path, follow, key).Want(201).Text("slip")
	if again := h.a.Do(t, h.leader, http.MethodPost, path, follow, key).Text("slip"); again != paper {
		t.Errorf("sent again it is another: %s, %s", paper, again)
	}
	told(t, h.a, h.worker, mediation.NoticeSlip, 1)
	for _, who := range []*apptest.Person{h.a.Root(t), h.a.As(t, mediation.Desk, apptest.Here)} {
		h.do("follow-ups", obj{"text": "请去办", "userId": who.User.ID, "due": due}).Refused(409, "slip.cannot_answer", "to")
	}
	h.do("follow-ups", obj{"text": "请去办", "userId": h.a.As(t, mediation.Leader, apptest.Here).User.ID, "due": due}).Refused(403, "slip.reach", "to")
	overdue := func() int {
		var page struct{ Items []struct{ ID string } }
		h.a.Do(t, h.leader, http.MethodGet, "/api/v1/slips?about=deliberation/"+h.id+"&overdue=true", nil).Want(200).Into(&page)
		return len(page.Items)
	}
	sweep := func() {
		t.Helper()
		if _, err := h.a.Slips.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if overdue() != 0 {
		t.Error("overdue at once")
	}
	h.a.Case.Forward(due.Add(-20 * time.Hour))
	sweep()
	told(t, h.a, h.worker, mediation.NoticeSlipReminder, 1)
	h.a.Case.Forward(due.Add(time.Second))
	sweep()
	told(t, h.a, h.worker, mediation.NoticeSlipOverdue, 1)
	told(t, h.a, h.leader, mediation.NoticeSlipOverdue, 1)
	if overdue() != 1 {
		t.Error("what was not done in time is not listed")
	}
}

func TestNothingIsDecidedThatTooFewHaveComeFor(t *testing.T) {
	h := sat(t, apptest.New, 1)
	h.do("decisions", obj{"item": "1", "outcome": "adopted", "for": 1, "text": "x"}).Refused(409, "council.no_quorum", "")
	// It was put down wrongly; once something is decided the list stands.
	all := h.look(h.leader).Invited
	h.do("attendance", obj{"attended": []string{all[0].ID, all[1].ID}}).Want(200)
	h.do("decisions", obj{"item": "1", "outcome": "adopted", "for": 2, "text": "x"}).Want(200)
	h.do("attendance", obj{"attended": []string{all[0].ID}}).Refused(409, "council.state", "")
	// A meeting for which too few came ends with what it defers.
	h = sat(t, apptest.New, 1)
	for _, item := range []string{"1", "2"} {
		h.do("decisions", obj{"item": item, "outcome": "deferred", "text": "人数不足"}).Want(200)
	}
	h.do("minutes", obj{"text": "到会不足半数，择日再议。"}).Want(200)
	h = sat(t, apptest.New, 2)
	for _, c := range []struct {
		name string
		body obj
		code string
	}{
		{"half is not a majority", obj{"item": "1", "outcome": "adopted", "for": 1, "against": 1, "text": "x"}, "council.no_majority"},
		{"three voices of two people", obj{"item": "1", "outcome": "adopted", "for": 3, "text": "x"}, "council.voices"},
		{"an item that is not on the agenda", obj{"item": "3", "outcome": "deferred", "text": "x"}, "unknown_value"},
	} {
		if got := h.do("decisions", c.body).Refused(422, c.code, ""); got.Detail == "" {
			t.Errorf("%s: no words", c.name)
		}
	}
}

func TestAMeetingIsCalledInTimeAndHeldAtItsTime(t *testing.T) {
	h := newHall(t, apptest.New)
	h.call(time.Hour, nil).Refused(409, "council.short_notice", "at")
	h.call(72*time.Hour, obj{"area": apptest.There.Grid()}).Refused(422, "unknown_value", "area")
	h.call(72*time.Hour, obj{"agenda": []string{}}).Refused(422, "required", "agenda")
	for name, user := range map[string]string{"nobody": "nobody-at-all", "an administrator": h.a.Root(t).User.ID, "another township's": h.a.As(t, mediation.TownshipStaff, apptest.There).User.ID} {
		if got := h.call(72*time.Hour, obj{"users": []string{h.worker.User.ID, user}}).Refused(422, "unknown_value", "users[1]"); got.Detail == "" {
			t.Errorf("%s: no words", name)
		}
	}
	h.call(72*time.Hour, obj{"villagers": []string{"示例甲", " 示例甲"}}).Refused(422, "council.twice", "villagers[1]")
	h = convened(t, apptest.New)
	h.a.Case.Advance(72*time.Hour - time.Minute)
	h.do("attendance", obj{"attended": []string{"u1"}}).Refused(409, "council.early", "")
	h.a.Case.Advance(time.Minute)
	h.do("attendance", obj{"attended": []string{"nobody"}}).Refused(422, "unknown_value", "attended")
	h.do("follow-ups", obj{"text": "还没开会", "userId": h.worker.User.ID, "due": h.a.Case.Now().Add(time.Hour).UTC()}).Refused(409, "council.state", "")
	h.do("cancellation", obj{"text": "下雨"}).Want(200)
	told(t, h.a, h.worker, mediation.NoticeCalledOff, 1)
	if p := h.do("attendance", obj{"attended": []string{"u1"}}).Refused(409, "council.state", ""); !strings.Contains(p.Detail, "已取消") {
		t.Error(p.Detail)
	}
}

func TestAMeetingIsSeenByItsGridAndThoseInvitedAlone(t *testing.T) {
	h := convened(t, apptest.New)
	path := "/api/v1/deliberations/" + h.id
	h.look(h.a.As(t, mediation.TownshipStaff, apptest.Here))
	h.a.Do(t, h.a.As(t, mediation.TownshipStaff, apptest.There), http.MethodGet, path, nil).Refused(404, "not_found", "")
	h.a.Do(t, h.a.As(t, mediation.InformationOfficer, apptest.Here), http.MethodGet, path, nil).Refused(404, "not_found", "")
	tag := h.a.Do(t, h.worker, http.MethodGet, path, nil).Want(200).ETag()
	h.a.Do(t, h.worker, http.MethodPost, path+"/cancellation", obj{"text": "x"}, newKey(), apptest.IfMatch(tag)).Refused(403, "forbidden", "")
}
