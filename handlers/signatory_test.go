package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

const conferencePath = "/api/v1/teams/" + string(apptest.County)

// post does something to the team of the joint conference.
func (c conference) post(who *apptest.Person, segment string, body obj) apptest.Answer {
	c.Helper()
	return c.app.Do(c.T, who, http.MethodPost, conferencePath+"/"+segment, body, newKey())
}

// clerk is the county's staff, who fill posts.
func (c conference) clerk() *apptest.Person {
	return c.app.Post(c.T, "clerk", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
}

// deputy is another leader of the unit that signs.
func (c conference) deputy() *apptest.Person {
	return c.app.Post(c.T, "deputy", account.Place{Role: mediation.Leader, Area: apptest.County, Unit: "中共莲都区委"})
}

func (c conference) signs(who *apptest.Person) bool {
	c.Helper()
	for _, a := range c.look(who).Actions {
		if a == "sign-off" {
			return true
		}
	}
	return false
}

func TestTheNamedSignatorySignsAndNobodyElse(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := vacantConference(t, fresh)
		clerk, deputy := c.clerk(), c.deputy()
		c.give(c.staff, "consult", consulted).Want(200)
		// Nobody holds the post: nobody signs, and the county's staff are told.
		told(t, c.app, clerk, mediation.NoticeSign, 1)
		told(t, c.app, c.chief, mediation.NoticeSign, 0)
		c.give(c.chief, "sign-off", obj{"approved": true}).Refused(409, "joint.vacant", "")
		c.post(clerk, "holders", obj{"post": "signatory", "userId": c.lead.User.ID}).Refused(422, "team.role", "userId")
		c.post(clerk, "holders", obj{"post": "signatory", "userId": c.chief.User.ID}).Want(200)
		told(t, c.app, c.chief, mediation.NoticeSign, 1) // what waited before they came
		if !c.signs(c.chief) || c.signs(deputy) || c.signs(c.other) {
			t.Error("not the holder alone may sign")
		}
		c.give(deputy, "sign-off", obj{"approved": true}).Refused(409, "need.signatory", "")
		// A stand-in signs in their own name while the substitution runs, and gets nothing else by it.
		from := c.app.Case.Now().UTC()
		c.post(c.chief, "substitutes", obj{"holder": c.chief.User.ID, "substitute": c.other.User.ID, "from": from, "until": from.Add(48 * time.Hour)}).Refused(422, "team.unit", "substitute")
		c.post(c.chief, "substitutes", obj{"holder": c.chief.User.ID, "substitute": deputy.User.ID, "from": from, "until": from.Add(48 * time.Hour)}).Want(200)
		if !c.signs(deputy) || !c.signs(c.chief) {
			t.Error("neither the stand-in nor the holder may be left out")
		}
		c.app.Do(t, deputy, http.MethodGet, "/api/v1/cases/"+c.id, nil, apptest.Header("Acting-In", string(apptest.County))).Refused(403, "team.stands_in_for_nobody", "")
		c.app.Case.Advance(49 * time.Hour)
		if c.signs(deputy) {
			t.Error("the substitution is over, and they sign still")
		}
		// The post is handed over, and the right to sign with it.
		var h handed
		c.app.Do(t, c.chief, http.MethodPost, "/api/v1/handovers", obj{"leaver": c.chief.User.ID, "successor": c.other.User.ID, "reason": "调任"}, newKey()).Want(201).Into(&h)
		if len(h.Matters) != 1 || h.Matters[0].Kind != "team_post" || h.Matters[0].Shared {
			t.Fatalf("%+v", h.Matters)
		}
		seen := c.app.Do(t, c.chief, http.MethodGet, "/api/v1/handovers/"+h.ID, nil).Want(200)
		c.app.Do(t, c.chief, http.MethodPost, "/api/v1/handovers/"+h.ID+"/proposal", obj{"successor": deputy.User.ID}, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
		seen = c.app.Do(t, deputy, http.MethodGet, "/api/v1/handovers/"+h.ID, nil).Want(200)
		c.app.Do(t, deputy, http.MethodPost, "/api/v1/handovers/"+h.ID+"/acceptance", obj{}, newKey(), apptest.IfMatch(seen.ETag())).Want(200)
		told(t, c.app, deputy, mediation.NoticeSign, 1)
		c.give(c.chief, "sign-off", obj{"approved": true}).Refused(409, "need.signatory", "")
		c.give(deputy, "sign-off", obj{"approved": true}).Want(200)
	})
}
