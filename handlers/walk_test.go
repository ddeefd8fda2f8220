package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
	"fengqiao/mediation/council"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/scorecard"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/team"
	"fengqiao/mediation/village"

	"github.com/google/uuid"
)

// assistant is a unit that assists the one that the case lies with.
const assistant = "富阳区水利局"

// township is one thing of every kind that a path can name.
type township struct {
	place               apptest.Place
	caseID, party       string
	report, user, photo string
	visit, campaign     string
	handover            string // of the user
	hold                string // of the meeting
	slip                string // about the case, from the supervisor to the unit
	official            string
	meeting             string // of the grid, its grid worker invited
	study               string
	review, decision    string    // a list that holds the case, and what it decided, for the unit to do
	village             string    // the frozen result of its village
	site, asking, said  string    // where suggestions are taken, the campaign that asks for them, one by the grid worker, for the unit to answer
	team                grid.Code // its grid's, of which the grid leader is
}

// settle makes a case in a township that its people know in every way there is: reported by the grid worker, with the
// mediator on the panel, lying with the unit, with a party.
func settle(t *testing.T, app *apptest.App, p apptest.Place) township {
	t.Helper()
	ctx := context.Background()
	worker := app.As(t, mediation.GridWorker, p)
	photo := upload(t, app, worker, "p-"+string(p)).Want(http.StatusCreated).Text("id")
	body := report(p, obj{"photos": []string{photo}, "parties": []obj{{"kind": "person", "side": "applicant", "name": "甲" + string(p), "phone": "13800001234"}}})
	var got struct {
		ID   string
		Case *struct{ ID string }
	}
	app.Do(t, worker, http.MethodPost, "/api/v1/reports", body).Want(http.StatusCreated).Into(&got)
	w := township{place: p, caseID: got.Case.ID, report: got.ID, photo: photo, user: app.As(t, mediation.InformationOfficer, p).User.ID, official: app.As(t, mediation.TownshipStaff, p).User.ID}
	staff := app.As(t, mediation.TownshipStaff, p).Actor()
	app.As(t, mediation.MediatorRole, p)
	do := func(cmd mediation.Command) {
		t.Helper()
		c, err := app.Cases.Cases.Load(ctx, w.caseID)
		if err == nil {
			_, err = app.Cases.Do(ctx, staff, w.caseID, mediation.Request{Command: cmd, Revision: c.Revision, Key: uuid.NewString()})
		}
		if err != nil {
			t.Fatalf("%s: %v", cmd.Name(), err)
		}
	}
	do(mediation.Accept{})
	do(mediation.Assign{Mediator: p.Mediator("own"), Seat: -1, Force: true})
	c, err := app.Cases.Cases.Update(ctx, w.caseID, func(c *mediation.Case) error {
		c.Unit = apptest.Unit
		c.Joint = &mediation.Joint{Lead: apptest.Unit, Assisting: []string{assistant}, Order: &mediation.HandlingOrder{}}
		c.Charge = &mediation.Charge{Leader: app.As(t, mediation.Leader, p).User.ID}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.party = c.Parties[0].ID
	visit := uuid.NewString()
	app.Do(t, app.As(t, mediation.TownshipStaff, p), http.MethodPost, "/api/v1/halls/"+p.Hall()+"/visits", obj{"clientId": visit, "function": "reception"}).Want(http.StatusCreated)
	w.visit, w.campaign = visit, uuid.NewString()
	w.handover = app.Do(t, app.As(t, mediation.CountyStaff, p), http.MethodPost, "/api/v1/handovers",
		obj{"leaver": w.user, "successor": worker.User.ID, "reason": "调离"}, newKey()).Want(http.StatusCreated).Text("id")
	paper, err := app.Slips.Issue(ctx, app.As(t, mediation.Supervisor, p).Actor(), slip.Issue{Kind: "reminder", About: slip.Subject{Kind: slip.AboutCase, ID: w.caseID},
		To: slip.Addressee{Unit: app.As(t, mediation.UnitStaff, p).User.Unit}, Text: "请尽快办理"})
	if err != nil {
		t.Fatal(err)
	}
	w.slip = paper.ID
	day := app.Case.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly)
	app.Do(t, app.As(t, mediation.CountyStaff, p), http.MethodPost, "/api/v1/campaigns", obj{"clientId": w.campaign, "name": "攻坚", "area": string(p), "from": day, "until": day,
		"target": obj{"percent": 90}}).Want(http.StatusCreated)
	meeting, err := app.Councils.Convene(ctx, staff, council.Call{Key: "walk", Area: p.Grid(), At: app.Case.Now().Add(240 * time.Hour), Topic: "议事", Place: "村委会", Agenda: []string{"停车"},
		Users: []string{worker.User.ID}})
	if err != nil {
		t.Fatal(err)
	}
	w.meeting = meeting.ID
	held, err := app.Retention.Place(ctx, app.As(t, mediation.CountyStaff, p).Actor(), "meeting", w.meeting, "法院调取")
	if err != nil {
		t.Fatal(err)
	}
	w.hold = held.ID
	st, err := app.Studies.Call(ctx, staff, w.caseID, "walk", "complex", "跨部门")
	if err != nil {
		t.Fatal(err)
	}
	w.study = st.ID
	w.village = uuid.NewString()
	if _, err := app.Store.VillageResults().Add(ctx, village.Result{ID: w.village, Key: "longyou", Period: "2026-02", Card: longyouCard(t).ID, Village: p.Village(), Ground: apptest.County,
		Frozen: app.Case.Now(), Versions: []village.Version{{Found: make([]scorecard.Found, 4)}}}, nil); err != nil {
		t.Fatal(err)
	}
	w.site, w.asking, w.said = uuid.NewString(), uuid.NewString(), uuid.NewString()
	w.review, w.decision = uuid.NewString(), uuid.NewString()
	now := app.Case.Now()
	for _, err := range []error{
		third(app.Store.ReviewLists().Freeze(ctx, docket.List{ID: w.review, Key: "walk", Area: p.Code(), Items: []docket.Item{{Case: w.caseID, Unit: apptest.Unit}}}, nil)),
		second(app.Store.ReviewDecisions().Open(ctx, docket.Decision{ID: w.decision, List: w.review, Case: w.caseID, Area: c.Area, Party: docket.Party{Unit: apptest.Unit}, At: now, Due: now}, nil)),
		third(app.Store.OpinionSites().Add(ctx, opinion.Site{ID: w.site, Kind: opinion.Point, Name: "征集点", Cell: p.Cell(), Place: p.Point(), Unit: apptest.Unit, Made: now})),
		third(app.Store.OpinionCampaigns().Add(ctx, opinion.Campaign{ID: w.asking, TopicZh: "停车", Area: p.Code(), Unit: apptest.Unit, Opens: now, Closes: now.Add(time.Hour), Stage: opinion.Open, Made: now, Revision: 1})),
		third(app.Store.Suggestions().Add(ctx, opinion.Suggestion{ID: w.said, Campaign: w.asking, Topic: "roads", Unit: apptest.Unit, Area: p.Cell(), By: worker.User.ID, Way: opinion.ByWorker, At: now, State: opinion.Routed, Revision: 1})),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.team = p.Grid()
	if _, err := app.Teams.Fill(ctx, staff, w.team, "walk", "leader", app.As(t, mediation.GridLeader, p).User.ID); err != nil {
		t.Fatal(err)
	}
	return w
}

func third[A, B any](_ A, _ B, err error) error { return err }

func second[A any](_ A, err error) error { return err }

// upload sends a small photo.
func upload(t *testing.T, app *apptest.App, who *apptest.Person, clientID string) apptest.Answer {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 6)), nil); err != nil {
		t.Fatal(err)
	}
	return app.Do(t, who, http.MethodPost, "/api/v1/media?clientId="+clientID, b.Bytes(), apptest.Header("Content-Type", "image/jpeg"))
}

