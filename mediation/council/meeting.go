// Package council is the villagers' deliberation in a grid (网格议事): who is invited to talk about what, who came, what was decided, and
// the minutes. What is to be done afterwards are papers of their own (package slip reaches here through a port), about the meeting: they
// have owners and due dates, are reminded of and listed as overdue like all others.
//
//	convened ──▶ held ──▶ minuted
//	    └──▶ cancelled
package council

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// State is where a meeting stands.
type State string

// The states.
const (
	Convened  State = "convened"  // 已通知
	Held      State = "held"      // 已召开
	Minuted   State = "minuted"   // 已定纪要
	Cancelled State = "cancelled" // 已取消
)

// States are all states in order, with their names.
var States = []struct {
	State  State
	Zh, En string
}{{Convened, "已通知", "convened"}, {Held, "已召开", "held"}, {Minuted, "已定纪要", "minuted"}, {Cancelled, "已取消", "cancelled"}}

// Outcome is what a meeting made of an item of its agenda.
type Outcome string

// The outcomes.
const (
	Adopted  Outcome = "adopted"  // 通过
	Rejected Outcome = "rejected" // 不通过
	Deferred Outcome = "deferred" // 缓议
)

// Item is one thing to talk about.
type Item struct {
	ID    string
	Words mediation.Sealed
	// Decision is what was decided; nil until then.
	Decision *Decision
}

// Decision (决议) is what was decided, and how many were for it.
type Decision struct {
	At                    time.Time
	By                    string
	Outcome               Outcome
	For, Against, Abstain int
	Words                 mediation.Sealed
}

// Invitee is somebody who was asked to come: a user, who is told, or a villager by name.
type Invitee struct {
	ID       string
	User     string           // "" for a villager without an account
	Name     mediation.Sealed // of a villager, under a key of its own
	Match    []string         // keyed hashes by which a villager is found, of name and phone; none where they have been erased
	Attended bool
}

// Entry is one line of the meeting's history.
type Entry struct {
	At    time.Time
	Actor string
	Kind  string // convened, attendance, decided, minutes, cancelled, handed_over, erased
	Cmd   string // the client's idempotency key, hashed
}

// Meeting (议事会) is one deliberation with all that became of it.
type Meeting struct {
	ID       string
	Revision int64
	Policy   string // version that it is judged under
	Area     grid.Code
	Convener string
	At       time.Time // when it is to be
	Made     time.Time
	State    State
	Key      string // seal key of all its words
	Topic    mediation.Sealed
	Place    mediation.Sealed
	Agenda   []Item
	Invited  []Invitee
	Minutes  mediation.Sealed
	Reason   mediation.Sealed // of cancelling it
	History  []Entry
	Erased   bool // its words and names are gone

	// Unsent are announcements stored with the change and not yet handed to the outbox.
	Unsent []mediation.Notice
}

// Attended is how many came.
func (m *Meeting) Attended() int {
	n := 0
	for _, i := range m.Invited {
		if i.Attended {
			n++
		}
	}
	return n
}

// invites tells whether a user was invited, or called the meeting.
func (m *Meeting) invites(user string) bool {
	return m.Convener == user || slices.ContainsFunc(m.Invited, func(i Invitee) bool { return i.User == user })
}

// KeptSince is since when nothing has happened with the meeting: its day, or its last change if that is later. Zero where its words are gone.
func (m *Meeting) KeptSince() time.Time {
	if m.Erased {
		return time.Time{}
	}
	since := m.At
	if n := len(m.History); n > 0 && m.History[n-1].At.After(since) {
		since = m.History[n-1].At
	}
	return since
}

// open tells whether something is still to be done with it.
func (m *Meeting) open() bool { return !m.Erased && (m.State == Convened || m.State == Held) }

func (m *Meeting) item(id string) *Item {
	if i := slices.IndexFunc(m.Agenda, func(i Item) bool { return i.ID == id }); i >= 0 {
		return &m.Agenda[i]
	}
	return nil
}

// tell announces something to every invited user once the change is stored.
func (m *Meeting) tell(kind mediation.NoticeKind, at time.Time) {
	seq := len(m.History)
	for i, who := range m.Invited {
		if who.User != "" && who.User != m.Convener {
			m.Unsent = append(m.Unsent, mediation.Notice{ID: m.ID + "/" + strconv.Itoa(seq) + "/" + strconv.Itoa(i), Kind: kind, At: at, Seq: seq,
				To: mediation.Recipient{User: who.User}, Due: m.At, Subject: "deliberation/" + m.ID})
		}
	}
}

// May tells whether the actor may do the action to the meeting: as staff or field people of its area, as its convener, or as invited, be it
// in the place of somebody for whom they stand in there.
func May(actor mediation.Actor, a mediation.Action, m *Meeting) bool {
	for _, s := range mediation.Scopes(a, actor.Role) {
		if s == mediation.InArea && actor.Area.Contains(m.Area) || s == mediation.Addressed && (m.invites(actor.ID) || actor.For != "" && actor.Area.Contains(m.Area) && m.invites(actor.For)) {
			return true
		}
	}
	return false
}

