package handlers_test

import (
	"strings"
	"testing"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Who has a part in a case that turns out to accuse their unit, or themselves, loses it to somebody else, and nobody of theirs hears of it.

const theCommittee = "中共越城区委"

func (k inCharge) office() *story { return &story{t: k.T, a: k.app, id: k.id, staff: k.staff} }

// turns makes the case an accusation against the units, whom it says nothing about.
func (k inCharge) turns(who ...obj) {
	k.Helper()
	k.give(k.staff, "reclassify", obj{"category": "accusation", "severity": 3}).Want(200)
	k.accuse(who...)
}

func (k inCharge) accuse(who ...obj) {
	k.Helper()
	for _, body := range who {
		body["kind"], body["side"], body["name"] = "person", "respondent", "某某"
		k.give(k.staff, "add-party", body).Want(200)
	}
	k.office().sweep()
}

// leads is who is in charge; "" if nobody is.
func (k inCharge) leads() string {
	k.Helper()
	if v := k.see(k.staff); v.Charge != nil {
		return v.Charge.Leader.ID
	}
	return ""
}

func TestAChargePassesToAnotherLeaderWhenTheirUnitIsAccused(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := chargeable(t, fresh)
		colleague := k.app.Post(t, "committee-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County, Unit: theCommittee})
		k.give(k.chief, "take-charge", obj{"plan": "先修复后补偿"}).Want(200)
		due := k.see(k.chief).Charge.ReviewDue
		k.turns(obj{"units": []string{theCommittee}})
		if v := k.see(k.mayor); v.Charge == nil || v.Charge.Leader.ID != k.mayor.User.ID || v.Charge.Body != "government" || !v.Charge.ReviewDue.Equal(due) || v.Charge.Plan != "先修复后补偿" {
			t.Fatalf("%+v", v.Charge)
		}
		if l := k.load(k.mayor); l.Open != 1 || k.load(k.chief).Open != 0 {
			t.Errorf("in charge: %+v, %+v", l, k.load(k.chief))
		}
		k.app.Do(t, k.chief, "GET", "/api/v1/cases/"+k.id, nil).Refused(404, "not_found", "")
		// Who must know is told, and nobody of theirs.
		k.heard(mediation.NoticeCharge, map[*apptest.Person]bool{k.mayor: true, k.staff: true, colleague: false, k.chief: false})
		// It goes to nobody of theirs again, and not to the accused by their account.
		k.give(k.staff, "release-charge", obj{"reason": "reassigned"}).Want(200)
		k.give(k.staff, "take-charge", obj{"leader": k.chief.User.ID, "plan": "又来"}).Refused(409, "case.accused_side", "leader")
		k.give(k.staff, "take-charge", obj{"leader": k.mayor.User.ID, "plan": "依法办理"}).Want(200)
		// Nobody of the four bodies is left: the county's staff name one.
		k.accuse(obj{"account": k.mayor.User.ID})
		if got := k.leads(); got != "" {
			t.Errorf("in charge is %s", got)
		}
		k.heard(mediation.NoticeCharge, map[*apptest.Person]bool{k.staff: true, colleague: false})
		var line struct {
			Items []struct {
				Kind string
				Data map[string]string
			}
		}
		k.app.Do(t, k.staff, "GET", "/api/v1/cases/"+k.id+"/timeline", nil).Want(200).Into(&line)
		if n := len(line.Items); line.Items[n-1].Kind != "kept_apart" || line.Items[n-1].Data["unled"] != "true" {
			t.Errorf("%+v", line.Items[n-1])
		}
	})
}

// heard asks who was told at least once of the newest notices of a kind, once those are left out from whom the case is kept.
func (k inCharge) heard(kind mediation.NoticeKind, want map[*apptest.Person]bool) {
	k.Helper()
	got := map[string]bool{}
	d := k.app.Store.Directory()
	for _, n := range noticesTo(k.T, k.app, kind) {
		if n.Case != k.id {
			continue
		}
		who, err := d.Who(k.Context(), n.To)
		if err == nil {
			who, err = d.Spare(k.Context(), n, who)
		}
		if err != nil {
			k.Fatal(err)
		}
		for _, w := range who {
			got[w.User] = true
		}
	}
	for who, told := range want {
		if got[who.User.ID] != told {
			k.Errorf("%s is told: %v", who.User.Login, got[who.User.ID])
		}
	}
}