// path fills a route's parameters with the township's things.
func (w township) path(r handlers.Route) string {
	id := uuid.NewString() // somebody's message, device, letter: nobody's
	for prefix, own := range map[string]string{
		"/api/v1/cases/":            w.caseID,
		"/api/v1/reports/":          w.report,
		"/api/v1/users/":            w.user,
		"/api/v1/media/":            w.photo,
		"/api/v1/halls/":            w.visit,
		"/api/v1/matters/":          w.user,
		"/api/v1/handovers/":        w.handover,
		"/api/v1/holds/":            w.hold,
		"/api/v1/slips/":            w.slip,
		"/api/v1/officials/":        w.official,
		"/api/v1/campaigns/":        w.campaign,
		"/api/v1/deliberations/":    w.meeting,
		"/api/v1/studies/":          w.study,
		"/api/v1/review-lists/":     w.review,
		"/api/v1/review-decisions/": w.decision,
		"/api/v1/villages/":         w.village,

		"/api/v1/opinions/sites/":       w.site,
		"/api/v1/opinions/campaigns/":   w.asking,
		"/api/v1/opinions/suggestions/": w.said,
	} {
		if strings.HasPrefix(r.Path, prefix) {
			id = own
		}
	}
	code := w.place.Cell()
	if strings.HasPrefix(r.Path, "/api/v1/teams/") {
		code = w.team
	}
	path := strings.ReplaceAll(strings.ReplaceAll(r.Path, ":id", id), ":code", string(code))
	path = strings.NewReplacer(":hall", w.place.Hall(), ":window", "1", ":ranking", "townships").Replace(path)
	path = strings.Replace(path, ":z/:x/:y", tileOf(w.place.Point(), 15), 1)
	switch at := w.place.Point(); r.Method + " " + r.Path {
	case "GET /api/v1/plan/locate":
		path += fmt.Sprintf("?lon=%f&lat=%f", at[0], at[1])
	case "GET /api/v1/plan/near":
		path += fmt.Sprintf("?lon=%f&lat=%f&metres=500", at[0], at[1])
	case "GET /api/v1/plan/cells":
		path += fmt.Sprintf("?bbox=%f,%f,%f,%f", at[0], at[1], at[0], at[1])
	}
	return path
}

