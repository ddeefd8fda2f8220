package handlers_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// acted is who did something, for whom.
type acted struct {
	Kind  string
	Actor struct{ ID string }
	For   *struct{ ID string }
}

func (c *crew) seesActed(what string, list []acted, kind string, by, of *apptest.Person) {
	c.t.Helper()
	for _, e := range list {
		if e.Kind == kind {
			if e.Actor.ID != by.User.ID || e.For == nil || e.For.ID != of.User.ID {
				c.t.Errorf("%s: %s by %s for %v", what, kind, e.Actor.ID, e.For)
			}
			return
		}
	}
	c.t.Errorf("%s: nobody did %s: %+v", what, kind, list)
}

func TestWhatASubstituteDoesStandsUnderTheirOwnNameForTheHolder(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := newCrew(t, fresh(t))
		guide := c.a.Post(t, "guide", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
		next := c.a.Post(t, "next-guide", account.Place{Role: mediation.TownshipStaff, Area: apptest.There.Code()})
		c.fill("guide", guide)
		c.do(guide, "substitutes", c.absence(guide, next, 0, time.Hour)).Refused(422, "team.elsewhere", "substitute")
		next = c.a.Post(t, "next-guide-2", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Grid()})
		c.do(guide, "substitutes", c.absence(guide, next, 0, time.Hour)).Want(200)

		id := oneCase(t, c.a, apptest.Here)
		county := c.a.Post(t, "county-staff", account.Place{Role: mediation.CountyStaff, Area: apptest.County})
		desk := desktop{c.a, county}
		paper := desk.issue(t, "reminder", id, obj{"userId": guide.User.ID}).ID
		c.a.Do(t, next, http.MethodGet, "/api/v1/slips?mine=to", nil).Want(200)
		c.act(next, "/api/v1/slips/"+paper, "acknowledge", obj{}).Want(200)
		c.act(next, "/api/v1/slips/"+paper, "reply", obj{"text": "已办理。"}).Want(200)
		var slip struct{ History []acted }
		c.a.Do(t, c.staff, http.MethodGet, "/api/v1/slips/"+paper, nil).Want(200).Into(&slip)
		c.seesActed("slip", slip.History, "acknowledge", next, guide)
		c.seesActed("slip", slip.History, "reply", next, guide)

		c.act(next, "/api/v1/cases/"+id, "note", obj{"text": "替班走访。"}).Want(200)
		var line struct{ Items []acted }
		c.a.Do(t, c.staff, http.MethodGet, "/api/v1/cases/"+id+"/timeline", nil).Want(200).Into(&line)
		c.seesActed("case", line.Items, "note", next, guide)
		c.seesActed("case", line.Items, "slip_reply", next, guide)
		for _, e := range line.Items {
			if e.Kind != "note" && !strings.HasPrefix(e.Kind, "slip_") && e.For != nil {
				t.Errorf("%+v", e)
			}
		}
	})
}

// act gives a command for whom the person stands in for, on what they see.
func (c *crew) act(who *apptest.Person, thing, command string, body obj) apptest.Answer {
	c.t.Helper()
	seen := c.a.Do(c.t, who, http.MethodGet, thing, nil, actingHere).Want(200)
	return c.a.Do(c.t, who, http.MethodPost, thing+"/"+command, body, newKey(), apptest.IfMatch(seen.ETag()), actingHere)
}

// A clue that is for the holder's post is not for who stands in for them, neither to read nor to know of.
func TestASubstituteKnowsOfNothingRestricted(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := newCrew(t, fresh(t))
		under(t, c.a, "anji", "\nslips:", `
teams:
  - key: grid
    name: {zh: 网格团队, en: team}
    level: 6
    vacant: 3wd
    tell: [township_staff]
    substitute_days: 30
    posts:
      - {key: guide, name: {zh: 指导员, en: guide}, roles: [township_staff, grid_worker]}
slips:`, "to: [unit, post]\n      acknowledge: {within: 3wd, remind: [4h]}\n      reply: {within: 30d, remind: [5d]}\n      bodies: [富阳区纪委监委]\n      restricted: leader",
			"to: [unit, post, person]\n      acknowledge: {within: 3wd, remind: [4h]}\n      reply: {within: 30d, remind: [5d]}\n      restricted: leader")
		guide := c.a.Post(t, "guide", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Grid()})
		c.fill("guide", guide)
		c.do(guide, "substitutes", c.absence(guide, c.worker, 0, time.Hour)).Want(200)
		id := oneCase(t, c.a, apptest.Here)
		boss := desktop{c.a, c.a.As(t, mediation.Supervisor, apptest.Here)}
		for _, to := range []obj{{"userId": guide.User.ID}, {"role": "township_staff", "area": string(apptest.Here.Grid())}} {
			clue := boss.issue(t, "clue", id, to).ID
			c.a.Do(t, guide, http.MethodGet, "/api/v1/slips/"+clue, nil).Want(200)
			c.a.Do(t, c.worker, http.MethodGet, "/api/v1/slips/"+clue, nil, actingHere).Refused(404, "not_found", "")
			for _, path := range []string{"/api/v1/slips", "/api/v1/slips?mine=to", "/api/v1/slips/counts"} {
				if got := c.a.Do(t, c.worker, http.MethodGet, path, nil, actingHere).Want(200); strings.Contains(string(got.Body), clue) || strings.Contains(string(got.Body), `"clue"`) {
					t.Errorf("%s: %s", path, got.Body)
				}
			}
		}
		told := 0
		for _, n := range noticesTo(t, c.a, mediation.NoticeSlip) {
			if told++; !n.To.Alone {
				t.Errorf("%+v", n)
			}
		}
		if told != 2 {
			t.Errorf("%d notices", told)
		}
	})
}

func TestWhoChangedTheirWorkStandsInNoMore(t *testing.T) {
	c := newCrew(t, apptest.New(t))
	unit := func(login, unit string) *apptest.Person {
		return c.a.Post(t, login, account.Place{Role: mediation.UnitStaff, Area: apptest.Here.Code(), Unit: unit})
	}
	police, second, others := unit("p-1", "派出所"), unit("p-2", "派出所"), unit("o-1", "水利站")
	c.fill("police", police)
	c.do(police, "substitutes", c.absence(police, others, 0, time.Hour)).Refused(422, "team.unit", "substitute")
	c.do(police, "substitutes", c.absence(police, second, 0, time.Hour)).Want(200)
	c.a.Do(t, second, http.MethodGet, teamPath, nil, actingHere).Want(200)
	for name, change := range map[string]func(*mediation.Actor){
		"another unit": func(a *mediation.Actor) { a.Unit = "水利站" },
		"another role": func(a *mediation.Actor) { a.Role = mediation.GridWorker },
		"elsewhere":    func(a *mediation.Actor) { a.Area = apptest.There.Code() },
	} {
		now := second.Actor()
		change(&now)
		if as, err := c.a.Teams.Acting(t.Context(), now, apptest.Here.Grid()); err == nil || as.For != "" {
			t.Errorf("%s: acts as %+v", name, as)
		}
	}
}
