package handlers

import (
	"net/http"
	"reflect"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/desk"
)

// deskRoutes are what outside desks (12345, 110) send of their orders and read of them. The desk's number, and the id of a message, say
// which one is meant, so that no other key is needed.
func deskRoutes() []Route {
	const base = "/api/v1/desk/orders"
	routes := []Route{
		{Method: http.MethodGet, Path: base, Action: mediation.DeskOrders, Query: []string{"limit", "cursor"}, Handle: (*API).deskOrders},
		{Method: http.MethodGet, Path: base + "/:number", Action: mediation.DeskOrders, Handle: (*API).deskOrder},
		{Method: http.MethodPut, Path: base + "/:number", Action: mediation.DeskOrders, Create: true, OwnKey: true, Cost: Write, Query: []string{"crs"}, Handle: (*API).putDeskOrder},
	}
	for segment, kind := range map[string]desk.Kind{"supplements": desk.Supplement, "return": desk.Return, "close": desk.Close} {
		routes = append(routes, Route{Method: http.MethodPost, Path: base + "/:number/" + segment, Action: mediation.DeskOrders, Create: true, OwnKey: true,
			Cost: Write, Handle: func(a *API, c *Call) (Reply, error) { return a.sayToOrder(c, kind) }})
	}
	return append(routes, deskBetweenRoutes(base)...)
}

// orderBody is a work order as a desk sends it: a report without the phone's own id, in place of which the order has its number.
type orderBody struct {
	Text           string      `json:"text"`
	Category       string      `json:"category" max:"64"`
	Severity       int         `json:"severity"`
	Emergency      bool        `json:"emergency"`
	Point          *wirePoint  `json:"point"`
	AccuracyMetres float64     `json:"accuracyMetres"`
	Cell           grid.Code   `json:"cell" max:"200"`
	Address        string      `json:"address" max:"200"`
	TakenAt        time.Time   `json:"takenAt"` // when the desk took the call
	Photos         []string    `json:"photos"`
	Parties        []wireParty `json:"parties"`
	// Passed is the case that another desk has passed on: the order is for that, and says nothing else.
	Passed string `json:"passedCaseId" max:"64"`
}

func (b *orderBody) input() (mediation.ReportInput, error) {
	r := reportBody{Text: b.Text, Category: b.Category, Severity: b.Severity, Emergency: b.Emergency, Point: b.Point, AccuracyMetres: b.AccuracyMetres,
		Cell: b.Cell, Address: b.Address, PhoneTime: b.TakenAt, Photos: b.Photos, Parties: b.Parties}
	return r.input()
}

// orderView is an order as its desk sees it.
type orderView struct {
	Number   string             `json:"number"` // the desk's own
	Desk     string             `json:"desk"`
	Status   string             `json:"status"` // waiting, pending, case, withdrawn
	Began    time.Time          `json:"began"`
	ReportID string             `json:"reportId,omitzero"`
	Case     *caseRef           `json:"case"`            // ours; null while there is none
	Answer   *answerView        `json:"answer"`          // what the desk may tell its caller; null while there is none
	Passes   []passView         `json:"passes,omitzero"` // its ways from desk to desk
	Messages []orderMessageView `json:"messages"`
}

type orderMessageView struct {
	ID     string        `json:"messageId"`
	Kind   desk.Kind     `json:"kind"`
	At     time.Time     `json:"at"`
	Status desk.Standing `json:"status"`
	Code   string        `json:"code,omitzero"` // why it was refused
	Clock  *dueView      `json:"clock"`         // how long it waits for its order, and why; null where it does not
}

