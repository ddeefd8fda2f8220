package handlers

import (
	"net/http"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// What outside desks do with each other: pass matters on (一键转办) and speak of them (三方通话).

// deskBetweenRoutes are the two as a desk sends them, under its own number; staff give them as commands of the case.
func deskBetweenRoutes(base string) []Route {
	make := func(segment string, handle func(*API, *Call) (Reply, error)) Route {
		return Route{Method: http.MethodPost, Path: base + "/:number/" + segment, Action: mediation.DeskOrders, Create: true, OwnKey: true, Cost: Write, Handle: handle}
	}
	return []Route{make("pass-on", (*API).passOrderOn), make("calls", (*API).callOfOrder)}
}

func (a *API) passOrderOn(c *Call) (Reply, error) {
	var b struct {
		ID   string `json:"messageId" max:"64"`
		To   string `json:"to" max:"32"`
		Text string `json:"text"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	return a.say(c, desk.Said{ID: b.ID, Kind: desk.PassOn, Text: b.Text, To: b.To})
}

// talkBody is a call as it is recorded.
type talkBody struct {
	At      time.Time `json:"at"`
	Seconds int       `json:"seconds"`
	Desks   []string  `json:"desks"`
	Others  string    `json:"others"`
	Summary string    `json:"summary"`
}

func (b talkBody) command() (mediation.Command, error) {
	return mediation.RecordCall{At: stored(b.At), Seconds: b.Seconds, Desks: b.Desks, Others: b.Others, Summary: b.Summary}, nil
}

func (a *API) callOfOrder(c *Call) (Reply, error) {
	var b struct {
		ID string `json:"messageId" max:"64"`
		talkBody
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if b.Summary == "" {
		return Reply{}, invalid("required", "summary")
	}
	return a.say(c, desk.Said{ID: b.ID, Kind: desk.Call, Text: b.Summary, Others: b.Others, Talk: desk.Talk{At: stored(b.At), Seconds: b.Seconds, Desks: b.Desks}})
}

type passOnBody struct {
	To     string `json:"to" max:"32"`
	Remark string `json:"remark"`
}

func (b passOnBody) command() (mediation.Command, error) {
	return mediation.PassOn{To: b.To, Remark: b.Remark}, nil
}

// passView is one way of a matter from desk to desk, with both desks' own numbers.
type passView struct {
	From       string    `json:"from"`
	FromNumber string    `json:"fromNumber"`
	To         string    `json:"to"`
	Number     string    `json:"number"` // the receiving desk's own; "" until it has made its order
	At         time.Time `json:"at"`
}

func viewPasses(k *mediation.Case) []passView {
	var list []passView
	for _, p := range k.Passes {
		list = append(list, passView{p.From, p.FromNumber, p.To, p.Number, p.At})
	}
	return list
}

// talkView is a call that desks had: that there was one is for those who see the meetings, what was said and by whom for those who read
// the case in full.
type talkView struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Seconds  int       `json:"seconds"`
	Desks    []string  `json:"desks"`
	By       personRef `json:"by"`
	Recorded time.Time `json:"recorded"`
	Others   string    `json:"others,omitzero"`
	Summary  string    `json:"summary,omitzero"`
}

func (v *caseViewer) calls() []talkView {
	if !v.sees[mediation.PartMeetings] {
		return nil
	}
	var list []talkView
	for _, k := range v.k.Calls {
		list = append(list, talkView{ID: k.ID, At: k.At, Seconds: k.Seconds, Desks: k.Desks, By: v.person(k.By), Recorded: k.Recorded,
			Others: v.words(mediation.PartWords, k.Others), Summary: v.words(mediation.PartWords, k.Summary)})
	}
	return list
}
