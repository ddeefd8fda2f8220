package handlers_test

import (
	"net/http"
	"testing"
	"time"

	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// crew is a grid whose team is being made.
type crew struct {
	t                                      *testing.T
	a                                      *apptest.App
	leader, worker, other, staff, stranger *apptest.Person
}

type gridTeam struct {
	Posts []struct {
		Post    string
		Holders []struct{ User struct{ ID string } }
	}
	Substitutes, PastSubstitutes []struct {
		ID      string
		Running bool
	}
	Vacancies []struct {
		Post        string
		Short       int
		Since, Told time.Time
	}
	History []struct {
		Post, How string
		User      *struct{ ID string }
	}
}

const teamPath = "/api/v1/teams/" + string(apptest.Here) + ".001.001"

// newCrew is a grid with people: other works in the second of its micro-grids alone.
func newCrew(t *testing.T, a *apptest.App) *crew {
	return &crew{t: t, a: a, leader: a.As(t, mediation.GridLeader, apptest.Here), worker: a.As(t, mediation.GridWorker, apptest.Here),
		other: a.Post(t, "other", account.Place{Role: mediation.GridWorker, Area: apptest.Here.Other()}), staff: a.As(t, mediation.TownshipStaff, apptest.Here),
		stranger: a.As(t, mediation.GridWorker, apptest.There)}
}

func (c *crew) do(who *apptest.Person, segment string, body obj) apptest.Answer {
	c.t.Helper()
	return c.a.Do(c.t, who, http.MethodPost, teamPath+"/"+segment, body, newKey())
}

func (c *crew) look(who *apptest.Person) (g gridTeam) {
	c.t.Helper()
	c.a.Do(c.t, who, http.MethodGet, teamPath, nil).Want(200).Into(&g)
	return g
}

func (c *crew) fill(post string, who *apptest.Person) {
	c.t.Helper()
	c.do(c.staff, "holders", obj{"post": post, "userId": who.User.ID}).Want(200)
}

// absence is the holder's from now on, with the substitute in their place.
func (c *crew) absence(holder, substitute *apptest.Person, from, until time.Duration) obj {
	now := c.a.Case.Now().UTC()
	return obj{"holder": holder.User.ID, "substitute": substitute.User.ID, "from": now.Add(from), "until": now.Add(until)}
}

func (c *crew) sweep() {
	c.t.Helper()
	if _, err := c.a.Teams.Sweep(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

// checkIn is an attempt at the first micro-grid.
func (c *crew) checkIn(who *apptest.Person, more ...apptest.Setting) apptest.Answer {
	c.t.Helper()
	return c.a.Do(c.t, who, http.MethodPost, "/api/v1/patrols/checkins", checkin(uuid.NewString(), apptest.Here.Point(), nil), more...)
}

var actingHere = apptest.Header("Acting-In", string(apptest.Here.Grid()))

func TestATeamsPostsAreFilledByWhomPolicyLets(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := newCrew(t, fresh(t))
		c.a.Do(t, c.worker, http.MethodGet, teamPath, nil).Want(404)
		c.do(c.staff, "holders", obj{"post": "leader", "userId": c.worker.User.ID}).Refused(422, "team.role", "userId")
		c.do(c.staff, "holders", obj{"post": "king", "userId": c.worker.User.ID}).Refused(422, "unknown_value", "post")
		c.do(c.staff, "holders", obj{"post": "fulltime", "userId": c.stranger.User.ID}).Refused(422, "team.elsewhere", "userId")
		c.do(c.staff, "holders", obj{"post": "fulltime", "userId": "nobody"}).Refused(422, "unknown_value", "userId")
		if g := c.look(c.staff); len(g.Vacancies) != 0 || len(g.Posts) != 7 {
			t.Errorf("a refused one founded it: %+v", g)
		}
		body, key := obj{"post": "fulltime", "userId": c.worker.User.ID}, newKey()
		for range 2 {
			c.a.Do(t, c.staff, http.MethodPost, teamPath+"/holders", body, key).Want(200)
		}
		told(t, c.a, c.worker, mediation.NoticeTeam, 1)
		c.do(c.staff, "holders", obj{"post": "fulltime", "userId": c.other.User.ID}).Refused(409, "team.full", "post")
		c.do(c.staff, "holders", obj{"post": "parttime", "userId": c.worker.User.ID}).Refused(409, "team.holds", "userId")
		if g := c.look(c.worker); len(g.Vacancies) != 3 || g.Posts[1].Holders[0].User.ID != c.worker.User.ID {
			t.Errorf("%+v", g)
		}
		c.do(c.worker, "holders", obj{"post": "volunteer", "userId": c.other.User.ID}).Refused(403, "forbidden", "")
		c.do(c.a.As(t, mediation.GridLeader, apptest.There), "holders", body).Want(404)
		c.do(c.worker, "leavings", obj{"holder": c.worker.User.ID}).Want(200)
		if g := c.look(c.staff); len(g.History) != 1 || g.History[0].How != "left" || g.History[0].User.ID != c.worker.User.ID || len(g.Vacancies) != 4 {
			t.Errorf("%+v", g)
		}
		c.a.Do(t, c.worker, http.MethodGet, teamPath, nil).Want(404)
	})
}

func TestASubstituteDoesTheHoldersWorkInTheGridForTheTime(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := newCrew(t, fresh(t))
		c.fill("fulltime", c.worker)
		c.checkIn(c.other).Refused(422, "patrol.elsewhere", "point")
		c.checkIn(c.other, actingHere).Refused(403, "team.stands_in_for_nobody", "")
		c.do(c.worker, "substitutes", c.absence(c.worker, c.other, time.Hour, 25*time.Hour)).Want(200)
		told(t, c.a, c.other, mediation.NoticeStandIn, 1)
		c.checkIn(c.other, actingHere).Refused(403, "team.stands_in_for_nobody", "")
		c.do(c.worker, "substitutes", c.absence(c.worker, c.leader, 2*time.Hour, 3*time.Hour)).Refused(422, "team.role", "substitute")
		c.do(c.worker, "substitutes", c.absence(c.worker, c.other, 24*time.Hour, 30*time.Hour)).Refused(409, "team.overlap", "from")

		c.a.Case.Advance(time.Hour)
		c.sweep()
		told(t, c.a, c.other, mediation.NoticeStandIn, 2)
		c.checkIn(c.other, actingHere).Want(201)
		c.checkIn(c.other).Refused(422, "patrol.elsewhere", "point")
		c.checkIn(c.other, apptest.Header("Acting-In", string(apptest.There.Grid()))).Refused(403, "team.stands_in_for_nobody", "")
		if g := c.look(c.other); len(g.Substitutes) != 1 || !g.Substitutes[0].Running {
			t.Errorf("%+v", g)
		}
		// What the holder is to answer in person, the substitute may, here and now.
		paper := c.a.Do(t, c.staff, http.MethodPost, "/api/v1/slips", obj{"kind": "reminder", "about": obj{"kind": "area", "id": apptest.Here.Grid()}, "area": apptest.Here.Grid(), "to": obj{"userId": c.worker.User.ID}, "text": "请巡查水渠。"}, newKey()).Want(201).Text("id")
		c.a.Do(t, c.other, http.MethodGet, "/api/v1/slips/"+paper, nil).Want(404)
		c.a.Do(t, c.other, http.MethodGet, "/api/v1/slips/"+paper, nil, actingHere).Want(200)
		var mine struct{ Items []struct{ ID string } }
		c.a.Do(t, c.other, http.MethodGet, "/api/v1/slips?mine=to", nil, actingHere).Want(200).Into(&mine)
		if len(mine.Items) != 1 || mine.Items[0].ID != paper {
			t.Errorf("%+v", mine)
		}
		// But changes no posts, and not their own time.
		c.do(c.other, "substitutes", c.absence(c.worker, c.other, 30*time.Hour, 40*time.Hour)).Refused(403, "forbidden", "")

		c.a.Case.Advance(24 * time.Hour)
		c.checkIn(c.other, actingHere).Refused(403, "team.stands_in_for_nobody", "")
		c.a.Do(t, c.other, http.MethodGet, "/api/v1/slips/"+paper, nil).Want(404)
		c.sweep()
		told(t, c.a, c.other, mediation.NoticeStandIn, 3)
		if g := c.look(c.staff); len(g.Substitutes) != 0 || len(g.PastSubstitutes) != 1 {
			t.Errorf("%+v", g)
		}
	})
}

