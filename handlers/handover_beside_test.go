package handlers_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/duty"
)

func TestWhoLeavesHandsOverStudiesMeetingsAndSites(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		withRules(t, a, opinionSays+"deliberation: {ahead: 24h, quorum_percent: 51, follow_up: contact}\n")
		office := a.As(t, mediation.CountyStaff, apptest.Here)
		town := func(name string) *apptest.Person {
			return a.Post(t, name, account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
		}
		from, to, stranger := town("who-leaves"), town("who-comes"), a.As(t, mediation.GridWorker, apptest.There)

		hard := begin(t, a)
		study := a.Do(t, office, http.MethodPost, hard.path("/studies"), obj{"reason": "complex", "text": "疑难"}, newKey()).Want(201).Text("id")
		change := func(segment string, body obj) {
			t.Helper()
			a.Do(t, office, http.MethodPost, "/api/v1/studies/"+study+"/"+segment, body, newKey()).Want(200)
		}
		change("members", obj{"user": from.User.ID})
		change("orders", obj{"user": from.User.ID, "text": "去办", "due": a.Case.Now().Add(72 * time.Hour).UTC()})
		meeting := a.Do(t, from, http.MethodPost, "/api/v1/deliberations", obj{"area": apptest.Here.Grid(), "at": a.Case.Now().Add(72 * time.Hour).UTC(), "topic": "停车", "place": "礼堂", "agenda": []string{"车棚"},
			"villagers": []string{"示例甲"}}, newKey()).Want(201).Text("id")
		p := &poll{t: t, a: a, office: office}
		site := p.openSite(office, apptest.Here.Point(), obj{"keeper": from.User.ID}).Want(201).Text("id")

		l := leaver{T: t, app: a, who: from}
		l.lock(obj{"reason": "调离"}).Refused(409, "handover.owed", "")
		var h handed
		a.Do(t, from, http.MethodPost, "/api/v1/handovers", obj{"leaver": from.User.ID, "successor": stranger.User.ID, "reason": "调离"}, newKey()).Refused(422, "unknown_value", "successor")
		a.Do(t, from, http.MethodPost, "/api/v1/handovers", obj{"leaver": from.User.ID, "successor": to.User.ID, "reason": "调离"}, newKey()).Want(201).Into(&h)
		var kinds []string
		for _, m := range h.Matters {
			if len(m.Hindrances) > 0 {
				t.Errorf("%+v", m)
			}
			kinds = append(kinds, m.Kind)
		}
		slices.Sort(kinds)
		if got := slices.DeleteFunc(kinds, func(k string) bool { return k == "post" }); !slices.Equal(got, []string{"meeting", "site", "study"}) {
			t.Fatalf("in hand are %v", got)
		}
		l.step(to, h.ID, "acceptance", obj{}).Want(200).Into(&h)
		for _, m := range h.Matters {
			if m.Outcome != "moved" {
				t.Errorf("%+v", m)
			}
		}
		told(t, a, to, mediation.NoticeStudyOrder, 1)

		var st struct {
			Members []struct{ User struct{ ID string } }
			Orders  []struct{ User struct{ ID string } }
		}
		a.Do(t, office, http.MethodGet, "/api/v1/studies/"+study, nil).Want(200).Into(&st)
		if st.Members[0].User.ID != to.User.ID || st.Orders[0].User.ID != to.User.ID {
			t.Errorf("the study: %+v", st)
		}
		var m struct{ Convener string }
		a.Do(t, to, http.MethodGet, "/api/v1/deliberations/"+meeting, nil).Want(200).Into(&m)
		var s struct{ Keeper struct{ ID string } }
		a.Do(t, office, http.MethodGet, opinionBase+"/sites/"+site, nil).Want(200).Into(&s)
		if m.Convener != to.User.Name || s.Keeper.ID != to.User.ID {
			t.Errorf("the meeting is called by %q, the site kept by %q", m.Convener, s.Keeper.ID)
		}
		l.lock(obj{"reason": "调离"}).Want(200)
	})
}

