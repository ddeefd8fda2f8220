package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

type studyState struct {
	ID, Case, Reason, Text string
	ByPolicy               bool
	Due, Late, Concluded   time.Time
	Members                []struct {
		ID, Unit, Post string
		User           *struct{ ID string }
	}
	Materials  []struct{ Text string }
	Conclusion *struct{ Text string }
	Orders     []struct {
		ID, Unit string
		Late     time.Time
		Order    struct{ Text string }
		Report   *struct{ Text string }
	}
}

const studyRules = "study:\n  states: [unsettled]\n  breaches: [state]\n  within: 72h\n  remind: [24h]\n"

// table is a study with the people around it.
type table struct {
	*story
	leader, unit *apptest.Person
	study        string
}

func (s *table) post(who *apptest.Person, path string, body any) apptest.Answer {
	s.t.Helper()
	return s.a.Do(s.t, who, "POST", "/api/v1/studies/"+s.study+path, body, newKey())
}

func (s *table) read(who *apptest.Person) (st studyState) {
	s.t.Helper()
	s.a.Do(s.t, who, "GET", "/api/v1/studies/"+s.study, nil).Want(200).Into(&st)
	return st
}

// events are the kinds of the case's timeline that speak of studies.
func (s *table) events() string {
	s.t.Helper()
	var line struct{ Items []struct{ Kind string } }
	s.a.Do(s.t, s.staff, "GET", s.path("/timeline"), nil).Want(200).Into(&line)
	var kinds []string
	for _, e := range line.Items {
		if strings.HasPrefix(e.Kind, "study") {
			kinds = append(kinds, e.Kind)
		}
	}
	return strings.Join(kinds, " ")
}

func called(t *testing.T, a *apptest.App) *table {
	t.Helper()
	withRules(t, a, studyRules)
	s := &table{story: begin(t, a), leader: a.As(t, mediation.Leader, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here)}
	s.study = a.Do(t, s.leader, "POST", s.path("/studies"), obj{"reason": "complex", "text": "涉及三个部门"}, newKey()).Want(201).Text("id")
	return s
}

func TestAHardMatterIsStudiedConcludedAndOrdered(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		s := called(t, a)
		s.a.Do(t, s.unit, "GET", "/api/v1/studies/"+s.study, nil).Refused(404, "not_found", "")
		s.post(s.leader, "/conclusion", obj{"text": "没有人参加"}).Refused(409, "study.nobody", "")
		s.post(s.leader, "/members", obj{"unit": "没有的单位"}).Refused(422, "unknown_value", "unit")
		s.post(s.leader, "/members", obj{}).Refused(422, "study.either", "user")
		s.post(s.leader, "/members", obj{"user": s.mediator.User.ID}).Want(200)
		s.post(s.mediator, "/materials", obj{"text": "三次调解的记录"}).Want(200)
		s.post(s.mediator, "/conclusion", obj{"text": "由我说了算"}).Refused(403, "forbidden", "")
		s.post(s.leader, "/conclusion", obj{"text": "由住建部门牵头整改"}).Want(200)
		s.post(s.mediator, "/materials", obj{"text": "迟到的材料"}).Refused(409, "study.concluded", "")
		s.post(s.leader, "/orders", obj{"unit": apptest.Unit, "text": "十日内完成防水", "due": a.Case.Now().Add(-time.Hour)}).Refused(422, "in_past", "due")
		s.post(s.leader, "/orders", obj{"unit": apptest.Unit, "text": "十日内完成防水", "due": a.Case.Now().Add(240 * time.Hour)}).Want(200)
		order := s.read(s.leader).Orders[0].ID

		// Whom it has only given an order reads that, and nothing of what was said.
		theirs := s.read(s.unit)
		if len(theirs.Orders) != 1 || theirs.Text != "" || len(theirs.Materials)+len(theirs.Members) > 0 || theirs.Conclusion != nil {
			t.Errorf("the unit reads %+v", theirs)
		}
		s.post(s.unit, "/materials", obj{"text": "x"}).Refused(403, "forbidden", "")
		s.post(s.mediator, "/orders/"+order+"/report", obj{"text": "替人报告"}).Refused(403, "forbidden", "")
		s.post(s.unit, "/orders/"+order+"/report", obj{"text": "已完成"}).Want(200)
		s.post(s.unit, "/orders/"+order+"/report", obj{"text": "再报一次"}).Refused(409, "study.order_done", "")
		st := s.read(s.mediator)
		if st.Conclusion == nil || st.Conclusion.Text != "由住建部门牵头整改" || len(st.Materials) != 1 || st.Orders[0].Report == nil || st.ByPolicy {
			t.Errorf("%+v", st)
		}
		if got := s.events(); got != "study_called study_concluded study_order study_order_done" {
			t.Error(got)
		}
		if strings.Contains(a.Log.String(), "防水") || strings.Contains(a.Log.String(), "三个部门") {
			t.Error("what was said is in the log")
		}
		var looks struct{ Items []struct{ What string } }
		a.Do(t, s.staff, "GET", s.path("/looks"), nil).Want(200).Into(&looks)
		if !strings.Contains(fmt.Sprint(looks), "study") {
			t.Errorf("reading a study leaves no trace: %+v", looks)
		}
	})
}

