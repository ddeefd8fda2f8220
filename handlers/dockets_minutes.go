package handlers

import (
	"net/http"
	"time"

	"fengqiao/mediation/docket"
)

// minutesView is what was written down of a sitting over a review list.
type minutesView struct {
	studyWordsView
	Sat   time.Time   `json:"sat"`
	Users []personRef `json:"users"`
	Units []string    `json:"units"`
}

// minutes shows what was said, to who may read it; to everybody else there is none.
func (v *docketViewer) minutes(out *docketView) error {
	out.Minutes = []minutesView{}
	if !docket.ReadsMinutes(v.c.Actor, v.list, v.rule) {
		return nil
	}
	var ids []string
	for i := range v.list.Minutes {
		ids = append(append(ids, v.list.Minutes[i].By), v.list.Minutes[i].Users...)
	}
	names, err := v.a.named(v.c, ids)
	if err != nil {
		return err
	}
	for i := range v.list.Minutes {
		m := &v.list.Minutes[i]
		text, err := v.a.Dockets.Open(v.c.Context, m.Words)
		if err != nil {
			return err
		}
		one := minutesView{studyWordsView{At: m.At.UTC(), By: personRef{ID: m.By, Name: names[m.By]}, Text: text}, m.Sat.UTC(), []personRef{}, list(m.Units)}
		for _, user := range m.Users {
			one.Users = append(one.Users, personRef{ID: user, Name: names[user]})
		}
		out.Minutes = append(out.Minutes, one)
	}
	return nil
}

// minuteDocket writes down that they sat.
func (a *API) minuteDocket(c *Call) (Reply, error) {
	var b struct {
		Sat   time.Time `json:"sat"`
		Users []string  `json:"users"`
		Units []string  `json:"units"`
		Text  string    `json:"text"`
	}
	if err := c.decodeBounded(&b); err != nil {
		return Reply{}, err
	}
	l, err := a.Dockets.Minute(c.Context, c.Actor, c.PathID("id"), docket.Sitting{Sat: b.Sat, Users: b.Users, Units: b.Units, Text: b.Text})
	if err != nil {
		return Reply{}, err
	}
	reply, err := a.againDocket(c, l.ID)
	reply.Status = http.StatusCreated
	return reply, err
}

// againDocket shows a list as it stands now.
func (a *API) againDocket(c *Call, ref string) (Reply, error) {
	l, err := a.Dockets.Look(c.Context, c.Actor, ref)
	if err != nil {
		return Reply{}, err
	}
	limit, err := a.limit(c)
	if err != nil {
		return Reply{}, err
	}
	v := &docketViewer{a: a, c: c, list: &l, looked: map[string]bool{}}
	view, err := v.view(0, limit)
	return Reply{View: view, Ref: ref}, err
}
