// Package slip is the paper of supervision (督办文书): somebody tells a unit, a person or a post what is to be done about something,
// by when it must be acknowledged and answered, and judges the answer. A county's reminders, contact and assignment slips,
// supervision orders, transfers of clues and warnings are kinds of it, which policy describes (policy.Slips); so are sub-tasks
// and suggestions with a reply due, which other rooms issue by Service.Issue and list by what they are about.
//
//	issued ──▶ acknowledged ──▶ answered ──▶ accepted
//	   │             │         ▲        │
//	   │             │         └ returned
//	   └─────────────┴─ in time not ─┴─ not enough ─▶ escalated: the kind that policy names follows, to the same addressee
//
// Decisions are pure (decide.go, tick.go). A slip is one document; what a change of it makes necessary in other documents (the event
// in its case's timeline, the slip that follows, the outbox) is noted in it with the change and struck off when it is done, under
// ids that are the same on every run: so a crash in between costs nothing, on either store (service.go, sweep.go).
package slip

import (
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// State is where a slip stands.
type State string

// The states.
const (
	Issued       State = "issued"       // 待签收
	Acknowledged State = "acknowledged" // 已签收，待答复
	Answered     State = "answered"     // 已答复，待审核
	Returned     State = "returned"     // 退回，待重报
	Accepted     State = "accepted"     // 已销号
	Escalated    State = "escalated"    // 已升级: another has taken its place
	Withdrawn    State = "withdrawn"    // 已撤回
)

// States are all states in order, with their names.
var States = []struct {
	State  State
	Zh, En string
}{
	{Issued, "待签收", "to be acknowledged"}, {Acknowledged, "已签收，待答复", "acknowledged"}, {Answered, "已答复，待审核", "answered"},
	{Returned, "退回，待重报", "sent back"}, {Accepted, "已销号", "accepted"}, {Escalated, "已升级", "escalated"}, {Withdrawn, "已撤回", "withdrawn"},
}

// Over tells whether nothing more happens to it.
func (s State) Over() bool { return s == Accepted || s == Escalated || s == Withdrawn }

// waits tells whether the addressee has a reply to give.
func (s State) waits() bool { return s == Issued || s == Acknowledged || s == Returned }

// Subject is what a slip is about: a case, an area, or a thing of another room, by that room's word and its id.
type Subject struct {
	Kind string // "case", "area", "deliberation" …
	ID   string
}

// The subjects that this room knows itself.
const (
	AboutCase = "case"
	AboutArea = "area"
	// AboutSuggestion is a resident's suggestion, whose words the slip says again: it is erased with that.
	AboutSuggestion = "suggestion"
)

// Addressee is who is to answer: one person, the staff of a unit that serves Area, or whoever holds the post of a role there.
type Addressee struct {
	User string
	Unit string
	Role mediation.Role
	Area grid.Code
}

// Form is which of policy.SlipAddressees it is; "" for none.
func (a Addressee) Form() string {
	switch {
	case a.User != "":
		return "person"
	case a.Unit != "":
		return "unit"
	case a.Role != "":
		return "post"
	}
	return ""
}

func (a Addressee) recipient() mediation.Recipient {
	return mediation.Recipient{User: a.User, Role: a.Role, Unit: a.Unit, Area: a.Area}
}

// Issuer is who issued it, and the post that they held. User is "" where the system did: then the post judges.
type Issuer struct {
	User string
	Role mediation.Role
	Unit string
	Area grid.Code
}

func (i Issuer) recipient() mediation.Recipient {
	if i.User != "" {
		return mediation.Recipient{User: i.User}
	}
	return mediation.Recipient{Role: i.Role, Area: i.Area}
}

// Limit is one running time limit of a slip.
type Limit struct {
	Since    time.Time
	Due      time.Time // zero: there is none, or it has been kept
	Reminded int
	Breached time.Time
	Named    bool // the issuer named its end; else the kind's rule made it
	// Late is when a limit before this one was broken, of which this one is the repeat: what was late stays so.
	Late time.Time
}

// late tells whether it has been broken by then, now or before.
func (l *Limit) late(at time.Time) bool {
	return !l.Breached.IsZero() || !l.Late.IsZero() || !l.Due.IsZero() && !l.Due.After(at)
}

// Statement is what was said of a finding.
type Statement struct {
	At     time.Time
	By     string
	Words  mediation.Sealed
	Photos []string
}

// Verdict is how a finding was judged.
type Verdict string

// The verdicts: tolerated (容错) spares who erred honestly, accountable (问责) holds them to account. Either way the finding is mended (纠错).
const (
	Tolerated   Verdict = "tolerated"
	Accountable Verdict = "accountable"
)

// Withdrawal is what somebody who judges the slip asks for who may not withdraw it alone.
type Withdrawal struct {
	Statement
	Role mediation.Role
	Area grid.Code
}

// Finding (问题) is something found wrong.
type Finding struct {
	ID string
	Statement
	Mended  *Statement // the rectification, with its proof
	Verdict Verdict
	Measure string     // of accountability, a word of policy
	Judged  *Statement // reasons, and who approved
}

// Member is somebody of the supervision team.
type Member struct {
	User     string // "" for somebody without an account
	Name     mediation.Sealed
	Capacity string // lawyer, leader … as policy calls it
}

// Entry is one line of the slip's history.
type Entry struct {
	At    time.Time
	Actor string
	Role  mediation.Role
	Kind  string // the command's name, or issued, reminded, overdue, escalated
	To    State
	Data  map[string]string // codes, never words
	Words mediation.Sealed  // reply, finding, reasons, what was seen
	// Photos are its proof.
	Photos []string
	Cmd    string // the client's idempotency key, hashed: the same command is not carried out twice
}

// MaxEntries bounds a slip's history.
const MaxEntries = 500

// Number is the paper's own: the N-th of its kind, county and year.
type Number struct {
	Series string // "reminder/33.01.11/2026"
	N      int64  // issued by the store with the insert, without gaps
}

// Slip is one paper with all that became of it.
type Slip struct {
	ID       string
	Revision int64 // business changes; If-Match compares it
	Number   Number
	Kind     string
	Policy   string // version that it is judged under
	About    Subject
	Case     string    // the case it is about, directly or through its subject; ""
	Area     grid.Code // where it belongs, for who sees by area
	// Restricted is the one role that sees it besides issuer and addressee; "": it is an ordinary one.
	Restricted mediation.Role
	// KeptFrom are the keys (mediation.Actor.Keys) of whom a restricted one is about: they see nothing of it, whatever they are.
	KeptFrom []string
	Issuer   Issuer
	To       Addressee
	Key      string // seal key of all its words
	Words    mediation.Sealed
	// Trigger is the policy's, where the system issued it; From the slip that it follows, Next the one that follows it.
	Trigger, From, Next string

	State       State
	Acknowledge Limit
	Reply       Limit
	Returns     int // replies sent back
	Visits      int
	Findings    []Finding
	Team        []Member
	Withdrawal  *Withdrawal // asked for and not approved yet
	Issued      time.Time
	Changed     time.Time
	Ended       time.Time
	Erased      bool // its words and photos are gone
	History     []Entry

	// Bookkeeping, not part of the revision.
	Unsent    []mediation.Notice // announcements stored with the change and not yet handed to the outbox
	Unlogged  []Note             // events that its case's timeline does not have yet
	Following *Following         // the slip that is to be made
	NextDue   time.Time          // when the sweep must look again; zero = never
	Stumble   int                // failed sweeps in a row
}

// Note is an event for a case's timeline.
type Note struct {
	Seq   int
	At    time.Time
	Actor string
	Role  mediation.Role
	Kind  string
	Data  map[string]string
}

// Following is the slip that takes this one's place.
type Following struct {
	ID   string
	Kind string
	Why  string // unacknowledged, unanswered, insufficient
}

// KeptSince is since when its words and photos have been kept by nobody's need any more; zero where they are gone, or go with something
// else: with a case, with the suggestion that it asks about, with the slip that has taken its place.
func (s *Slip) KeptSince() time.Time {
	if s.Case != "" || s.About.Kind == AboutSuggestion || s.State == Escalated || !s.State.Over() || s.Erased {
		return time.Time{}
	}
	return s.Ended
}

// OverdueFrom is since when it counts as overdue, now or later: the earlier end of its running limits; zero if none runs.
func (s *Slip) OverdueFrom() time.Time {
	var first time.Time
	if s.State.Over() {
		return first
	}
	for _, due := range []time.Time{s.Acknowledge.Due, s.Reply.Due} {
		if !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	return first
}

// Late tells whether a limit of it has been broken, now or before.
func (s *Slip) Late() bool { return s.Acknowledge.late(time.Time{}) || s.Reply.late(time.Time{}) }

// owes tells whether something is left that a withdrawal would wipe out: a finding that is not mended, a limit that has run out.
func (s *Slip) owes(at time.Time) bool {
	return s.Acknowledge.late(at) || s.Reply.late(at) || slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Mended == nil })
}

