package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// dueClock is what is due in whatever room, as somebody reads it.
type dueClock struct {
	Clock, ClockText, Within, Unit, Basis, Policy, Rule string
	Since                                               time.Time
	Due                                                 *time.Time
	SetBy                                               *struct{ ID, Name string }
	Left                                                *struct{ Overdue bool }
	Why                                                 []string
	Reminders                                           []time.Time
}

// byRule checks that a clock says by which key of the policy it was reckoned, how its length is counted, and step by step how its end came about.
func (k *dueClock) byRule(t *testing.T, clock, rule, within, unit string) {
	t.Helper()
	switch {
	case k == nil || k.Due == nil:
		t.Errorf("%s is not explained", clock)
	case k.Clock != clock || k.ClockText == "" || k.Rule != rule || k.Within != within || k.Unit != unit || k.SetBy != nil || k.Policy == "" || k.Left == nil:
		t.Errorf("%+v", *k)
	case k.Since.IsZero() || !k.Since.Before(*k.Due) || len(k.Why) < 3 || !strings.Contains(k.Why[0], "起算") || !strings.HasSuffix(k.Why[len(k.Why)-1], "到期"):
		t.Errorf("since %s, due %s, because %q", k.Since, k.Due, k.Why)
	}
}

// named checks that a clock says who named its end.
func (k *dueClock) named(t *testing.T, clock string, by *apptest.Person) {
	t.Helper()
	if k == nil || k.Due == nil || k.Clock != clock || k.Rule != "" || k.Within != "" || k.SetBy == nil || k.SetBy.ID != by.User.ID || len(k.Why) != 3 || !strings.Contains(k.Why[1], "写明") {
		t.Errorf("%s: %+v", clock, k)
	}
}

func TestThePapersClocksExplainThemselves(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		super := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
		id := oneCase(t, a, apptest.Here)
		read := func(id string) (v struct{ Clocks []*dueClock }) {
			t.Helper()
			a.Do(t, super.who, http.MethodGet, "/api/v1/slips/"+id, nil).Want(200).Into(&v)
			return v
		}
		v := read(super.issue(t, "assignment", id, obj{"role": "township_staff"}).ID)
		if len(v.Clocks) != 2 {
			t.Fatalf("%+v", v)
		}
		v.Clocks[0].byRule(t, "acknowledge", "slips.kinds.assignment.acknowledge", "4h", "hours")
		v.Clocks[1].byRule(t, "reply", "slips.kinds.assignment.reply", "7d", "calendar")
		var named struct {
			ID     string
			Clocks []*dueClock
		}
		a.Do(t, super.who, http.MethodPost, "/api/v1/slips", obj{"kind": "assignment", "about": obj{"kind": "case", "id": id}, "to": obj{"role": "township_staff"}, "text": "请说明进展",
			"due": a.Case.Now().Add(100 * time.Hour)}, newKey()).Want(201).Into(&named)
		named.Clocks[1].named(t, "reply", super.who)
	})
}

func TestASubTasksClockExplainsItself(t *testing.T) {
	c := confer(t, apptest.New)
	c.give(c.staff, "consult", consulted).Want(200)
	c.give(c.chief, "sign-off", obj{"approved": true}).Want(200)
	c.give(c.lead, "task", obj{"unit": assistant, "what": "勘查水渠"}).Want(200)
	c.give(c.lead, "task", obj{"unit": assistant, "what": "三日内回报", "due": c.app.Case.Now().Add(72 * time.Hour)}).Want(200)
	var v struct {
		Joint struct{ Tasks []struct{ Clock *dueClock } }
	}
	c.app.Do(t, c.helper, "GET", "/api/v1/cases/"+c.id, nil).Want(200).Into(&v)
	v.Joint.Tasks[0].Clock.byRule(t, "task", "joint.task", "7d", "calendar")
	v.Joint.Tasks[1].Clock.named(t, "task", c.lead)
}

func TestALeadersDatesExplainThemselves(t *testing.T) {
	k := chargeable(t, apptest.New)
	var v struct {
		Charge struct{ Reviews []struct{ Clock *dueClock } }
	}
	k.give(k.chief, "take-charge", obj{"plan": "一案一策"}).Want(200).Into(&v)
	v.Charge.Reviews[0].Clock.byRule(t, "charge_review", "charge.every", "15d", "calendar")
	k.give(k.chief, "plan-charge", obj{"plan": "改为每周", "reviews": []time.Time{k.app.Case.Now().Add(168 * time.Hour)}}).Want(200).Into(&v)
	v.Charge.Reviews[0].Clock.named(t, "charge_review", k.chief)
}

