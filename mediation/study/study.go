// Package study is the escalated study (提级研判): a hard matter across departments is called up to the leaders, who sit down with those
// whom they name, hear what there is, conclude, and order who does what by when.
//
// A study is a document of its own beside the case, restricted to the office whose area it is and to its members. Its words are sealed
// under the case's key, so that they go when the case is erased. What it comes to is told in the case's timeline:
//
//	study ──▶ event in the case (Service.Record), once; what a crash leaves untold the sweep tells
//
// The policy may have one called by itself, when a clock runs out or a case comes to a state: the case notes a chore, and the sweep calls
// the study under an id that is made of what called it, so that no crash calls two.
package study

import (
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Study is one escalated study of a case.
type Study struct {
	ID, Case string
	Area     grid.Code // of the case when it was called: who sees it by area
	Category string
	Policy   string // version that it is judged under
	// Why is a code: who called it gave it, or breach_<clock>, state_<state>. By is "" where the policy called it.
	Why    string
	By     string
	Called time.Time
	Words  mediation.Sealed

	Members    []Member
	Materials  []Material
	Conclusion *Conclusion
	Orders     []Order
	// Clock is until it must have concluded.
	Clock mediation.Clock

	// Bookkeeping.
	Untold  []mediation.Beside // what the case's timeline does not have yet
	NextDue time.Time
	Stumble int
	Version int64
}

// Party is a person or a unit: one of the two, or nobody (apart.go).
type Party struct{ User, Unit string }

// Member takes part in a study.
type Member struct {
	ID string
	Party
	Post string // of the duty roster, "" for one whom a person named
	At   time.Time
	By   string
}

// Material is what is put before the members.
type Material struct {
	ID    string
	At    time.Time
	By    string
	Words mediation.Sealed
	// Photos are of the case's album: photos and recordings that the members may open while the study is open.
	Photos []string
}

// Conclusion is what the study came to.
type Conclusion struct {
	At    time.Time
	By    string
	Words mediation.Sealed
}

// Order is what somebody is to do, by when.
type Order struct {
	ID string
	Party
	At    time.Time
	By    string
	Words mediation.Sealed
	Due   time.Time
	// Done is when it was reported done, Report how; Late that its time passed before.
	Done   time.Time
	DoneBy string
	Report mediation.Sealed
	Late   time.Time
}

// The most that one study holds.
const (
	MaxMembers   = 50
	MaxMaterials = 100
	MaxOrders    = 50
	MaxPhotos    = 20 // of one material
)

// Open tells whether it has not concluded.
func (s *Study) Open() bool { return s.Conclusion == nil }

// Is tells whether the actor is meant: as that person, or as staff of that unit whose area holds the matter's.
func (p Party) Is(actor mediation.Actor, area grid.Code) bool {
	return p.User != "" && p.User == actor.ID || p.Unit != "" && p.Unit == actor.Unit && actor.Area.Contains(area)
}

// to is where notices to a party go.
func (p Party) to(area grid.Code) mediation.Recipient {
	if p == (Party{}) { // whoever had it is of an accused's side
		return mediation.Recipient{Role: mediation.CountyStaff, Area: area}
	}
	if p.User != "" {
		return mediation.Recipient{User: p.User}
	}
	return mediation.Recipient{Unit: p.Unit, Area: area}
}

// member tells whether the actor takes part, as a member or as one who was ordered something.
func (s *Study) member(actor mediation.Actor) bool {
	return s.sits(actor) || slices.ContainsFunc(s.Orders, func(o Order) bool { return o.Is(actor, s.Area) })
}

// sits tells whether the actor is a member.
func (s *Study) sits(actor mediation.Actor) bool {
	return slices.ContainsFunc(s.Members, func(m Member) bool { return m.Is(actor, s.Area) })
}

// People are the users whom the study speaks of.
func (s *Study) People() []string {
	ids := []string{s.By}
	for _, m := range s.Members {
		ids = append(ids, m.User)
	}
	for _, m := range s.Materials {
		ids = append(ids, m.By)
	}
	if s.Conclusion != nil {
		ids = append(ids, s.Conclusion.By)
	}
	for _, o := range s.Orders {
		ids = append(ids, o.User, o.By, o.DoneBy)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// order returns the order of that id, or nil.
func (s *Study) order(id string) *Order {
	if i := slices.IndexFunc(s.Orders, func(o Order) bool { return o.ID == id }); i >= 0 {
		return &s.Orders[i]
	}
	return nil
}
