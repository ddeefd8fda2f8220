package team

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Order is a command with who gives it and when. Cmd names it among all: the same again is the same command; "" is none.
type Order struct {
	Actor mediation.Actor
	At    time.Time
	Cmd   string
}

// The commands are pure: they change the team that they are given, or refuse and leave it as it was.

// Fill puts somebody into a post.
func (t *Team) Fill(o Order, k policy.GridTeam, post string, who mediation.Actor) error {
	p, err := t.open(k, post)
	if err != nil {
		return err
	}
	if t.Holder(who.ID) != nil {
		return refuse(mediation.Conflict, "team.holds", "userId")
	}
	if err := fits(t.Area, p, who, "userId"); err != nil {
		return err
	}
	t.begin(o)
	t.Holders = append(slices.Clip(t.Holders), Tenure{Post: post, User: who.ID, From: o.At, By: o.Actor.ID})
	t.finish(o.At, k)
	t.say(mediation.NoticeTeam, o, time.Time{}, who.ID)
	return nil
}

// open returns a post with room for one more.
func (t *Team) open(k policy.GridTeam, post string) (policy.GridPost, error) {
	p, ok := k.Post(post)
	if !ok {
		return p, refuse(mediation.Invalid, "unknown_value", "post", "value", post)
	}
	if t.In(post) >= p.Number {
		return p, refuse(mediation.Conflict, "team.full", "post", "max", strconv.Itoa(p.Number))
	}
	return p, nil
}

// fits refuses whose role may not hold the post, or who works elsewhere.
func fits(area grid.Code, p policy.GridPost, who mediation.Actor, field string) error {
	if !slices.Contains(p.Roles, string(who.Role)) {
		return refuse(mediation.Invalid, "team.role", field)
	}
	if !area.Contains(who.Area) && !who.Area.Contains(area) {
		return refuse(mediation.Invalid, "team.elsewhere", field)
	}
	return nil
}

// Leave ends a tenure; who stands in for the holder is free with it.
func (t *Team) Leave(o Order, k policy.GridTeam, user string) error {
	if t.Holder(user) == nil {
		return refuse(mediation.Conflict, "team.not_holder", "holder")
	}
	t.begin(o)
	t.end(o, user, Left)
	t.finish(o.At, k)
	t.say(mediation.NoticeTeam, o, time.Time{}, user)
	return nil
}

// Pass gives a post to a successor, so that it is at no moment vacant.
func (t *Team) Pass(o Order, k policy.GridTeam, from string, to mediation.Actor) error {
	h := t.Holder(from)
	if h == nil {
		return refuse(mediation.Conflict, "team.not_holder", "holder")
	}
	if err := t.Succeeds(k, from, to); err != nil {
		return err
	}
	post := h.Post
	t.begin(o)
	t.end(o, from, Handed)
	t.Holders = append(t.Holders, Tenure{Post: post, User: to.ID, From: o.At, By: o.Actor.ID})
	t.finish(o.At, k)
	t.say(mediation.NoticeTeam, o, time.Time{}, from, to.ID)
	return nil
}

// Succeeds refuses a successor who could not hold the post.
func (t *Team) Succeeds(k policy.GridTeam, from string, to mediation.Actor) error {
	h := t.Holder(from)
	if h == nil {
		return refuse(mediation.Conflict, "team.not_holder", "holder")
	}
	p, ok := k.Post(h.Post)
	if !ok {
		return refuse(mediation.Invalid, "unknown_value", "post", "value", h.Post)
	}
	if t.Holder(to.ID) != nil {
		return refuse(mediation.Conflict, "team.holds", "successor")
	}
	return fits(t.Area, p, to, "successor")
}

// end moves a tenure to the past and ends every substitution of it.
func (t *Team) end(o Order, user string, how How) {
	i := slices.IndexFunc(t.Holders, func(h Tenure) bool { return h.User == user })
	gone := t.Holders[i]
	gone.Until, gone.EndedBy, gone.How = o.At, o.Actor.ID, how
	t.Holders = slices.Delete(slices.Clone(t.Holders), i, i+1)
	t.Past = newest(append(slices.Clip(t.Past), gone), maxPast)
	for _, s := range slices.Clone(t.StandIns) {
		if s.Holder == user {
			t.recall(o, s.ID)
		}
	}
}

// Absence is a substitution as somebody asks for it.
type Absence struct {
	Holder      string
	Substitute  mediation.Actor
	From, Until time.Time
}