// finding returns the finding of that id, or nil.
func (s *Slip) finding(id string) *Finding {
	if i := slices.IndexFunc(s.Findings, func(f Finding) bool { return f.ID == id }); i >= 0 {
		return &s.Findings[i]
	}
	return nil
}

// Photos are all that were given as proof.
func (s *Slip) Photos() []string {
	var all []string
	for i := range s.History {
		all = append(all, s.History[i].Photos...)
	}
	return all
}

// Album is what photos of a slip belong to.
func (s *Slip) Album() string { return AlbumPrefix + s.ID }

// AlbumPrefix begins the owner of a slip's photos, where other photos name a case.
const AlbumPrefix = "slip/"

// Summary is a slip as lists show it: no words.
type Summary struct {
	ID         string
	Revision   int64
	Number     Number
	Kind       string
	Policy     string
	About      Subject
	Case       string
	Area       grid.Code
	Restricted mediation.Role
	Issuer     Issuer
	To         Addressee
	From, Next string
	State      State
	Findings   int
	Issued     time.Time
	Changed    time.Time
	Ended      time.Time
	AckDue     time.Time
	ReplyDue   time.Time
	Breached   bool
	// Counted says in which sets that scorecards count it is; not Current in what an earlier release stored.
	Counted mediation.Membership
}