// judge says what mediation.Permits makes of a person and a route: whether they see the thing that the path names, and
// whether they may do the route's action to it. named is false for routes that name no such thing.
func (w township) judge(t *testing.T, app *apptest.App, actor mediation.Actor, r handlers.Route) (named, sees, may bool) {
	t.Helper()
	ctx := context.Background()
	c, err := app.Cases.Cases.Load(ctx, w.caseID)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case r.Path == "/api/v1/cases/:id/studies":
		return true, mediation.MayCase(actor, mediation.CaseRead, &c), mediation.MayArea(actor, r.Action, c.Area)
	case strings.HasPrefix(r.Path, "/api/v1/studies/:id"):
		return true, mediation.MayArea(actor, mediation.StudyRead, c.Area), mediation.MayArea(actor, r.Action, c.Area)
	case strings.HasPrefix(r.Path, "/api/v1/villages/:id"):
		if sees := village.Sees(actor, w.place.Village()); r.Action != mediation.VillageDecide {
			return true, sees, sees && (r.Action == mediation.VillageRead || village.MayObject(actor, w.place.Village()))
		} else {
			return true, sees, mediation.MayPlan(actor, r.Action, app.Atlas.Load())
		}
	case strings.HasPrefix(r.Path, "/api/v1/cases/:id"):
		return true, mediation.MayCase(actor, mediation.CaseRead, &c), mediation.MayCase(actor, r.Action, &c)
	case strings.HasPrefix(r.Path, "/api/v1/media/:id"):
		sees := mediation.MayCase(actor, mediation.MediaRead, &c) || actor.ID == app.As(t, mediation.GridWorker, w.place).User.ID
		return true, sees, sees
	case strings.HasPrefix(r.Path, "/api/v1/matters/:id"):
		sees := actor.ID == w.user || mediation.MayArea(actor, r.Action, w.place.Grid())
		return true, sees, sees
	case strings.HasPrefix(r.Path, "/api/v1/holds/:id"):
		return true, mediation.MayArea(actor, mediation.HoldRead, w.place.Grid()), mediation.MayArea(actor, r.Action, w.place.Grid())
	case strings.HasPrefix(r.Path, "/api/v1/handovers/:id"):
		return true, w.takesPart(t, app, actor, mediation.HandOverRead), w.takesPart(t, app, actor, r.Action)
	case strings.HasPrefix(r.Path, "/api/v1/officials/:id"):
		sees := mediation.MayArea(actor, mediation.ScorecardRead, w.place.Code())
		return true, sees, sees
	case strings.HasPrefix(r.Path, "/api/v1/users/:id"):
		return true, mediation.MayArea(actor, mediation.UserRead, w.place.Grid()), mediation.MayArea(actor, r.Action, w.place.Grid())
	case strings.HasPrefix(r.Path, "/api/v1/campaigns/:id"):
		sees := campaign.Sees(actor, &campaign.Campaign{Area: w.place.Code()})
		return true, sees, sees && (r.Action == mediation.CampaignRead || mediation.MayArea(actor, r.Action, w.place.Code()))
	case strings.HasPrefix(r.Path, "/api/v1/review-lists/:id"):
		return true, docket.Sees(actor, &docket.List{Area: w.place.Code()}), mediation.May(actor, r.Action)
	case strings.HasPrefix(r.Path, "/api/v1/review-decisions/:id"):
		theirs := actor.Unit == apptest.Unit && actor.Area.Contains(c.Area)
		return true, theirs || mediation.MayArea(actor, mediation.DocketFollow, c.Area), theirs || mediation.MayArea(actor, r.Action, c.Area)
	case strings.HasPrefix(r.Path, "/api/v1/halls/:hall"):
		return true, mediation.MayArea(actor, mediation.HallRead, w.place.Code()), mediation.MayArea(actor, r.Action, w.place.Code())
	case strings.HasPrefix(r.Path, "/api/v1/slips/:id"):
		paper, err := app.Store.Slips().Load(ctx, w.slip)
		if err != nil {
			t.Fatal(err)
		}
		return true, slip.May(actor, mediation.SlipRead, &paper), slip.May(actor, r.Action, &paper)
	case strings.HasPrefix(r.Path, "/api/v1/deliberations/:id"):
		meeting, err := app.Store.Meetings().Load(ctx, w.meeting)
		if err != nil {
			t.Fatal(err)
		}
		return true, council.May(actor, mediation.CouncilRead, &meeting), council.May(actor, r.Action, &meeting)
	case strings.HasPrefix(r.Path, "/api/v1/opinions/suggestions/:id"):
		said, err := app.Store.Suggestions().Load(ctx, w.said)
		if err != nil {
			t.Fatal(err)
		}
		return true, opinion.May(actor, mediation.SuggestionRead, &said), opinion.May(actor, r.Action, &said)
	case strings.HasPrefix(r.Path, "/api/v1/opinions/sites/:id"), strings.HasPrefix(r.Path, "/api/v1/opinions/campaigns/:id"):
		if strings.HasSuffix(r.Path, "/results") && r.Method == http.MethodGet {
			return false, mediation.May(actor, mediation.OpinionRead), mediation.May(actor, r.Action) // nothing is published: not found, by whoever may read
		}
		return true, mediation.May(actor, mediation.OpinionRead), mediation.MayArea(actor, r.Action, w.place.Cell())
	case strings.HasPrefix(r.Path, "/api/v1/teams/:code"):
		l, err := app.Store.Teams().Load(ctx, w.team)
		if err != nil {
			t.Fatal(err)
		}
		return true, team.May(actor, mediation.TeamRead, &l, ""), team.May(actor, r.Action, &l, actor.ID)
	case strings.HasPrefix(r.Path, "/api/v1/reports/:id"):
		holds := func(a mediation.Action) bool {
			own := slices.Contains(mediation.Scopes(a, actor.Role), mediation.OwnReport) && actor.ID == app.As(t, mediation.GridWorker, w.place).User.ID
			return own || mediation.MayArea(actor, a, w.place.Cell())
		}
		return true, holds(mediation.ReportRead), holds(r.Action)
	}
	if slices.Contains(mediation.Scopes(r.Action, actor.Role), mediation.WholePlan) {
		return false, true, mediation.MayPlan(actor, r.Action, app.Atlas.Load())
	}
	return false, true, mediation.May(actor, r.Action)
}

