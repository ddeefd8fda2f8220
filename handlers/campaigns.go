package handlers

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
)

// campaignRoutes are the campaigns against the backlog and how they go.
func campaignRoutes() []Route {
	const base = "/api/v1/campaigns"
	table := tableRoute(base+"/:id/cases", mediation.CampaignRead, []string{"class", "at"}, (*API).campaignTable)
	table.Sight = (*API).seesCampaign
	return []Route{
		table,
		{Method: http.MethodGet, Path: base, Action: mediation.CampaignRead, Query: []string{"limit", "cursor"}, Handle: (*API).campaigns},
		{Method: http.MethodPost, Path: base, Action: mediation.CampaignWrite, Create: true, OwnKey: true, Cost: Write, Handle: (*API).makeCampaign},
		{Method: http.MethodGet, Path: base + "/:id", Action: mediation.CampaignRead, Sight: (*API).seesCampaign, Query: []string{"format"}, Handle: (*API).oneCampaign},
		{Method: http.MethodPost, Path: base + "/:id/end", Action: mediation.CampaignWrite, Sight: (*API).seesCampaign, Create: true, Cost: Write, Handle: (*API).endCampaign, Again: (*API).againCampaign},
		{Method: http.MethodPost, Path: base + "/:id/prolongation", Action: mediation.CampaignWrite, Sight: (*API).seesCampaign, Create: true, Cost: Write, Handle: (*API).prolongCampaign, Again: (*API).againCampaign},
		{Method: http.MethodGet, Path: base + "/:id/cases", Action: mediation.CampaignRead, Sight: (*API).seesCampaign, Query: []string{"class", "at", "limit", "cursor"}, Handle: (*API).campaignCases},
	}
}

// seesCampaign tells whether the caller sees the campaign of the path, and may do the route's action to it; who sees one may read it.
func (a *API) seesCampaign(c *Call) error {
	k, err := a.Campaigns.Load(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return err
	}
	return permitted(c.Route.Action == mediation.CampaignRead || mediation.MayArea(c.Actor, c.Route.Action, k.Area))
}

type campaignBody struct {
	ClientID string           `json:"clientId" max:"64"`
	Name     string           `json:"name" max:"100"`
	Area     grid.Code        `json:"area" max:"200"`
	From     string           `json:"from" max:"10"`
	Until    string           `json:"until" max:"10"`
	Rule     campaignRuleWire `json:"rule"`
	Target   struct {
		Percent int `json:"percent"`
	} `json:"target"`
}

// campaignRuleWire selects among the cases that are open at the start.
type campaignRuleWire struct {
	Source      string `json:"source,omitzero" max:"40"`
	Category    string `json:"category,omitzero" max:"64"`
	MinDays     int    `json:"minDays"`
	MinReopened int    `json:"minReopened"`
}

func (a *API) makeCampaign(c *Call) (Reply, error) {
	var b campaignBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if b.Area == "" {
		b.Area = c.Actor.Area
	}
	if err := checkCode(a.Atlas.Load(), "area", b.Area); err != nil {
		return Reply{}, err
	}
	k, again, err := a.Campaigns.Make(c.Context, c.Actor, campaign.Plan{ID: b.ClientID, Name: b.Name, Area: b.Area, From: b.From, Until: b.Until, Percent: b.Target.Percent,
		Rule: campaign.Rule{Source: b.Rule.Source, Category: b.Rule.Category, MinDays: b.Rule.MinDays, MinTurns: b.Rule.MinReopened}})
	if err != nil {
		return Reply{}, err
	}
	if again {
		c.Set("Idempotency-Replayed", "true")
	}
	reply, err := a.showCampaign(c, &k, nil)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/campaigns/"+k.ID
	return reply, err
}

