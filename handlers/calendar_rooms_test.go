package handlers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// daysOff puts the days off of the year that begins next, and of this one, so that every working day of the coming three weeks is off, and reckons
// anew until nothing is left.
func daysOff(t *testing.T, a *apptest.App) (changed int) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	years := map[int][]string{}
	for day := range 21 {
		d := a.Case.Now().In(zone).AddDate(0, 0, day+1)
		years[d.Year()] = append(years[d.Year()], fmt.Sprintf("%q", d.Format(time.DateOnly)))
	}
	for year, days := range years {
		seen := a.Do(t, a.Root(t), http.MethodGet, "/api/v1/calendar", nil).Want(200)
		condition := apptest.IfMatch(seen.ETag())
		if seen.ETag() == "" || strings.Contains(string(seen.Body), `"years":[]`) {
			condition = apptest.Header("If-None-Match", "*")
		}
		file := fmt.Sprintf("year: %d\nsource: 通知\nholidays: [%s]\nworkdays: []\n", year, strings.Join(days, ", "))
		a.Do(t, a.Root(t), http.MethodPut, "/api/v1/calendar", []byte(file), condition, apptest.Header("Content-Type", "application/yaml")).Want(200)
	}
	for range 5 {
		n, err := a.Cases.Reckon(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return changed
		}
		changed += n
	}
	t.Fatal("the same is reckoned again and again")
	return 0
}

// moved checks that a limit ends later than before, explained by the days that are known now.
func moved(t *testing.T, before, after *dueClock) {
	t.Helper()
	if before == nil || after == nil || before.Due == nil || !after.Due.After(*before.Due) {
		t.Errorf("it was due %+v and is %+v", before, after)
		return
	}
	if why := strings.Join(after.Why, "；"); strings.Contains(why, "以当时算定的为准") {
		t.Errorf("%s is explained by what held then: %s", after.Clock, why)
	}
}

func TestAYearsDaysOffReachThePapersThatAreOut(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		super := desktop{a, a.As(t, mediation.Supervisor, apptest.Here)}
		id := oneCase(t, a, apptest.Here)
		type paper struct {
			ID     string
			Clocks []*dueClock
		}
		read := func(id string) (v paper) {
			t.Helper()
			a.Do(t, super.who, http.MethodGet, "/api/v1/slips/"+id, nil).Want(200).Into(&v)
			return v
		}
		ruled := read(super.issue(t, "assignment", id, obj{"role": "township_staff"}).ID)
		var named paper
		a.Do(t, super.who, http.MethodPost, "/api/v1/slips", obj{"kind": "assignment", "about": obj{"kind": "case", "id": id}, "to": obj{"role": "township_staff"}, "text": "请说明进展",
			"due": a.Case.Now().Add(20 * time.Hour)}, newKey()).Want(201).Into(&named)
		daysOff(t, a)
		again := read(ruled.ID)
		moved(t, ruled.Clocks[1], again.Clocks[1])
		if !again.Clocks[0].Due.Equal(*ruled.Clocks[0].Due) {
			t.Error("four hours to acknowledge it have no days off in them")
		}
		if got := read(named.ID).Clocks[1]; !got.Due.Equal(*named.Clocks[1].Due) {
			t.Errorf("what its issuer named moved to %s", got.Due)
		}
		if got := super.look(t, ruled.ID).history(); got != "issued reckoned" {
			t.Error(got)
		}
		if got := slipEvents(t, a, id); strings.Count(got, "slip_reckoned:assignment") != 1 {
			t.Error(got)
		}
	})
}

func TestAYearsDaysOffReachSubTasksAndLeadersDates(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := confer(t, fresh)
		c.give(c.staff, "consult", consulted).Want(200)
		c.give(c.chief, "sign-off", obj{"approved": true}).Want(200)
		c.give(c.lead, "task", obj{"unit": assistant, "what": "勘查水渠"}).Want(200)
		read := func() *dueClock {
			t.Helper()
			var v struct {
				Joint struct{ Tasks []struct{ Clock *dueClock } }
			}
			c.app.Do(t, c.helper, "GET", "/api/v1/cases/"+c.id, nil).Want(200).Into(&v)
			return v.Joint.Tasks[0].Clock
		}
		before := read()
		daysOff(t, c.app)
		moved(t, before, read())
	})
	k := chargeable(t, apptest.New)
	read := func(answer apptest.Answer) *dueClock {
		t.Helper()
		var v struct {
			Charge struct{ Reviews []struct{ Clock *dueClock } }
		}
		answer.Want(200).Into(&v)
		return v.Charge.Reviews[0].Clock
	}
	before := read(k.give(k.chief, "take-charge", obj{"plan": "一案一策"}))
	daysOff(t, k.app)
	moved(t, before, read(k.app.Do(t, k.chief, "GET", "/api/v1/cases/"+k.id, nil)))
}

