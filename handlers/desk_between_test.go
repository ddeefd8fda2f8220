package handlers_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// pair is a county with two desks on one track: the township's hotline, and the police.
type pair struct {
	*line
	police hotline
	county *apptest.Person
}

func newPair(t *testing.T, a *apptest.App) *pair {
	t.Helper()
	withRules(t, a, "desks:\n  passes:\n    - {from: "+apptest.Here.Desk()+", to: "+apptest.PoliceDesk+"}\n    - {from: "+apptest.PoliceDesk+", to: "+apptest.Here.Desk()+"}\n")
	p := &pair{line: newLine(t, a), county: a.As(t, mediation.CountyStaff, apptest.Here)}
	p.police = hotline{a, a.Post(t, "police-desk", account.Place{Role: mediation.Desk, Area: "33.01.11", Unit: apptest.PoliceUnit})}
	return p
}

// passOn is the message by which a desk passes an order on.
func (h hotline) passOn(t *testing.T, number, id, to string) apptest.Answer {
	t.Helper()
	return h.say(t, number, "pass-on", id, "不属本平台", obj{"to": to})
}

type passed struct {
	Passes []struct{ From, FromNumber, To, Number string }
}

func TestOneKeyTransferBetweenTwoDesks(t *testing.T) {
	apptest.OnBoth(t, oneKeyTransferBetweenTwoDesks)
}

func oneKeyTransferBetweenTwoDesks(t *testing.T, fresh apptest.Fresh) {
	p := newPair(t, fresh(t))
	here, police := apptest.Here.Desk(), apptest.PoliceDesk
	p.put(t, "GD-1", order(apptest.Here, obj{"severity": 4, "text": "邻居持续吵闹"})).Want(201)
	id := p.look(t, "GD-1").Case.ID

	// Nothing was passed on yet: the case is none of the police desk's.
	p.police.put(t, "110-9", obj{"passedCaseId": id}).Refused(404, "not_found", "")
	for range 3 {
		p.passOn(t, "GD-1", "m1", police).Want(200)
	}
	p.passOn(t, "GD-1", "m2", police).Refused(409, "desk.there", "")
	p.passOn(t, "GD-1", "m1", here).Refused(422, "desk.message_differs", "messageId")
	p.passOn(t, "GD-1", "m4", "").Refused(422, "required", "to")
	p.deliver(t)
	if got := p.server.steps("GD-1"); got != "received passed_on " {
		t.Errorf("the desk that it left heard: %s", got)
	}
	incoming := p.server.heard[len(p.server.heard)-1]
	for _, e := range p.server.heard {
		if e.Order == "" {
			incoming = e
		}
	}
	if incoming.Step != "passed_in" || incoming.Case != id || incoming.From == nil || incoming.From.Number != "GD-1" || incoming.From.Desk != here || incoming.To.Desk != police {
		t.Fatalf("the desk that it goes to heard: %+v", incoming)
	}

	// It makes its own order, and answers with its number; the same again is the same order.
	for range 2 {
		p.police.put(t, "110-9", obj{"passedCaseId": incoming.Case}).Want(201)
	}
	p.police.put(t, "110-10", obj{"passedCaseId": id}).Refused(409, "desk.taken", "number")
	p.deliver(t)
	if got := p.server.steps("GD-1") + "/ " + p.server.steps("110-9"); got != "received passed_on taken_over / taken_over " {
		t.Errorf("heard: %s", got)
	}
	for _, view := range []apptest.Answer{p.a.Do(t, p.who, "GET", "/api/v1/desk/orders/GD-1", nil), p.a.Do(t, p.police.who, "GET", "/api/v1/desk/orders/110-9", nil),
		p.a.Do(t, p.county, "GET", "/api/v1/cases/"+id, nil)} {
		var v passed
		view.Want(200).Into(&v)
		if len(v.Passes) != 1 || v.Passes[0].FromNumber != "GD-1" || v.Passes[0].Number != "110-9" || v.Passes[0].To != police {
			t.Errorf("both numbers: %s", view.Body)
		}
	}
	// The police desk reads what it is about, and goes on like with any order.
	rep := p.police.look(t, "110-9").ReportID
	if text := p.a.Do(t, p.police.who, "GET", "/api/v1/reports/"+rep, nil).Want(200).Text("text"); text != "邻居持续吵闹" {
		t.Errorf("it reads %q", text)
	}
	p.police.say(t, "110-9", "supplements", "s1", "已派员核实").Want(200)

	// The county's staff send it back; the hotline has its number already.
	k := p.a.Do(t, p.county, "GET", "/api/v1/cases/"+id, nil).Want(200)
	p.a.Do(t, p.county, "POST", "/api/v1/cases/"+id+"/pass-on", obj{"to": here}, newKey(), apptest.Header("If-Match", k.ETag())).Want(200)
	p.deliver(t)
	if got := p.server.steps("GD-1") + "/ " + p.server.steps("110-9"); !strings.HasSuffix(strings.Split(got, "/")[0], "taken_over passed_in ") || !strings.HasSuffix(got, "taken_over passed_on ") {
		t.Errorf("heard: %s", got)
	}
	p.police.passOn(t, "110-9", "m9", here).Refused(409, "desk.there", "")
}