// takesPart tells whether a person has an action to the township's hand-over, as its leaver, successor or proposer or by their area.
func (w township) takesPart(t *testing.T, app *apptest.App, actor mediation.Actor, a mediation.Action) bool {
	successor, by := app.As(t, mediation.GridWorker, w.place).User.ID, app.As(t, mediation.CountyStaff, w.place).User.ID
	who := []string{w.user, by}
	switch a {
	case mediation.HandOverAnswer:
		who = []string{successor}
	case mediation.HandOverRead:
		who = append(who, successor)
	}
	return slices.Contains(who, actor.ID) || mediation.MayArea(actor, a, w.place.Grid())
}

// ends tells whether a route ends the caller's session, which would end the walk.
func ends(r handlers.Route) bool {
	return r.Method == http.MethodDelete && (r.Path == "/api/v1/session" || r.Path == "/api/v1/sessions")
}

func TestEveryRouteByEveryRoleHereAndThere(t *testing.T) {
	apptest.OnBoth(t, everyRouteByEveryRoleHereAndThere)
}

func everyRouteByEveryRoleHereAndThere(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	here, there := settle(t, app, apptest.Here), settle(t, app, apptest.There)
	if err := app.Store.Scorecards().Put(t.Context(), mediation.AnyRevision, longyouCard(t)); err != nil { // by which the villages were assessed
		t.Fatal(err)
	}
	people := map[string]*apptest.Person{}
	actors := map[string]mediation.Actor{}
	for _, w := range []township{here, there} {
		for _, role := range mediation.AccountRoles {
			name := fmt.Sprintf("%s of %s", role, w.place)
			people[name] = app.As(t, role, w.place)
			actors[name] = people[name].Actor()
		}
		name := fmt.Sprintf("party of %s", w.place)
		people[name] = app.Party(t, w.caseID, w.party)
		actors[name] = mediation.Actor{ID: w.party, Role: mediation.PartyRole, Case: w.caseID}
	}
	for _, place := range []apptest.Place{apptest.Here, apptest.There} { // no unit of the case, and one that assists it
		name := fmt.Sprintf("another leader of %s", place)
		people[name] = app.Post(t, fmt.Sprintf("ld-%d", len(people)), account.Place{Role: mediation.Leader, Area: place.Code()})
		actors[name] = people[name].Actor()
		for _, unit := range []string{assistant, "别的单位"} {
			name := fmt.Sprintf("staff of %s of %s", unit, place)
			people[name] = app.Post(t, fmt.Sprintf("us-%d-%s", len(people), unit), account.Place{Role: mediation.UnitStaff, Area: place.Code(), Unit: unit})
			actors[name] = people[name].Actor()
		}
	}
	people["administrator of the county"] = app.Post(t, "county", account.Place{Role: mediation.Administrator, Area: apptest.County})
	actors["administrator of the county"] = people["administrator of the county"].Actor()
	for _, r := range handlers.Routes() {
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			ask := func(who *apptest.Person) apptest.Answer {
				var body any
				if r.Method != http.MethodGet && r.Method != http.MethodDelete {
					body = []byte(`{"unknown":1}`) // nothing is changed: what may be done is refused for its content
				}
				// Without the API's description: a refused request need not be a good one, and answers are checked elsewhere.
				return app.Do(t, who, r.Method, here.path(r), body, apptest.Undocumented(), newKey(), apptest.IfMatch(`"999999-x"`))
			}
			if answer := ask(nil); r.Public == (answer.Status == http.StatusUnauthorized && problemCode(answer) == "no_token") && !strings.HasPrefix(r.Path, "/api/v1/session") {
				t.Errorf("nobody: %d on a route with public %v\n%s", answer.Status, r.Public, answer.Body)
			}
			if r.Public || ends(r) {
				return
			}
			for name, who := range people {
				check(t, app, here, r, name, actors[name], ask(who))
			}
		})
	}
}

