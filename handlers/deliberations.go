package handlers

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
	"fengqiao/mediation/slip"
)

// deliberationRoutes are the villagers' meetings. What is to be done after one is read with the papers: /slips?about=deliberation/{id}.
func deliberationRoutes() []Route {
	const base = "/api/v1/deliberations"
	one := func(segment string, handle func(*API, *Call) (Reply, error)) Route {
		return Route{Method: http.MethodPost, Path: base + "/:id/" + segment, Action: mediation.CouncilLead, Sight: (*API).seesMeeting, Create: true, Change: true,
			Cost: Write, Handle: handle, Again: (*API).againMeeting}
	}
	return []Route{
		{Method: http.MethodGet, Path: base, Action: mediation.CouncilRead, Query: []string{"limit", "cursor"}, Handle: (*API).listMeetings},
		{Method: http.MethodPost, Path: base, Action: mediation.CouncilLead, Create: true, Cost: Write, Handle: (*API).convene, Again: (*API).againMeeting},
		{Method: http.MethodGet, Path: base + "/:id", Action: mediation.CouncilRead, Sight: (*API).seesMeeting, Handle: (*API).oneMeeting},
		one("attendance", (*API).attendMeeting),
		one("decisions", (*API).decideItem),
		one("minutes", (*API).minuteMeeting),
		one("cancellation", (*API).cancelMeeting),
		{Method: http.MethodPost, Path: base + "/:id/follow-ups", Action: mediation.CouncilLead, Sight: (*API).seesMeeting, Create: true, Cost: Write, Handle: (*API).followMeeting,
			Again: (*API).againFollowUp},
	}
}

// FollowUps issues what a meeting wants done as papers of supervision. It implements council.Papers.
type FollowUps struct{ Slips *slip.Service }

// FollowUp implements council.Papers.
func (f FollowUps) FollowUp(ctx context.Context, actor mediation.Actor, in council.FollowUp) (string, error) {
	s, err := f.Slips.Issue(ctx, actor, slip.Issue{Key: in.Meeting + "/" + in.Key, Kind: in.Kind, About: slip.Subject{Kind: "deliberation", ID: in.Meeting},
		Area: in.Area, To: slip.Addressee{User: in.User, Unit: in.Unit, Area: in.Area}, Text: in.Text, Due: in.Due})
	return s.ID, err
}

// seesMeeting tells whether the caller sees the meeting of the path's id and may do the route's action to it.
func (a *API) seesMeeting(c *Call) error {
	m, err := a.Councils.Look(c.Context, c.Actor, c.PathID("id"))
	if err != nil {
		return err
	}
	return permitted(council.May(c.Actor, c.Route.Action, &m))
}

type meetingBody struct {
	Area      grid.Code  `json:"area" max:"200"`
	At        time.Time  `json:"at"`
	Topic     string     `json:"topic"`
	Place     string     `json:"place"`
	Agenda    []string   `json:"agenda"`
	Users     []string   `json:"users"`
	Villagers []villager `json:"villagers"`
}

// villager is somebody without an account, by name alone or with the phone number that they are found by.
type villager struct {
	Name  string `json:"name"`
	Phone string `json:"phone" max:"32"`
}

// UnmarshalJSONFrom reads a name, or an object.
func (v *villager) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '"' {
		return json.UnmarshalDecode(dec, &v.Name)
	}
	type whole villager
	return json.UnmarshalDecode(dec, (*whole)(v))
}

func (a *API) convene(c *Call) (Reply, error) {
	var b meetingBody
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if err := checkLengths(reflect.ValueOf(&b).Elem(), ""); err != nil {
		return Reply{}, err
	}
	if err := checkCode(a.Atlas.Load(), "area", b.Area); err != nil {
		return Reply{}, err
	}
	m, err := a.Councils.Convene(c.Context, c.Actor, council.Call{Key: c.Key, Area: b.Area, At: b.At, Topic: b.Topic, Place: b.Place, Agenda: b.Agenda, Users: b.Users, Villagers: villagersOf(b.Villagers)})
	if err != nil {
		return Reply{}, err
	}
	r, err := a.showMeeting(c, &m)
	r.Status, r.Location = http.StatusCreated, "/api/v1/deliberations/"+m.ID
	return r, err
}