// Substitute names somebody who stands in for a holder for a time. Nobody stands in for themselves, or for two at once, or while somebody
// stands in for them; and nobody has two substitutes at once.
func (t *Team) Substitute(o Order, k policy.GridTeam, id string, a Absence) error {
	h := t.Holder(a.Holder)
	if h == nil {
		return refuse(mediation.Conflict, "team.not_holder", "holder")
	}
	p, ok := k.Post(h.Post)
	if !ok {
		return refuse(mediation.Invalid, "unknown_value", "post", "value", h.Post)
	}
	switch {
	case a.Substitute.ID == a.Holder:
		return refuse(mediation.Invalid, "team.self", "substitute")
	case a.Substitute.ID == o.Actor.ID:
		return refuse(mediation.Invalid, "team.own_hand", "substitute")
	case !a.From.Before(a.Until):
		return refuse(mediation.Invalid, "out_of_order", "until")
	case !a.Until.After(o.At):
		return refuse(mediation.Invalid, "in_past", "until")
	case a.Until.Sub(a.From) > time.Duration(k.SubstituteDays)*24*time.Hour:
		return refuse(mediation.Invalid, "team.too_long", "until", "max", strconv.Itoa(k.SubstituteDays))
	}
	if err := fits(t.Area, p, a.Substitute, "substitute"); err != nil {
		return err
	}
	if a.From.Before(o.At) {
		a.From = o.At // nobody has stood in before they were named
	}
	for _, s := range t.StandIns {
		switch {
		case !s.meets(a.From, a.Until):
		case s.Holder == a.Holder:
			return refuse(mediation.Conflict, "team.overlap", "from")
		case s.Substitute == a.Substitute.ID, s.Holder == a.Substitute.ID:
			return refuse(mediation.Conflict, "team.busy", "substitute")
		case s.Substitute == a.Holder:
			return refuse(mediation.Conflict, "team.needed", "holder")
		}
	}
	if len(t.StandIns) >= maxStandIns {
		return refuse(mediation.Conflict, "too_many", "from", "max", strconv.Itoa(maxStandIns))
	}
	t.begin(o)
	t.StandIns = append(slices.Clip(t.StandIns), StandIn{ID: id, Holder: a.Holder, Substitute: a.Substitute.ID, From: a.From, Until: a.Until, By: o.Actor.ID, Begun: !a.From.After(o.At)})
	t.finish(o.At, k)
	t.say(mediation.NoticeStandIn, o, a.Until, a.Substitute.ID, a.Holder)
	return nil
}

// maxStandIns bounds the substitutions that run or are still to come.
const maxStandIns = 200

// Recall ends a substitution before its time.
func (t *Team) Recall(o Order, k policy.GridTeam, id string) error {
	if !slices.ContainsFunc(t.StandIns, func(s StandIn) bool { return s.ID == id }) {
		return refuse(mediation.Conflict, "team.no_substitution", "substitution")
	}
	t.begin(o)
	t.recall(o, id)
	t.finish(o.At, k)
	return nil
}

// recall ends a substitution now, and tells both. One that has not begun was none.
func (t *Team) recall(o Order, id string) {
	i := slices.IndexFunc(t.StandIns, func(s StandIn) bool { return s.ID == id })
	s := t.StandIns[i]
	t.StandIns = slices.Delete(slices.Clone(t.StandIns), i, i+1)
	if s.From.Before(o.At) {
		if o.At.Before(s.Until) {
			s.Until = o.At
		}
		t.PastStandIns = newest(append(slices.Clip(t.PastStandIns), s), maxPast)
	}
	t.say(mediation.NoticeStandIn, o, time.Time{}, s.Substitute, s.Holder)
}

// begin notes a change.
func (t *Team) begin(o Order) {
	if t.Founded.IsZero() {
		t.Founded = o.At
	}
	t.Revision++
	if o.Cmd != "" {
		t.Done = newest(append(slices.Clip(t.Done), o.Cmd), maxDone)
	}
}

// finish finds the vacancies anew. A post that is short of people for longer than since its first one left has been vacant from then on.
func (t *Team) finish(at time.Time, k policy.GridTeam) {
	var now []Vacancy
	for _, p := range k.Posts {
		short := p.Number - t.In(p.Key)
		if !p.Required || short <= 0 {
			continue
		}
		v := Vacancy{Post: p.Key, Since: at}
		if i := slices.IndexFunc(t.Vacancies, func(v Vacancy) bool { return v.Post == p.Key }); i >= 0 {
			v = t.Vacancies[i]
		}
		v.Short = short
		now = append(now, v)
	}
	t.Vacancies = now
}

func newest[T any](list []T, most int) []T {
	if n := len(list) - most; n > 0 {
		return slices.Clone(list[n:])
	}
	return list
}

func refuse(kind mediation.Kind, code, field string, params ...string) error {
	return mediation.Refusal("team", kind, code, field, params...)
}