// Order is a command with who gives it and when.
type Order struct {
	Actor mediation.Actor
	At    time.Time
	Cmd   string
}

// done notes a change.
func (m *Meeting) done(o Order, kind string) {
	m.Revision++
	m.History = append(slices.Clip(m.History), Entry{At: o.At, Actor: o.Actor.ID, Kind: kind, Cmd: o.Cmd})
}

// Convene checks a new meeting and calls it: notice must be given as long before as policy says.
func Convene(m *Meeting, o Order, p policy.Deliberation, deadline time.Time) error {
	if m.At.Before(deadline) {
		return mediation.Refusal("council", mediation.Conflict, "council.short_notice", "at", "ahead", p.Ahead.String())
	}
	m.State, m.Made = Convened, o.At
	m.done(o, "convened")
	m.tell(mediation.NoticeInvited, o.At)
	return nil
}

// Attendance notes who came. A meeting is not held before its time; a list that was wrong is put right until something has been decided.
func Attendance(m *Meeting, o Order, came []string) error {
	decided := slices.ContainsFunc(m.Agenda, func(i Item) bool { return i.Decision != nil })
	if m.State != Convened && (m.State != Held || m.Erased || decided) {
		return m.wrong()
	}
	if o.At.Before(m.At) {
		return mediation.Refusal("council", mediation.Conflict, "council.early", "")
	}
	m.Invited = slices.Clone(m.Invited)
	for i := range m.Invited {
		m.Invited[i].Attended = slices.Contains(came, m.Invited[i].ID)
	}
	for _, id := range came {
		if !slices.ContainsFunc(m.Invited, func(i Invitee) bool { return i.ID == id }) {
			return mediation.Refusal("council", mediation.Invalid, "unknown_value", "attended", "value", id)
		}
	}
	m.State = Held
	m.done(o, "attendance")
	return nil
}

// Quorate tells whether enough came to decide anything: more than the policy's share of those invited.
func (m *Meeting) Quorate(p policy.Deliberation) bool {
	return m.Attended()*100 > p.QuorumPercent*len(m.Invited)
}

// Decide notes what was decided of an item. It takes a quorum, no more voices than there were people, and more than half of them to adopt. To defer an
// item takes none: so a meeting for which too few came ends too.
func Decide(m *Meeting, o Order, item string, d Decision, p policy.Deliberation) error {
	if m.State != Held {
		return m.wrong()
	}
	at := m.item(item)
	if at == nil {
		return mediation.Refusal("council", mediation.Invalid, "unknown_value", "item", "value", item)
	}
	came := m.Attended()
	switch {
	case at.Decision != nil:
		return mediation.Refusal("council", mediation.Conflict, "council.decided", "item")
	case d.Outcome != Deferred && !m.Quorate(p):
		return mediation.Refusal("council", mediation.Conflict, "council.no_quorum", "", "came", strconv.Itoa(came), "invited", strconv.Itoa(len(m.Invited)), "percent", strconv.Itoa(p.QuorumPercent))
	case d.For+d.Against+d.Abstain > came:
		return mediation.Refusal("council", mediation.Invalid, "council.voices", "for", "came", strconv.Itoa(came))
	case d.Outcome == Adopted && d.For*2 <= came:
		return mediation.Refusal("council", mediation.Invalid, "council.no_majority", "outcome", "came", strconv.Itoa(came))
	}
	d.At, d.By = o.At, o.Actor.ID
	m.Agenda = slices.Clone(m.Agenda)
	m.item(item).Decision = &d
	m.done(o, "decided")
	return nil
}

// Minute ends the meeting with its minutes: every item has been decided, if only to defer it.
func Minute(m *Meeting, o Order, words mediation.Sealed) error {
	if m.State != Held {
		return m.wrong()
	}
	if slices.ContainsFunc(m.Agenda, func(i Item) bool { return i.Decision == nil }) {
		return mediation.Refusal("council", mediation.Conflict, "council.undecided", "")
	}
	m.State, m.Minutes = Minuted, words
	m.done(o, "minutes")
	m.tell(mediation.NoticeMinutes, o.At)
	return nil
}

// Cancel calls a meeting off that has not been held.
func Cancel(m *Meeting, o Order, reason mediation.Sealed) error {
	if m.State != Convened {
		return m.wrong()
	}
	m.State, m.Reason = Cancelled, reason
	m.done(o, "cancelled")
	m.tell(mediation.NoticeCalledOff, o.At)
	return nil
}

// follows tells whether something to be done can be set down now.
func (m *Meeting) follows() error {
	if m.Erased {
		return errErased
	}
	if m.State != Held && m.State != Minuted {
		return m.wrong()
	}
	return nil
}

func (m *Meeting) wrong() error {
	if m.Erased {
		return errErased
	}
	return mediation.Refusal("council", mediation.Conflict, "council.state", "", "meetingState", string(m.State))
}

// errErased: nothing can be added to words that are gone.
var errErased = mediation.Refusal("council", mediation.Conflict, "council.erased", "")