func problemCode(a apptest.Answer) string {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "application/problem+json") {
		return ""
	}
	var p apptest.Problem
	a.Into(&p)
	return p.Code
}

// check compares an answer with what mediation.Permits says.
func check(t *testing.T, app *apptest.App, w township, r handlers.Route, name string, actor mediation.Actor, answer apptest.Answer) {
	t.Helper()
	named, sees, may := w.judge(t, app, actor, r)
	own := strings.HasPrefix(r.Path, "/api/v1/party/") && actor.Role != mediation.PartyRole
	fail := func(want string) {
		t.Helper()
		t.Errorf("%s: got %d, want %s (sees %v, may %v)\n%s", name, answer.Status, want, sees, may, answer.Body)
	}
	switch {
	case own: // the action may be theirs, but there is no case that is theirs in this way
		if answer.Status != http.StatusForbidden && answer.Status != http.StatusNotFound {
			fail("403 or 404")
		}
	case !sees:
		if answer.Status != http.StatusNotFound || problemCode(answer) != "not_found" {
			fail("404")
		}
	case !may:
		want := "forbidden"
		if slices.Contains(mediation.Scopes(r.Action, actor.Role), mediation.WholePlan) {
			want = "beyond_area" // the role may, elsewhere
		}
		if answer.Status != http.StatusForbidden || problemCode(answer) != want {
			fail("403 " + want)
		}
	case answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden || answer.Status >= 500 || named && answer.Status == http.StatusNotFound:
		fail("to be let through")
	}
}

