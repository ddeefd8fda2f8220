package handlers_test

import (
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Accusations must not reach the accused, nor their unit, nor the offices below where they may sit (信访工作条例 30): whatever of a quarrel that
// turns out to be one lies beside it goes out of their sight with it.

const unitRule = "dispatch:\n  - {key: told, name: {zh: 邻里告信访局, en: told}, categories: [neighbour], unit: " + apptest.Unit + "}\n"

// above is staff of the county, with whom an accusation lies.
func above(t *testing.T, a *apptest.App) *apptest.Person {
	return a.Post(t, "above", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
}

// accuses reclassifies the case as an accusation.
func (s *story) accuses() {
	s.t.Helper()
	s.order(s.staff, "reclassify", obj{"category": "accusation", "severity": 3})
	s.a.Do(s.t, s.staff, "GET", s.path(""), nil).Refused(404, "not_found", "")
}

func TestADispatchRuleSendsNoAccusationToAUnit(t *testing.T) {
	apptest.OnBoth(t, aDispatchRuleSendsNoAccusationToAUnit)
}

func aDispatchRuleSendsNoAccusationToAUnit(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	withRules(t, a, unitRule)
	s := begin(t, a)
	s.accuses() // before the sweep has come to the rule
	s.sweep()
	s.staff = above(t, a)
	if got := dispatched(t, s); len(got) > 0 {
		t.Errorf("it was sent to %v", got)
	}
}

func TestAStudyOfAQuarrelThatIsAnAccusationIsOutOfSight(t *testing.T) {
	apptest.OnBoth(t, aStudyOfAQuarrelThatIsAnAccusationIsOutOfSight)
}

func aStudyOfAQuarrelThatIsAnAccusationIsOutOfSight(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	withRules(t, a, "study:\n  states: [unsettled]\n  within: 72h\n  remind: [24h]\n")
	s := &table{story: begin(t, a), leader: a.As(t, mediation.Leader, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here)}
	county := above(t, a)
	s.study = a.Do(t, s.leader, "POST", s.path("/studies"), obj{"reason": "complex", "text": "涉及三个部门"}, newKey()).Want(201).Text("id")
	s.post(s.leader, "/members", obj{"unit": apptest.Unit}).Want(200)
	s.post(s.leader, "/members", obj{"user": s.mediator.User.ID}).Want(200)
	own := a.Post(t, "unit-above", account.Place{Role: mediation.UnitStaff, Area: apptest.County, Unit: apptest.Unit})
	s.read(own)
	s.accuses()
	below := []*apptest.Person{s.leader, s.staff, s.unit, s.mediator}
	for _, who := range below {
		a.Do(t, who, "GET", "/api/v1/studies/"+s.study, nil).Refused(404, "not_found", "")
		s.post(who, "/materials", obj{"text": "x"}).Refused(404, "not_found", "")
		var list struct{ Items []struct{ ID string } }
		a.Do(t, who, "GET", "/api/v1/studies", nil).Want(200).Into(&list)
		if len(list.Items) > 0 {
			t.Errorf("%s lists %+v", who.User.Role, list)
		}
	}
	if st := s.read(county); st.Text != "涉及三个部门" {
		t.Errorf("the county reads %+v", st)
	}
	// Somebody at the member's unit turns out to be the accused.
	s.read(own)
	s.order(county, "add-party", obj{"kind": "person", "side": "respondent", "name": "某某", "phone": "13700000002", "units": []string{apptest.Unit}}).Want(200)
	a.Do(t, own, "GET", "/api/v1/studies/"+s.study, nil).Refused(404, "not_found", "")
}

func TestASlipAboutAQuarrelThatIsAnAccusationIsOutOfSight(t *testing.T) {
	apptest.OnBoth(t, aSlipAboutAQuarrelThatIsAnAccusationIsOutOfSight)
}

func aSlipAboutAQuarrelThatIsAnAccusationIsOutOfSight(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	s := begin(t, a)
	county, lead := above(t, a), a.As(t, mediation.GridLeader, apptest.Here)
	unit := a.As(t, mediation.UnitStaff, apptest.Here)
	ask := func(to obj) string {
		return a.Do(t, s.staff, "POST", "/api/v1/slips", obj{"kind": "contact", "about": obj{"kind": "case", "id": s.id}, "to": to, "text": "请核实村干部情况"}, newKey()).Want(201).Text("id")
	}
	slips := []string{ask(obj{"unit": apptest.Unit, "area": string(apptest.Here)}), ask(obj{"role": "grid_leader", "area": string(apptest.Here.Grid())})}
	a.Do(t, unit, "GET", "/api/v1/slips/"+slips[0], nil).Want(200)
	a.Do(t, lead, "GET", "/api/v1/slips/"+slips[1], nil).Want(200)
	s.accuses()
	sees := func(after string) {
		t.Helper()
		for _, id := range slips {
			for _, who := range []*apptest.Person{unit, lead, s.staff} {
				a.Do(t, who, "GET", "/api/v1/slips/"+id, nil).Refused(404, "not_found", "")
				var list struct{ Items []struct{ ID string } }
				a.Do(t, who, "GET", "/api/v1/slips", nil).Want(200).Into(&list)
				if len(list.Items) > 0 {
					t.Errorf("%s %s lists %+v", after, who.User.Role, list)
				}
			}
			a.Do(t, county, "GET", "/api/v1/slips/"+id, nil).Want(200)
		}
	}
	sees("at once")
	// What falls due is for the county's staff to answer, and nobody else hears of it.
	a.Case.Advance(30 * 24 * time.Hour)
	for range 3 {
		if _, err := a.Slips.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sees("a month later")
	for _, id := range slips {
		if sl, err := a.Store.Slips().Load(t.Context(), id); err != nil || sl.To.Role != mediation.CountyStaff || sl.To.Area != apptest.County || sl.Area != apptest.County {
			t.Errorf("%+v of %s, %v", sl.To, sl.Area, err)
		}
	}
}

func TestASuggestionThatIsAnAccusationIsOutOfSightWithItsPaper(t *testing.T) {
	apptest.OnBoth(t, aSuggestionThatIsAnAccusationIsOutOfSightWithItsPaper)
}

func aSuggestionThatIsAnAccusationIsOutOfSightWithItsPaper(t *testing.T, fresh apptest.Fresh) {
	p := newPoll(t, fresh)
	county := above(t, p.a)
	town := p.a.As(t, mediation.TownshipStaff, apptest.Here)
	id := p.suggest(p.worker, nil).Want(201).Text("id")
	paper := p.look(p.office, id).Paper.Slip
	p.a.Do(t, p.unit, "GET", "/api/v1/slips/"+paper, nil).Want(200)
	p.act(county, "/suggestions/"+id, "/report", obj{"category": "accusation", "severity": 3}).Want(200)
	for _, who := range []*apptest.Person{p.unit, town, p.leader} {
		p.do(who, "GET", "/suggestions/"+id, nil).Refused(404, "not_found", "")
		p.a.Do(t, who, "GET", "/api/v1/slips/"+paper, nil).Refused(404, "not_found", "")
	}
	if x := p.look(county, id); x.Case == "" {
		t.Errorf("%+v", x)
	}
	p.look(p.worker, id) // who took it down
}
