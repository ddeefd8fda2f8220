package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
	"fengqiao/push"
)

// slipState is what a test looks at in a slip.
type slipState struct {
	ID, Number, Kind, State, Text, From, Next string
	CaseID                                    string
	To                                        struct{ Form, Unit, Role string }
	Issuer                                    struct {
		User *struct{ ID string }
		Role string
	}
	AckDue, ReplyDue *time.Time
	Overdue, Erased  bool
	Returns          int
	Actions          []string
	Findings         []struct {
		ID, Verdict, Measure, MeasureText string
		Mended, Judged                    *struct{ Text string }
	}
	Team    []struct{ Name, Capacity string }
	History []struct {
		Kind, State, Text string
		Photos            []string
	}
}

func (s slipState) history() string {
	var kinds []string
	for _, e := range s.History {
		kinds = append(kinds, e.Kind)
	}
	return strings.Join(kinds, " ")
}

// desktop is somebody at work with slips.
type desktop struct {
	a   *apptest.App
	who *apptest.Person
}

func (d desktop) look(t *testing.T, id string) (s slipState) {
	t.Helper()
	d.a.Do(t, d.who, http.MethodGet, "/api/v1/slips/"+id, nil).Want(200).Into(&s)
	return s
}

// give gives a command, on the slip as it stands.
func (d desktop) give(t *testing.T, id, command string, body obj) apptest.Answer {
	t.Helper()
	seen := d.a.Do(t, d.who, http.MethodGet, "/api/v1/slips/"+id, nil).Want(200)
	return d.a.Do(t, d.who, http.MethodPost, "/api/v1/slips/"+id+"/"+command, body, newKey(), apptest.IfMatch(seen.ETag()))
}

func (d desktop) issue(t *testing.T, kind, caseID string, to obj) (s slipState) {
	t.Helper()
	d.a.Do(t, d.who, http.MethodPost, "/api/v1/slips", obj{"kind": kind, "about": obj{"kind": "case", "id": caseID}, "to": to, "text": "请说明进展"}, newKey()).Want(201).Into(&s)
	return s
}

// oneCase is a case that a grid worker's report led to.
func oneCase(t *testing.T, a *apptest.App, p apptest.Place) string {
	t.Helper()
	var got struct{ Case struct{ ID string } }
	a.Do(t, a.As(t, mediation.GridWorker, p), http.MethodPost, "/api/v1/reports", report(p, nil)).Want(201).Into(&got)
	return got.Case.ID
}

// later moves the clock of cases and lets slips come to it.
func later(t *testing.T, a *apptest.App, d time.Duration) {
	t.Helper()
	a.Case.Advance(d)
	sweepSlips(t, a)
}

