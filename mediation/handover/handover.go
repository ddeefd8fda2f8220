// Package handover (工作移交) passes on what a person has in hand when they leave: a report of every open matter, a successor who is
// proposed, looks at it and accepts all of it or nothing. Nothing is left without somebody who may act on it.
//
// What a person has in hand lies in several rooms, each with documents of its own, so that no one write moves it all. The hand-over's
// own document is the owner: acceptance is one write to it, after which the hand-over will be carried out whatever happens. Each
// matter is then handed over by itself, once however often it is tried, and the last write says that it is done. A crash in between
// leaves an accepted hand-over, which Sweep takes up again; one before it leaves a proposal, of which nothing has been carried out.
package handover

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// State is where a hand-over stands.
type State string

// The states.
const (
	Owed      State = "owed"      // 待移交: there is no successor, or none that wants it
	Proposed  State = "proposed"  // 待接收: the successor is asked
	Accepted  State = "accepted"  // 移交中: the successor has said yes; it is being carried out
	Done      State = "done"      // 已移交
	Cancelled State = "cancelled" // 已取消
)

// Open tells whether something is still expected of somebody.
func (s State) Open() bool { return s == Owed || s == Proposed || s == Accepted }

// Matter (在办事项) is one thing that a person has in hand.
type Matter struct {
	Room string // which room it lies in: seat, offer, post …
	Key  string // within the room
	// Case, Number, State and Category are of the case that it is about; "" where it is about none.
	Case     string
	Number   string
	State    mediation.State
	Category string
	Area     grid.Code
	// Role and Unit are of a post.
	Role  mediation.Role
	Unit  string
	Cases int // open cases of a post
	// Party is for whom an errand is, Name theirs under their own key, and Errands how many of theirs are under way.
	Party   string
	Name    mediation.Sealed
	Errands int
	Due     time.Time // when something is due next, zero: nothing
	// Ends is what Due comes from, by the version Policy of the rules; zero where nothing is due, or an earlier release wrote the matter down.
	Ends   Ends
	Policy string
	// Restricted is the one role that may know of it, besides who leaves and a successor who may take it; "": it is no secret.
	Restricted mediation.Role
	// Beside is the case by whose sight a restricted one goes, and KeptFrom the keys (mediation.Actor.Keys) of whom it is about; neither is shown.
	Beside   string
	KeptFrom []string
	// Shared: others hold it as well and go on with it, so that it needs no successor.
	Shared bool
}

// TeamPost is the room of posts in grids' teams, whose areas are those of the teams.
const TeamPost = "team_post"

// within leaves what belongs to a post: the post itself, and what lies inside its area. Another post inside it is another's matter.
func within(area grid.Code, list []Matter) []Matter {
	if area == "" {
		return list
	}
	return slices.DeleteFunc(list, func(m Matter) bool { return !area.Contains(m.Area) || m.Room == TeamPost && m.Area != area })
}

// same tells whether two say the same matter, whatever has happened to it since.
func (m Matter) same(o Matter) bool { return m.Room == o.Room && m.Key == o.Key }

// Outcome is what became of a matter.
type Outcome struct {
	Room, Key string
	Passed    mediation.Passed
}

// Line is one line of a hand-over's history.
type Line struct {
	At   time.Time
	By   string // user id
	What string // opened, proposed, refused, withdrawn, accepted, done, cancelled
	Who  string // the successor in question
	// Words are why, of who did it. Note is the same in plain, of records that were written before words were sealed.
	Words mediation.Sealed
	Note  string
}

// HandOver (移交) is one person's hand-over.
type HandOver struct {
	ID       string
	Revision int64 // counts changes by people
	Leaver   string
	Area     grid.Code // the leaver's when it was opened
	By       string    // who opened it
	// Key is what the words are sealed under; Why is why they leave. Reason is the same in plain, of records that were written before words were
	// sealed.
	Key    string
	Why    mediation.Sealed
	Reason string
	// Erased: the words are gone.
	Erased bool
	// File is the leaver's file (一人一档) as it stood when all was handed over.
	File File
	// Within: it is of their post in this area's team, and of what they have in hand inside it; "": of everything.
	Within grid.Code
	State  State
	// Successor is who is asked, or has accepted.
	Successor string
	// Force: load, leave and distance are overruled.
	Force bool
	// Matters are what the successor is asked to take over, as it was when they were asked.
	Matters  []Matter
	Outcomes []Outcome
	History  []Line
	Opened   time.Time
	// NextDue is when Sweep must look again; zero: never.
	NextDue time.Time
	Stumble int // failed runs in a row
}

// Order is who changes a hand-over, when and on what knowledge.
type Order struct {
	By       string
	At       time.Time
	Revision int64
	Words    mediation.Sealed // why
}

// MaxMatters bounds a hand-over's document; who has more hands them over in the rooms, bit by bit.
const MaxMatters = 1000

// maxHistory is as much as people read.
const maxHistory = 100