func TestOneStudyAtATimeAndTheSameRequestCallsOne(t *testing.T) {
	a := apptest.New(t)
	s := called(t, a)
	a.Do(t, s.leader, "POST", s.path("/studies"), obj{"reason": "complex", "text": "又一次"}, newKey()).Refused(409, "study.open", "")
	a.Do(t, a.As(t, mediation.GridLeader, apptest.Here), "POST", s.path("/studies"), obj{"reason": "complex", "text": "x"}, newKey()).Refused(403, "forbidden", "")
	a.Do(t, a.As(t, mediation.Leader, apptest.There), "POST", s.path("/studies"), obj{"reason": "complex", "text": "x"}, newKey()).Refused(404, "not_found", "")
	var list struct{ Items []struct{ ID string } }
	a.Do(t, s.staff, "GET", "/api/v1/studies?open=true", nil).Want(200).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != s.study {
		t.Errorf("%+v", list)
	}
	a.Do(t, a.As(t, mediation.TownshipStaff, apptest.There), "GET", "/api/v1/studies", nil).Want(200).Into(&list)
	if len(list.Items) != 0 {
		t.Errorf("the other township sees %+v", list)
	}
}

func TestThePolicyCallsAStudyOnceAndItsTimesRunOut(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, studyRules)
		s := &table{story: begin(t, a), leader: a.As(t, mediation.Leader, apptest.Here)}
		a.Case.Advance(25 * time.Hour) // nobody has screened it for a day
		s.sweep()
		s.sweep()
		var list struct {
			Items []struct {
				ID, Reason string
				ByPolicy   bool
				Due        time.Time
			}
		}
		a.Do(t, s.leader, "GET", "/api/v1/studies?case="+s.id, nil).Want(200).Into(&list)
		if len(list.Items) != 1 || list.Items[0].Reason != "breach_state" || !list.Items[0].ByPolicy || a.Case.Now().Add(72*time.Hour).Sub(list.Items[0].Due) > time.Minute {
			t.Fatalf("%+v", list)
		}
		s.study = list.Items[0].ID
		due, err := a.Studies.NextDue(t.Context(), a.Case.Now().Add(100*time.Hour))
		if err != nil || !due.Equal(list.Items[0].Due.Add(-24*time.Hour)) {
			t.Errorf("the clock of cases stops at %s, %v", due, err)
		}
		s.post(s.leader, "/members", obj{"user": s.leader.User.ID}).Want(200)
		s.post(s.leader, "/orders", obj{"user": s.leader.User.ID, "text": "约谈", "due": a.Case.Now().Add(time.Hour)}).Want(200)
		a.Case.Advance(73 * time.Hour)
		for range 2 { // a second sweep does nothing
			if _, err := a.Studies.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		st := s.read(s.leader)
		if st.Late.IsZero() || st.Orders[0].Late.IsZero() {
			t.Errorf("%+v", st)
		}
		if got := s.events(); got != "study_called study_order study_late study_order_late" {
			t.Error(got)
		}
	})
}

func TestWhatWasSaidInAStudyGoesWithItsCase(t *testing.T) {
	a := apptest.New(t)
	s := called(t, a)
	k, err := a.Cases.Cases.Load(t.Context(), s.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Ring.Erase(t.Context(), k.Key); err != nil {
		t.Fatal(err)
	}
	if st := s.read(s.leader); st.Text != "" || st.Reason != "complex" {
		t.Errorf("%+v", st)
	}
}

// TestWhoCommandsSitsInTheStudyAndHearsWhatItComesTo: by the policy the holders of named posts are members from the beginning; a post that nobody
// holds is named in the case.
func TestWhoCommandsSitsInTheStudyAndHearsWhatItComesTo(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, "study:\n  breaches: [state]\n  posts: [commander, leader]\n  within: 72h\n"+dutyRules)
		commander := a.As(t, mediation.Supervisor, apptest.Here)
		s := &table{story: begin(t, a), leader: a.As(t, mediation.Leader, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here)}
		from := a.Case.Now().UTC().Truncate(time.Second)
		a.Do(t, a.As(t, mediation.CountyStaff, apptest.Here), "PUT", "/api/v1/duty", obj{"from": from, "until": from.Add(96 * time.Hour), "shifts": []obj{
			{"post": "commander", "person": commander.User.ID, "from": from, "until": from.Add(96 * time.Hour)}}}, apptest.Header("If-None-Match", "*")).Want(200)
		a.Case.Advance(25 * time.Hour)
		s.sweep()
		var list struct{ Items []struct{ ID string } }
		a.Do(t, commander, "GET", "/api/v1/studies?case="+s.id, nil).Want(200).Into(&list)
		if len(list.Items) != 1 {
			t.Fatalf("the commander has %d studies", len(list.Items))
		}
		s.study = list.Items[0].ID
		st := s.read(commander)
		if len(st.Members) != 1 || st.Members[0].Post != "commander" || st.Members[0].User == nil || st.Members[0].User.ID != commander.User.ID {
			t.Fatalf("%+v", st.Members)
		}
		var line struct {
			Items []struct {
				Kind string
				Data map[string]string
			}
		}
		a.Do(t, s.staff, "GET", s.path("/timeline"), nil).Want(200).Into(&line)
		for _, e := range line.Items {
			if e.Kind == mediation.StudyCalled && e.Data["vacant2"] != "leader" {
				t.Errorf("nobody leads, and the case says %v", e.Data)
			}
		}
		s.post(s.leader, "/conclusion", obj{"text": "由住建局牵头"}).Want(200)
		s.post(s.leader, "/orders", obj{"unit": s.unit.User.Unit, "text": "三日内整改", "due": a.Case.Now().Add(72 * time.Hour)}).Want(200)
		told(t, a, commander, mediation.NoticeStudy, 3) // named, concluded, ordered
		if st := s.read(commander); st.Conclusion == nil || st.Conclusion.Text != "由住建局牵头" || len(st.Orders) != 1 {
			t.Errorf("%+v", st)
		}
	})
}
