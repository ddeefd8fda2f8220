package handlers_test

import (
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

const dutyRules = `duty:
  ahead: 24h
  posts:
    - {key: leader, name: {zh: 值班领导, en: leader on duty}, needed: true}
    - {key: commander, name: {zh: 指挥长, en: commander}}
dispatch:
  - {key: danger, name: {zh: 险情报指挥长, en: danger}, danger: true, post: commander}
  - {key: late, name: {zh: 超期报值班领导, en: late}, on: breach, post: leader}
  - {key: told, name: {zh: 邻里告住建局, en: told}, categories: [neighbour], post: leader}
`

type dutyState struct {
	Shifts []struct {
		Post   string
		Person struct{ ID, Name string }
		From   time.Time
	}
	Warnings []struct {
		Post, Text  string
		From, Until *time.Time
	}
}

// events of a case that say it was dispatched by a rule.
func dispatched(t *testing.T, s *story) (list []map[string]string) {
	t.Helper()
	var line struct {
		Items []struct {
			Kind string
			Data map[string]string
		}
	}
	s.a.Do(t, s.staff, "GET", s.path("/timeline"), nil).Want(200).Into(&line)
	for _, e := range line.Items {
		if e.Kind == mediation.EventDispatched {
			list = append(list, e.Data)
		}
	}
	return list
}

func TestARosterIsImportedCheckedAndReplaced(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, dutyRules)
		staff, leader := a.As(t, mediation.CountyStaff, apptest.Here), a.As(t, mediation.Leader, apptest.Here)
		from := a.Case.Now().UTC().Truncate(time.Hour).Add(48 * time.Hour)
		at := func(h int) time.Time { return from.Add(time.Duration(h) * time.Hour) }
		shift := func(post, who string, begin, end int) obj {
			return obj{"post": post, "person": who, "from": at(begin), "until": at(end)}
		}
		first := apptest.Header("If-None-Match", "*")
		put := func(how apptest.Setting, shifts ...obj) apptest.Answer {
			return a.Do(t, staff, "PUT", "/api/v1/duty", obj{"from": from, "until": at(24), "shifts": shifts}, how)
		}
		put(first, shift("cook", leader.User.ID, 0, 8)).Refused(422, "unknown_value", "shifts[0].post")
		put(first, shift("leader", "nobody", 0, 8)).Refused(422, "unknown_value", "shifts[0].person")
		put(first, shift("leader", leader.User.ID, 0, 25)).Refused(422, "duty.beyond", "shifts[0].until")
		put(first, shift("leader", leader.User.ID, 0, 8), shift("leader", staff.User.ID, 7, 9)).Refused(422, "duty.overlap", "shifts[1].from")
		a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), "PUT", "/api/v1/duty", obj{}, first).Refused(403, "forbidden", "")
		gone := a.As(t, mediation.Supervisor, apptest.Here)
		if _, err := a.Accounts.LockUser(t.Context(), account.Order{By: "test", Revision: gone.User.Revision}, gone.User.ID, "离职"); err != nil {
			t.Fatal(err)
		}
		put(first, shift("leader", leader.User.ID, 0, 8), shift("commander", gone.User.ID, 0, 8)).Refused(422, "duty.locked", "shifts[1].person")
		var v dutyState
		answer := put(first, shift("leader", leader.User.ID, 0, 8), shift("leader", staff.User.ID, 9, 24)).Want(200)
		answer.Into(&v)
		if len(v.Shifts) != 2 || v.Shifts[0].Person.ID != leader.User.ID || len(v.Warnings) != 1 || !v.Warnings[0].From.Equal(at(8)) || !v.Warnings[0].Until.Equal(at(9)) {
			t.Fatalf("%+v", v)
		}
		put(first, shift("leader", leader.User.ID, 0, 24)).Refused(412, "stale", "")
		var now struct {
			Items []struct{ Person struct{ ID string } }
		}
		a.Do(t, staff, "GET", "/api/v1/duty/now?at="+at(10).Format(time.RFC3339), nil).Want(200).Into(&now)
		if len(now.Items) != 1 || now.Items[0].Person.ID != staff.User.ID {
			t.Errorf("%+v", now)
		}
	})
}

func TestAGapIsToldAheadAndOnce(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, dutyRules)
		staff, leader := a.As(t, mediation.CountyStaff, apptest.Here), a.As(t, mediation.Leader, apptest.Here)
		from := a.Case.Now().UTC().Truncate(time.Second)
		a.Do(t, staff, "PUT", "/api/v1/duty", obj{"from": from, "until": from.Add(96 * time.Hour), "shifts": []obj{
			{"post": "leader", "person": leader.User.ID, "from": from, "until": from.Add(72 * time.Hour)}}}, apptest.Header("If-None-Match", "*")).Want(200)
		sweep := func() int {
			t.Helper()
			n, err := a.Duty.Sweep(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		due, err := a.Duty.NextDue(t.Context(), from.Add(90*time.Hour))
		if err != nil || !due.Equal(from.Add(48*time.Hour)) {
			t.Errorf("the gap is told at %v, %v", due, err)
		}
		if n := sweep(); n != 0 {
			t.Errorf("told %d gaps too early", n)
		}
		a.Case.Advance(48 * time.Hour)
		if n := sweep(); n != 1 {
			t.Errorf("%d gaps were told", n)
		}
		if n := sweep(); n != 0 {
			t.Errorf("told again: %d", n)
		}
	})
}

func TestARuleSendsACaseToWhoIsOnDuty(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, dutyRules+fourClocks)
		staff, leader := a.As(t, mediation.CountyStaff, apptest.Here), a.As(t, mediation.Leader, apptest.Here)
		from := a.Case.Now().UTC().Truncate(time.Second)
		s := begin(t, a) // nobody is on duty
		s.sweep()
		got := dispatched(t, s)
		if len(got) == 0 || got[0]["vacant"] != "true" || got[0]["user"] != "" {
			t.Errorf("nobody is on duty: %v", got)
		}
		a.Do(t, staff, "PUT", "/api/v1/duty", obj{"from": from, "until": from.Add(96 * time.Hour), "shifts": []obj{
			{"post": "leader", "person": leader.User.ID, "from": from, "until": from.Add(72 * time.Hour)}}}, apptest.Header("If-None-Match", "*")).Want(200)
		a.Case.Advance(2 * time.Minute) // nobody has signed for it within the minute
		s.sweep()
		s.sweep()
		got = dispatched(t, s)
		if len(got) != 2 || got[1]["rule"] != "late" || got[1]["user"] != leader.User.ID || !strings.Contains(got[1]["reason"], "值班领导") {
			t.Errorf("%v", got)
		}
	})
}
