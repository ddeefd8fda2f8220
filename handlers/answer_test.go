package handlers_test

import (
	"strings"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// settlesAtOnce puts rules in force that let slight matters be settled on receipt.
func settlesAtOnce(t *testing.T, a *apptest.App) {
	t.Helper()
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(src), "  number_format:", "  on_receipt: {within: 2h, max_severity: 2}\n  number_format:", 1)
	if _, err := a.Store.Policies().Import(t.Context(), mediation.AnyRevision, "rules.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestADesksMatterIsSettledOnReceiptAndTheDeskReadsTheAnswer(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		settlesAtOnce(t, a)
		l := newLine(t, a)
		l.put(t, "J-1", order(apptest.Here, obj{"severity": 1})).Want(201)
		s := &story{t: t, a: a, id: l.look(t, "J-1").Case.ID}
		staff := a.As(t, mediation.TownshipStaff, apptest.Here)
		const answer = "垃圾已于十时清运，已告知邻居定时投放。"
		s.order(staff, "settle-at-once", obj{"answer": answer}).Want(200)
		l.deliver(t)
		if got := l.server.steps("J-1"); !strings.HasSuffix(got, "finished ") {
			t.Errorf("the desk heard: %s", got)
		}
		read := func(who *apptest.Person, path string) any {
			t.Helper()
			return a.Do(t, who, "GET", path, nil).Want(200).View()["answer"]
		}
		if got := read(l.who, "/api/v1/desk/orders/J-1"); got == nil || got.(obj)["text"] != answer {
			t.Errorf("the desk reads %v", got)
		}
		if got := read(l.who, s.path("")); got == nil || got.(obj)["text"] != answer {
			t.Errorf("the desk reads of the case %v", got)
		}
		if got := read(a.As(t, mediation.Supervisor, apptest.Here), s.path("")); got != nil {
			t.Errorf("a supervisor reads %v", got)
		}
		s.order(staff, "reply", obj{"text": "另：已装监控。"}).Want(200)
		l.deliver(t)
		if got := l.server.steps("J-1"); !strings.HasSuffix(got, "finished answered ") {
			t.Errorf("the desk heard: %s", got)
		}
		if strings.Contains(a.Log.String(), "清运") {
			t.Error("the answer is in the log")
		}
	})
}
