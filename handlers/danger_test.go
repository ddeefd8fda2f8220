package handlers_test

import (
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// withDangerDesk is a pair of desks of which the police's has every matter in which danger is named.
func withDangerDesk(t *testing.T, a *apptest.App) *pair {
	t.Helper()
	p := newPair(t, a)
	withRules(t, a, "desks:\n  passes:\n    - {from: "+apptest.Here.Desk()+", to: "+apptest.PoliceDesk+"}\n  danger: "+apptest.PoliceDesk+"\n")
	return p
}

func TestDangerNamedByThePanelReachesThePoliceDesk(t *testing.T) {
	apptest.OnBoth(t, dangerNamedByThePanel)
}

func dangerNamedByThePanel(t *testing.T, fresh apptest.Fresh) {
	p := withDangerDesk(t, fresh(t))
	p.put(t, "GD-1", order(apptest.Here, obj{"severity": 2, "text": "邻居持续吵闹"})).Want(201)
	s := &story{t: t, a: p.a, staff: p.a.As(t, mediation.TownshipStaff, apptest.Here), mediator: p.a.As(t, mediation.MediatorRole, apptest.Here), id: p.look(t, "GD-1").Case.ID}
	offer := s.offered()
	s.order(s.mediator, "take", obj{"offer": offer}).Want(200)
	s.order(s.mediator, "danger", obj{"text": " "}).Refused(422, "required", "text")
	p.a.Do(t, p.a.As(t, mediation.GridLeader, apptest.There), "POST", s.path("/danger"), obj{"text": "x"}, apptest.IfMatch(`"1"`), newKey()).Refused(404, "not_found", "")
	s.order(s.mediator, "danger", obj{"text": "对方拿出了刀"})

	k, err := p.a.Cases.Cases.Load(t.Context(), s.id)
	if err != nil || k.State != mediation.Transferred || !k.Emergency || len(k.Panel.Seats) > 0 {
		t.Fatalf("%s, an emergency %v, %+v, %v", k.State, k.Emergency, k.Panel, err)
	}
	for _, o := range k.Offers {
		if o.State == mediation.OfferOpen {
			t.Errorf("an offer stands: %+v", o)
		}
	}
	s.order(s.staff, "danger", obj{"text": "又来了"}).Refused(409, "need.no_danger", "")
	p.deliver(t)
	if got := p.server.steps("GD-1"); !strings.HasSuffix(got, "danger ") {
		t.Errorf("the hotline heard: %s", got)
	}
	incoming := p.server.heard[len(p.server.heard)-1]
	for _, e := range p.server.heard {
		if e.Order == "" {
			incoming = e
		}
	}
	if incoming.Step != "passed_in" || incoming.Reason != "emergency" || incoming.Case != s.id || incoming.From == nil || incoming.From.Number != "GD-1" || incoming.To.Desk != apptest.PoliceDesk {
		t.Fatalf("the police heard: %+v", incoming)
	}
	p.police.put(t, "110-9", obj{"passedCaseId": incoming.Case}).Want(201)
	var v passed
	p.a.Do(t, p.county, "GET", s.path(""), nil).Want(200).Into(&v)
	if len(v.Passes) != 1 || v.Passes[0].Number != "110-9" || v.Passes[0].FromNumber != "GD-1" {
		t.Errorf("%+v", v)
	}
	if strings.Contains(p.a.Log.String(), "拿出了刀") {
		t.Error("what was said is in the log")
	}
}

func TestDangerNamedInASupplementFromAPhone(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		p := withDangerDesk(t, a)
		s := begin(t, a)
		s.offered()
		key := newKey()
		add := func(text string, key apptest.Setting) apptest.Answer {
			return a.Do(t, s.worker, "POST", "/api/v1/reports/"+s.report+"/supplements", obj{"text": text, "emergency": true}, key)
		}
		for range 2 { // the answer was lost
			if got := add("对方拿出了刀", key).Want(200).Text("id"); got != s.report {
				t.Errorf("the answer is of %s", got)
			}
		}
		k, err := a.Cases.Cases.Load(t.Context(), s.id)
		if err != nil || k.State != mediation.Transferred || !k.Emergency || k.AtDesk() != apptest.PoliceDesk {
			t.Fatalf("%s, an emergency %v, at %s, %v", k.State, k.Emergency, k.AtDesk(), err)
		}
		p.deliver(t)
		if n := len(p.server.heard); n != 1 || p.server.heard[0].Step != "passed_in" || p.server.heard[0].Case != s.id {
			t.Errorf("the police heard %+v", p.server.heard)
		}
		var rep struct{ Supplements []struct{ Text string } }
		a.Do(t, s.worker, "GET", "/api/v1/reports/"+s.report, nil).Want(200).Into(&rep)
		if len(rep.Supplements) != 1 || rep.Supplements[0].Text != "对方拿出了刀" {
			t.Errorf("%+v", rep)
		}
		// It is with the police: more danger is a report of its own, which goes there at once, once.
		again := newKey()
		own := add("他又回来了", again).Want(200).Text("id")
		if second := add("他又回来了", again).Want(200).Text("id"); own == s.report || second != own {
			t.Errorf("%s, then %s", own, second)
		}
		list, _, err := a.Cases.MyReports(t.Context(), s.worker.Actor(), "", 10)
		if err != nil || len(list) != 2 || !list[0].Emergency {
			t.Errorf("%+v %v", list, err)
		}
		add("", newKey()).Refused(422, "required", "text")
		a.Do(t, a.As(t, mediation.GridWorker, apptest.There), "POST", "/api/v1/reports/"+s.report+"/supplements", obj{"text": "x", "emergency": true}, newKey()).Refused(404, "not_found", "")
	})
}

