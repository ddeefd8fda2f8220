package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

const catchAllRules = `duty:
  ahead: 24h
  posts:
    - {key: leader, name: {zh: 值班领导, en: leader on duty}, needed: true}
catch_all: {within: 2h, again: 24h, post: leader}
`

func TestWhatHasNoCaseReachesWhoIsOnDuty(t *testing.T) {
	apptest.OnBoth(t, whatHasNoCase)
}

func whatHasNoCase(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	withRules(t, a, catchAllRules)
	l := newLine(t, a)
	staff, leader := a.As(t, mediation.CountyStaff, apptest.Here), a.As(t, mediation.Leader, apptest.Here)
	from := a.Case.Now().UTC().Truncate(time.Second)
	a.Do(t, staff, "PUT", "/api/v1/duty", obj{"from": from, "until": from.Add(96 * time.Hour), "shifts": []obj{
		{"post": "leader", "person": leader.User.ID, "from": from, "until": from.Add(40 * time.Hour)}}}, apptest.Header("If-None-Match", "*")).Want(200)

	var sent struct{ ID string }
	a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), "POST", "/api/v1/reports", report(apptest.Here, obj{"point": nil, "address": "村口大樟树下"})).Want(201).Into(&sent)
	l.say(t, "N-1", "supplements", "m1", "无主的一句话").Want(202)
	heard := func(who *apptest.Person, after time.Duration, want string) {
		t.Helper()
		a.Case.Forward(from.Add(after))
		if _, err := a.Watch.Sweep(t.Context(), a.Case.Now()); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Desks.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.deliver(t)
		var box struct {
			Items []struct{ Kind, Subject string }
		}
		a.Do(t, who, "GET", "/api/v1/inbox?limit=100", nil).Want(200).Into(&box)
		count := map[string]int{}
		for _, it := range box.Items {
			if it.Kind == string(mediation.NoticeStray) {
				count[it.Subject]++
			}
		}
		for i, subject := range []string{"report/" + sent.ID, "desk/" + apptest.Here.Desk() + "/N-1"} {
			if got := count[subject]; got != int(want[i]-'0') {
				t.Errorf("after %s: of %s %d times, want %c", after, subject, got, want[i])
			}
		}
	}
	heard(leader, time.Hour, "00")
	heard(leader, 2*time.Hour+2*time.Minute, "11")
	heard(leader, 3*time.Hour, "11") // not again before a day has passed
	heard(leader, 26*time.Hour+2*time.Minute, "22")
	heard(staff, 26*time.Hour+3*time.Minute, "00") // somebody was on duty
	l.put(t, "N-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	heard(leader, 49*time.Hour, "22")
	heard(staff, 51*time.Hour, "10") // nobody is on duty any more: leaders and staff hear of it; the order has come meanwhile
	text := string(a.Do(t, a.Root(t), "GET", "/metrics", nil).Want(200).Body)
	if want := fmt.Sprintf("fengqiao_stray_matters_total %d\n", a.Duty.Figures().Strays); !strings.Contains(text, want) || a.Duty.Figures().Strays != 5 {
		t.Errorf("the figures say %d: %s", a.Duty.Figures().Strays, text)
	}
}

// TestWhatAnEarlierReleaseLeftWaitingRunsOutToo: its orders have no time at which the sweep looks at them, and are never written again.
func TestWhatAnEarlierReleaseLeftWaitingRunsOutToo(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := newLine(t, fresh(t))
		l.say(t, "N-1", "supplements", "m1", "无主的一句话").Want(202)
		key := mediation.Outside{Desk: apptest.Here.Desk(), Number: "N-1"}
		if _, err := l.a.Store.DeskOrders().Change(t.Context(), key, func(o *desk.Order) error { o.NextDue = time.Time{}; return nil }); err != nil {
			t.Fatal(err)
		}
		for _, after := range []time.Duration{0, desk.DefaultWait + time.Minute} {
			l.a.Case.Forward(l.a.Case.Now().Add(after))
			if _, err := l.a.Desks.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if o := l.look(t, "N-1"); o.messages() != "m1 supplement expired ; " {
			t.Errorf("%s", o.messages())
		}
	})
}

// TestWhatACrashLeftOnAnOrderIsCarriedOutBySweep: the order has come, a message was kept, and nobody says it again.
func TestWhatACrashLeftOnAnOrderIsCarriedOutBySweep(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		l := newLine(t, fresh(t))
		l.say(t, "N-1", "supplements", "m1", "先到的一句话").Want(202)
		key := mediation.Outside{Desk: apptest.Here.Desk(), Number: "N-1"}
		// The order was noted, and the server died before what waited was carried out.
		other := newLine(t, l.a)
		var put struct{ ReportID string }
		other.put(t, "N-2", order(apptest.Here, obj{"severity": 4})).Want(201).Into(&put)
		user := l.who.User.ID
		if _, err := l.a.Store.DeskOrders().Change(t.Context(), key, func(o *desk.Order) error { o.Begin(put.ReportID, user, l.a.Case.Now()); return nil }); err != nil {
			t.Fatal(err)
		}
		sweep := func(after time.Duration, want string) {
			t.Helper()
			l.a.Case.Forward(l.a.Case.Now().Add(after))
			if _, err := l.a.Desks.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			if o := l.look(t, "N-1"); o.messages() != want {
				t.Errorf("after %s: %s", after, o.messages())
			}
		}
		sweep(0, "m1 supplement waiting ; ") // it may be under way
		sweep(2*mediation.Grace, "m1 supplement applied ; ")
	})
}

func TestDangerThatOvertakesItsOrderIsHeardOfAtOnce(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, catchAllRules)
	l := newLine(t, a)
	staff := a.As(t, mediation.CountyStaff, apptest.Here)
	heard := func() (n int) {
		t.Helper()
		l.deliver(t)
		var box struct {
			Items []struct{ Kind, Subject string }
		}
		a.Do(t, staff, "GET", "/api/v1/inbox?limit=100", nil).Want(200).Into(&box)
		for _, it := range box.Items {
			if it.Kind == string(mediation.NoticeStray) && it.Subject == "desk/"+apptest.Here.Desk()+"/N-1" {
				n++
			}
		}
		return n
	}
	for range 2 { // the answer to the first may be lost
		a.Do(t, a.As(t, mediation.Desk, apptest.Here), "POST", "/api/v1/desk/orders/N-1/supplements", obj{"messageId": "m1", "text": "有人持刀", "emergency": true}).Want(202)
	}
	if n := heard(); n != 1 {
		t.Errorf("heard of %d times", n)
	}
}