func (h *HandOver) note(o Order, what, who string) {
	h.Revision++
	h.History = append(slices.Clone(h.History), Line{At: o.At, By: o.By, What: what, Who: who, Words: o.Words})
	if n := len(h.History) - maxHistory; n > 0 {
		h.History = h.History[n:]
	}
}

// begin checks what every change must meet.
func (h *HandOver) begin(o Order, in ...State) error {
	if o.Revision != h.Revision {
		return mediation.ErrStale
	}
	if !slices.Contains(in, h.State) {
		return mediation.Refusal("hand-over: begin", mediation.Conflict, "handover.state", "", "standing", string(h.State))
	}
	return nil
}

// Propose asks a successor, in place of any who was asked before.
func (h *HandOver) Propose(o Order, successor string, force bool, matters []Matter) error {
	if err := h.begin(o, Owed, Proposed); err != nil {
		return err
	}
	if err := bounded(matters); err != nil {
		return err
	}
	h.State, h.Successor, h.Force, h.Matters = Proposed, successor, force, matters
	h.note(o, "proposed", successor)
	return nil
}

// Renew brings the report up to date; the successor looks again.
func (h *HandOver) Renew(o Order, matters []Matter) error {
	if err := h.begin(o, Proposed); err != nil {
		return err
	}
	if err := bounded(matters); err != nil {
		return err
	}
	h.Matters = matters
	h.note(o, "renewed", h.Successor)
	return nil
}

// Accept takes over what is there now, and keeps the leaver's file as it stands. Nothing may have come that the successor has not seen; what has
// ended since is left out.
func (h *HandOver) Accept(o Order, now []Matter, file File) error {
	if err := h.begin(o, Proposed); err != nil {
		return err
	}
	if h.News(now) {
		return mediation.Refusal("hand-over: accept", mediation.Conflict, "handover.changed", "")
	}
	h.State, h.Matters, h.NextDue, h.File = Accepted, now, o.At, file
	h.note(o, "accepted", h.Successor)
	return nil
}

// News tells whether there are matters that the successor has not seen.
func (h *HandOver) News(now []Matter) bool {
	return slices.ContainsFunc(now, func(m Matter) bool { return !m.Shared && !slices.ContainsFunc(h.Matters, m.same) })
}

// Refuse leaves the hand-over without a successor.
func (h *HandOver) Refuse(o Order) error {
	if err := h.begin(o, Proposed); err != nil {
		return err
	}
	h.note(o, "refused", h.Successor)
	h.State, h.Successor = Owed, ""
	return nil
}

// Cancel ends a hand-over that is not needed any more.
func (h *HandOver) Cancel(o Order) error {
	if err := h.begin(o, Owed, Proposed); err != nil {
		return err
	}
	h.note(o, "cancelled", h.Successor)
	h.State = Cancelled
	return nil
}

// Finish notes what became of every matter. It does nothing the second time.
func (h *HandOver) Finish(at time.Time, outcomes []Outcome) {
	if h.State != Accepted {
		return
	}
	h.State, h.Outcomes, h.NextDue, h.Stumble = Done, outcomes, time.Time{}, 0
	h.note(Order{By: mediation.SystemActor.ID, At: at}, "done", h.Successor)
}

// Stand puts another try off after a failure: 10 s, 20 s, 40 s … at most an hour.
func (h *HandOver) Stand(at time.Time) {
	if h.State != Accepted {
		return
	}
	h.NextDue = at.Add(min(10*time.Second<<min(h.Stumble, 9), time.Hour))
	h.Stumble++
}

// Notices tell whom it concerns of the newest change. They are the same on every rerun.
func (h *HandOver) Notices() []mediation.Notice {
	last := h.History[len(h.History)-1]
	var to []string
	switch last.What {
	case "proposed", "renewed", "cancelled":
		to = []string{h.Successor, h.Leaver, h.By}
	case "refused", "done":
		to = []string{h.By, h.Leaver, last.Who}
	}
	var list []mediation.Notice
	seen := []string{last.By, ""} // nobody is told of what they did themselves
	for _, user := range to {
		if !slices.Contains(seen, user) {
			seen = append(seen, user)
			list = append(list, h.notice(len(list), last, mediation.Recipient{User: user}))
		}
	}
	if h.State == Owed {
		list = append(list, h.notice(len(list), last, mediation.Recipient{Role: mediation.CountyStaff, Area: h.Area}))
	}
	return list
}

func (h *HandOver) notice(i int, last Line, to mediation.Recipient) mediation.Notice {
	return mediation.Notice{ID: "handover/" + h.ID + "/" + strconv.FormatInt(h.Revision, 10) + "/" + strconv.Itoa(i),
		Kind: mediation.NoticeHandOver, At: last.At, Seq: int(h.Revision), To: to}
}

func bounded(matters []Matter) error {
	if len(matters) > MaxMatters {
		return mediation.Refusal("hand-over: bounded", mediation.Conflict, "too_many", "matters", "max", strconv.Itoa(MaxMatters))
	}
	return nil
}