func (a *API) campaigns(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Campaigns.List(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	x, err := a.explainer(c, "")
	if err != nil {
		return Reply{}, err
	}
	all := make([]*campaign.Campaign, len(found))
	for i := range found {
		all[i] = &found[i]
	}
	if x.names, err = a.campaignNames(c, all...); err != nil {
		return Reply{}, err
	}
	views := make([]campaignHead, len(found))
	for i := range found {
		views[i] = x.campaignHead(&found[i])
	}
	return Reply{View: NewPage(views, next)}, nil
}

// campaignEnd says by which day a campaign is to end now, and why.
type campaignEnd struct {
	Until  string `json:"until" max:"10"`
	Reason string `json:"reason"`
}

func (a *API) endCampaign(c *Call) (Reply, error) { return a.changeCampaign(c, a.Campaigns.End) }

func (a *API) prolongCampaign(c *Call) (Reply, error) {
	return a.changeCampaign(c, a.Campaigns.Prolong)
}

func (a *API) changeCampaign(c *Call, change func(context.Context, mediation.Actor, string, string, string) (campaign.Campaign, error)) (Reply, error) {
	var b campaignEnd
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	k, err := change(c.Context, c.Actor, c.PathID("id"), b.Until, b.Reason)
	return a.showCampaign(c, &k, err)
}

func (a *API) againCampaign(c *Call, ref string) (Reply, error) {
	k, err := a.Campaigns.Load(c.Context, c.Actor, ref)
	return a.showCampaign(c, &k, err)
}

// showCampaign answers a change of a campaign with its head.
func (a *API) showCampaign(c *Call, k *campaign.Campaign, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	x, err := a.explainer(c, "")
	if err != nil {
		return Reply{}, err
	}
	if x.names, err = a.campaignNames(c, k); err != nil {
		return Reply{}, err
	}
	return Reply{View: x.campaignHead(k), Ref: k.ID}, nil
}

// campaignNames are the names of those who named and moved the ends of campaigns.
func (a *API) campaignNames(c *Call, all ...*campaign.Campaign) (map[string]string, error) {
	var ids []string
	for _, k := range all {
		ids = append(ids, k.By)
		for i := range k.Changes {
			ids = append(ids, k.Changes[i].By)
		}
	}
	return a.named(c, ids)
}

type campaignHead struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Area     grid.Code        `json:"area"`
	AreaText string           `json:"areaText"`
	From     time.Time        `json:"from"`
	Until    time.Time        `json:"until"`
	Standing string           `json:"standing"` // planned, running, ended
	Rule     campaignRuleWire `json:"rule"`
	Percent  int              `json:"percent"`
	Changes  []campaignChange `json:"changes"` // of its end, in order
	Clock    *dueView         `json:"clock"`   // who named that end
}

// campaignChange is that a campaign was ended early or prolonged.
type campaignChange struct {
	At     time.Time `json:"at"`
	By     personRef `json:"by"`
	Early  bool      `json:"early"`
	Reason string    `json:"reason"`
	Was    time.Time `json:"was"`
	Until  time.Time `json:"until"`
}

func (x *explainer) campaignHead(k *campaign.Campaign) campaignHead {
	v := campaignHead{ID: k.ID, Name: k.Name, Area: k.Area, AreaText: string(k.Area), From: k.From.UTC(), Until: k.Until.UTC(), Standing: "running", Percent: k.Percent,
		Rule: campaignRuleWire{k.Rule.Source, k.Rule.Category, k.Rule.MinDays, k.Rule.MinTurns}, Clock: x.clock(k.Term())}
	v.Changes = make([]campaignChange, len(k.Changes))
	for i := range k.Changes {
		ch := &k.Changes[i]
		v.Changes[i] = campaignChange{ch.At.UTC(), personRef{ID: ch.By, Name: x.names[ch.By]}, ch.Early(), ch.Reason, ch.Was.UTC(), ch.Until.UTC()}
	}
	if name, ok := x.plan.Name(k.Area); ok && name != "" {
		v.AreaText = name
	}
	switch {
	case x.now.Before(k.From):
		v.Standing = "planned"
	case !x.now.Before(k.Until):
		v.Standing = "ended"
	}
	return v
}

type campaignView struct {
	campaignHead
	Definition string          `json:"definition"`
	AsOf       time.Time       `json:"asOf"`
	Target     *campaignTarget `json:"target"` // null before the start
	Points     []campaignPoint `json:"points"`
}

// campaignTarget is the target over the cases that the caller sees.
type campaignTarget struct {
	Total   int  `json:"total"`
	Settled int  `json:"settled"` // to be
	Reached bool `json:"reached"`
}

type campaignPoint struct {
	At       time.Time         `json:"at"`
	Open     int               `json:"open"`
	Closed   int               `json:"closed"`
	Settled  int               `json:"settled"`
	Ended    int               `json:"ended"`
	Reopened int               `json:"reopened"`
	Planned  int               `json:"planned"` // to be settled by then, if every day settled as many
	Cases    map[string]string `json:"cases"`   // the list behind each
}