func TestAYearsDaysOffReachStudiesListsVillagesAndTeams(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, strings.Replace(studyRules, "72h", "5wd", 1)+"teams:\n  - key: grid\n    name: {zh: 网格团队, en: team}\n    level: 6\n    vacant: 3wd\n    tell: [township_staff]\n    substitute_days: 30\n    posts:\n"+
			"      - {key: fulltime, name: {zh: 专职, en: full-time}, roles: [grid_worker], required: true}\n      - {key: leader, name: {zh: 网格长, en: leader}, roles: [grid_leader], required: true}\n")
		s := &table{story: begin(t, a), leader: a.As(t, mediation.Leader, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here)}
		s.study = a.Do(t, s.leader, "POST", s.path("/studies"), obj{"reason": "complex", "text": "涉及三个部门"}, newKey()).Want(201).Text("id")
		crew := newCrew(t, a)
		crew.fill("fulltime", crew.worker)
		if _, err := a.Dockets.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		study := func() *dueClock {
			t.Helper()
			var v struct{ Clock *dueClock }
			a.Do(t, s.leader, "GET", "/api/v1/studies/"+s.study, nil).Want(200).Into(&v)
			return v.Clock
		}
		team := func() time.Time {
			t.Helper()
			x, err := a.Store.Teams().Load(t.Context(), apptest.Here.Grid())
			if err != nil {
				t.Fatal(err)
			}
			return x.NextDue
		}
		before, told := study(), team()
		daysOff(t, a)
		moved(t, before, study())
		if got := s.events(); got != "study_called study_reckoned" {
			t.Error(got)
		}
		if now := team(); !now.After(told) {
			t.Errorf("the vacancy is told of at %s, before at %s", now, told)
		}
	})
	s := seatedBy(t, apptest.New(t), strings.Replace(reviewRules, "meets: 8d", "meets: 8d\n    decided: 3wd", 1))
	list := s.latest(s.chief).ID
	s.decide(s.chief, list, obj{"case": s.here, "unit": apptest.Unit, "text": "三日内落实"}).Want(201)
	decision := func() *dueClock {
		t.Helper()
		var v struct{ Items []struct{ Clock *dueClock } }
		s.a.Do(t, s.chief, http.MethodGet, "/api/v1/review-decisions", nil).Want(200).Into(&v)
		return v.Items[0].Clock
	}
	decided := decision()
	meets := func() *dueClock {
		t.Helper()
		var v struct{ Clock *dueClock }
		s.a.Do(t, s.chief, http.MethodGet, "/api/v1/review-lists/"+list, nil).Want(200).Into(&v)
		return v.Clock
	}
	sits := meets()
	daysOff(t, s.a)
	moved(t, sits, meets())
	decided.byRule(t, "decision", "review_lists.monthly.decided", "3wd", "working")
	moved(t, decided, decision())

	k := contested(t, apptest.New)
	village := func() (object, objection *dueClock) {
		t.Helper()
		var v struct {
			Clock    *dueClock
			Objected []struct{ Clock *dueClock }
		}
		k.app.Do(t, k.county, http.MethodGet, "/api/v1/villages/"+k.id, nil).Want(200).Into(&v)
		return v.Clock, v.Objected[0].Clock
	}
	k.post(t, k.staff, "/objections", "", point(k.petition, false, "不是本村的")).Want(201)
	object, objection := village()
	daysOff(t, k.app)
	object2, objection2 := village()
	moved(t, object, object2)
	moved(t, objection, objection2)
}

func TestAYearsDaysOffReachErrandsAndVisits(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		h := fileFor(t, byErrandRules(fresh))
		h.give(h.worker, "errand", obj{"party": h.party, "what": "代交产权复印件"}).Want(200)
		read := func() *dueClock {
			t.Helper()
			var v struct{ Errands []struct{ Clock *dueClock } }
			h.app.Do(t, h.resident, http.MethodGet, "/api/v1/party/case", nil).Want(200).Into(&v)
			return v.Errands[0].Clock
		}
		before := read()
		daysOff(t, h.app)
		moved(t, before, read())
	})
	a := rounds(t, apptest.New)
	worker := a.As(t, mediation.GridWorker, apptest.Here)
	a.Do(t, worker, http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), apptest.Here.Point(), nil)).Want(201)
	visit := func() *dueClock {
		t.Helper()
		var cells struct{ Items []struct{ Clock *dueClock } }
		a.Do(t, a.As(t, mediation.TownshipStaff, apptest.Here), http.MethodGet, "/api/v1/patrols/cells", nil).Want(200).Into(&cells)
		return cells.Items[0].Clock
	}
	before := visit()
	daysOff(t, a)
	moved(t, before, visit())
}