// Summarise makes the slip's list form.
func (s *Slip) Summarise() Summary {
	return Summary{ID: s.ID, Revision: s.Revision, Number: s.Number, Kind: s.Kind, Policy: s.Policy, About: s.About, Case: s.Case, Area: s.Area, Restricted: s.Restricted,
		Issuer: s.Issuer, To: s.To, From: s.From, Next: s.Next, State: s.State, Findings: len(s.Findings), Issued: s.Issued, Changed: s.Changed, Ended: s.Ended,
		AckDue: s.Acknowledge.Due, ReplyDue: s.Reply.Due, Breached: s.Late(),
		Counted: MembershipOf(s)}
}

// log writes a line of history and, for a case that may know of it, an event.
func (s *Slip) log(e Entry) {
	e.To = s.State
	s.History = append(slices.Clip(s.History), e)
	if s.Case == "" || s.Restricted != "" {
		return
	}
	data := map[string]string{"slip": s.ID, "slipKind": s.Kind, "slipState": string(s.State)}
	for k, v := range e.Data {
		data[k] = v
	}
	s.Unlogged = append(slices.Clip(s.Unlogged), Note{Seq: len(s.History), At: e.At, Actor: e.Actor, Role: e.Role, Kind: "slip_" + e.Kind, Data: data})
}

// tell announces something once the change is stored. Of a restricted slip the notice names no case, and who stands in for somebody hears
// nothing.
func (s *Slip) tell(kind mediation.NoticeKind, at time.Time, due time.Time, to ...mediation.Recipient) {
	seq := len(s.History)
	for _, r := range to {
		r.Alone = s.Restricted != ""
		n := mediation.Notice{ID: s.ID + "/" + strconv.Itoa(seq) + "/" + strconv.Itoa(len(s.Unsent)), Kind: kind, At: at, Seq: seq, To: r, Due: due, Subject: "slip/" + s.ID}
		if s.Restricted == "" {
			n.Case = s.Case
		}
		s.Unsent = append(slices.Clip(s.Unsent), n)
	}
}

// watcher is who is told of a limit that passed, besides issuer and addressee.
func (s *Slip) watcher() mediation.Recipient {
	if s.Restricted != "" {
		return mediation.Recipient{Role: s.Restricted, Area: s.Area}
	}
	return mediation.Recipient{Role: mediation.Supervisor, Area: s.Area}
}
