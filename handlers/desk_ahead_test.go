package handlers_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// cases are all cases of the county.
func (p *pair) cases(t *testing.T) []mediation.Case {
	t.Helper()
	all, list := p.county.Actor().Area, []mediation.Case{}
	sums, _, err := p.a.Cases.Cases.List(t.Context(), mediation.Filter{Visible: mediation.Visible{Area: &all}}, "", 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sums {
		k, err := p.a.Cases.Cases.Load(t.Context(), s.ID)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, k)
	}
	return list
}

// one is the only case there is.
func (p *pair) one(t *testing.T) mediation.Case {
	t.Helper()
	list := p.cases(t)
	if len(list) != 1 {
		t.Fatalf("%d cases", len(list))
	}
	return list[0]
}

// handed is how often the police desk was told to make an order.
func (p *pair) handed(t *testing.T) (n int) {
	t.Helper()
	p.deliver(t)
	for _, e := range p.server.heard {
		if e.Step == "passed_in" {
			n++
		}
	}
	return n
}

// said is all that is written in an order's reports.
func (p *pair) said(t *testing.T) string {
	t.Helper()
	k := p.one(t)
	text, err := p.a.Cases.WordsOfDesks(t.Context(), &k)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestDangerBeforeItsOrderIsThePolicesAtOnce(t *testing.T) {
	apptest.OnBoth(t, dangerBeforeItsOrder)
}

func dangerBeforeItsOrder(t *testing.T, fresh apptest.Fresh) {
	p := withDangerDesk(t, fresh(t))
	p.say(t, "GD-1", "supplements", "m0", "三单元门口").Want(202)
	if n := len(p.cases(t)); n != 0 {
		t.Fatalf("%d cases of an order that has not come", n)
	}
	for range 5 {
		p.say(t, "GD-1", "supplements", "m1", "有人持刀砍人", obj{"emergency": true}).Want(202)
	}
	k := p.one(t)
	if k.State != mediation.Transferred || !k.Emergency || k.AtDesk() != apptest.PoliceDesk || k.Severity != 4 || k.StateClock.Due.IsZero() {
		t.Fatalf("%s, an emergency %v, at %s", k.State, k.Emergency, k.AtDesk())
	}
	if n := p.handed(t); n != 1 {
		t.Fatalf("handed to the police %d times", n)
	}
	if got := p.server.steps("GD-1"); got != "danger " {
		t.Errorf("the hotline heard: %s", got)
	}
	o := p.look(t, "GD-1")
	if o.Status != "case" || o.Case.ID != k.ID || o.messages() != "m0 supplement applied ; m1 supplement applied ; " {
		t.Errorf("%s %s", o.Status, o.messages())
	}
	// More of it before the police have made their order is in that matter, which they read then.
	p.say(t, "GD-1", "supplements", "m2", "已有人受伤", obj{"emergency": true}).Want(202)
	p.one(t)

	// The order comes: it is that matter, and says where it lies and what it is.
	body := order(apptest.Here, obj{"severity": 2, "text": "邻居持续吵闹"})
	for range 3 {
		var v orderState
		p.put(t, "GD-1", body).Want(201).Into(&v)
		if v.Case == nil || v.Case.ID != k.ID || v.Status != "case" {
			t.Fatalf("%+v", v)
		}
	}
	p.put(t, "GD-1", order(apptest.Here, obj{"severity": 2, "text": "另一件"})).Refused(422, "desk.differs", "number")
	k = p.one(t)
	if k.State != mediation.Transferred || k.Cell != apptest.Here.Cell() || k.Area != apptest.Here.Cell() || k.Category != "neighbour" || k.Severity != 4 || len(k.Reports) != 2 || k.Point.Empty() {
		t.Errorf("%s in %s, %s %d, %d reports", k.State, k.Cell, k.Category, k.Severity, len(k.Reports))
	}
	p.say(t, "GD-1", "supplements", "m3", "门牌五号").Want(200)
	for _, text := range []string{"三单元门口", "有人持刀砍人", "已有人受伤", "邻居持续吵闹", "门牌五号"} {
		if got := p.said(t); !strings.Contains(got, text) {
			t.Errorf("%q is lost: %s", text, got)
		}
	}
	if n := p.handed(t); n != 1 {
		t.Errorf("handed to the police %d times", n)
	}
	// The police make their order of all that is known, and end it: the hotline hears of each change once, under its number.
	p.police.put(t, "110-9", obj{"passedCaseId": k.ID}).Want(201)
	var rep struct{ Text string }
	p.a.Do(t, p.police.who, "GET", "/api/v1/reports/"+p.police.look(t, "110-9").ReportID, nil).Want(200).Into(&rep)
	for _, text := range []string{"三单元门口", "有人持刀砍人", "已有人受伤", "邻居持续吵闹", "门牌五号"} {
		if !strings.Contains(rep.Text, text) {
			t.Errorf("the police do not read %q: %s", text, rep.Text)
		}
	}
	p.do(t, "GD-1", mediation.Finish{})
	p.deliver(t)
	if got := p.server.steps("GD-1"); got != "danger taken_over finished " {
		t.Errorf("the hotline heard: %s", got)
	}
	if strings.Contains(p.a.Log.String(), "持刀") {
		t.Error("what was said is in the log")
	}
}

// TestDangerWhoseOrderNeverComesEndsByAnAnswer: what waited with it neither runs out nor is asked for, and its end is told under its number.
func TestDangerWhoseOrderNeverComesEndsByAnAnswer(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := withDangerDesk(t, fresh(t))
		p.say(t, "GD-1", "supplements", "m1", "有人持刀", obj{"emergency": true}).Want(202)
		p.a.Case.Forward(p.a.Case.Now().Add(desk.DefaultWait + time.Hour))
		if _, err := p.a.Desks.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		k := p.one(t)
		if why := k.Loose(true); why != "" || k.StateClock.Due.IsZero() {
			t.Errorf("nobody looks at it any more: %s, %+v", why, k.StateClock)
		}
		if got := p.look(t, "GD-1").messages(); got != "m1 supplement applied ; " {
			t.Errorf("%s", got)
		}
		_, err := p.a.Cases.Do(t.Context(), p.county.Actor(), k.ID, mediation.Request{Command: mediation.Finish{}, Revision: k.Revision, Key: "end"})
		if err != nil {
			t.Fatal(err)
		}
		p.deliver(t)
		if got := p.server.steps("GD-1"); got != "danger finished " {
			t.Errorf("the hotline heard: %s", got)
		}
		// Late as it is, the order is that matter still.
		var v orderState
		p.put(t, "GD-1", order(apptest.Here, obj{"text": "邻居持续吵闹"})).Want(201).Into(&v)
		if v.Case.ID != k.ID || p.one(t).State != mediation.Closed || p.handed(t) != 1 {
			t.Errorf("%+v", v.Case)
		}
	})
}

