package handlers

import (
	"net/http"
	"slices"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/opinion"

	"github.com/paulmach/orb"
)

// opinionRoutes are residents' opinions: where they are taken, campaigns, suggestions, and what came of them.
func opinionRoutes() []Route {
	const get, post = http.MethodGet, http.MethodPost
	const base, sites, campaigns, suggestions = "/api/v1/opinions", "/api/v1/opinions/sites", "/api/v1/opinions/campaigns", "/api/v1/opinions/suggestions"
	change := func(path string, a mediation.Action, sight func(*API, *Call) error, handle func(*API, *Call) (Reply, error), again func(*API, *Call, string) (Reply, error)) Route {
		return Route{Method: post, Path: path, Action: a, Sight: sight, Create: true, Change: true, Cost: Write, Handle: handle, Again: again}
	}
	return []Route{
		{Method: get, Path: sites, Action: mediation.OpinionRead, Query: []string{"area", "kind", "open", "limit", "cursor"}, Handle: (*API).opinionSites},
		{Method: get, Path: sites + ".geojson", Action: mediation.OpinionRead, Query: []string{"area", "kind", "open", "crs"}, Handle: (*API).mapOpinionSites},
		{Method: post, Path: sites, Action: mediation.OpinionLead, Create: true, OwnKey: true, Cost: Write, Handle: (*API).openOpinionSite},
		{Method: get, Path: sites + "/:id", Action: mediation.OpinionRead, Sight: (*API).seesOpinionSite, Handle: (*API).oneOpinionSite},
		{Method: http.MethodPatch, Path: sites + "/:id", Action: mediation.OpinionLead, Sight: (*API).seesOpinionSite, Change: true, Cost: Write, Handle: (*API).changeOpinionSite},
		change(sites+"/:id/closure", mediation.OpinionLead, (*API).seesOpinionSite, (*API).closeOpinionSite, (*API).againOpinionSite),
		{Method: get, Path: campaigns, Action: mediation.OpinionRead, Query: []string{"area", "stage", "limit", "cursor"}, Handle: (*API).opinionCampaigns},
		{Method: post, Path: campaigns, Action: mediation.OpinionLead, Create: true, OwnKey: true, Cost: Write, Handle: (*API).announceCampaign},
		{Method: get, Path: campaigns + "/:id", Action: mediation.OpinionRead, Sight: (*API).seesOpinionCampaign, Handle: (*API).oneOpinionCampaign},
		change(campaigns+"/:id/closure", mediation.OpinionLead, (*API).seesOpinionCampaign, (*API).endOpinionCampaign, (*API).againOpinionCampaign),
		change(campaigns+"/:id/prolongation", mediation.OpinionLead, (*API).seesOpinionCampaign, (*API).prolongOpinionCampaign, (*API).againOpinionCampaign),
		{Method: post, Path: campaigns + "/:id/suggestions", Action: mediation.OpinionGive, Sight: (*API).seesOpinionCampaign, Create: true, OwnKey: true, Cost: Write, Handle: (*API).suggest},
		{Method: get, Path: campaigns + "/:id/results", Action: mediation.OpinionRead, Sight: (*API).seesOpinionCampaign, Query: []string{"edition"}, Handle: (*API).opinionResults},
		change(campaigns+"/:id/results", mediation.OpinionPublish, (*API).seesOpinionCampaign, (*API).publishResults, (*API).againResults),
		change(campaigns+"/:id/results/corrections", mediation.OpinionPublish, (*API).seesOpinionCampaign, (*API).correctResults, (*API).againResults),
		{Method: get, Path: suggestions, Action: mediation.SuggestionRead, Query: []string{"area", "campaign", "topic", "unit", "state", "limit", "cursor"}, Handle: (*API).suggestions},
		{Method: get, Path: suggestions + "/:id", Action: mediation.SuggestionRead, Sight: (*API).seesSuggestion, Query: []string{"reveal"}, Handle: (*API).oneSuggestion},
		change(suggestions+"/:id/outcome", mediation.SuggestionDecide, (*API).seesSuggestion, (*API).decideSuggestion, (*API).againSuggestion),
		change(suggestions+"/:id/report", mediation.SuggestionDecide, (*API).seesSuggestion, (*API).reportSuggestion, (*API).againSuggestion),
		{Method: get, Path: base + "/figures", Action: mediation.OpinionFigures, Query: []string{"area", "campaign"}, Handle: (*API).opinionFigures},
	}
}

// seesIn tells whether the caller sees a site or a campaign, which everybody with an account does, and may do the route's action in its
// area. Suggestions are given wherever the campaign asks.
func seesIn(c *Call, area grid.Code) error {
	switch {
	case !mediation.May(c.Actor, mediation.OpinionRead):
		return mediation.ErrNotFound
	case c.Route.Action == mediation.OpinionRead, c.Route.Action == mediation.OpinionGive:
		return permitted(mediation.May(c.Actor, c.Route.Action))
	}
	return permitted(mediation.MayArea(c.Actor, c.Route.Action, area))
}

func (a *API) seesOpinionSite(c *Call) error {
	s, err := a.Opinions.Sites.Load(c.Context, c.PathID("id"))
	if err != nil {
		return err
	}
	return seesIn(c, s.Cell)
}

func (a *API) seesOpinionCampaign(c *Call) error {
	k, err := a.Opinions.Campaigns.Load(c.Context, c.PathID("id"))
	if err != nil {
		return err
	}
	return seesIn(c, k.Area)
}

// seesSuggestion tells whether the caller sees the suggestion of the path's id and may do the route's action to it.
func (a *API) seesSuggestion(c *Call) error {
	s, err := a.Opinions.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return err
	}
	return permitted(opinion.May(c.Actor, c.Route.Action, &s))
}

