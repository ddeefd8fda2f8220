package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/mediation"
)

// fourClocks are Longgang's, for cases of every channel.
const fourClocks = `stages:
  clocks:
    - {key: sign, name: {zh: 签收, en: sign}, start: receipt, within: 1m, ends: [sign_for, take]}
    - {key: arrive, name: {zh: 到达, en: arrive}, start: sign, within: 30m, remind: [10m], basis: 联动办法3, ends: [arrive], metres: 200, accuracy_metres: 100}
    - {key: handle, name: {zh: 处置, en: handle}, start: arrive, within: 1h, ends: [handle]}
    - {key: close, name: {zh: 办结, en: close}, start: receipt, within: 24h, remind: [1h], reaches: [closed]}
`

type stagesOfCase struct {
	Clocks struct {
		Stages []struct {
			Stage, StageText, Status string
			Due, Breached, Ended     time.Time
			By                       *struct{ ID string }
			Metres                   *float64
		}
	}
}

func (c stagesOfCase) standing() string {
	var all []string
	for _, s := range c.Clocks.Stages {
		all = append(all, s.Stage+" "+s.Status)
	}
	return strings.Join(all, ", ")
}

// near is a body for arriving so far north of the place, in metres.
func near(p apptest.Place, metres float64) obj {
	at := p.Point()
	return obj{"point": obj{"type": "Point", "coordinates": []float64{at[0], at[1] + metres/111_000}}, "accuracyMetres": 15}
}

func TestAMatterIsSignedForReachedHandledAndClosedByTheFourClocks(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, fourClocks)
		s := begin(t, a)
		read := func(who *apptest.Person) (c stagesOfCase) {
			t.Helper()
			a.Do(t, who, "GET", s.path(""), nil).Want(200).Into(&c)
			return c
		}
		if got := read(s.staff).standing(); got != "sign running, arrive waiting, handle waiting, close running" {
			t.Fatal(got)
		}
		a.Case.Advance(2 * time.Minute)
		s.sweep()
		c := read(s.staff)
		if c.Clocks.Stages[0].Breached.IsZero() || c.Clocks.Stages[0].StageText != "签收" {
			t.Fatalf("%+v", c)
		}
		leader := a.As(t, mediation.GridLeader, apptest.Here)
		s.order(leader, "sign-for", nil).Want(200)
		s.order(leader, "sign-for", nil).Refused(409, "need.to_sign_for", "")
		s.order(leader, "arrive", near(apptest.Here, 900)).Refused(409, "arrive.far", "point")
		coarse := near(apptest.Here, 20)
		coarse["accuracyMetres"] = 400
		s.order(leader, "arrive", coarse).Refused(409, "arrive.inaccurate", "accuracyMetres")
		s.order(leader, "arrive", obj{}).Refused(422, "required", "point")
		s.order(leader, "arrive", near(apptest.Here, 120)).Want(200)
		c = read(s.staff)
		if at := c.Clocks.Stages[1]; c.standing() != "sign done, arrive done, handle running, close running" || at.By == nil || at.By.ID != leader.User.ID || at.Metres == nil || *at.Metres < 110 || *at.Metres > 130 {
			t.Errorf("%+v", c)
		}
		if worker := read(s.worker).Clocks.Stages[1]; worker.By != nil || worker.Metres != nil {
			t.Errorf("the reporter learns who was where: %+v", worker)
		}
		var clocks struct {
			Items []struct{ Clock, ClockText, Stage, Within, Basis string }
		}
		a.Do(t, s.staff, "GET", s.path("/clocks"), nil).Want(200).Into(&clocks)
		if got := fmt.Sprint(clocks.Items[1:3]); got != "[{stage 处置 handle 1h } {stage 办结 close 24h }]" {
			t.Error(got)
		}
		s.order(leader, "handle", obj{"remark": "已劝开"}).Want(200)
		s.order(s.staff, "transfer", obj{"unit": apptest.Unit, "reason": "competence"}).Want(200)
		s.order(s.staff, "finish", obj{"remark": "已答复"}).Want(200)
		if got := read(s.staff).standing(); got != "sign done, arrive done, handle done, close done" {
			t.Error(got)
		}
		// Where the leader stood is neither on the timeline nor in the log.
		timeline := string(a.Do(t, s.staff, "GET", s.path("/timeline"), nil).Want(200).Body)
		spot := fmt.Sprint(near(apptest.Here, 120)["point"].(obj)["coordinates"].([]float64)[1])[:8]
		if strings.Contains(timeline, spot) || strings.Contains(a.Log.String(), spot) || !strings.Contains(timeline, `"stage":"sign"`) {
			t.Errorf("%s: %s", spot, timeline)
		}
	})
}

func TestACaseWithoutAPointIsReachedAtItsMicroGrid(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, fourClocks)
	s := &story{t: t, a: a, staff: a.As(t, mediation.TownshipStaff, apptest.Here)}
	rep := a.Do(t, a.As(t, mediation.GridWorker, apptest.Here), "POST", "/api/v1/reports", report(apptest.Here, obj{"point": nil, "accuracyMetres": nil, "cell": apptest.Here.Cell()})).Want(201).View()
	s.id = rep["case"].(obj)["id"].(string)
	s.order(s.staff, "sign-for", nil).Want(200)
	s.order(s.staff, "arrive", near(apptest.There, 0)).Refused(409, "arrive.far", "point")
	s.order(s.staff, "arrive", near(apptest.Here, 400)).Want(200) // inside the cell
}

func TestADeskHearsThatSomebodyHasComeToSeeToItsOrder(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, fourClocks)
	l := newLine(t, a)
	l.put(t, "G-1", order(apptest.Here, obj{"severity": 4})).Want(201)
	s := &story{t: t, a: a, id: l.look(t, "G-1").Case.ID}
	leader := a.As(t, mediation.GridLeader, apptest.Here)
	s.order(leader, "sign-for", nil).Want(200)
	s.order(leader, "arrive", near(apptest.Here, 30)).Want(200)
	s.order(leader, "handle", obj{"remark": "已处理"}).Want(200)
	l.deliver(t)
	if got := l.server.steps("G-1"); got != "received signed arrived handled " {
		t.Errorf("the desk heard: %s", got)
	}
}

func TestUnitsAndCommunitiesSignForTheirOwnMattersAlone(t *testing.T) {
	a := apptest.New(t)
	withRules(t, a, fourClocks)
	s := begin(t, a)
	for _, who := range []*apptest.Person{a.As(t, mediation.UnitStaff, apptest.Here), a.As(t, mediation.GridLeader, apptest.There), a.As(t, mediation.MediatorRole, apptest.Here)} {
		a.Do(t, who, "POST", s.path("/sign-for"), nil, apptest.IfMatch(`"1-x"`), newKey()).Refused(404, "not_found", "")
	}
	for _, role := range []mediation.Role{mediation.Supervisor, mediation.Leader, mediation.GridWorker} {
		who := a.As(t, role, apptest.Here)
		a.Do(t, who, "POST", s.path("/sign-for"), nil, apptest.IfMatch(`"1-x"`), newKey()).Refused(403, "forbidden", "")
	}
	s.order(s.staff, "transfer", obj{"unit": apptest.Unit, "reason": "competence"}).Want(200)
	s.order(a.As(t, mediation.UnitStaff, apptest.Here), "sign-for", nil).Want(200)
}