func (a *API) viewOrder(c *Call, answer *desk.Answer) (orderView, error) {
	o := &answer.Order
	v := orderView{Number: o.Number, Desk: o.Desk, Status: "waiting", Began: o.Began.UTC(), ReportID: o.Report, Messages: []orderMessageView{}}
	for i := range o.Messages {
		m := &o.Messages[i]
		why, err := a.oneClock(c, "", a.Desks.WaitTerm(o, m))
		if err != nil {
			return v, err
		}
		v.Messages = append(v.Messages, orderMessageView{m.ID, m.Kind, m.At.UTC(), m.Stands, m.Code, why})
	}
	if answer.Report == nil {
		return v, nil
	}
	l, err := a.labels(c, "")
	if err != nil {
		return v, err
	}
	sender := c.Actor
	sender.ID = o.User
	v.Case = l.caseRef(sender, answer.Report, answer.Case)
	if answer.Case != nil {
		v.Passes = viewPasses(answer.Case)
		if v.Answer, err = a.answerOf(c, sender, answer.Case); err != nil {
			return v, err
		}
	}
	switch {
	case !answer.Report.Withdrawn.IsZero():
		v.Status = "withdrawn"
	case v.Case != nil:
		v.Status = "case"
	default:
		v.Status = "pending"
	}
	return v, nil
}

func (a *API) showOrder(c *Call, answer *desk.Answer, status int) (Reply, error) {
	v, err := a.viewOrder(c, answer)
	return Reply{View: v, Status: status, Location: "/api/v1/desk/orders/" + v.Number}, err
}

func (a *API) putDeskOrder(c *Call) (Reply, error) {
	var b orderBody
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	if err := checkLengths(reflect.ValueOf(&b).Elem(), ""); err != nil {
		return Reply{}, err
	}
	var in mediation.ReportInput
	if in.Passed = b.Passed; in.Passed == "" {
		var err error
		if in, err = b.input(); err != nil {
			return Reply{}, err
		}
	}
	answer, err := a.Desks.Put(c.Context, c.Actor, c.PathID("number"), in)
	if err != nil {
		return Reply{}, err
	}
	if answer.Again {
		c.Set("Idempotency-Replayed", "true")
	}
	return a.showOrder(c, &answer, http.StatusCreated)
}

// sayToOrder takes a message to an order: 202 while the order itself has not come, 200 once it has and the message is carried out.
func (a *API) sayToOrder(c *Call, kind desk.Kind) (Reply, error) {
	var b struct {
		ID        string `json:"messageId" max:"64"`
		Text      string `json:"text"`
		Emergency bool   `json:"emergency"`
	}
	if err := c.Decode(&b); err != nil {
		return Reply{}, err
	}
	return a.say(c, desk.Said{ID: b.ID, Kind: kind, Text: b.Text, Danger: b.Emergency})
}

func (a *API) say(c *Call, said desk.Said) (Reply, error) {
	answer, err := a.Desks.Say(c.Context, c.Actor, c.PathID("number"), said)
	if err != nil {
		return Reply{}, err
	}
	status := http.StatusOK
	if !answer.Order.Came() {
		status = http.StatusAccepted
	}
	reply, err := a.showOrder(c, &answer, status)
	reply.Location = ""
	return reply, err
}

func (a *API) deskOrder(c *Call) (Reply, error) {
	answer, err := a.Desks.Look(c.Context, c.Actor, c.PathID("number"))
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.showOrder(c, &answer, 0)
	reply.Location = ""
	return reply, err
}

func (a *API) deskOrders(c *Call) (Reply, error) {
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	list, next, err := a.Desks.List(c.Context, c.Actor, c.QueryText("cursor"), limit)
	if err != nil {
		return Reply{}, err
	}
	views := make([]orderView, len(list))
	for i := range list {
		if views[i], err = a.viewOrder(c, &list[i]); err != nil {
			return Reply{}, err
		}
	}
	return Reply{View: NewPage(views, next)}, nil
}

// outsideView is an outside desk's number of a case.
type outsideView struct {
	Desk     string `json:"desk"`
	Number   string `json:"number"`
	ReportID string `json:"reportId"`
}

// outside lists the desks' numbers of a case; to a desk its own alone.
func outside(actor mediation.Actor, k *mediation.Case) []outsideView {
	var list []outsideView
	for _, o := range k.Outside {
		if actor.Role != mediation.Desk || o.User == actor.ID {
			list = append(list, outsideView{o.Desk, o.Number, o.Report})
		}
	}
	return list
}
