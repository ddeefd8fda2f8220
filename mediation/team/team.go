// Package team is a grid's team (网格团队, "1+3+N"): which posts it has, who holds them, who stands in for whom and when, which posts are
// vacant, and who held what before. Policy says what a team consists of; its document is made when its first post is filled.
//
// A post that changes hands as a whole, with what its holder has in hand in the area, goes through a hand-over (package handover), in
// which this package is one more room.
package team

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Tenure (任职) is a person's time in a post.
type Tenure struct {
	Post, User string
	From       time.Time
	By         string // who put them there
	// Until, EndedBy and How are of one that has ended.
	Until   time.Time
	EndedBy string
	How     How
}

// How is by what a tenure ended.
type How string

// The ways.
const (
	Left   How = "left"        // 离岗
	Handed How = "handed_over" // 移交
)

// StandIn (替班) is a time in which somebody does a holder's work: From inclusive, Until exclusive.
type StandIn struct {
	ID                 string
	Holder, Substitute string
	From, Until        time.Time
	By                 string
	// Begun: the substitute was told that it has begun.
	Begun bool
}

// Runs tells whether the substitution runs at a time.
func (s *StandIn) Runs(t time.Time) bool { return !t.Before(s.From) && t.Before(s.Until) }

func (s *StandIn) meets(from, until time.Time) bool {
	return s.From.Before(until) && from.Before(s.Until)
}

// Vacancy (空缺) is a post that must be filled and is not, by so many.
type Vacancy struct {
	Post  string
	Short int
	Since time.Time
	Told  time.Time // when it was told of, zero: not yet
}

// Team is the team of one area. Its ID is the area's code.
type Team struct {
	ID       string
	Area     grid.Code
	Revision int64
	Founded  time.Time
	// Holders hold posts now, StandIns run or are still to come; Past and PastStandIns have ended, the newest last.
	Holders      []Tenure
	StandIns     []StandIn
	Past         []Tenure
	PastStandIns []StandIn
	Vacancies    []Vacancy
	// Done are the newest commands that were carried out, so that the same again does nothing.
	Done []string
	// NextDue is when Sweep must look again; zero: never.
	NextDue time.Time

	// Unsent are announcements stored with the change and not yet handed to the outbox.
	Unsent []mediation.Notice
}

// Bounds of one team's document. What is older than these many changes is dropped: a team changes some twenty times a year.
const (
	maxPast = 2000
	maxDone = 50
)

// Holder returns the tenure of a user; nil if they hold no post here.
func (t *Team) Holder(user string) *Tenure {
	if i := slices.IndexFunc(t.Holders, func(h Tenure) bool { return h.User == user }); i >= 0 {
		return &t.Holders[i]
	}
	return nil
}

// In is how many hold a post.
func (t *Team) In(post string) int {
	n := 0
	for _, h := range t.Holders {
		if h.Post == post {
			n++
		}
	}
	return n
}

// Standing returns the substitution in which the user stands in for somebody at a time; nil if there is none.
func (t *Team) Standing(user string, at time.Time) *StandIn {
	if i := slices.IndexFunc(t.StandIns, func(s StandIn) bool { return s.Substitute == user && s.Runs(at) }); i >= 0 {
		return &t.StandIns[i]
	}
	return nil
}

// Concerns tells whether the user holds a post, or stands in for a holder now or later.
func (t *Team) Concerns(user string) bool {
	return t.Holder(user) != nil || slices.ContainsFunc(t.StandIns, func(s StandIn) bool { return s.Substitute == user })
}

// People are all whom the team's document names.
func (t *Team) People() []string {
	var ids []string
	for _, list := range [][]Tenure{t.Holders, t.Past} {
		for _, h := range list {
			ids = append(ids, h.User, h.By, h.EndedBy)
		}
	}
	for _, list := range [][]StandIn{t.StandIns, t.PastStandIns} {
		for _, s := range list {
			ids = append(ids, s.Holder, s.Substitute, s.By)
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" })
}

// May tells whether the actor may do the action to the team: by its area, as one of it, or, of what concerns one person, as that person.
func May(actor mediation.Actor, a mediation.Action, t *Team, about string) bool {
	for _, s := range mediation.Scopes(a, actor.Role) {
		switch s {
		case mediation.InArea:
			if actor.Area.Contains(t.Area) {
				return true
			}
		case mediation.TakesPart:
			if t.Concerns(actor.ID) {
				return true
			}
		case mediation.Oneself:
			if about == actor.ID && t.Holder(actor.ID) != nil {
				return true
			}
		}
	}
	return false
}

// say announces something to a person, who is not told of what they did themselves.
func (t *Team) say(kind mediation.NoticeKind, o Order, due time.Time, users ...string) {
	for _, user := range users {
		if user != "" && user != o.Actor.ID {
			t.notice(kind, o.At, due, mediation.Recipient{User: user})
		}
	}
}

func (t *Team) notice(kind mediation.NoticeKind, at, due time.Time, to mediation.Recipient) {
	t.Unsent = append(t.Unsent, mediation.Notice{ID: "team/" + t.ID + "/" + strconv.FormatInt(t.Revision, 10) + "/" + strconv.Itoa(len(t.Unsent)), Kind: kind, At: at,
		Seq: int(t.Revision), To: to, Due: due, Subject: "team/" + t.ID})
}
