package handlers_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
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