func TestNobodyComesByMorePowerAsASubstitute(t *testing.T) {
	c := newCrew(t, apptest.New(t))
	guide := c.a.Post(t, "guide", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	c.fill("guide", guide)
	c.fill("fulltime", c.worker)
	c.fill("leader", c.leader)
	c.do(c.leader, "substitutes", c.absence(guide, c.staff, 0, time.Hour)).Refused(403, "team.not_over", "holder")
	// A grid's leader is over its workers, and not over who comes from a unit.
	police, second := c.a.Post(t, "p-1", account.Place{Role: mediation.UnitStaff, Area: apptest.Here.Grid(), Unit: "派出所"}), c.a.Post(t, "p-2", account.Place{Role: mediation.UnitStaff, Area: apptest.Here.Grid(), Unit: "派出所"})
	c.fill("police", police)
	c.do(c.leader, "substitutes", c.absence(police, second, 0, time.Hour)).Refused(403, "team.not_over", "holder")
	c.do(c.staff, "substitutes", c.absence(guide, c.staff, 0, time.Hour)).Refused(422, "team.own_hand", "substitute")
	c.do(guide, "substitutes", c.absence(guide, guide, 0, time.Hour)).Refused(422, "team.self", "substitute")
	c.do(guide, "substitutes", c.absence(guide, c.leader, 0, time.Hour)).Refused(422, "team.role", "substitute")
	c.do(c.leader, "substitutes", c.absence(c.worker, c.other, 0, 31*24*time.Hour)).Refused(422, "team.too_long", "until")
	c.do(c.leader, "substitutes", c.absence(c.worker, c.other, time.Hour, time.Hour)).Refused(422, "out_of_order", "until")
	c.do(c.worker, "substitutes", c.absence(c.leader, c.other, 0, time.Hour)).Refused(403, "forbidden", "")

	// The guide's substitute is staff inside the grid alone.
	next := c.a.Post(t, "next-guide", account.Place{Role: mediation.TownshipStaff, Area: apptest.Here.Code()})
	c.do(guide, "substitutes", c.absence(guide, next, 0, time.Hour)).Want(200)
	c.a.Do(t, next, http.MethodGet, "/api/v1/teams/vacancies?area="+string(apptest.Here), nil, actingHere).Want(200)
	c.a.Do(t, next, http.MethodPost, teamPath+"/leavings", obj{"holder": c.worker.User.ID}, newKey(), actingHere).Refused(403, "team.acting", "")
	c.a.Do(t, next, http.MethodPost, teamPath+"/handovers", obj{"holder": guide.User.ID, "successor": next.User.ID}, newKey(), actingHere).Refused(403, "team.acting", "")
	c.a.Do(t, next, http.MethodGet, "/api/v1/mediators", nil, actingHere).Refused(403, "team.acting", "")
	c.do(c.staff, "recalls", obj{"substitution": c.look(c.staff).Substitutes[0].ID}).Want(200)
	c.a.Do(t, next, http.MethodGet, teamPath, nil, actingHere).Refused(403, "team.stands_in_for_nobody", "")
}

func TestRequiredPostsThatStayVacantAreListedAndToldOfOnce(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := newCrew(t, fresh(t))
		var page struct {
			Items []struct {
				Area      struct{ Code string }
				Never     bool
				Vacancies []struct {
					Post  string
					Since time.Time
				}
			}
		}
		list := func(who *apptest.Person) {
			page.Items = nil
			c.a.Do(t, who, http.MethodGet, "/api/v1/teams/vacancies", nil).Want(200).Into(&page)
		}
		if list(c.staff); len(page.Items) != 3 || !page.Items[0].Never || page.Items[0].Area.Code != string(apptest.Here.Grid()) || page.Items[1].Area.Code != string(apptest.Here.Cell()) {
			t.Fatalf("%+v", page)
		}
		c.fill("leader", c.leader)
		if list(c.staff); page.Items[0].Never || len(page.Items[0].Vacancies) != 3 || page.Items[0].Vacancies[0].Since.IsZero() {
			t.Errorf("%+v", page.Items[0])
		}
		c.sweep()
		told(t, c.a, c.staff, mediation.NoticeVacancy, 0)
		c.a.Case.Advance(8 * 24 * time.Hour) // three working days and more
		for range 2 {
			c.sweep()
		}
		told(t, c.a, c.staff, mediation.NoticeVacancy, 3)
		told(t, c.a, c.a.As(t, mediation.TownshipStaff, apptest.There), mediation.NoticeVacancy, 0)
		c.fill("fulltime", c.worker)
		if list(c.staff); len(page.Items[0].Vacancies) != 2 {
			t.Errorf("%+v", page.Items[0])
		}
		if list(c.a.As(t, mediation.TownshipStaff, apptest.There)); len(page.Items) != 3 || !page.Items[0].Never {
			t.Errorf("the other township: %+v", page)
		}
	})
}

