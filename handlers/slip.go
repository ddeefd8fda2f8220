package handlers

import (
	"net/http"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

var slipFilters = []string{"kind", "state", "open", "unit", "user", "area", "case", "about", "mine", "overdue", "counted", "issuedFrom", "issuedUntil"}

// slipRoutes are the papers of supervision: one route to issue, one for each command of their table.
func slipRoutes() []Route {
	const base = "/api/v1/slips"
	routes := []Route{
		{Method: http.MethodPost, Path: base, Action: mediation.SlipIssue, Create: true, Cost: Write, Handle: (*API).issueSlip, Again: (*API).againSlip},
		{Method: http.MethodGet, Path: base, Action: mediation.SlipRead, Query: append(slices.Clone(slipFilters), "limit", "cursor"), Handle: (*API).listSlips},
		{Method: http.MethodGet, Path: base + "/counts", Action: mediation.SlipRead, Query: append(slices.Clone(slipFilters), "by"), Handle: (*API).countSlips},
		{Method: http.MethodGet, Path: base + "/:id", Action: mediation.SlipRead, Sight: (*API).seesSlip, Handle: (*API).oneSlip},
		{Method: http.MethodGet, Path: base + "/:id/looks", Action: mediation.TimelineRead, Sight: (*API).seesSlip, Query: []string{"limit", "cursor"}, Handle: (*API).slipLooks},
	}
	for _, rule := range slip.Table {
		routes = append(routes, Route{Method: http.MethodPost, Path: base + "/:id/" + string(rule.Command), Action: rule.Action, Sight: (*API).seesSlip,
			Create: true, Change: true, Cost: Write, Handle: func(a *API, c *Call) (Reply, error) { return a.doSlip(c, rule.Command) }, Again: (*API).againSlip})
	}
	return routes
}

// seesSlip tells whether the caller sees the slip of the path's id and may do the route's action to it.
func (a *API) seesSlip(c *Call) error {
	s, err := a.slipSeen(c, c.PathID("id"))
	if err != nil {
		return err
	}
	return permitted(slip.May(c.Actor, c.Route.Action, &s))
}

// slipSeen is a slip that the caller sees. One about a suggestion that has become an accusation says what that said.
func (a *API) slipSeen(c *Call, id string) (slip.Slip, error) {
	s, err := a.Slips.Sees(c.Context, c.Actor, id)
	if err != nil || s.About != AboutSuggestion(s.About.ID) {
		return s, err
	}
	hidden, err := a.Opinions.Hides(c.Context, c.Actor, s.About.ID)
	if err == nil && hidden {
		err = mediation.ErrNotFound
	}
	return s, err
}

// lookSlip is a slip that the caller sees, and what they may do with it.
func (a *API) lookSlip(c *Call, id string) (slip.Slip, []slip.Name, error) {
	if _, err := a.slipSeen(c, id); err != nil {
		return slip.Slip{}, nil, err
	}
	return a.Slips.Look(c.Context, c.Actor, id)
}

// addresseeBody is whom a slip is to go to: exactly one of user, unit and role, the latter two in an area.
type addresseeBody struct {
	User string    `json:"userId" max:"64"`
	Unit string    `json:"unit" max:"100"`
	Role string    `json:"role" max:"40"`
	Area grid.Code `json:"area" max:"200"`
}

// aboutBody is what a slip is about and, of a restricted one, whom.
type aboutBody struct {
	Kind  string   `json:"kind" max:"40"`
	ID    string   `json:"id" max:"200"`
	Users []string `json:"users"`
	Units []string `json:"units"`
}

type issueBody struct {
	Kind  string        `json:"kind" max:"40"`
	About aboutBody     `json:"about"`
	Area  grid.Code     `json:"area" max:"200"`
	To    addresseeBody `json:"to"`
	Text  string        `json:"text"`
	Due   time.Time     `json:"due"`
}

func (b *issueBody) input() (slip.Issue, error) {
	in := slip.Issue{Kind: b.Kind, About: slip.Subject{Kind: b.About.Kind, ID: b.About.ID}, Of: slip.Persons{Users: b.About.Users, Units: b.About.Units}, Area: b.Area, Text: b.Text, Due: b.Due,
		To: slip.Addressee{User: b.To.User, Unit: b.To.Unit, Role: mediation.Role(b.To.Role), Area: b.To.Area}}
	given := 0
	for _, s := range []string{b.To.User, b.To.Unit, b.To.Role} {
		if s != "" {
			given++
		}
	}
	if given > 1 {
		return in, invalid("invalid_value", "to")
	}
	if in.About.Kind != slip.AboutCase && in.About.Kind != slip.AboutArea {
		return in, invalid("unknown_value", "about.kind", "value", printable(b.About.Kind))
	}
	return in, nil
}

func (a *API) issueSlip(c *Call) (Reply, error) {
	var b issueBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	in, err := b.input()
	if err != nil {
		return Reply{}, err
	}
	in.Key = c.Key
	s, err := a.Slips.Issue(c.Context, c.Actor, in)
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showSlip(c, s.ID)
	reply.Status, reply.Location = http.StatusCreated, "/api/v1/slips/"+s.ID
	return reply, err
}

// showSlip answers with a slip as it stands now; with nothing, if the caller does not see it any more.
func (a *API) showSlip(c *Call, id string) (Reply, error) {
	reply := Reply{Ref: id}
	s, actions, err := a.lookSlip(c, id)
	if err != nil {
		return reply, err
	}
	view, err := a.viewSlip(c, &s, actions)
	reply.View, reply.Revision = view, s.Revision
	return reply, err
}

func (a *API) againSlip(c *Call, ref string) (Reply, error) { return a.showSlip(c, ref) }

// oneSlip shows a slip. Whoever neither issued it nor is to answer it leaves a look.
func (a *API) oneSlip(c *Call) (Reply, error) {
	s, _, err := a.lookSlip(c, c.PathID("id"))
	if err != nil {
		return Reply{}, err
	}
	if s.Issuer.User != c.Actor.ID && !slip.Addressed(c.Actor, &s) {
		if err := a.looked(c, mediation.Look{Case: s.Album(), What: "slip"}); err != nil {
			return Reply{}, err
		}
	}
	return a.showSlip(c, s.ID)
}

// slipLooks lists who looked at a slip and at its photos.
func (a *API) slipLooks(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	s, _, err := a.lookSlip(c, c.PathID("id"))
	if err == nil {
		err = permitted(slip.May(c.Actor, mediation.TimelineRead, &s))
	}
	if err != nil {
		return Reply{}, err
	}
	found, next, err := a.Cases.Looks.Of(c.Context, s.Album(), c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	return a.lookPage(c, found, next)
}

// slipBody is what a command on a slip may say; each takes its own members and refuses the others.
type slipBody struct {
	text    bool
	photos  bool
	finding bool
	judge   bool
	team    bool
	at      bool
}

// slipBodies say which members each command has.
var slipBodies = map[slip.Name]slipBody{
	slip.CmdAcknowledge: {},
	slip.CmdReply:       {text: true, photos: true},
	slip.CmdFind:        {text: true},
	slip.CmdMend:        {text: true, photos: true, finding: true},
	slip.CmdJudge:       {text: true, finding: true, judge: true},
	slip.CmdConvene:     {team: true},
	slip.CmdVisit:       {text: true, photos: true, at: true},
	slip.CmdAccept:      {text: true},
	slip.CmdReturn:      {text: true},
	slip.CmdWithdraw:    {text: true},
	slip.CmdApprove:     {text: true},
}

type slipCommandBody struct {
	Text    *string      `json:"text"`
	Photos  []string     `json:"photos"`
	Finding *string      `json:"finding" max:"64"`
	Verdict *string      `json:"verdict" max:"20"`
	Measure *string      `json:"measure" max:"40"`
	Members []slipMember `json:"members"`
	At      *time.Time   `json:"at"`
}

type slipMember struct {
	User     string `json:"userId" max:"64"`
	Name     string `json:"name" max:"60"`
	Capacity string `json:"capacity" max:"40"`
}

// unknown names a member that the command does not have; "" if there is none.
func (b *slipCommandBody) unknown(has slipBody) string {
	for _, m := range []struct {
		name      string
		given, ok bool
	}{{"text", b.Text != nil, has.text}, {"photos", b.Photos != nil, has.photos}, {"finding", b.Finding != nil, has.finding}, {"verdict", b.Verdict != nil, has.judge},
		{"measure", b.Measure != nil, has.judge}, {"members", b.Members != nil, has.team}, {"at", b.At != nil, has.at}} {
		if m.given && !m.ok {
			return m.name
		}
	}
	return ""
}

func said[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func (a *API) doSlip(c *Call, name slip.Name) (Reply, error) {
	var b slipCommandBody
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if field := b.unknown(slipBodies[name]); field != "" {
		return Reply{}, invalid("unknown_field", field)
	}
	cmd := slip.Command{Name: name, Text: said(b.Text), Photos: b.Photos, Finding: said(b.Finding), Verdict: slip.Verdict(said(b.Verdict)), Measure: said(b.Measure), At: said(b.At)}
	for _, m := range b.Members {
		cmd.Team = append(cmd.Team, slip.TeamMember{User: m.User, Name: m.Name, Capacity: m.Capacity})
	}
	s, err := a.Slips.Do(c.Context, c.Actor, c.PathID("id"), slip.Request{Command: cmd, Revision: c.Revision, Key: c.Key})
	if err != nil {
		return Reply{}, err
	}
	return a.showSlip(c, s.ID)
}

// slipFilter reads the filter of a list of slips.
func (a *API) slipFilter(c *Call) (f slip.Filter, err error) {
	f = slip.Filter{Kind: c.QueryText("kind"), Unit: c.QueryText("unit"), User: c.QueryText("user"), Area: grid.Code(c.QueryText("area")), Case: c.QueryText("case"), Mine: c.QueryText("mine")}
	if err := checkCode(a.Atlas.Load(), "area", f.Area); err != nil {
		return f, err
	}
	if f.Mine != "" && f.Mine != "to" && f.Mine != "by" {
		return f, invalid("unknown_value", "mine", "value", printable(f.Mine))
	}
	if about := c.QueryText("about"); about != "" {
		if f.About, err = subjectOf(about); err != nil {
			return f, err
		}
	}
	for _, s := range c.QueryAll("state") {
		if !slices.ContainsFunc(slip.States, func(x struct {
			State  slip.State
			Zh, En string
		}) bool {
			return string(x.State) == s
		}) {
			return f, invalid("unknown_value", "state", "value", printable(s))
		}
		f.States = append(f.States, slip.State(s))
	}
	open, given, err := c.QueryBool("open")
	if given {
		f.Open = &open
	}
	if err != nil {
		return f, err
	}
	overdue, _, err := c.QueryBool("overdue")
	if overdue {
		f.OverdueAt = a.Cases.Now().UnixMilli()
	}
	if err != nil {
		return f, err
	}
	for i, name := range []string{"issuedFrom", "issuedUntil"} {
		if f.Issued[i], err = c.queryTime(name); err != nil {
			return f, err
		}
	}
	if f.Counted = slip.Counted(c.QueryText("counted")); f.Counted != "" {
		if _, known := f.Counted.Info(); !known {
			return f, invalid("unknown_value", "counted", "value", printable(string(f.Counted)))
		}
	}
	return f, nil
}
