package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// inCharge is a case under rules with leaders in charge, and two leaders of the four bodies.
type inCharge struct {
	conference
	mayor *apptest.Person
}

func chargeable(t *testing.T, fresh apptest.Fresh) inCharge {
	t.Helper()
	app := fresh(t)
	src, err := fixtures.Policy("yuecheng")
	if err != nil {
		t.Fatal(err)
	}
	root := app.Root(t)
	src = bytes.ReplaceAll(src, []byte("33.06.02"), []byte(apptest.County))
	app.Do(t, root, "PUT", "/api/v1/policy", src, apptest.Header("Content-Type", "application/yaml"), apptest.IfMatch(app.Do(t, root, "GET", "/api/v1/policy", nil).ETag())).Want(200)
	leader := func(login, unit string) *apptest.Person {
		return app.Post(t, login, account.Place{Role: mediation.Leader, Area: apptest.County, Unit: unit})
	}
	k := inCharge{conference{T: t, app: app, staff: app.Post(t, "county", account.Place{Role: mediation.CountyStaff, Area: apptest.County}),
		chief: leader("chief", "中共越城区委"), other: leader("other-leader", "越城区某局")}, leader("mayor", "越城区人民政府")}
	var got struct{ Case struct{ ID string } }
	app.Do(t, app.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/reports", report(apptest.Here, nil)).Want(201).Into(&got)
	k.id = got.Case.ID
	return k
}

type charged struct {
	Text   string
	Charge *struct {
		Leader         struct{ ID string }
		Body, BodyText string
		Plan           string
		ReviewDue      time.Time
		Reviews        []struct {
			Overdue bool
			Notes   string
		}
	}
}

func (k inCharge) see(who *apptest.Person) (v charged) {
	k.Helper()
	k.app.Do(k.T, who, "GET", "/api/v1/cases/"+k.id, nil).Want(200).Into(&v)
	return v
}

type load struct {
	ID, Body      string
	Open, Overdue int
	NextReview    time.Time
}

func (k inCharge) load(who *apptest.Person) load {
	k.Helper()
	var page struct{ Items []load }
	k.app.Do(k.T, k.staff, "GET", "/api/v1/leaders", nil).Want(200).Into(&page)
	for _, l := range page.Items {
		if l.ID == who.User.ID {
			return l
		}
	}
	return load{}
}

// One case one plan (一案一策): who is in charge is one leader of one body, by one plan, whoever else would like to be; and what each body has in
// charge is told apart.
func TestOneCaseHasOneLeaderAndOnePlan(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := chargeable(t, fresh)
		k.give(k.chief, "take-charge", obj{"plan": "先修复后补偿"}).Want(200)
		for who, with := range map[*apptest.Person]obj{k.mayor: {"plan": "另一套方案"}, k.chief: {"plan": "再来一套"}, k.staff: {"leader": k.mayor.User.ID, "plan": "换人"}} {
			k.give(who, "take-charge", with).Refused(409, "need.no_charge", "")
		}
		if v := k.see(k.chief); v.Charge.Leader.ID != k.chief.User.ID || v.Charge.Body != "committee" || v.Charge.Plan != "先修复后补偿" {
			t.Errorf("%+v", v.Charge)
		}
		var page struct {
			Bodies []struct {
				Body                   string
				Leaders, Open, Overdue int
			}
		}
		k.app.Do(t, k.staff, "GET", "/api/v1/leaders", nil).Want(200).Into(&page)
		got := fmt.Sprint(page.Bodies)
		if got != "[{committee 1 1 0} {congress 0 0 0} {government 1 0 0} {conference 0 0 0}]" {
			t.Error(got)
		}
	})
}

func TestALeaderTakesChargeOfANamedCase(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := chargeable(t, fresh)
		k.give(k.other, "take-charge", obj{"plan": "x"}).Refused(422, "unknown_value", "leader")
		k.give(k.chief, "take-charge", obj{"leader": k.mayor.User.ID, "plan": "x"}).Refused(409, "charge.others", "leader")
		due := k.app.Cases.Now().Add(72 * time.Hour).UTC().Truncate(time.Second)
		k.give(k.staff, "take-charge", obj{"leader": k.chief.User.ID, "plan": "一周内上门，先修复后补偿", "reviews": []time.Time{due}}).Want(200)
		v := k.see(k.chief)
		if v.Text == "" || v.Charge == nil || v.Charge.Plan == "" || v.Charge.BodyText != "区委" || !v.Charge.ReviewDue.Equal(due) {
			t.Fatalf("in charge: %+v", v)
		}
		if v := k.see(k.mayor); v.Text != "" || v.Charge == nil || v.Charge.Plan != "" {
			t.Fatalf("another leader: %+v", v)
		}
		var own struct{ Items []struct{ ID string } }
		k.app.Do(t, k.chief, "GET", "/api/v1/cases?owner="+k.chief.User.ID, nil).Want(200).Into(&own)
		if len(own.Items) != 1 || own.Items[0].ID != k.id {
			t.Errorf("own cases: %+v", own)
		}
		if l := k.load(k.chief); l.Open != 1 || l.Overdue != 0 || !l.NextReview.Equal(due) || l.Body != "committee" {
			t.Errorf("load: %+v", l)
		}
		k.app.Case.Forward(due.Add(time.Minute))
		if _, err := k.app.Watch.Sweep(t.Context(), k.app.Case.Now()); err != nil {
			t.Fatal(err)
		}
		if l := k.load(k.chief); l.Overdue != 1 {
			t.Errorf("overdue: %+v", l)
		}
		k.give(k.chief, "plan-charge", obj{"plan": "放一放", "reviews": []string{"2099-01-01T00:00:00Z"}}).Refused(422, "too_late", "reviews[0]")
		k.give(k.chief, "plan-charge", obj{"plan": "改为十天一次", "reviews": []time.Time{due.AddDate(0, 0, 10)}}).Want(200)
		if l, v := k.load(k.chief), k.see(k.staff); l.Overdue != 1 || len(v.Charge.Reviews) != 2 || !v.Charge.Reviews[0].Overdue {
			t.Errorf("after another plan: %+v %+v", l, v.Charge)
		}
		k.give(k.chief, "review", obj{"notes": "已上门，双方愿意谈"}).Want(200)
		if l := k.load(k.chief); l.Overdue != 0 || l.Open != 1 || !l.NextReview.After(due) {
			t.Errorf("after the review: %+v", l)
		}
		k.handsOver()
	})
}

// handsOver: a leader who leaves hands the case to a leader of another body, and to nobody else.
func (k inCharge) handsOver() {
	k.Helper()
	l := leaver{k.T, k.app, k.id, k.chief}
	h := l.open(k.chief, k.other.User.ID)
	if len(h.Matters) != 1 || h.Matters[0].Kind != "charge" || len(h.Matters[0].Hindrances) != 1 || h.Matters[0].Hindrances[0].Code != "succession.post" {
		k.Fatalf("%+v", h.Matters)
	}
	l.step(k.other, h.ID, "acceptance", obj{}).Refused(409, "handover.lacks_right", "")
	l.step(k.chief, h.ID, "proposal", obj{"successor": k.mayor.User.ID}).Want(200)
	l.step(k.mayor, h.ID, "acceptance", obj{}).Want(200)
	if v := k.see(k.mayor); v.Charge.Leader.ID != k.mayor.User.ID || v.Charge.Body != "government" || v.Charge.Plan == "" {
		k.Errorf("%+v", v.Charge)
	}
	if k.load(k.chief).Open != 0 || k.load(k.mayor).Open != 1 {
		k.Error("the load did not move")
	}
}