func TestAPostIsHandedOverWithWhatItsHolderHasInHandThere(t *testing.T) {
	apptest.OnBoth(t, func(t *testing.T, fresh apptest.Fresh) {
		c := newCrew(t, fresh(t))
		c.fill("fulltime", c.worker)
		issue := func(area string) string {
			return c.a.Do(t, c.staff, http.MethodPost, "/api/v1/slips", obj{"kind": "reminder", "about": obj{"kind": "area", "id": area}, "area": area, "to": obj{"userId": c.worker.User.ID}, "text": "请处理。"}, newKey()).Want(201).Text("id")
		}
		here, elsewhere := issue(string(apptest.Here.Grid())), issue(string(apptest.Here))
		// Nobody is taken away from a required post that nobody takes over.
		l := leaver{T: t, app: c.a, who: c.worker}
		l.lock(obj{"reason": "离职"}).Refused(409, "handover.owed", "")

		c.do(c.leader, "handovers", obj{"holder": c.worker.User.ID, "successor": c.other.User.ID}).Want(403)
		c.do(c.other, "handovers", obj{"holder": c.other.User.ID, "successor": c.worker.User.ID}).Want(404)
		var h handed
		c.do(c.worker, "handovers", obj{"holder": c.worker.User.ID, "successor": c.other.User.ID, "reason": "调岗"}).Want(201).Into(&h)
		if h.State != "proposed" || len(h.Matters) != 2 {
			t.Fatalf("%+v", h)
		}
		for _, m := range h.Matters {
			if len(m.Hindrances) != 0 || m.Kind != "slip" && m.Kind != "team_post" {
				t.Errorf("%+v", m)
			}
		}
		l.step(c.other, h.ID, "acceptance", obj{}).Want(200).Into(&h)
		if h.State != "done" || h.Matters[0].Outcome != "moved" || h.Matters[1].Outcome != "moved" {
			t.Fatalf("%+v", h)
		}
		g := c.look(c.other)
		if g.Posts[1].Holders[0].User.ID != c.other.User.ID || len(g.History) != 1 || g.History[0].How != "handed_over" {
			t.Errorf("%+v", g)
		}
		c.a.Do(t, c.other, http.MethodGet, "/api/v1/slips/"+here, nil).Want(200)
		c.a.Do(t, c.other, http.MethodGet, "/api/v1/slips/"+elsewhere, nil).Want(404)
	})
}

func TestAHandOverShowsThatTheSuccessorMayNotHoldThePost(t *testing.T) {
	c := newCrew(t, apptest.New(t))
	c.fill("fulltime", c.worker)
	var h handed
	c.do(c.worker, "handovers", obj{"holder": c.worker.User.ID, "successor": c.leader.User.ID}).Want(201).Into(&h)
	if len(h.Matters) != 1 || len(h.Matters[0].Hindrances) == 0 {
		t.Fatalf("%+v", h)
	}
	leaver{T: t, app: c.a, who: c.worker}.step(c.leader, h.ID, "acceptance", obj{}).Refused(409, "handover.lacks_right", "")
	if c.look(c.staff).Posts[1].Holders[0].User.ID != c.worker.User.ID {
		t.Error("handed over all the same")
	}
}