// What others have in hand is listed without it, and who may not hear of it takes over the rest without being told that there is more.
func TestWhatSomebodyHasInHandIsListedToNobodyFromWhomItIsKept(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		k := chargeable(t, fresh)
		reader := k.app.Post(t, "committee-supervisor", account.Place{Role: mediation.CountyStaff, Area: apptest.County, Unit: theCommittee})
		k.give(k.staff, "take-charge", obj{"leader": k.mayor.User.ID, "plan": "先修复后补偿"}).Want(200)
		before := k.inHand(reader, k.mayor) + k.inHand(reader, k.staff)
		if !strings.Contains(before, k.id) {
			t.Fatalf("%s", before)
		}
		k.turns(obj{"units": []string{theCommittee}})
		l := leaver{t, k.app, k.id, k.mayor}
		// The successor is a colleague of the accused.
		successor := k.app.Post(t, "committee-vice", account.Place{Role: mediation.Leader, Area: apptest.County, Unit: theCommittee})
		h := l.open(k.mayor, successor.User.ID)
		if len(h.Matters) != 1 || len(h.Matters[0].Hindrances) != 0 {
			t.Fatalf("%+v", h)
		}
		for _, who := range []*apptest.Person{reader, successor} {
			one := k.app.Do(t, who, "GET", "/api/v1/handovers/"+h.ID, nil).Want(200)
			if got := string(one.Body) + string(k.app.Do(t, who, "GET", "/api/v1/handovers", nil).Want(200).Body) +
				string(k.app.Do(t, who, "GET", "/api/v1/handovers/"+h.ID+"?format=csv", nil).Want(200).Body); strings.Contains(got, k.id) || strings.Contains(got, "33.01.11/2026/1") {
				t.Errorf("%s reads of it: %s", who.User.Login, got)
			}
		}
		if got := k.inHand(reader, k.mayor) + k.inHand(reader, k.staff); strings.Contains(got, k.id) || strings.Contains(got, `"cases"`) {
			t.Errorf("the accused's colleague reads of it: %s", got)
		}
		if got := k.inHand(k.staff, k.mayor); !strings.Contains(got, k.id) {
			t.Errorf("the county's staff do not: %s", got)
		}
		var done handed
		l.step(successor, h.ID, "acceptance", obj{}).Want(200).Into(&done)
		if done.State != "done" || len(done.Matters) != 0 || k.leads() == successor.User.ID || k.leads() == k.mayor.User.ID {
			t.Errorf("%+v, in charge is %s", done, k.leads())
		}
		k.app.Do(t, successor, "GET", "/api/v1/cases/"+k.id, nil).Refused(404, "not_found", "")
	})
}

func (k inCharge) inHand(reader, of *apptest.Person) string {
	k.Helper()
	path := "/api/v1/matters/" + of.User.ID
	return string(k.app.Do(k.T, reader, "GET", path, nil).Want(200).Body) + string(k.app.Do(k.T, reader, "GET", path+"?format=csv", nil).Want(200).Body)
}

// A sub-task goes back to its unit, and a helper is none any more: their code opens nothing.
func TestOwnersAndHelpersOfTheAccusedsSideAreTakenOff(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := confer(t, fresh)
		county := c.app.Post(t, "office", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		c.give(county, "reclassify", obj{"category": "accusation", "severity": 3}).Want(200)
		applicant := c.give(county, "add-party", obj{"kind": "person", "side": "applicant", "name": "甲某", "phone": "13800001234"}).Want(200).Text("party")
		helper := c.app.Post(t, "proxy", account.Place{Role: mediation.CountyStaff, Area: apptest.County, Unit: "某中心"})
		c.give(county, "entrust", obj{"party": applicant, "helper": helper.User.ID, "manner": "signature"}).Want(200)
		c.give(county, "consult", consulted).Want(200)
		c.give(c.chief, "sign-off", obj{"approved": true}).Want(200)
		c.give(c.lead, "task", obj{"unit": assistant, "owner": c.helper.User.ID, "what": "勘查水渠"}).Want(200)
		link, err := c.app.Store.Cases().Load(t.Context(), c.id)
		if err != nil || link.Party(applicant).LinkHash == "" {
			t.Fatal(err)
		}
		for _, who := range []obj{{"account": c.helper.User.ID}, {"units": []string{"某中心"}}} {
			who["kind"], who["side"], who["name"] = "person", "respondent", "某某"
			c.give(county, "add-party", who).Want(200)
		}
		(&story{t: t, a: c.app, id: c.id}).sweep()
		now, err := c.app.Store.Cases().Load(t.Context(), c.id)
		if err != nil {
			t.Fatal(err)
		}
		task, party := now.Joint.Tasks[0], now.Party(applicant)
		if task.Owner != "" || !task.Open() || !task.Clock.Due.Equal(link.Joint.Tasks[0].Clock.Due) {
			t.Errorf("%+v", task)
		}
		if party.Proxy.Holds() || party.LinkHash != "" {
			t.Errorf("%+v", party)
		}
		c.give(county, "entrust", obj{"party": applicant, "helper": helper.User.ID, "manner": "signature"}).Refused(409, "case.accused_side", "helper")
		c.give(c.lead, "task", obj{"unit": assistant, "owner": c.helper.User.ID, "what": "再勘"}).Refused(409, "case.accused_side", "owner")
	})
}

