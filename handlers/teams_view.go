package handlers

import (
	"time"

	"fengqiao/mediation/policy"
	"fengqiao/mediation/team"
)

// teamHead is a team in a list.
type teamHead struct {
	Area    *placeView `json:"area"`
	Founded time.Time  `json:"founded,omitzero"`
	// Holders is how many hold a post, Vacant how many required ones lack somebody.
	Holders int `json:"holders"`
	Vacant  int `json:"vacant"`
}

// teamView is a team with every post, by policy's order.
type teamView struct {
	Area      *placeView     `json:"area"`
	Name      string         `json:"name"`
	Founded   time.Time      `json:"founded,omitzero"`
	Posts     []teamPostView `json:"posts"`
	StandIns  []standInView  `json:"substitutes"`
	Vacancies []vacancyView  `json:"vacancies"`
	// History is who held which post before, and who stood in for whom, the newest first.
	History      []tenureView  `json:"history"`
	PastStandIns []standInView `json:"pastSubstitutes"`
}

type teamPostView struct {
	Key      string       `json:"post"`
	Name     string       `json:"name"`
	Number   int          `json:"number"`
	Roles    []string     `json:"roles"`
	Required bool         `json:"required"`
	Holders  []tenureView `json:"holders"`
}

// tenureView is a time in a post. A person who was struck from it is null.
type tenureView struct {
	Post  string     `json:"post"`
	User  *personRef `json:"user"`
	From  time.Time  `json:"from"`
	Until time.Time  `json:"until,omitzero"`
	By    *personRef `json:"by,omitzero"`
	How   team.How   `json:"how,omitzero"`
}

type standInView struct {
	ID         string     `json:"id"`
	Holder     *personRef `json:"holder"`
	Substitute *personRef `json:"substitute"`
	From       time.Time  `json:"from"`
	Until      time.Time  `json:"until"`
	Running    bool       `json:"running"`
	Clock      *dueView   `json:"clock,omitzero"` // of one that has not ended: who named its end
}

type vacantView struct {
	Area *placeView `json:"area"`
	// Never: no post of it was ever filled.
	Never     bool          `json:"never"`
	Vacancies []vacancyView `json:"vacancies"`
}

type vacancyView struct {
	Post  string    `json:"post"`
	Name  string    `json:"name"`
	Short int       `json:"short"`
	Since time.Time `json:"since,omitzero"`
	Told  time.Time `json:"told,omitzero"`
	Clock *dueView  `json:"clock"` // why it is told of when it is; null once it was
}

func (l labels) teamHead(t *team.Team) teamHead {
	return teamHead{Area: l.place(t.Area), Founded: t.Founded, Holders: len(t.Holders), Vacant: len(t.Vacancies)}
}

func (x explainer) vacancies(k policy.GridTeam, list []team.Vacancy) []vacancyView {
	views := make([]vacancyView, len(list))
	for i, v := range list {
		p, _ := k.Post(v.Post)
		views[i] = vacancyView{Post: v.Post, Name: x.text(p.Name), Short: v.Short, Since: v.Since, Told: v.Told, Clock: x.clock(v.Term(k, x.rules.Calendar.After))}
	}
	return views
}

func (a *API) viewTeam(c *Call, look *team.Look) (teamView, error) {
	l, err := a.explainer(c, "")
	if err != nil {
		return teamView{}, err
	}
	names, err := a.named(c, look.People())
	if err != nil {
		return teamView{}, err
	}
	who := func(id string) *personRef {
		if id == "" {
			return nil
		}
		return &personRef{ID: id, Name: names[id]}
	}
	held := func(h team.Tenure) tenureView {
		return tenureView{Post: h.Post, User: who(h.User), From: h.From, Until: h.Until, By: who(h.By), How: h.How}
	}
	now := a.Cases.Now()
	stands := func(s team.StandIn) standInView {
		return standInView{ID: s.ID, Holder: who(s.Holder), Substitute: who(s.Substitute), From: s.From, Until: s.Until, Running: s.Runs(now)}
	}
	v := teamView{Area: l.place(look.Area), Name: l.text(look.Kind.Name), Founded: look.Founded, Posts: []teamPostView{}, StandIns: []standInView{},
		Vacancies: l.vacancies(look.Kind, look.Vacancies), History: []tenureView{}, PastStandIns: []standInView{}}
	for _, p := range look.Kind.Posts {
		post := teamPostView{Key: p.Key, Name: l.text(p.Name), Number: p.Number, Roles: p.Roles, Required: p.Required, Holders: []tenureView{}}
		for _, h := range look.Holders {
			if h.Post == p.Key {
				post.Holders = append(post.Holders, held(h))
			}
		}
		v.Posts = append(v.Posts, post)
	}
	l.names = names
	for _, s := range look.StandIns {
		one := stands(s)
		one.Clock = l.clock(s.Term())
		v.StandIns = append(v.StandIns, one)
	}
	for i := len(look.Past) - 1; i >= 0; i-- {
		v.History = append(v.History, held(look.Past[i]))
	}
	for i := len(look.PastStandIns) - 1; i >= 0; i-- {
		v.PastStandIns = append(v.PastStandIns, stands(look.PastStandIns[i]))
	}
	return v, nil
}