const (
	campaignZh = "开始时尚未了结、程序也没有结束、规则选中的案件，名单此后不变。未办结open，已办结待回访closed，化解settled，其它了结ended（不成、未化解、退出、撤回、不予受理、并案），四者合计为全部；reopened为开始以来重新办理过的。目标只看化解。"
	campaignEn = "the cases that were neither over nor closed at the start and that the rule selects; the list stays as it is. open, closed (waiting for the return visit), settled and ended (failed, not settled, exited, withdrawn, not accepted, joined) together are all of them; reopened are those taken up again since the start. Only what is settled counts for the target."
)

func (a *API) oneCampaign(c *Call) (Reply, error) {
	k, err := a.Campaigns.Load(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	x, err := a.explainer(c, "")
	if err != nil {
		return Reply{}, err
	}
	points, err := a.Campaigns.BurnDown(c.Context, c.Actor, &k)
	if err != nil {
		return Reply{}, err
	}
	if x.names, err = a.campaignNames(c, &k); err != nil {
		return Reply{}, err
	}
	v := campaignView{campaignHead: x.campaignHead(&k), Definition: choose(x.zh, campaignZh, campaignEn), AsOf: x.now.UTC(), Points: []campaignPoint{}}
	for _, p := range points {
		point := campaignPoint{p.At.UTC(), p.Open, p.Closed, p.Settled, p.Ended, p.Reopened, p.Planned, map[string]string{}}
		for _, class := range campaign.Classes {
			point.Cases[string(class)] = "/api/v1/campaigns/" + k.ID + "/cases" + encodedQuery(map[string]string{"class": string(class), "at": p.At.UTC().Format(time.RFC3339Nano)})
		}
		v.Points = append(v.Points, point)
	}
	if n := len(points); n > 0 {
		last := points[n-1]
		want := campaign.Target(last.Total, k.Percent)
		v.Target = &campaignTarget{last.Total, want, last.Settled >= want}
	}
	return a.table(c, v, func() *sheet.Book { return x.campaignBook(&v) })
}

// campaignClass reads of which cases of a campaign a list is, and when.
func (a *API) campaignClass(c *Call) (k campaign.Campaign, class campaign.Class, at time.Time, err error) {
	class, at = campaign.Class(c.QueryText("class")), a.Cases.Now().Add(time.Millisecond)
	if class != "" && !slices.Contains(campaign.Classes, class) {
		return k, class, at, invalid("unknown_value", "class", "value", printable(string(class)))
	}
	if text := c.QueryText("at"); text != "" {
		if at, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return k, class, at, invalid("not_a_time", "at")
		}
	}
	k, err = a.Campaigns.Load(c.Context, c.Actor, c.PathID("id"))
	return k, class, at, err
}

func (a *API) campaignCases(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	offset := 0
	if cursor := c.QueryText("cursor"); cursor != "" {
		if offset, err = strconv.Atoi(cursor); err != nil || offset < 0 || offset > campaign.MaxMembers {
			return Reply{}, invalid("bad_cursor", "cursor")
		}
	}
	k, class, at, err := a.campaignClass(c)
	if err != nil {
		return Reply{}, err
	}
	found, more, err := a.Campaigns.Behind(c.Context, c.Actor, &k, class, at, offset, limit)
	if err != nil {
		return Reply{}, err
	}
	next := ""
	if more > 0 {
		next = strconv.Itoa(more)
	}
	return a.showCases(c, found, next)
}

// campaignBook is how a campaign went, as a table.
func (l labels) campaignBook(v *campaignView) *sheet.Book {
	s := sheet.Sheet{Name: v.Name, Title: v.Name, Above: []string{v.Definition, v.AreaText, choose(l.zh, "期间：", "Period: ") + l.moment(v.From) + " – " + l.moment(v.Until),
		choose(l.zh, "截至：", "As of: ") + l.moment(v.AsOf)}, Widths: []float64{1.5, 1}, Heads: []string{choose(l.zh, "时间", "at"), choose(l.zh, "未办结", "open"),
		choose(l.zh, "已办结待回访", "closed"), choose(l.zh, "化解", "settled"), choose(l.zh, "其它了结", "ended"), choose(l.zh, "重新办理过", "reopened"), choose(l.zh, "应化解", "planned")}}
	for i := range v.Points {
		p := &v.Points[i]
		s.Rows = append(s.Rows, []sheet.Cell{sheet.Text(l.moment(p.At)), whole(&p.Open), whole(&p.Closed), whole(&p.Settled), whole(&p.Ended), whole(&p.Reopened), whole(&p.Planned)})
	}
	return &sheet.Book{Title: v.Name, Of: v.AsOf, Sheets: []sheet.Sheet{s}}
}
