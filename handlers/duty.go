package handlers

import (
	"net/http"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/duty"
)

// dutyRoutes are the duty roster (值班表).
func dutyRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/api/v1/duty", Action: mediation.DutyRead, Query: []string{"area", "from", "until"}, Handle: (*API).dutyRoster},
		{Method: http.MethodGet, Path: "/api/v1/duty/now", Action: mediation.DutyRead, Query: []string{"area", "at"}, Handle: (*API).onDuty},
		{Method: http.MethodPut, Path: "/api/v1/duty", Action: mediation.DutyWrite, Change: true, First: true, Cost: Write, Body: 1 << 20, Handle: (*API).putDuty},
	}
}

// dutyShown is the period that is shown where none is asked for.
const dutyShown = 31 * 24 * time.Hour

// dutyShift is one person at one post.
type dutyShift struct {
	Post     string     `json:"post"`
	PostText string     `json:"postText"`
	Area     *placeView `json:"area"`
	Person   personRef  `json:"person"`
	From     time.Time  `json:"from"`
	Until    time.Time  `json:"until"`
}

// gapView is a time at which nobody holds a post that somebody must hold.
type gapView struct {
	Post     string     `json:"post"`
	PostText string     `json:"postText"`
	Area     *placeView `json:"area"`
	From     *time.Time `json:"from"`
	Until    *time.Time `json:"until"`
	Text     string     `json:"text"`
}

type dutyView struct {
	From     time.Time   `json:"from"`
	Until    time.Time   `json:"until"`
	Shifts   []dutyShift `json:"shifts"`
	Warnings []gapView   `json:"warnings"`
}

type onDutyView struct {
	At    time.Time   `json:"at"`
	Items []dutyShift `json:"items"`
}

// dutyArea is the area asked for, the caller's own if none is.
func (a *API) dutyArea(c *Call) (grid.Code, error) {
	area := grid.Code(c.QueryText("area"))
	if area == "" {
		area = c.Actor.Area
	}
	if err := checkCode(a.Atlas.Load(), "area", area); err != nil {
		return "", err
	}
	return area, permitted(mediation.MayArea(c.Actor, c.Route.Action, area))
}

func (a *API) dutyRoster(c *Call) (Reply, error) {
	area, err := a.dutyArea(c)
	if err != nil {
		return Reply{}, err
	}
	from, err := c.queryTime("from")
	if err != nil {
		return Reply{}, err
	}
	until, err := c.queryTime("until")
	if err != nil {
		return Reply{}, err
	}
	if from.IsZero() {
		from = a.Cases.Now().UTC().Truncate(time.Second)
	}
	if until.IsZero() {
		until = from.Add(dutyShown)
	}
	if !until.After(from) {
		return Reply{}, invalid("out_of_order", "until")
	}
	return a.showDuty(c, area, from, until)
}

func (a *API) showDuty(c *Call, area grid.Code, from, until time.Time) (Reply, error) {
	shifts, gaps, revision, err := a.Duty.Look(c.Context, area, from, until)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	v := dutyView{From: from, Until: until, Warnings: make([]gapView, len(gaps))}
	if v.Shifts, err = a.dutyShifts(c, l, shifts); err != nil {
		return Reply{}, err
	}
	for i, g := range gaps {
		name := l.dutyPost(g.Post)
		v.Warnings[i] = gapView{Post: g.Post, PostText: name, Area: l.place(g.Area), From: moment(g.From), Until: moment(g.Until),
			Text: choose(l.zh, name+"在此时段无人值班。", "nobody is "+name+" at this time")}
	}
	return Reply{View: v, Revision: revision}, nil
}

func (l labels) dutyPost(key string) string {
	if p, ok := l.pol.Duty.Post(key); ok {
		return l.text(p.Name)
	}
	return key
}

func (a *API) dutyShifts(c *Call, l labels, shifts []duty.Shift) ([]dutyShift, error) {
	ids := make([]string, len(shifts))
	for i := range shifts {
		ids[i] = shifts[i].Person
	}
	names, err := a.named(c, ids)
	if err != nil {
		return nil, err
	}
	views := make([]dutyShift, len(shifts))
	for i, x := range shifts {
		views[i] = dutyShift{Post: x.Post, PostText: l.dutyPost(x.Post), Area: l.place(x.Area), Person: personRef{ID: x.Person, Name: names[x.Person]}, From: x.From.UTC(), Until: x.Until.UTC()}
	}
	return views, nil
}

// onDuty tells who is on duty at a moment, just now if none is asked for.
func (a *API) onDuty(c *Call) (Reply, error) {
	area, err := a.dutyArea(c)
	if err != nil {
		return Reply{}, err
	}
	at, err := c.queryTime("at")
	if err != nil {
		return Reply{}, err
	}
	if at.IsZero() {
		at = a.Cases.Now().UTC()
	}
	on, err := a.Duty.On(c.Context, area, at)
	if err != nil {
		return Reply{}, err
	}
	l, err := a.labels(c, "")
	if err != nil {
		return Reply{}, err
	}
	views, err := a.dutyShifts(c, l, on)
	return Reply{View: onDutyView{At: at, Items: views}}, err
}

// putDuty replaces a period of an area's roster.
func (a *API) putDuty(c *Call) (Reply, error) {
	var b struct {
		Area   string    `json:"area" max:"64"`
		From   time.Time `json:"from"`
		Until  time.Time `json:"until"`
		Shifts []struct {
			Post   string    `json:"post" max:"64"`
			Area   string    `json:"area" max:"64"`
			Person string    `json:"person" max:"64"`
			From   time.Time `json:"from"`
			Until  time.Time `json:"until"`
		} `json:"shifts"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	p := duty.Period{Area: grid.Code(b.Area), From: b.From.UTC().Truncate(time.Second), Until: b.Until.UTC().Truncate(time.Second)}
	if p.Area == "" {
		p.Area = c.Actor.Area
	}
	if err := checkCode(a.Atlas.Load(), "area", p.Area); err != nil {
		return Reply{}, err
	}
	for _, x := range b.Shifts {
		p.Shifts = append(p.Shifts, duty.Shift{Post: x.Post, Area: grid.Code(x.Area), Person: x.Person, From: x.From.UTC().Truncate(time.Second), Until: x.Until.UTC().Truncate(time.Second)})
	}
	if err := a.Duty.Put(c.Context, c.Actor, c.Revision, p); err != nil {
		return Reply{}, err
	}
	return a.showDuty(c, p.Area, p.From, p.Until)
}