// TestWhatTheGridBroughtInIsPassedOnToADesk: a matter that came by no desk goes to one by the county's staff, where the policy lets it.
func TestWhatTheGridBroughtInIsPassedOnToADesk(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		p := newPair(t, a)
		pass := func(s *story) apptest.Answer { return s.order(p.county, "pass-on", obj{"to": apptest.PoliceDesk}) }
		pass(begin(t, a)).Refused(409, "need.passable", "")

		a = fresh(t)
		p = newPair(t, a)
		withRules(t, a, "desks:\n  passes:\n    - {to: "+apptest.PoliceDesk+"}\n")
		s := begin(t, a)
		pass(s).Want(200)
		s.order(s.worker, "pass-on", obj{"to": apptest.PoliceDesk}).Refused(403, "forbidden", "")
		p.deliver(t)
		var incoming int
		for _, e := range p.server.heard {
			if e.Step == "passed_in" && e.Case == s.id && e.From == nil && e.To.Desk == apptest.PoliceDesk {
				incoming++
			}
		}
		if incoming != 1 {
			t.Errorf("the desk heard: %+v", p.server.heard)
		}
		p.police.put(t, "110-9", obj{"passedCaseId": s.id}).Want(201)
		var v passed
		a.Do(t, p.county, "GET", s.path(""), nil).Want(200).Into(&v)
		if len(v.Passes) != 1 || v.Passes[0].From != "" || v.Passes[0].Number != "110-9" {
			t.Errorf("%+v", v)
		}
	})
}

func TestAnEndedMatterIsPassedToNoDesk(t *testing.T) {
	p := newPair(t, apptest.New(t))
	p.put(t, "GD-2", order(apptest.Here, obj{"severity": 4})).Want(201)
	id := p.look(t, "GD-2").Case.ID
	p.passOn(t, "GD-2", "m1", apptest.PoliceDesk).Want(200)
	p.do(t, "GD-2", mediation.Refuse{Route: "court", Reason: "not_civil"})
	p.police.put(t, "110-1", obj{"passedCaseId": id}).Refused(409, "case.state", "")
	p.put(t, "GD-3", order(apptest.Here, obj{"severity": 4, "text": "另一件"})).Want(201)
	p.do(t, "GD-3", mediation.Refuse{Route: "court", Reason: "not_civil"})
	if answer := p.passOn(t, "GD-3", "m1", apptest.PoliceDesk); answer.Status != 409 || problemCode(answer) != "case.state" {
		t.Errorf("%s", answer.Body)
	}
	// A message that overtakes its order waits for it, whatever it asks for.
	p.passOn(t, "GD-4", "m1", apptest.PoliceDesk).Want(202)
	p.put(t, "GD-4", order(apptest.Here, obj{"severity": 4, "text": "第三件"})).Want(201)
	if o := p.look(t, "GD-4"); o.messages() != "m1 pass_on applied ; " {
		t.Errorf("%s", o.messages())
	}
}

func TestACallBetweenDesksIsOnRecordForWhoReadsTheCaseInFull(t *testing.T) {
	apptest.OnBoth(t, aCallBetweenDesksIsOnRecord)
}

func aCallBetweenDesksIsOnRecord(t *testing.T, fresh apptest.Fresh) {
	p := newPair(t, fresh(t))
	p.put(t, "GD-5", order(apptest.Here, obj{"severity": 4})).Want(201)
	id := p.look(t, "GD-5").Case.ID
	call := obj{"messageId": "c1", "at": p.a.Case.Now().Add(-5 * time.Minute), "seconds": 180, "desks": []string{apptest.Here.Desk(), apptest.PoliceDesk},
		"others": "来电人王某", "summary": "先由社区劝导，再由派出所回访"}
	path := "/api/v1/desk/orders/GD-5/calls"
	for range 3 {
		p.a.Do(t, p.who, "POST", path, call).Want(200)
	}
	p.deliver(t)
	heard := 0
	for _, e := range p.server.heard {
		if e.Step == "called" {
			heard++
		}
	}
	if heard != 2 {
		t.Errorf("%d desks heard of the call", heard)
	}
	type talks struct {
		DeskCalls []struct {
			Seconds         int
			Desks           []string
			Others, Summary string
		}
	}
	var full, bare talks
	p.a.Do(t, p.county, "GET", "/api/v1/cases/"+id, nil).Want(200).Into(&full)
	if len(full.DeskCalls) != 1 || full.DeskCalls[0].Summary != call["summary"] || full.DeskCalls[0].Others != "来电人王某" || full.DeskCalls[0].Seconds != 180 {
		t.Errorf("%+v", full)
	}
	p.a.Do(t, p.a.As(t, mediation.Supervisor, apptest.Here), "GET", "/api/v1/cases/"+id, nil).Want(200).Into(&bare)
	if len(bare.DeskCalls) != 1 || bare.DeskCalls[0].Summary != "" || bare.DeskCalls[0].Others != "" {
		t.Errorf("a supervisor reads %+v", bare)
	}
	line := p.a.Do(t, p.county, "GET", "/api/v1/cases/"+id+"/timeline", nil).Want(200)
	if !strings.Contains(string(line.Body), `"desk_call"`) || strings.Contains(p.a.Log.String(), "劝导") {
		t.Errorf("timeline %s", line.Body)
	}
	delete(call, "summary")
	call["messageId"] = "c2"
	p.a.Do(t, p.who, "POST", path, call).Refused(422, "required", "summary")
	call["summary"], call["desks"] = "x", []string{"nobody"}
	if answer := p.a.Do(t, p.who, "POST", path, call); problemCode(answer) != "unknown_value" {
		t.Errorf("%s", answer.Body)
	}
}

