package handlers_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

const reviewRules = `review_lists:
  - key: monthly
    name: {zh: 月度会办清单, en: monthly review list}
    every: month
    reasons:
      - {key: old, name: {zh: 三十天以上, en: older than thirty days}, older_than: 30d}
      - {key: charged, name: {zh: 领导包案, en: a leader is in charge}, charged: true}
    sits: [leader, county_staff, supervisor]
    meets: 8d
    remind: [2d]
`

// review is a list as a test reads it.
type review struct {
	ID, Period, Earlier string
	Meets               time.Time
	FollowUp            *followed
	Towns               []struct{ Place, Listed, Settled, Ended, Open int }
	Items               []reviewed
}

type reviewed struct {
	Case               struct{ ID string }
	Reasons            []struct{ Key, Text string }
	Decisions, Earlier []resolved
}

type followed struct{ Decisions, Done, InTime, Open, Late, Ended int }

type resolved struct {
	ID, Standing, How string
	InTime            bool
	Due               time.Time
	Decision          struct{ Text string }
	Report            *struct{ Text string }
}

// sitting is a county whose leaders sit every month, with two old cases in two townships.
type sitting struct {
	t                                 *testing.T
	a                                 *apptest.App
	staff, leader, chief, clerk, unit *apptest.Person
	here, there                       string
}

func seated(t *testing.T, a *apptest.App) *sitting {
	t.Helper()
	return seatedBy(t, a, reviewRules)
}

func seatedBy(t *testing.T, a *apptest.App, rules string) *sitting {
	t.Helper()
	withRules(t, a, rules)
	return sit(t, a)
}

// sit lets them sit by the rules in force.
func sit(t *testing.T, a *apptest.App) *sitting {
	t.Helper()
	s := &sitting{t: t, a: a, staff: a.As(t, mediation.TownshipStaff, apptest.Here), leader: a.As(t, mediation.Leader, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here),
		chief: a.Post(t, "chief", account.Place{Role: mediation.Leader, Area: apptest.County}), clerk: a.Post(t, "clerk", account.Place{Role: mediation.CountyStaff, Area: apptest.County})}
	s.here, s.there = s.take(apptest.Here, "contract"), s.take(apptest.There, "contract")
	s.month()
	return s
}

func (s *sitting) take(p apptest.Place, category string) string {
	s.t.Helper()
	var got struct{ Case struct{ ID string } }
	s.a.Do(s.t, s.a.As(s.t, mediation.TownshipStaff, p), http.MethodPost, "/api/v1/reports", report(p, obj{"channel": "110", "category": category})).Want(http.StatusCreated).Into(&got)
	return got.Case.ID
}