func TestListsHoldTheCallersOwnAreaAlone(t *testing.T) {
	apptest.OnBoth(t, listsHoldTheCallersOwnAreaAlone)
}

func listsHoldTheCallersOwnAreaAlone(t *testing.T, fresh apptest.Fresh) {
	app := fresh(t)
	here, there := settle(t, app, apptest.Here), settle(t, app, apptest.There)
	for _, path := range []string{"/api/v1/cases", "/api/v1/cases.geojson", "/api/v1/reports", "/api/v1/users", "/api/v1/mediators", "/api/v1/offers", "/api/v1/reports/unplaced", "/api/v1/slips",
		"/api/v1/patrols/cells", "/api/v1/patrols.geojson", "/api/v1/deliberations", "/api/v1/opinions/suggestions", "/api/v1/teams", "/api/v1/teams/vacancies", "/api/v1/villages", "/api/v1/review-lists", "/api/v1/review-decisions", "/api/v1/holds"} {
		for _, role := range mediation.AccountRoles {
			answer := app.Do(t, app.As(t, role, apptest.Here), http.MethodGet, path, nil)
			if answer.Status == http.StatusForbidden {
				continue
			}
			for _, never := range []string{there.caseID, there.report, there.user, there.meeting, there.slip, there.said, there.village, string(there.team), there.review, there.decision, there.hold, string(there.place.Cell()), apptest.There.Mediator("own")} {
				if strings.Contains(string(answer.Want(http.StatusOK).Body), never) {
					t.Errorf("%s for %s of %s shows %s of the other township", path, role, here.place, never)
				}
			}
		}
	}
	for _, role := range mediation.AccountRoles {
		who := app.As(t, role, apptest.Here)
		if !mediation.May(who.Actor(), mediation.CaseRead) {
			continue
		}
		c, err := app.Cases.Cases.Load(context.Background(), here.caseID)
		if err != nil {
			t.Fatal(err)
		}
		var n struct{ Count int }
		app.Do(t, who, http.MethodGet, "/api/v1/cases/count", nil).Want(http.StatusOK).Into(&n)
		want := 0
		if mediation.MayCase(who.Actor(), mediation.CaseRead, &c) {
			want = 1
		}
		if n.Count != want {
			t.Errorf("%s counts %d cases, want %d", role, n.Count, want)
		}
	}
}