// TestARefusedCallLosesNothing: what is wrong with it is named, nothing of it is kept, and put right it is sent under the same id, be its order there or not.
func TestARefusedCallLosesNothing(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := newPair(t, fresh(t))
		now := p.a.Case.Now().UTC()
		right := func() obj {
			return obj{"messageId": "c1", "at": now.Add(-10 * time.Minute), "seconds": 180, "desks": []string{apptest.Here.Desk(), apptest.PoliceDesk},
				"others": "来电人王某", "summary": "先由社区劝导"}
		}
		send := func(number, key string, value any) apptest.Answer {
			call := right()
			if key != "" {
				call[key] = value
			}
			return p.a.Do(t, p.who, "POST", "/api/v1/desk/orders/"+number+"/calls", call)
		}
		p.put(t, "GD-6", order(apptest.Here, obj{"severity": 4})).Want(201)
		for _, number := range []string{"GD-6", "GD-7"} { // the second has not come yet
			send(number, "at", time.Time{}).Refused(422, "required", "at")
			send(number, "at", now.Add(10*time.Minute)).Refused(422, "in_future", "at")
			send(number, "seconds", 0).Refused(422, "out_of_range", "seconds")
			send(number, "desks", []string{}).Refused(422, "required", "desks")
			send(number, "desks", []string{apptest.Here.Desk(), "nobody"}).Refused(422, "unknown_value", "desks[1]")
			send(number, "desks", []string{apptest.Here.Desk(), apptest.Here.Desk()}).Refused(422, "unknown_value", "desks[1]")
			send(number, "summary", "").Refused(422, "required", "summary")
			send(number, "summary", strings.Repeat("长", mediation.MaxText+1)).Refused(422, "too_long", "summary")
			alone := right()
			alone["desks"], alone["others"] = []string{apptest.Here.Desk()}, " "
			p.a.Do(t, p.who, "POST", "/api/v1/desk/orders/"+number+"/calls", alone).Refused(422, "required", "others")
		}
		p.a.Do(t, p.who, "GET", "/api/v1/desk/orders/GD-7", nil).Refused(404, "not_found", "")
		if o := p.look(t, "GD-6"); o.messages() != "" {
			t.Errorf("something was kept: %s", o.messages())
		}
		send("GD-6", "", nil).Want(200)
		send("GD-7", "", nil).Want(202)
		p.put(t, "GD-7", order(apptest.Here, obj{"severity": 4, "text": "另一件"})).Want(201)
		for _, number := range []string{"GD-6", "GD-7"} {
			if o := p.look(t, number); o.messages() != "c1 call applied ; " {
				t.Errorf("%s: %s", number, o.messages())
			}
			send(number, "", nil).Want(200)
		}
	})
}

// TestADeskWhoseClockIsTenMinutesOffIsTakenInAllTheSame: what it sends is known by its token, which bears our time; what it says of times is taken as far as
// it can be.
func TestADeskWhoseClockIsTenMinutesOffIsTakenInAllTheSame(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := newPair(t, fresh(t))
		for number, off := range map[string]time.Duration{"GD-8": -10 * time.Minute, "GD-9": 10 * time.Minute} {
			now := p.a.Case.Now()
			p.put(t, number, order(apptest.Here, obj{"severity": 4, "text": number, "takenAt": now.Add(off).UTC()})).Want(201)
			c, err := p.a.Cases.Cases.Load(t.Context(), p.look(t, number).Case.ID)
			if err != nil || c.Opened.Sub(now).Abs() > time.Minute {
				t.Errorf("%s: the case is of %s, clocks begin with our time, %v", number, c.Opened, err)
			}
			rep, err := p.a.Cases.Reports.Load(t.Context(), c.Reports[0])
			if doubted := slices.Contains(rep.Marks, mediation.ClockDoubtful); err != nil || doubted != (off > 0) {
				t.Errorf("%s: its clock is doubted: %v, %v", number, doubted, err)
			}
			answer := p.a.Do(t, p.who, "POST", "/api/v1/desk/orders/"+number+"/calls", obj{"messageId": "c1", "at": now.Add(off).UTC(), "seconds": 60,
				"desks": []string{apptest.Here.Desk(), apptest.PoliceDesk}, "summary": "x"})
			if off > 0 {
				answer.Refused(422, "in_future", "at")
			} else {
				answer.Want(200)
			}
		}
	})
}
