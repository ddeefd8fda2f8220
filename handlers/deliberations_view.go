package handlers

import (
	"cmp"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/council"
)

// meetingHead is a meeting in a list.
type meetingHead struct {
	ID        string        `json:"id"`
	Area      grid.Code     `json:"area"`
	AreaName  string        `json:"areaName"`
	State     council.State `json:"state"`
	StateText string        `json:"stateText"`
	At        time.Time     `json:"at"`
	Topic     string        `json:"topic"`
	Erased    bool          `json:"erased,omitzero"` // its words and names are gone
}

type meetingView struct {
	meetingHead
	Place    string        `json:"place"`
	Convener string        `json:"convener"`
	Agenda   []agendaView  `json:"agenda"`
	Invited  []inviteeView `json:"invited"`
	Attended int           `json:"attended"`
	Minutes  string        `json:"minutes,omitzero"`
	Reason   string        `json:"reason,omitzero"` // of cancelling it
}

type agendaView struct {
	Item     string        `json:"item"`
	Text     string        `json:"text"`
	Decision *decisionView `json:"decision"`
}

type decisionView struct {
	At      time.Time       `json:"at"`
	Outcome council.Outcome `json:"outcome"`
	For     int             `json:"for"`
	Against int             `json:"against"`
	Abstain int             `json:"abstain"`
	Text    string          `json:"text"`
}

type inviteeView struct {
	ID       string `json:"id"`
	UserID   string `json:"userId,omitzero"`
	Name     string `json:"name"`
	Attended bool   `json:"attended"`
}

func meetingState(s council.State, zh bool) string {
	i := slices.IndexFunc(council.States, func(x struct {
		State  council.State
		Zh, En string
	}) bool {
		return x.State == s
	})
	if i < 0 {
		return string(s)
	}
	if zh {
		return council.States[i].Zh
	}
	return council.States[i].En
}

func (a *API) meetingHead(c *Call, m *council.Meeting) (v meetingHead, err error) {
	v = meetingHead{ID: m.ID, Area: m.Area, State: m.State, StateText: meetingState(m.State, c.Lang != "en"), At: m.At.UTC(), Erased: m.Erased}
	v.AreaName, _ = a.Atlas.Load().Name(m.Area)
	v.Topic, err = a.Councils.Open(c.Context, m.Topic)
	return v, err
}

func (a *API) showMeeting(c *Call, m *council.Meeting) (Reply, error) {
	head, err := a.meetingHead(c, m)
	open := func(s mediation.Sealed) (text string) {
		if err == nil {
			text, err = a.Councils.Open(c.Context, s)
		}
		return text
	}
	ids := []string{m.Convener}
	for _, i := range m.Invited {
		if i.User != "" {
			ids = append(ids, i.User)
		}
	}
	names, failed := a.Names.Named(c.Context, ids)
	v := meetingView{meetingHead: head, Place: open(m.Place), Convener: names[m.Convener], Attended: m.Attended(), Minutes: open(m.Minutes), Reason: open(m.Reason),
		Agenda: []agendaView{}, Invited: []inviteeView{}}
	for _, item := range m.Agenda {
		view := agendaView{Item: item.ID, Text: open(item.Words)}
		if d := item.Decision; d != nil {
			view.Decision = &decisionView{d.At.UTC(), d.Outcome, d.For, d.Against, d.Abstain, open(d.Words)}
		}
		v.Agenda = append(v.Agenda, view)
	}
	for _, i := range m.Invited {
		v.Invited = append(v.Invited, inviteeView{i.ID, i.User, cmp.Or(names[i.User], open(i.Name)), i.Attended})
	}
	if err == nil {
		err = failed
	}
	return Reply{View: v, Revision: m.Revision, Ref: m.ID}, err
}
