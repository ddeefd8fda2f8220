package handlers_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
)

func letGo(t *testing.T, a *apptest.App, want int) {
	t.Helper()
	if n, err := a.Retention.Sweep(t.Context()); err != nil || n != want {
		t.Fatalf("%d were let go of, want %d: %v", n, want, err)
	}
}

const day = 24 * time.Hour

func TestAMeetingKeptLongEnoughSaysThatItWasAndNothingMore(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		h := newHall(t, fresh)
		h.call(72*time.Hour, obj{"villagers": []any{"示例甲", obj{"name": "示例乙", "phone": "1"}}}).Refused(422, "invalid_value", "villagers[1].phone")
		h.call(72*time.Hour, obj{"villagers": []any{obj{"name": "示例乙", "mobile": "1"}}}).Refused(422, "unknown_field", "villagers[0].mobile")
		h.id = h.call(72*time.Hour, obj{"villagers": []any{"示例甲", obj{"name": "示例乙", "phone": "13800001234"}}}).Want(201).Text("id")
		if who := h.look(h.leader).Invited; len(who) != 3 || who[2].Name != "示例乙" {
			t.Fatalf("%+v", who)
		}
		h.a.Case.Advance(72 * time.Hour)
		var ids []string
		for _, i := range h.look(h.leader).Invited {
			ids = append(ids, i.ID)
		}
		h.do("attendance", obj{"attended": ids}).Want(200)
		h.do("decisions", obj{"item": "1", "outcome": "adopted", "for": 3, "text": "建车棚"}).Want(200)
		h.a.Case.Advance(1825*day - 10*time.Minute)
		letGo(t, h.a, 0)
		due, err := h.a.Retention.NextDue(t.Context(), h.a.Case.Now().Add(time.Hour))
		if err != nil || !due.After(h.a.Case.Now()) {
			t.Fatalf("it is due at %s, %v", due, err)
		}
		h.a.Case.Forward(due)
		letGo(t, h.a, 1)
		letGo(t, h.a, 0)
		var v struct {
			meeting
			Topic  string
			Erased bool
		}
		h.a.Do(t, h.leader, http.MethodGet, "/api/v1/deliberations/"+h.id, nil).Want(200).Into(&v)
		if !v.Erased || v.Topic+v.Place+v.Invited[1].Name+v.Invited[2].Name != "" {
			t.Errorf("it still says %+v", v)
		}
		if v.Attended != 3 || v.Agenda[0].Decision == nil || v.Agenda[0].Decision.For != 3 || v.Invited[0].UserID == "" {
			t.Errorf("what was counted is gone: %+v", v)
		}
		for segment, body := range map[string]obj{"minutes": {"text": "迟了"}, "decisions": {"item": "2", "outcome": "deferred", "text": "迟了"}, "cancellation": {"text": "迟了"}} {
			h.do(segment, body).Refused(409, "council.erased", "")
		}
		h.a.Do(t, h.leader, http.MethodPost, "/api/v1/deliberations/"+h.id+"/follow-ups", obj{"text": "迟了", "userId": h.worker.User.ID, "due": h.a.Case.Now().Add(day).UTC()}, newKey()).
			Refused(409, "council.erased", "")
	})
}

func TestTheFiguresOfAHallStayWhenItsVisitsSayNoMoreWhatCameOfThem(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		app := fresh(t)
		k := counterOf(t, app, apptest.Here)
		k.register(t, "reception")
		k.register(t, "reception")
		app.Case.Advance(4 * time.Minute)
		s := slipOf(k.next(t, "1"), 200)
		s = slipOf(k.step(t, s, "begin", nil), 200)
		rep := app.Do(t, k.who, http.MethodPost, "/api/v1/reports", report(apptest.Here, obj{"channel": "hall"})).Want(201).Text("id")
		s = slipOf(k.step(t, s, "link", obj{"report": rep}), 200)
		slipOf(k.step(t, s, "done", nil), 200)
		on := app.Case.Now().In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly)
		count := func() (all string) {
			for _, by := range []string{"", "&by=window", "&by=team", "&by=function"} {
				var v map[string]any
				app.Do(t, k.who, http.MethodGet, k.hall+"/stats?from="+on+"&until="+on+by, nil).Want(200).Into(&v)
				delete(v, "asOf")
				all += fmt.Sprint(v) + "\n"
			}
			return all
		}
		before := count()
		app.Case.Advance(365 * day)
		letGo(t, app, 1)
		letGo(t, app, 0)
		if after := count(); after != before || len(before) < 100 {
			t.Errorf("counted before\n%s\nand after\n%s", before, after)
		}
		var v ticket
		app.Do(t, k.who, http.MethodGet, k.hall+"/visits/"+s.ID, nil).Want(200).Into(&v)
		if v.ReportID != "" || v.Case != nil || v.Turns[0].How != "served" {
			t.Errorf("%+v", v)
		}
	})
}

func TestASuggestionThatNobodyDecidedOnLapsesWhenItMayBeKeptNoLonger(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := newPoll(t, fresh)
		decided, waits, answered := p.suggest(p.worker, nil).Want(201).Text("id"), p.suggest(p.worker, nil).Want(201).Text("id"), p.suggest(p.worker, nil).Want(201).Text("id")
		p.answer(decided, "已装")
		p.decide(decided, "adopted", "装减速带", nil).Want(200)
		p.answer(answered, "不装")
		p.a.Case.Advance(7 * day)
		p.sweep()
		figures := func() (f struct {
			Suggestions        int
			ByState, ByVerdict map[string]int
			ByTopic            map[string]int
		}) {
			p.do(p.office, http.MethodGet, "/figures", nil).Want(200).Into(&f)
			return f
		}
		before := figures()
		p.a.Case.Advance(365 * day)
		letGo(t, p.a, 1)
		letGo(t, p.a, 0)
		after := figures()
		if after.Suggestions != 3 || after.ByState["lapsed"] != 2 || after.ByState["decided"] != 1 || after.ByState["routed"] != 0 || fmt.Sprint(after.ByVerdict, after.ByTopic) != fmt.Sprint(before.ByVerdict, before.ByTopic) {
			t.Errorf("%+v, before %+v", after, before)
		}
		for id, state := range map[string]string{decided: "decided", waits: "lapsed", answered: "lapsed"} {
			s := p.look(p.office, id)
			if s.State != state || s.Text+s.Name+s.Phone != "" || s.Paper == nil || s.Paper.State != map[bool]string{true: "withdrawn", false: "accepted"}[id == waits] {
				t.Errorf("%+v, %+v", s, s.Paper)
			}
		}
		if s := p.look(p.office, decided); s.Outcome == nil || s.Outcome.Answer != "已装" {
			t.Errorf("its outcome is gone: %+v", s)
		}
		p.decide(waits, "declined", "不装", nil).Refused(409, "opinion.state", "")
		p.act(p.leader, "/campaigns/"+p.campaign, "/results", obj{"text": "公布"}).Want(200)
		var r published
		p.do(p.office, http.MethodGet, "/campaigns/"+p.campaign+"/results", nil).Want(200).Into(&r)
		if r.Whole.Number != 3 || r.Whole.Answered != 2 || r.Whole.Adopted != 1 {
			t.Errorf("%+v", r)
		}
	})
}