func villagersOf(list []villager) []council.Villager {
	out := make([]council.Villager, len(list))
	for i, v := range list {
		out[i] = council.Villager(v)
	}
	return out
}

func (a *API) attendMeeting(c *Call) (Reply, error) {
	var b struct {
		Attended []string `json:"attended"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	m, err := a.Councils.Attend(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Attended)
	return a.changedMeeting(c, &m, err)
}

func (a *API) decideItem(c *Call) (Reply, error) {
	var b struct {
		Item    string          `json:"item"`
		Outcome council.Outcome `json:"outcome"`
		For     int             `json:"for"`
		Against int             `json:"against"`
		Abstain int             `json:"abstain"`
		Text    string          `json:"text"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if b.Outcome != council.Adopted && b.Outcome != council.Rejected && b.Outcome != council.Deferred {
		return Reply{}, invalid("unknown_value", "outcome", "value", printable(string(b.Outcome)))
	}
	if min(b.For, b.Against, b.Abstain) < 0 {
		return Reply{}, invalid("out_of_range", "for", "min", "0", "max", "200")
	}
	m, err := a.Councils.Decide(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Item,
		council.Decision{Outcome: b.Outcome, For: b.For, Against: b.Against, Abstain: b.Abstain}, b.Text)
	return a.changedMeeting(c, &m, err)
}

// saidBody is a command that has words alone.
type saidBody struct {
	Text string `json:"text"`
}

func (a *API) minuteMeeting(c *Call) (Reply, error) {
	var b saidBody
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	m, err := a.Councils.Minute(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Text)
	return a.changedMeeting(c, &m, err)
}

func (a *API) cancelMeeting(c *Call) (Reply, error) {
	var b saidBody
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	m, err := a.Councils.Cancel(c.Context, c.Actor, c.PathID("id"), c.Revision, c.Key, b.Text)
	return a.changedMeeting(c, &m, err)
}

// paperRef is what is to be done, as the paper that it is.
type paperRef struct {
	Slip string `json:"slip"` // read it at /slips/{id}
}

func (a *API) followMeeting(c *Call) (Reply, error) {
	var b struct {
		Text string    `json:"text"`
		User string    `json:"userId" max:"64"`
		Unit string    `json:"unit" max:"100"`
		Due  time.Time `json:"due"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	if (b.User == "") == (b.Unit == "") {
		return Reply{}, invalid("required", "userId")
	}
	id, err := a.Councils.Follow(c.Context, c.Actor, c.PathID("id"), council.FollowUp{Key: c.Key, Text: b.Text, User: b.User, Unit: b.Unit, Due: b.Due})
	if err != nil {
		return Reply{}, err
	}
	return Reply{Status: http.StatusCreated, View: paperRef{id}, Ref: id, Location: "/api/v1/slips/" + id}, nil
}

func (a *API) againFollowUp(_ *Call, ref string) (Reply, error) {
	return Reply{View: paperRef{ref}, Location: "/api/v1/slips/" + ref}, nil
}

func (a *API) oneMeeting(c *Call) (Reply, error) { return a.againMeeting(c, c.PathID("id")) }

// againMeeting shows a meeting as it stands now.
func (a *API) againMeeting(c *Call, id string) (Reply, error) {
	m, err := a.Councils.Look(c.Context, c.Actor, id)
	return a.changedMeeting(c, &m, err)
}

func (a *API) changedMeeting(c *Call, m *council.Meeting, err error) (Reply, error) {
	if err != nil {
		return Reply{}, err
	}
	return a.showMeeting(c, m)
}

func (a *API) listMeetings(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Councils.List(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]meetingHead, len(list))
	for i := range list {
		if views[i], err = a.meetingHead(c, &list[i]); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}