func sweepSlips(t *testing.T, a *apptest.App) {
	t.Helper()
	if _, err := a.Slips.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// slipEvents are the events of slips in a case's timeline.
func slipEvents(t *testing.T, a *apptest.App, id string) string {
	t.Helper()
	events, err := a.Store.Cases().Timeline(t.Context(), id, 0, 300)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range events {
		if strings.HasPrefix(e.Kind, "slip_") {
			kinds = append(kinds, e.Kind+":"+e.Data["slipKind"])
		}
	}
	if n := mediation.VerifyChain(nil, 1, events); n >= 0 {
		t.Errorf("the chain breaks at event %d", n)
	}
	return strings.Join(kinds, " ")
}

func TestWhatNobodyAnswersClimbsFromReminderToAssignment(t *testing.T) {
	apptest.OnBoth(t, whatNobodyAnswersClimbs)
}

func whatNobodyAnswersClimbs(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	id := oneCase(t, a, apptest.Here)
	boss := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
	unit := desktop{a, a.As(t, mediation.UnitStaff, apptest.Here)}
	first := boss.issue(t, "reminder", id, obj{"unit": apptest.Unit})
	if first.State != "issued" || first.Number != "提醒单〔"+a.Case.Now().Format("2006")+"〕1号" || first.AckDue == nil || first.ReplyDue == nil {
		t.Fatalf("%+v", first)
	}
	if unit.look(t, first.ID).Text != "请说明进展" {
		t.Error("the addressee does not read it")
	}
	later(t, a, first.AckDue.Sub(a.Case.Now())+time.Second)
	was := boss.look(t, first.ID)
	if was.State != "escalated" || was.Next == "" || was.history() != "issued overdue" && was.history() != "issued reminded overdue" {
		t.Fatalf("%+v", was)
	}
	second := unit.look(t, was.Next)
	if second.Kind != "contact" || second.State != "issued" || second.From != first.ID || second.Text != "请说明进展" || second.CaseID != id {
		t.Fatalf("%+v", second)
	}
	// It is acknowledged, but not answered.
	unit.give(t, second.ID, "acknowledge", obj{}).Want(200)
	later(t, a, second.ReplyDue.Sub(a.Case.Now())+time.Second)
	third := boss.look(t, boss.look(t, second.ID).Next)
	if third.Kind != "assignment" || third.Issuer.User == nil || third.Issuer.User.ID != boss.who.User.ID {
		t.Fatalf("%+v", third)
	}
	// Nothing stands behind the last: it stays, and is late.
	later(t, a, third.ReplyDue.Sub(a.Case.Now())+time.Second)
	if third = boss.look(t, third.ID); third.State != "issued" || !third.Overdue {
		t.Fatalf("%+v", third)
	}
	var list struct{ Items []slipState }
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips?overdue=true&case="+id, nil).Want(200).Into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != third.ID {
		t.Errorf("overdue: %+v", list)
	}
	var counts struct{ Total, Open, Overdue int }
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips/counts", nil).Want(200).Into(&counts)
	if counts.Total != 3 || counts.Open != 1 || counts.Overdue != 1 {
		t.Errorf("%+v", counts)
	}
	var units struct {
		Items []struct {
			Unit, Kind, KindText, State string
			Count, Overdue              int
		}
	}
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips/counts?by=unit&open=true", nil).Want(200).Into(&units)
	if len(units.Items) != 1 || units.Items[0].Unit != apptest.Unit || units.Items[0].Kind != "assignment" || units.Items[0].Overdue != 1 {
		t.Errorf("by unit: %+v", units)
	}
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips/counts?by=moon", nil).Refused(422, "unknown_value", "by")
	// The last passes both its limits, having never been acknowledged.
	want := "slip_issued:reminder slip_overdue:reminder slip_issued:contact slip_acknowledge:contact slip_overdue:contact slip_issued:assignment slip_overdue:assignment slip_overdue:assignment"
	if got := slipEvents(t, a, id); got != want {
		t.Errorf("the case tells of\n%s, want\n%s", got, want)
	}
	told(t, a, unit.who, mediation.NoticeSlip, 3)
	told(t, a, boss.who, mediation.NoticeSlipOverdue, 4) // of the two limits of the last one
	named := units.Items[0].KindText
	withRules(t, a, "") // rules without such papers
	a.Do(t, boss.who, http.MethodGet, "/api/v1/slips/counts?by=unit&open=true", nil).Want(200).Into(&units)
	if got := units.Items[0].KindText; got != named || got == "assignment" {
		t.Errorf("under other rules %q is named %q", named, got)
	}
}

// told counts what somebody's inbox holds, once everything is spread.
func told(t *testing.T, a *apptest.App, who *apptest.Person, kind mediation.NoticeKind, want int) {
	t.Helper()
	notices := noticesTo(t, a, kind)
	n := 0
	for _, x := range notices {
		people, err := a.Store.Directory().Who(t.Context(), x.To)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range people {
			if p.User == who.User.ID {
				n++
				break
			}
		}
	}
	if n != want {
		t.Errorf("%s is told %q %d times, want %d: %+v", who.User.Login, kind, n, want, notices)
	}
}