func (s *sitting) sweep() {
	s.t.Helper()
	for range 2 { // a second one finds nothing to do
		if _, err := s.a.Dockets.Sweep(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
}

// month lets time pass to the second day of a month that begins in 35 days or a little later, whatever day it is today.
func (s *sitting) month() {
	s.t.Helper()
	now := s.a.Case.Now()
	next := docket.PeriodOf(policy.EveryMonth, now.Add(35*24*time.Hour), time.FixedZone("", 8*3600)).Until
	s.a.Case.Advance(next.Add(36 * time.Hour).Sub(now))
	s.sweep()
}

// next lets time pass to the second day of the next month.
func (s *sitting) next() {
	s.t.Helper()
	now := s.a.Case.Now()
	next := docket.PeriodOf(policy.EveryMonth, now, time.FixedZone("", 8*3600)).Until
	s.a.Case.Advance(next.Add(36 * time.Hour).Sub(now))
	s.sweep()
}

// latest reads the newest list as somebody.
func (s *sitting) latest(who *apptest.Person) (r review) {
	s.t.Helper()
	var all struct{ Items []struct{ ID string } }
	s.a.Do(s.t, who, http.MethodGet, "/api/v1/review-lists?key=monthly", nil).Want(http.StatusOK).Into(&all)
	if len(all.Items) == 0 {
		s.t.Fatal("there is no list")
	}
	s.a.Do(s.t, who, http.MethodGet, "/api/v1/review-lists/"+all.Items[0].ID, nil).Want(http.StatusOK).Into(&r)
	return r
}

func (s *sitting) decide(who *apptest.Person, list string, body obj) apptest.Answer {
	s.t.Helper()
	return s.a.Do(s.t, who, http.MethodPost, "/api/v1/review-lists/"+list+"/decisions", body, newKey())
}

func (s *sitting) do(id string, cmd mediation.Command) {
	s.t.Helper()
	c, err := s.a.Cases.Cases.Load(s.t.Context(), id)
	if err == nil {
		_, err = s.a.Cases.Do(s.t.Context(), s.clerk.Actor(), id, mediation.Request{Command: cmd, Revision: c.Revision, Key: uuid.NewString()})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (r review) cases() string {
	var ids []string
	for _, x := range r.Items {
		ids = append(ids, x.Case.ID)
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func sortedWords(ids ...string) string {
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func TestEveryMonthsListIsDecidedOverAndFollowedUp(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		s := seated(t, fresh(t))
		const words = "十日内由住建部门约谈施工方"
		first := s.latest(s.staff)
		if first.cases() != s.here || first.FollowUp != nil || first.Items[0].Reasons[0].Key != "old" || first.Meets.IsZero() || len(first.Towns) != 1 {
			t.Fatalf("the township reads %+v", first)
		}
		if whole := s.latest(s.chief); whole.cases() != sortedWords(s.here, s.there) || len(whole.Towns) != 2 || whole.Towns[0].Place != 1 || whole.Towns[1].Place != 1 {
			t.Fatalf("the county reads %+v", whole)
		}
		told(t, s.a, s.chief, mediation.NoticeDocket, 1)

		body := obj{"case": s.here, "unit": apptest.Unit, "text": words}
		s.decide(s.staff, first.ID, body).Refused(403, "forbidden", "") // the township does not sit
		s.decide(s.a.As(t, mediation.Supervisor, apptest.Here), first.ID, body).Refused(403, "forbidden", "")
		s.decide(s.a.As(t, mediation.Leader, apptest.There), first.ID, body).Refused(422, "unknown_value", "case")
		s.decide(s.leader, first.ID, obj{"case": s.take(apptest.Here, "labour"), "unit": apptest.Unit, "text": words}).Refused(422, "unknown_value", "case")
		s.decide(s.leader, first.ID, obj{"case": s.here, "unit": apptest.Unit, "text": words, "due": s.a.Case.Now()}).Refused(422, "in_past", "due")
		late := s.decide(s.leader, first.ID, obj{"case": s.here, "unit": apptest.Unit, "text": words, "due": "2099-01-01T00:00:00Z"})
		if late.Refused(422, "too_late", "due"); strings.Contains(string(late.Body), "{latest}") {
			t.Errorf("%s", late.Body)
		}
		s.decide(s.leader, first.ID, obj{"case": s.here, "unit": "没有的单位", "text": words}).Refused(422, "unknown_value", "unit")
		s.decide(s.leader, first.ID, obj{"case": s.here, "text": words}).Refused(422, "docket.either", "user")
		key := newKey()
		path := "/api/v1/review-lists/" + first.ID + "/decisions"
		id := s.a.Do(t, s.leader, http.MethodPost, path, body, key).Want(201).Text("id")
		if again := s.a.Do(t, s.leader, http.MethodPost, path, body, key); again.Text("id") != id {
			t.Errorf("the same request decided twice: %s", again.Body)
		}
		told(t, s.a, s.unit, mediation.NoticeDecision, 1)
		var theirs struct{ Items []resolved }
		s.a.Do(t, s.unit, http.MethodGet, "/api/v1/review-decisions?open=true", nil).Want(200).Into(&theirs)
		if len(theirs.Items) != 1 || theirs.Items[0].Decision.Text != words || theirs.Items[0].Standing != "open" {
			t.Fatalf("the unit reads %+v", theirs)
		}
		s.a.Do(t, s.a.As(t, mediation.UnitStaff, apptest.There), http.MethodGet, "/api/v1/review-decisions/"+id, nil).Refused(404, "not_found", "")

		s.next()
		second := s.latest(s.chief)
		if second.Earlier != first.ID || second.FollowUp == nil || *second.FollowUp != (followed{Decisions: 1, Late: 1}) {
			t.Fatalf("the next month reads %+v", second)
		}
		i := slices.IndexFunc(second.Items, func(x reviewed) bool { return x.Case.ID == s.here })
		if i < 0 || len(second.Items[i].Earlier) != 1 || second.Items[i].Earlier[0].Standing != "late" || second.Items[i].Earlier[0].Decision.Text != words || len(second.Items[i].Decisions) != 0 {
			t.Fatalf("%+v", second.Items)
		}
		told(t, s.a, s.unit, mediation.NoticeBreach, 1)
		s.decide(s.leader, first.ID, body).Refused(409, "docket.over", "")

		report := "/api/v1/review-decisions/" + id + "/report"
		s.a.Do(t, s.a.As(t, mediation.Supervisor, apptest.Here), http.MethodPost, report, obj{"text": "x"}, newKey()).Refused(403, "forbidden", "")
		s.a.Do(t, s.unit, http.MethodPost, report, obj{"text": "已约谈"}, newKey()).Want(200)
		s.a.Do(t, s.unit, http.MethodPost, report, obj{"text": "又约谈"}, newKey()).Refused(409, "docket.done", "")
		if r := s.latest(s.chief); *r.FollowUp != (followed{Decisions: 1, Done: 1}) {
			t.Errorf("reported: %+v", r.FollowUp)
		}
		s.decide(s.chief, second.ID, obj{"case": s.there, "user": s.chief.User.ID, "text": "上门"}).Want(201)
		s.do(s.there, mediation.Refuse{Route: "court", Reason: "court"})
		s.decide(s.chief, second.ID, obj{"case": s.there, "user": s.chief.User.ID, "text": "上门"}).Refused(409, "docket.case_over", "case")
		s.next()
		third := s.latest(s.chief)
		if *third.FollowUp != (followed{Decisions: 1, Ended: 1}) || strings.Contains(third.cases(), s.there) {
			t.Errorf("a refusal carries nothing out: %+v", third.FollowUp)
		}
		s.trace(id, words)
	})
}

// trace holds what a decision leaves behind: the case's timeline and the record of looks tell of it, the log does not have its words, and these go
// with the case's key.
func (s *sitting) trace(id, words string) {
	s.t.Helper()
	var line struct{ Items []struct{ Kind string } }
	s.a.Do(s.t, s.staff, "GET", "/api/v1/cases/"+s.here+"/timeline", nil).Want(200).Into(&line)
	var kinds []string
	for _, e := range line.Items {
		if strings.HasPrefix(e.Kind, "review_") {
			kinds = append(kinds, e.Kind)
		}
	}
	if fmt.Sprint(kinds) != "[review_decision review_late review_done]" {
		s.t.Errorf("%v", kinds)
	}
	var looks struct{ Items []struct{ What string } }
	s.a.Do(s.t, s.staff, "GET", "/api/v1/cases/"+s.here+"/looks", nil).Want(200).Into(&looks)
	if !slices.ContainsFunc(looks.Items, func(x struct{ What string }) bool { return x.What == "review" }) {
		s.t.Errorf("reading a decision leaves no trace: %+v", looks)
	}
	if strings.Contains(s.a.Log.String(), words) {
		s.t.Error("the words are in the log")
	}
	c, err := s.a.Cases.Cases.Load(s.t.Context(), s.here)
	if err == nil {
		err = s.a.Ring.Erase(s.t.Context(), c.Key)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	var d resolved
	s.a.Do(s.t, s.chief, "GET", "/api/v1/review-decisions/"+id, nil).Want(200).Into(&d)
	if d.Decision.Text != "" || d.Report == nil || d.Report.Text != "" || d.Standing != "done" {
		s.t.Errorf("after the case was erased: %+v", d)
	}
}

func TestARestrictedCaseStandsOnAListForNobodyWhoDoesNotSeeIt(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, reviewRules)
	s := &sitting{t: t, a: a, staff: a.As(t, mediation.TownshipStaff, apptest.Here), chief: a.Post(t, "chief", account.Place{Role: mediation.Leader, Area: apptest.County})}
	hidden := s.take(apptest.Here, "accusation")
	s.month()
	if r := s.latest(s.chief); r.cases() != hidden {
		t.Fatalf("the county reads %+v", r)
	}
	for _, who := range []*apptest.Person{s.staff, a.As(t, mediation.Leader, apptest.Here), a.As(t, mediation.UnitStaff, apptest.Here)} {
		if r := s.latest(who); len(r.Items) > 0 || len(r.Towns)+len(r.Items) > 0 {
			t.Errorf("%s reads %+v", who.User.Role, r)
		}
		list := s.latest(who).ID
		csv := a.Do(t, who, http.MethodGet, "/api/v1/review-lists/"+list+"?format=csv", nil).Want(200)
		if n := bytes.Count(csv.Body, []byte("\r\n")); n != 1 {
			t.Errorf("%s is sent %d lines", who.User.Role, n)
		}
	}
	list := s.latest(s.chief).ID
	id := s.decide(s.chief, list, obj{"case": hidden, "user": s.chief.User.ID, "text": "查实"}).Want(201).Text("id")
	for _, who := range []*apptest.Person{s.staff, a.As(t, mediation.Leader, apptest.Here)} {
		a.Do(t, who, http.MethodGet, "/api/v1/review-decisions/"+id, nil).Refused(404, "not_found", "")
	}
	s.decide(a.As(t, mediation.Leader, apptest.Here), list, obj{"case": hidden, "user": s.chief.User.ID, "text": "查实"}).Refused(422, "unknown_value", "case")
}

func TestSheetsOfAReviewListHoldNoWords(t *testing.T) {
	s := seated(t, apptest.New(t))
	list := s.latest(s.chief).ID
	const words = "约谈当事人张三，电话13800001234"
	s.decide(s.chief, list, obj{"case": s.here, "unit": apptest.Unit, "text": words}).Want(201)
	s.next()
	list = s.latest(s.chief).ID
	csv := s.a.Do(t, s.chief, http.MethodGet, "/api/v1/review-lists/"+list+"?format=csv", nil).Want(200)
	if lines := bytes.Count(csv.Body, []byte("\r\n")); lines != 3 || !strings.Contains(string(csv.Body), "三十天以上") || csv.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%d lines\n%s", lines, csv.Body)
	}
	f := workbook(t, s.a.Do(t, s.chief, http.MethodGet, "/api/v1/review-lists/"+list+"?format=xlsx", nil).Want(200).Body)
	all := string(csv.Body)
	for _, name := range f.GetSheetList() {
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		all += fmt.Sprintln(name, rows)
	}
	if !strings.Contains(all, apptest.Unit) || !strings.Contains(all, "逾期未落实") {
		t.Errorf("%s", all)
	}
	for _, never := range []string{"13800001234", "张三"} {
		if strings.Contains(all, never) {
			t.Errorf("the sheets hold %s", never)
		}
	}
	s.a.Do(t, s.chief, http.MethodGet, "/api/v1/review-lists/"+list+"?format=doc", nil).Refused(422, "unknown_value", "format")
}

func TestADecisionGoesToTheSuccessor(t *testing.T) {
	s := seated(t, apptest.New(t))
	list := s.latest(s.chief).ID
	id := s.decide(s.chief, list, obj{"case": s.here, "user": s.staff.User.ID, "text": "上门走访"}).Want(201).Text("id")
	successor := s.a.Post(t, "next", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	var open struct {
		Matters []struct{ Kind, Key, KindText string }
	}
	s.a.Do(t, s.clerk, http.MethodGet, "/api/v1/matters/"+s.staff.User.ID, nil).Want(200).Into(&open)
	if !slices.ContainsFunc(open.Matters, func(m struct{ Kind, Key, KindText string }) bool {
		return m.Kind == "review" && m.KindText == "会办决定"
	}) {
		t.Fatalf("%+v", open)
	}
	// By the room itself, as a hand-over does.
	room := docket.Room{Service: s.a.Dockets}
	from, to := handover.Person{Actor: s.staff.Actor()}, handover.Person{Actor: successor.Actor()}
	passed, err := room.Hand(t.Context(), nil, handover.Matter{Key: id, Case: s.here}, from, to)
	if err != nil || passed != mediation.PassedOn {
		t.Fatal(passed, err)
	}
	if again, err := room.Hand(t.Context(), nil, handover.Matter{Key: id, Case: s.here}, from, to); err != nil || again != mediation.PassedOn {
		t.Error(again, err)
	}
	told(t, s.a, successor, mediation.NoticeDecision, 1)
	s.a.Do(t, successor, http.MethodPost, "/api/v1/review-decisions/"+id+"/report", obj{"text": "已走访"}, newKey()).Want(200)
	if left, err := room.Of(t.Context(), to); err != nil || len(left) != 0 {
		t.Errorf("%+v, %v", left, err)
	}
}