// TestDangerNamedAfterTheEndGoesToThePoliceAgain: what is closed, or suspended, is the police's at once all the same.
func TestDangerNamedAfterTheEndGoesToThePoliceAgain(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := withDangerDesk(t, fresh(t))
		p.put(t, "GD-1", order(apptest.Here, obj{"severity": 2, "text": "邻居持续吵闹"})).Want(201)
		s := &story{t: t, a: p.a, staff: p.a.As(t, mediation.TownshipStaff, apptest.Here), id: p.look(t, "GD-1").Case.ID}
		s.order(s.staff, "transfer", obj{"unit": apptest.Unit, "reason": "authority"}).Want(200)
		s.order(s.staff, "finish", obj{}).Want(200)
		p.say(t, "GD-1", "supplements", "m9", "他拿着刀回来了", obj{"emergency": true}).Want(200)
		load := func() mediation.Case {
			t.Helper()
			k, err := p.a.Cases.Cases.Load(t.Context(), s.id)
			if err != nil {
				t.Fatal(err)
			}
			return k
		}
		if k := load(); k.State != mediation.Transferred || !k.Emergency || k.Repeats != 1 || !k.Closed.IsZero() || k.AtDesk() != apptest.PoliceDesk || len(k.Reports) != 1 {
			t.Fatalf("%s, %d reports, at %s", k.State, len(k.Reports), k.AtDesk())
		}
		p.deliver(t)
		if got := p.server.steps("GD-1"); !strings.HasSuffix(got, "danger ") {
			t.Errorf("the hotline heard: %s", got)
		}
		s.order(s.staff, "take-back", obj{}).Want(200)
		s.order(s.staff, "reclassify", obj{"category": "neighbour", "severity": 2, "notEmergency": true}).Want(200)
		s.order(s.staff, "accept", obj{}).Want(200)
		s.order(s.staff, "suspend", obj{"reason": "disaster"}).Want(200)
		s.order(s.staff, "danger", obj{"text": "又来了"})
		if k := load(); k.State != mediation.Transferred || !k.WholeClock.Paused.IsZero() {
			t.Errorf("%s, paused since %v", k.State, k.WholeClock.Paused)
		}
		s.order(s.staff, "take-back", obj{}).Want(200)
		s.order(s.staff, "withdraw", obj{"reason": "mistake"}).Want(200)
		s.order(s.staff, "danger", obj{"text": "又来了"}).Refused(409, "case.state", "")
	})
}