func TestARestrictedPaperIsHandedOverAndShownToNobodyElse(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		a := fresh(t)
		under(t, a, "anji")
		post := func(login string, role mediation.Role, unit string) *apptest.Person {
			return a.Post(t, login, account.Place{Role: role, Area: apptest.County, Unit: unit})
		}
		from, to, wrong, clerk := post("sv-1", mediation.Supervisor, ""), post("sv-2", mediation.Supervisor, ""), post("ld-1", mediation.UnitStaff, "样例局"), post("clerk", mediation.CountyStaff, "")
		post("discipline", mediation.UnitStaff, "富阳区纪委监委")
		hard := begin(t, a)
		clue := a.Do(t, from, http.MethodPost, "/api/v1/slips", obj{"kind": "clue", "about": obj{"kind": "case", "id": hard.id}, "to": obj{"unit": "富阳区纪委监委"}, "text": "线索"}, newKey()).Want(201).Text("id")
		tomorrow := a.Case.Now().Add(24 * time.Hour)
		if err := a.Store.Duty().Amend(t.Context(), mediation.AnyRevision, func(r *duty.Roster) error {
			r.Shifts = append(r.Shifts, duty.Shift{Post: "chief", Area: apptest.County, Person: from.User.ID, From: tomorrow, Until: tomorrow.Add(12 * time.Hour)})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		l := leaver{T: t, app: a, who: from}
		h := l.open(from, wrong.User.ID)
		kinds := func(who *apptest.Person, path string) (list []string) {
			t.Helper()
			answer := a.Do(t, who, http.MethodGet, path, nil).Want(200)
			var v handed
			answer.Into(&v)
			for _, m := range v.Matters {
				list = append(list, m.Kind)
				if m.Kind == "slip" && m.CaseID != "" {
					t.Errorf("%s is told which case it is about", who.User.Login)
				}
			}
			slices.Sort(list)
			return list
		}
		all, shift := []string{"shift", "slip"}, []string{"shift"}
		for _, x := range []struct {
			who  *apptest.Person
			path string
			want []string
		}{
			{from, "/api/v1/handovers/" + h.ID, all}, {wrong, "/api/v1/handovers/" + h.ID, shift}, {clerk, "/api/v1/handovers/" + h.ID, shift}, {to, "/api/v1/handovers/" + h.ID, shift},
			{from, "/api/v1/matters/" + from.User.ID, all}, {clerk, "/api/v1/matters/" + from.User.ID, shift},
		} {
			if got := kinds(x.who, x.path); !slices.Equal(got, x.want) {
				t.Errorf("%s is shown %v at %s", x.who.User.Login, got, x.path)
			}
		}
		no := l.step(wrong, h.ID, "acceptance", obj{}).Refused(409, "handover.lacks_right", "")
		if fields := no.Errors; len(fields) < 2 || !slices.ContainsFunc(fields, func(e struct{ Field, Code, Detail string }) bool { return e.Field == "matters" }) {
			t.Errorf("%+v", fields)
		}
		l.step(from, h.ID, "proposal", obj{"successor": to.User.ID}).Want(200)
		if got := kinds(to, "/api/v1/handovers/"+h.ID); !slices.Equal(got, all) {
			t.Errorf("who may take it over is shown %v", got)
		}
		var done handed
		l.step(to, h.ID, "acceptance", obj{}).Want(200).Into(&done)
		for _, m := range done.Matters {
			if m.Outcome != "moved" {
				t.Errorf("%+v", m)
			}
		}
		a.Do(t, to, http.MethodGet, "/api/v1/slips/"+clue, nil).Want(200)
		a.Do(t, from, http.MethodGet, "/api/v1/slips/"+clue, nil).Want(404)
		a.Do(t, clerk, http.MethodGet, "/api/v1/slips/"+clue, nil).Want(404)
		if roster, _, err := a.Store.Duty().Roster(t.Context()); err != nil || len(roster.Shifts) != 1 || roster.Shifts[0].Person != to.User.ID {
			t.Errorf("%+v, %v", roster, err)
		}
		if n := len(kinds(from, "/api/v1/matters/"+from.User.ID)); n != 0 {
			t.Errorf("%d matters are left", n)
		}
	})
}