// A study's member sits at it no more, and what one was ordered, or a review decided, falls back on who said so.
func TestStudiesAndReviewsLetGoOfTheAccusedsSide(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, studyRules+reviewRules)
		s := &sitting{t: t, a: a, staff: a.As(t, mediation.TownshipStaff, apptest.Here), leader: a.As(t, mediation.Leader, apptest.Here), unit: a.As(t, mediation.UnitStaff, apptest.Here),
			chief: a.Post(t, "chief", account.Place{Role: mediation.Leader, Area: apptest.County}), clerk: a.Post(t, "clerk", account.Place{Role: mediation.CountyStaff, Area: apptest.County})}
		s.here = s.take(apptest.Here, "contract")
		s.month()
		theirs := a.Post(t, "of-the-accused", account.Place{Role: mediation.Leader, Area: apptest.County, Unit: "某局"})
		due := a.Case.Now().Add(240 * 3600e9)
		decision := s.decide(s.chief, s.latest(s.chief).ID, obj{"case": s.here, "text": "限期办结", "user": theirs.User.ID, "due": due}).Want(201).Text("id")
		x := &table{story: &story{t: t, a: a, id: s.here, staff: s.staff}, leader: s.chief}
		x.study = a.Do(t, s.chief, "POST", x.path("/studies"), obj{"reason": "complex", "text": "涉及三个部门"}, newKey()).Want(201).Text("id")
		x.post(s.chief, "/members", obj{"user": theirs.User.ID}).Want(200)
		x.post(s.chief, "/members", obj{"user": s.leader.User.ID}).Want(200)
		x.post(s.chief, "/conclusion", obj{"text": "由某局整改"}).Want(200)
		x.post(s.chief, "/orders", obj{"user": theirs.User.ID, "text": "十日内完成", "due": due}).Want(200)
		x.order(s.clerk, "reclassify", obj{"category": "accusation", "severity": 3}).Want(200)
		x.order(s.clerk, "add-party", obj{"kind": "person", "side": "respondent", "name": "某某", "units": []string{"某局"}}).Want(200)
		x.sweep()
		st, err := a.Store.Studies().Load(t.Context(), x.study)
		if err != nil || len(st.Members) != 1 || st.Members[0].User != s.leader.User.ID || st.Orders[0].User != s.chief.User.ID {
			t.Errorf("%v, %+v, %+v", err, st.Members, st.Orders)
		}
		d, err := a.Store.ReviewDecisions().Load(t.Context(), decision)
		if err != nil || d.User != s.chief.User.ID {
			t.Errorf("%v, %+v", err, d)
		}
		for _, path := range []string{"/api/v1/studies/" + x.study, "/api/v1/review-decisions/" + decision} {
			a.Do(t, theirs, "GET", path, nil).Refused(404, "not_found", "")
		}
		// An account alone is enough: its owner reports nothing either.
		own := a.Post(t, "the-accused", account.Place{Role: mediation.Leader, Area: apptest.County})
		second := s.decide(s.clerk, s.latest(s.clerk).ID, obj{"case": s.here, "text": "再办", "user": own.User.ID, "due": due}).Want(201).Text("id")
		x.order(s.clerk, "add-party", obj{"kind": "person", "side": "respondent", "name": "另一人", "account": own.User.ID}).Want(200)
		a.Do(t, own, "GET", "/api/v1/review-decisions/"+second, nil).Refused(404, "not_found", "")
	})
}