// broken keeps orders, but dies before the change of that number.
type broken struct {
	desk.Orders
	changes, at int
}

var errDied = errors.New("the server died")

func (b *broken) Change(ctx context.Context, key mediation.Outside, fn func(*desk.Order) error) (desk.Order, error) {
	if b.changes++; b.changes == b.at {
		return desk.Order{}, errDied
	}
	return b.Orders.Change(ctx, key, fn)
}

// TestDangerThatACrashHasLeftReachesThePolice: the server dies with the message kept and nothing else done, or with the case opened and that not noted;
// the sweep, or the order that comes, makes one matter of it, handed to the police once.
func TestDangerThatACrashHasLeftReachesThePolice(t *testing.T) {
	ways := map[string]func(*testing.T, *pair){
		"the sweep": func(t *testing.T, p *pair) {
			p.a.Case.Forward(p.a.Case.Now().Add(2 * mediation.Grace))
			if _, err := p.a.Desks.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
		"the message again": func(t *testing.T, p *pair) {
			p.say(t, "GD-1", "supplements", "m1", "有人持刀", obj{"emergency": true}).Want(202)
		},
		"the order": func(*testing.T, *pair) {},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
				for _, noted := range []bool{false, true} {
					p := withDangerDesk(t, fresh(t))
					deps := p.a.Desks.Deps
					if deps.Orders = (&broken{Orders: deps.Orders, at: 2}); !noted {
						deps.Cases = dead{deps.Cases}
					}
					_, err := desk.NewService(deps).Say(t.Context(), p.who.Actor(), "GD-1", desk.Said{ID: "m1", Kind: desk.Supplement, Text: "有人持刀", Danger: true})
					if !errors.Is(err, errDied) {
						t.Fatal(err)
					}
					way(t, p)
					p.put(t, "GD-1", order(apptest.Here, obj{"text": "邻居持续吵闹"})).Want(201)
					if k := p.one(t); k.State != mediation.Transferred || len(k.Reports) != 2 || p.handed(t) != 1 {
						t.Errorf("%s, %d reports, handed %d times", k.State, len(k.Reports), p.handed(t))
					}
					if got := p.look(t, "GD-1").messages(); got != "m1 supplement applied ; " {
						t.Errorf("%s", got)
					}
				}
			})
		})
	}
}

// dead is a core that takes nothing in.
type dead struct{ desk.Cases }

func (dead) Receive(context.Context, mediation.Actor, mediation.ReportInput) (mediation.Receipt, error) {
	return mediation.Receipt{}, errDied
}

// TestAnOrderAndItsDangerSentAtOnceAreOneMatter.
func TestAnOrderAndItsDangerSentAtOnceAreOneMatter(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		p := withDangerDesk(t, fresh(t))
		done := make(chan apptest.Answer, 2)
		go func() {
			done <- p.a.Do(t, p.who, "POST", "/api/v1/desk/orders/GD-1/supplements", obj{"messageId": "m1", "text": "有人持刀", "emergency": true})
		}()
		go func() { done <- p.a.Do(t, p.who, "PUT", "/api/v1/desk/orders/GD-1", order(apptest.Here, nil)) }()
		for range 2 {
			if a := <-done; a.Status > 299 {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		}
		if k := p.one(t); k.State != mediation.Transferred || p.handed(t) != 1 {
			t.Errorf("%s, handed %d times", k.State, p.handed(t))
		}
	})
}

// TestAnOrderTakenBackTakesItsDangerBackUnlessThePoliceHaveIt.
func TestAnOrderTakenBackTakesItsDangerBackUnlessThePoliceHaveIt(t *testing.T) {
	p := withDangerDesk(t, apptest.New(t))
	p.say(t, "GD-1", "supplements", "m1", "有人持刀", obj{"emergency": true}).Want(202)
	p.put(t, "GD-1", order(apptest.Here, nil)).Want(201)
	p.say(t, "GD-1", "close", "m2", "误报").Refused(409, "case.state", "")
	if k := p.one(t); len(k.Recalled) != 0 {
		t.Errorf("half of it is withdrawn: %v", k.Recalled)
	}
	p.do(t, "GD-1", mediation.TakeBack{})
	p.do(t, "GD-1", mediation.Reclassify{Category: "neighbour", Severity: 3, NotEmergency: true})
	p.say(t, "GD-1", "close", "m3", "误报").Want(200)
	if k := p.one(t); k.State != mediation.Withdrawn || p.look(t, "GD-1").Status != "withdrawn" {
		t.Errorf("%s", k.State)
	}
}