// noticesTo are the notices of a kind in the outbox.
func noticesTo(t *testing.T, a *apptest.App, kind mediation.NoticeKind) (found []mediation.Notice) {
	t.Helper()
	err := a.Store.Engine.Walk(t.Context(), "outbox", func(row store.Row) error {
		var e push.Entry
		err := json.Unmarshal(row.Body, &e)
		if e.Notice.Kind == kind {
			found = append(found, e.Notice)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestASlipIsAnsweredSentBackAndAccepted(t *testing.T) {
	apptest.OnBoth(t, aSlipIsAnsweredSentBackAndAccepted)
}

func aSlipIsAnsweredSentBackAndAccepted(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	id := oneCase(t, a, apptest.Here)
	boss := desktop{a, a.As(t, mediation.CountyStaff, apptest.Here)}
	worker := desktop{a, a.As(t, mediation.GridWorker, apptest.Here)}
	s := boss.issue(t, "reminder", id, obj{"userId": worker.who.User.ID})
	if got := strings.Join(worker.look(t, s.ID).Actions, " "); got != "acknowledge reply" {
		t.Errorf("the addressee may %s", got)
	}
	seen := a.Do(t, worker.who, http.MethodGet, "/api/v1/slips/"+s.ID, nil).Want(200)
	key := newKey()
	for range 2 { // a lost answer: the same again is the same reply
		a.Do(t, worker.who, http.MethodPost, "/api/v1/slips/"+s.ID+"/reply", obj{"text": "正在联系双方"}, key, apptest.IfMatch(seen.ETag())).Want(200)
	}
	a.Do(t, worker.who, http.MethodPost, "/api/v1/slips/"+s.ID+"/reply", obj{"text": "又一次"}, newKey(), apptest.IfMatch(seen.ETag())).Refused(412, "stale", "")
	worker.give(t, s.ID, "reply", obj{"text": "又一次"}).Refused(409, "slip.state", "")
	worker.give(t, s.ID, "accept", obj{}).Refused(403, "forbidden", "")
	boss.give(t, s.ID, "reply", obj{"text": "代答"}).Refused(403, "forbidden", "")
	boss.give(t, s.ID, "return", obj{}).Refused(422, "required", "text")
	boss.give(t, s.ID, "accept", obj{"verdict": "tolerated"}).Refused(422, "unknown_field", "verdict")
	boss.give(t, s.ID, "return", obj{"text": "请写明时间"}).Want(200)
	worker.give(t, s.ID, "reply", obj{"text": "周五上午到场"}).Want(200)
	boss.give(t, s.ID, "accept", obj{}).Want(200)
	got := worker.look(t, s.ID)
	if got.State != "accepted" || got.Returns != 1 || got.history() != "issued reply return reply accept" || got.History[2].Text != "请写明时间" || len(got.Actions) != 0 {
		t.Errorf("%+v", got)
	}
	// Somebody else of the township sees it and may do nothing with it.
	town := desktop{a, a.As(t, mediation.TownshipStaff, apptest.Here)}
	if len(town.look(t, s.ID).Actions) != 0 {
		t.Error("a bystander may act")
	}
	far := a.As(t, mediation.CountyStaff, apptest.There)
	a.Do(t, far, http.MethodGet, "/api/v1/slips/"+s.ID, nil).Refused(404, "not_found", "")
}

func TestASlipGoesOnlyWhereItMay(t *testing.T) {
	a := apptest.New(t)
	id, far := oneCase(t, a, apptest.Here), oneCase(t, a, apptest.There)
	boss, town := a.As(t, mediation.Supervisor, apptest.Here), a.As(t, mediation.TownshipStaff, apptest.Here)
	a.As(t, mediation.UnitStaff, apptest.Here)
	about := obj{"kind": "case", "id": id}
	for _, x := range []struct {
		name        string
		who         *apptest.Person
		body        obj
		status      int
		code, field string
	}{
		{"unknown kind", boss, obj{"kind": "red_card", "about": about, "to": obj{"unit": apptest.Unit}, "text": "x"}, 422, "unknown_value", "kind"},
		{"nobody", boss, obj{"kind": "reminder", "about": about, "to": obj{}, "text": "x"}, 422, "required", "to"},
		{"two at once", boss, obj{"kind": "reminder", "about": about, "to": obj{"unit": apptest.Unit, "userId": "u"}, "text": "x"}, 422, "invalid_value", "to"},
		{"a unit without staff there", boss, obj{"kind": "reminder", "about": about, "to": obj{"unit": "气象局"}, "text": "x"}, 422, "unknown_value", "to"},
		{"somebody who is not there", boss, obj{"kind": "reminder", "about": about, "to": obj{"userId": "nobody"}, "text": "x"}, 422, "unknown_value", "to"},
		{"nothing said", boss, obj{"kind": "reminder", "about": about, "to": obj{"unit": apptest.Unit}, "text": ""}, 422, "required", "text"},
		{"a case out of sight", boss, obj{"kind": "reminder", "about": obj{"kind": "case", "id": far}, "to": obj{"unit": apptest.Unit}, "text": "x"}, 422, "unknown_value", "case"},
		{"about another room's thing", boss, obj{"kind": "reminder", "about": obj{"kind": "deliberation", "id": "d"}, "to": obj{"unit": apptest.Unit}, "text": "x"}, 422, "unknown_value", "about.kind"},
		{"another township", boss, obj{"kind": "reminder", "about": obj{"kind": "area", "id": apptest.There.Code()}, "to": obj{"role": "township_staff"}, "text": "x"}, 403, "forbidden", ""},
		{"a kind that is not theirs", town, obj{"kind": "assignment", "about": about, "to": obj{"unit": apptest.Unit}, "text": "x"}, 403, "forbidden", ""},
		{"due later than policy allows", boss, obj{"kind": "reminder", "about": about, "to": obj{"role": "township_staff"}, "text": "x", "due": "9999-12-31T00:00:00Z"}, 422, "slip.due_late", "due"},
		{"a text of blanks", boss, obj{"kind": "reminder", "about": about, "to": obj{"role": "township_staff"}, "text": " 　\n"}, 422, "required", "text"},
		{"due yesterday", boss, obj{"kind": "reminder", "about": about, "to": obj{"role": "township_staff"}, "text": "x", "due": a.Case.Now().Add(-24 * time.Hour)}, 422, "in_past", "due"},
	} {
		t.Run(x.name, func(t *testing.T) {
			a.Do(t, x.who, http.MethodPost, "/api/v1/slips", x.body, newKey()).Refused(x.status, x.code, x.field)
		})
	}
	var s slipState
	due := a.Case.Now().Add(30 * time.Hour).UTC().Truncate(time.Second)
	a.Do(t, boss, http.MethodPost, "/api/v1/slips", obj{"kind": "reminder", "about": obj{"kind": "area", "id": apptest.Here.Village()}, "to": obj{"role": "township_staff"}, "text": "排查隐患", "due": due},
		newKey()).Want(201).Into(&s)
	if s.To.Form != "post" || s.CaseID != "" || !s.ReplyDue.Equal(due) {
		t.Errorf("%+v", s)
	}
	desktop{a, town}.give(t, s.ID, "reply", obj{"text": "已排查"}).Want(200)
}

// A crash may come after any write. Whatever was done then, the sweep does the rest, once.
func TestAnEscalationSurvivesACrashAfterEachWrite(t *testing.T) {
	apptest.OnBoth(t, anEscalationSurvivesACrash)
}

func anEscalationSurvivesACrash(t *testing.T, fresh apptest.Fresh) {
	for _, x := range []struct {
		name  string
		crash func(t *testing.T, a *apptest.App, s slip.Slip, r slip.Rules) // what was done before
	}{
		{"the slip has ended", func(*testing.T, *apptest.App, slip.Slip, slip.Rules) {}},
		{"its case has heard of it", func(t *testing.T, a *apptest.App, s slip.Slip, _ slip.Rules) {
			for _, n := range s.Unlogged {
				if err := a.Cases.Record(t.Context(), s.Case, mediation.Beside{ID: fmt.Sprintf("%s/%d", s.ID, n.Seq), At: n.At, Actor: n.Actor, Role: n.Role, Kind: n.Kind, Data: n.Data}, false); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"the follower is there", func(t *testing.T, a *apptest.App, s slip.Slip, r slip.Rules) {
			if _, err := a.Store.Slips().Open(t.Context(), slip.Follow(&s, r)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			a := fresh(t)
			boss := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
			a.As(t, mediation.UnitStaff, apptest.Here)
			id := oneCase(t, a, apptest.Here)
			s := boss.issue(t, "reminder", id, obj{"unit": apptest.Unit})
			m, err := a.Cases.Rules(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			of := func(kind string) slip.Rules {
				k, _ := m.Policy.Slips.Kind(kind)
				return slip.Rules{Policy: m.Policy, Kind: k, Calendar: m.Calendar}
			}
			a.Case.Forward(s.AckDue.Add(time.Second))
			now := a.Case.Now().UTC().Truncate(time.Millisecond)
			ended, err := a.Store.Slips().Update(t.Context(), s.ID, func(x *slip.Slip) error { slip.Tick(x, now, of("reminder")); return nil })
			if err != nil || ended.State != slip.Escalated || ended.Following == nil {
				t.Fatalf("%+v, %v", ended, err)
			}
			x.crash(t, a, ended, of("contact"))
			for range 3 { // any number of sweeps, on any instance
				sweepSlips(t, a)
			}
			var list struct{ Items []slipState }
			a.Do(t, boss.who, http.MethodGet, "/api/v1/slips?case="+id, nil).Want(200).Into(&list)
			if len(list.Items) != 2 || boss.look(t, s.ID).Next == "" || boss.look(t, boss.look(t, s.ID).Next).Kind != "contact" {
				t.Errorf("%+v", list)
			}
			if got := slipEvents(t, a, id); strings.Count(got, "slip_overdue:reminder") != 1 || strings.Count(got, "slip_issued:contact") != 1 || strings.Count(got, "slip_issued:reminder") != 1 {
				t.Error(got)
			}
			if left, err := a.Store.Slips().Load(t.Context(), s.ID); err != nil || left.Following != nil || len(left.Unlogged) > 0 || len(left.Unsent) > 0 || !left.NextDue.IsZero() {
				t.Errorf("left to do: %+v, %v", left, err)
			}
		})
	}
}