// siteBody is a station or a point as it is described; on a change, what is left out stays.
type siteBody struct {
	ClientID string       `json:"clientId" max:"64"`
	Kind     opinion.Kind `json:"kind" max:"20"`
	Name     string       `json:"name"`
	Point    *wirePoint   `json:"point"`
	Keeper   string       `json:"keeper" max:"64"`
	Unit     string       `json:"unit" max:"100"`
	Hours    string       `json:"hours"`
}

func (b *siteBody) input() (in opinion.SiteInput, err error) {
	var at *orb.Point
	if b.Point != nil {
		at, err = b.Point.read("point")
	}
	return opinion.SiteInput{ID: b.ClientID, Kind: b.Kind, Name: b.Name, Place: at, Keeper: b.Keeper, Unit: b.Unit, Hours: b.Hours}, err
}

func (a *API) openOpinionSite(c *Call) (Reply, error) {
	var b siteBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	in, err := b.input()
	if err != nil {
		return Reply{}, err
	}
	s, again, err := a.Opinions.OpenSite(c.Context, c.Actor, in)
	return a.madeReply(c, again, "/api/v1/opinions/sites/"+s.ID, err, func() (Reply, error) { return a.showSite(c, &s) })
}

// madeReply answers what was made: 201, marked where it had been made before.
func (a *API) madeReply(c *Call, again bool, location string, err error, show func() (Reply, error)) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	if again {
		c.Set("Idempotency-Replayed", "true")
	}
	r, err := show()
	r.Status, r.Location = http.StatusCreated, location
	return r, err
}

func (a *API) oneOpinionSite(c *Call) (Reply, error) { return a.againOpinionSite(c, c.PathID("id")) }

func (a *API) againOpinionSite(c *Call, id string) (Reply, error) {
	s, err := a.Opinions.Sites.Load(c.Context, id)
	if err != nil {
		return Reply{}, err
	}
	return a.showSite(c, &s)
}

func (a *API) changeOpinionSite(c *Call) (Reply, error) {
	var b siteBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if b.ClientID != "" || b.Kind != "" {
		return Reply{}, invalid("unknown_field", choose(b.Kind != "", "kind", "clientId"))
	}
	in, err := b.input()
	if err != nil {
		return Reply{}, err
	}
	s, err := a.Opinions.ChangeSite(c.Context, c.Actor, c.PathID("id"), c.Revision, in)
	if err != nil {
		return Reply{}, err
	}
	return a.showSite(c, &s)
}

func (a *API) closeOpinionSite(c *Call) (Reply, error) {
	reason, err := reasonOf(c)
	if err != nil {
		return Reply{}, err
	}
	s, err := a.Opinions.CloseSite(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, reason)
	if err != nil {
		return Reply{}, err
	}
	return a.showSite(c, &s)
}

// reasonOf reads a body that holds a reason and nothing else.
func reasonOf(c *Call) (string, error) {
	var b struct {
		Reason string `json:"reason"`
	}
	err := c.decodeBounded(&b)
	return b.Reason, err
}

// siteFilter reads what the caller asks of the sites.
func (a *API) siteFilter(c *Call) (f opinion.SiteFilter, err error) {
	f.Area, f.Kind = grid.Code(c.QueryText("area")), opinion.Kind(c.QueryText("kind"))
	if err := checkCode(a.Atlas.Load(), "area", f.Area); err != nil {
		return f, err
	}
	if f.Kind != "" && f.Kind != opinion.Station && f.Kind != opinion.Point {
		return f, invalid("unknown_value", "kind", "value", printable(string(f.Kind)))
	}
	open, given, err := c.QueryBool("open")
	if given {
		f.Open = &open
	}
	return f, err
}

func (a *API) opinionSites(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	f, err := a.siteFilter(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Opinions.Sites.List(c.Context, f, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views, err := a.siteViews(c, list, grid.WGS84)
	return Reply{View: NewPage(views, next)}, err
}

// siteProperties are one station or point on the map.
type siteProperties struct {
	Type string `json:"type"` // "opinionSite"
	siteView
}

func (a *API) mapOpinionSites(c *Call) (Reply, error) {
	f, err := a.siteFilter(c)
	if err != nil {
		return Reply{}, err
	}
	crs, err := c.queryCRS()
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Opinions.Sites.List(c.Context, f, "", maxMapped)
	if err != nil {
		return Reply{}, err
	}
	views, err := a.siteViews(c, list, crs)
	if err != nil {
		return Reply{}, err
	}
	out := featureCollection{Type: "FeatureCollection", Features: make([]feature, len(views)), Truncated: next != "", CRS: string(crs), Version: a.Atlas.Load().Version()}
	for i := range views {
		at := views[i].Point
		views[i].Point = nil // the feature's geometry has it
		out.Features[i] = feature{Type: "Feature", ID: "opinion/" + views[i].ID, Geometry: at, Properties: siteProperties{"opinionSite", views[i]}}
	}
	return Reply{View: out}, nil
}

// siteViews shows sites, with their keepers by name.
func (a *API) siteViews(c *Call, list []opinion.Site, crs grid.CRS) ([]siteView, error) {
	var ids []string
	for i := range list {
		if k := list[i].Keeper; k != "" && !slices.Contains(ids, k) {
			ids = append(ids, k)
		}
	}
	names, err := a.named(c, ids)
	views := make([]siteView, len(list))
	for i := range list {
		views[i] = a.viewSite(&list[i], names, crs)
	}
	return views, err
}

func (a *API) showSite(c *Call, s *opinion.Site) (Reply, error) {
	views, err := a.siteViews(c, []opinion.Site{*s}, grid.WGS84)
	return Reply{View: views[0], Revision: s.Version, Ref: s.ID}, err
}
