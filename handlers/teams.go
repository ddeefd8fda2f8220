package handlers

import (
	"net/http"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/team"
)

// actingHeader names the area of the team in which the caller stands in for somebody and now acts for them.
const actingHeader = "Acting-In"

// act lets the caller act for whom they stand in for, if they say so.
func (a *API) act(c *Call) error {
	area := c.Get(actingHeader)
	if area == "" || c.Actor.Role == mediation.PartyRole {
		return nil
	}
	as, err := a.Teams.Acting(c.Context, c.Actor, grid.Code(area))
	if err != nil {
		return err
	}
	c.Actor = as
	if !mediation.StandingIn(c.Route.Action) {
		return refuse(http.StatusForbidden, "team.acting", "")
	}
	return nil
}

// teamRoutes are grids' teams. A post that is handed over is a hand-over: /handovers/{id} has its answer.
func teamRoutes() []Route {
	const base, one = "/api/v1/teams", "/api/v1/teams/:code"
	post := func(segment string, action mediation.Action, handle func(*API, *Call) (Reply, error)) Route {
		return Route{Method: http.MethodPost, Path: one + "/" + segment, Action: action, Sight: (*API).seesTeam, Create: true, Cost: Write, Handle: handle, Again: (*API).againTeam}
	}
	return []Route{
		{Method: http.MethodGet, Path: base, Action: mediation.TeamRead, Query: []string{"limit", "cursor"}, Handle: (*API).listTeams},
		{Method: http.MethodGet, Path: base + "/vacancies", Action: mediation.TeamRead, Query: []string{"area", "limit", "cursor"}, Handle: (*API).teamVacancies},
		{Method: http.MethodGet, Path: one, Action: mediation.TeamRead, Sight: (*API).seesTeam, Handle: (*API).oneTeam},
		post("holders", mediation.TeamLead, (*API).fillPost),
		post("leavings", mediation.TeamPart, (*API).leavePost),
		post("substitutes", mediation.TeamPart, (*API).nameSubstitute),
		post("recalls", mediation.TeamPart, (*API).recallSubstitute),
		{Method: http.MethodPost, Path: one + "/handovers", Action: mediation.HandOverPropose, Sight: (*API).seesTeam, Create: true, Cost: Write, Handle: (*API).handPost, Again: (*API).handOverAgain},
	}
}

// seesTeam tells whether the caller sees the team of the path's area and may do the route's action to it.
func (a *API) seesTeam(c *Call) error {
	return a.Teams.Sees(c.Context, c.Actor, c.Route.Action, grid.Code(c.PathID("code")))
}

func (a *API) listTeams(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Teams.List(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]teamHead, len(list))
	for i := range list {
		views[i] = l.teamHead(&list[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

func (a *API) teamVacancies(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	area := grid.Code(c.QueryText("area"))
	if err := checkCode(a.Atlas.Load(), "area", area); err != nil {
		return Reply{}, err
	}
	list, next, err := a.Teams.Vacancies(c.Context, c.Actor, area, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.explainer(c, "")
	if err != nil {
		return Reply{}, err
	}
	views := make([]vacantView, len(list))
	for i := range list {
		views[i] = vacantView{Area: l.place(list[i].Area), Never: list[i].Never, Vacancies: l.vacancies(list[i].Kind, list[i].Vacancies)}
	}
	return Reply{View: NewPage(views, next)}, nil
}

func (a *API) oneTeam(c *Call) (Reply, error) { return a.againTeam(c, c.PathID("code")) }

// againTeam shows a team as it stands now.
func (a *API) againTeam(c *Call, code string) (Reply, error) {
	l, err := a.Teams.Look(c.Context, c.Actor, grid.Code(code))
	return a.showTeam(c, &l, err)
}

func (a *API) showTeam(c *Call, look *team.Look, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	v, err := a.viewTeam(c, look)
	return Reply{View: v, Ref: look.ID}, err
}

func (a *API) fillPost(c *Call) (Reply, error) {
	var b struct {
		Post string `json:"post" max:"64"`
		User string `json:"userId" max:"64"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	l, err := a.Teams.Fill(c.Context, c.Actor, grid.Code(c.PathID("code")), c.Key, b.Post, b.User)
	return a.showTeam(c, &l, err)
}

func (a *API) leavePost(c *Call) (Reply, error) {
	var b struct {
		Holder string `json:"holder" max:"64"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	l, err := a.Teams.Leave(c.Context, c.Actor, grid.Code(c.PathID("code")), c.Key, b.Holder)
	return a.showTeam(c, &l, err)
}

func (a *API) nameSubstitute(c *Call) (Reply, error) {
	var b struct {
		Holder     string    `json:"holder" max:"64"`
		Substitute string    `json:"substitute" max:"64"`
		From       time.Time `json:"from"`
		Until      time.Time `json:"until"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	for field, t := range map[string]time.Time{"from": b.From, "until": b.Until} {
		if t.IsZero() {
			return Reply{}, invalid("required", field)
		}
	}
	l, err := a.Teams.Substitute(c.Context, c.Actor, grid.Code(c.PathID("code")), c.Key, b.Holder, b.Substitute, b.From, b.Until)
	return a.showTeam(c, &l, err)
}

func (a *API) recallSubstitute(c *Call) (Reply, error) {
	var b struct {
		Substitution string `json:"substitution" max:"64"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	l, err := a.Teams.Recall(c.Context, c.Actor, grid.Code(c.PathID("code")), c.Key, b.Substitution)
	return a.showTeam(c, &l, err)
}

// handPost proposes a successor in a post, with all that its holder has in hand in the team's area.
func (a *API) handPost(c *Call) (Reply, error) {
	var b struct {
		Holder    string `json:"holder" max:"64"`
		Successor string `json:"successor" max:"64"`
		Reason    string `json:"reason"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	area := grid.Code(c.PathID("code"))
	l, err := a.Teams.Look(c.Context, c.Actor, area)
	if err != nil {
		return Reply{}, err
	}
	if l.Holder(b.Holder) == nil {
		return Reply{}, &Problem{Status: http.StatusConflict, Code: "team.not_holder", Field: "holder"}
	}
	h, err := a.HandOvers.Open(c.Context, c.Actor, handover.Proposal{Leaver: b.Holder, Successor: b.Successor, Reason: b.Reason, Within: area, Key: "post/" + c.Key})
	if err != nil {
		return Reply{}, err
	}
	r, err := a.showHandOver(c, h.ID)
	r.Status, r.Location = http.StatusCreated, "/api/v1/handovers/"+h.ID
	return r, err
}