func TestAStudysClocksExplainThemselves(t *testing.T) {
	a := apptest.New(t)
	s := called(t, a)
	s.post(s.leader, "/members", obj{"user": s.mediator.User.ID}).Want(200)
	s.post(s.leader, "/orders", obj{"unit": apptest.Unit, "text": "完成防水", "due": a.Case.Now().Add(240 * time.Hour)}).Want(200)
	var v struct {
		Clock  *dueClock
		Orders []struct{ Clock *dueClock }
	}
	a.Do(t, s.leader, "GET", "/api/v1/studies/"+s.study, nil).Want(200).Into(&v)
	v.Clock.byRule(t, "study", "study", "72h", "hours")
	if len(v.Clock.Reminders) != 1 {
		t.Errorf("%+v", v.Clock)
	}
	v.Orders[0].Clock.named(t, "study_order", s.leader)
}

func TestAReviewListsClocksExplainThemselves(t *testing.T) {
	s := seated(t, apptest.New(t))
	list := s.latest(s.chief).ID
	s.decide(s.chief, list, obj{"case": s.here, "unit": apptest.Unit, "text": "月底前落实"}).Want(201)
	s.decide(s.chief, list, obj{"case": s.here, "unit": apptest.Unit, "text": "三日内落实", "due": s.a.Case.Now().Add(72 * time.Hour)}).Want(201)
	var v struct {
		Clock *dueClock
		Items []struct{ Decisions []struct{ Clock *dueClock } }
	}
	s.a.Do(t, s.chief, http.MethodGet, "/api/v1/review-lists/"+list, nil).Want(200).Into(&v)
	v.Clock.byRule(t, "meeting", "review_lists.monthly.meets", "8d", "calendar")
	for _, i := range v.Items {
		for _, d := range i.Decisions {
			switch {
			case d.Clock.SetBy != nil:
				d.Clock.named(t, "decision", s.chief)
			case d.Clock.Rule != "" || len(d.Clock.Why) != 3 || !strings.Contains(d.Clock.Why[1], "至本期结束"):
				t.Errorf("%+v", *d.Clock)
			}
		}
	}
}

func TestASuggestionsAndACampaignsClocksExplainThemselves(t *testing.T) {
	p := newPoll(t, apptest.New)
	var v struct {
		Paper *struct{ Clock *dueClock }
	}
	id := p.suggest(p.worker, nil).Want(201).Text("id")
	p.do(p.office, http.MethodGet, "/suggestions/"+id, nil).Want(200).Into(&v)
	v.Paper.Clock.byRule(t, "reply", "slips.kinds.contact.reply", "5wd", "working")
	var c struct{ Clock *dueClock }
	p.do(p.office, http.MethodGet, "/campaigns/"+p.campaign, nil).Want(200).Into(&c)
	c.Clock.named(t, "campaign", p.office)
}

func TestAVillagesClocksExplainThemselves(t *testing.T) {
	k := contested(t, apptest.New)
	var v struct {
		CardID   string
		Clock    *dueClock
		Objected []struct{ Clock *dueClock }
	}
	path := "/api/v1/villages/" + k.id
	k.app.Do(t, k.staff, http.MethodPost, path+"/objections", obj{"points": []obj{{"case": k.petition, "counts": false, "text": "不是本村的"}}}, newKey()).Want(201)
	k.app.Do(t, k.county, http.MethodGet, path, nil).Want(200).Into(&v)
	v.Clock.byRule(t, "object", "villages.objection.within", "5wd", "working")
	v.Objected[0].Clock.byRule(t, "objection", "villages.objection.decide", "10wd", "working")
	if v.Clock.Policy != v.CardID {
		t.Errorf("%+v", *v.Clock)
	}
}

func TestATeamsAndAPatrolsClocksExplainThemselves(t *testing.T) {
	a := apptest.New(t)
	c := newCrew(t, a)
	c.fill("fulltime", c.worker)
	c.do(c.worker, "substitutes", c.absence(c.worker, c.other, 0, 48*time.Hour)).Want(200)
	var v struct {
		Substitutes, Vacancies []struct{ Clock *dueClock }
	}
	a.Do(t, c.staff, http.MethodGet, teamPath, nil).Want(200).Into(&v)
	v.Substitutes[0].Clock.named(t, "stand_in", c.worker)
	v.Vacancies[0].Clock.byRule(t, "vacancy", "teams.grid.vacant", "3wd", "working")

	b := apptest.New(t)
	withRules(t, b, "patrols:\n  every: 7d\n  basis: 网格巡查办法3\n")
	b.Do(t, b.As(t, mediation.GridWorker, apptest.Here), http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), apptest.Here.Point(), nil)).Want(201)
	var cells struct {
		Items []struct{ Clock *dueClock }
	}
	b.Do(t, b.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, "/api/v1/patrols/cells", nil).Want(200).Into(&cells)
	cells.Items[0].Clock.byRule(t, "visit", "patrols.every", "7d", "calendar")
	if basis := cells.Items[0].Clock.Basis; basis != "网格巡查办法3" {
		t.Errorf("the norm is %q", basis)
	}
}
