package mediation

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
	"sort"
	"time"

	"fengqiao/grid"
)

// Event is one entry of a case's timeline. Events chain: each Hash covers the event and the hash before it, over the
// sealed form of personal values, so that erasing a key leaves the chain intact.
type Event struct {
	Seq   int // from 1
	At    time.Time
	Actor string
	Role  Role
	Kind  string // the command's name, or one of the system's: offered, offer_expired, reminded, breached …
	From  State
	To    State
	Place grid.Code
	Data  map[string]string // codes and figures, never personal values
	Words Sealed
	Cmd   string // the client's idempotency key (hashed): the same command is not carried out twice
	Prev  []byte
	Hash  []byte
}

// Seal of the chain: every field, length-prefixed, in a fixed order.
func (e *Event) sum() []byte {
	h := sha256.New()
	put(h, "fengqiao event 1")
	putInt(h, int64(e.Seq))
	putInt(h, e.At.UnixMilli())
	for _, s := range []string{e.Actor, string(e.Role), e.Kind, string(e.From), string(e.To), string(e.Place), e.Words.Key, string(e.Words.Box), e.Cmd} {
		put(h, s)
	}
	keys := make([]string, 0, len(e.Data))
	for k := range e.Data {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	putInt(h, int64(len(keys)))
	for _, k := range keys {
		put(h, k)
		put(h, e.Data[k])
	}
	put(h, string(e.Prev))
	return h.Sum(nil)
}

func put(h hash.Hash, s string) {
	putInt(h, int64(len(s)))
	h.Write([]byte(s))
}

func putInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// log appends the event to the case's timeline and chains it.
func (c *Case) log(e Event) {
	e.Seq = c.Spilled + len(c.Events) + 1
	e.Prev = c.Head
	e.Hash = e.sum()
	c.Head = e.Hash
	c.follow(&e)
	if c.Unit != "" && !has(c.Had, c.Unit) {
		c.Had = append(slices.Clip(c.Had), c.Unit)
	}
	c.Events = append(c.Events, e)
}

// VerifyChain checks a run of events that follows the hash before (nil at the beginning) and returns the position of the
// first event that does not fit, or -1.
func VerifyChain(before []byte, firstSeq int, events []Event) int {
	for i := range events {
		e := &events[i]
		if e.Seq != firstSeq+i || string(e.Prev) != string(before) || string(e.sum()) != string(e.Hash) {
			return i
		}
		before = e.Hash
	}
	return -1
}

// NoticeKind says what a recipient is to be told; push has the words.
type NoticeKind string

// The notices.
const (
	NoticeNewCase     NoticeKind = "case_opened"      // staff: a case needs screening
	NoticeEmergency   NoticeKind = "emergency"        // desk and staff: danger
	NoticeOffer       NoticeKind = "offer"            // mediator: a case needs you
	NoticeFilled      NoticeKind = "offer_filled"     // mediator: the place is taken
	NoticeCancelled   NoticeKind = "offer_withdrawn"  // mediator: no longer needed
	NoticeAccepted    NoticeKind = "case_accepted"    // reporter, staff: a mediator took it
	NoticeProgress    NoticeKind = "case_progress"    // reporter: state changed
	NoticeNeedsHand   NoticeKind = "case_needs_hand"  // staff: assign by hand
	NoticeAssigned    NoticeKind = "case_assigned"    // mediator: assigned by hand
	NoticeReminder    NoticeKind = "clock_reminder"   // whoever has it: due soon
	NoticeBreach      NoticeKind = "clock_breach"     // whoever has it and their supervisor: overdue
	NoticeSign        NoticeKind = "please_sign"      // who has to sign
	NoticeFollowUp    NoticeKind = "follow_up_due"    // mediator, grid worker: return visit
	NoticeReopened    NoticeKind = "case_reopened"    // staff and panel
	NoticeTransferred NoticeKind = "case_transferred" // receiving unit or desk
	NoticeUnplaced    NoticeKind = "report_unplaced"  // staff: place this report
	NoticeRefused     NoticeKind = "party_refused"    // staff, panel: a party refused
	NoticeAlike       NoticeKind = "cases_alike"      // staff: two open cases share a party
	NoticeDesk        NoticeKind = "desk_echo"        // outside desk: the state of its order has changed
	NoticeDeskLost    NoticeKind = "desk_order_lost"  // staff: a desk spoke of an order that never came
	NoticeStudy       NoticeKind = "study"            // leaders, members: an escalated study was called, concluded, reported on
	NoticeStudyOrder  NoticeKind = "study_order"      // whom a study has ordered something
	NoticeDispatched  NoticeKind = "dispatched"       // who is on duty, or a unit: a dispatch rule sends them a case
	NoticeDutyGap     NoticeKind = "duty_gap"         // staff: nobody is, or soon will be, on duty at a post
	NoticeStray       NoticeKind = "stray_matter"     // who is on duty: a matter has been without a case for too long
	NoticeCalendar    NoticeKind = "calendar_missing" // administrators, staff: the days off of a near year are not known
	NoticeRezoned     NoticeKind = "case_rezoned"     // staff, grid leader: a change of plans has made the case theirs
	NoticeJoint       NoticeKind = "joint_handling"   // units: a handling order names or frees them; who consulted: it was not signed
	NoticeTask        NoticeKind = "sub_task"         // unit, owner, lead: a sub-task is given, answered, sent back, due
	NoticeCharge      NoticeKind = "leader_charge"    // leader: a case is in their charge, a review is due
	NoticeProxy       NoticeKind = "proxy"            // helper, staff: a party has somebody act for them, or takes that back
	NoticeHandOver    NoticeKind = "hand_over"        // successor, leaver, who proposed it: look at the hand-over

	NoticeSlip         NoticeKind = "slip_issued"   // addressee: a paper of supervision to acknowledge and answer
	NoticeSlipReminder NoticeKind = "slip_reminder" // addressee: its limit ends soon
	NoticeSlipOverdue  NoticeKind = "slip_overdue"  // addressee, issuer, supervisor: its limit has passed
	NoticeSlipAnswered NoticeKind = "slip_answered" // issuer: acknowledged, answered, mended
	NoticeSlipMoved    NoticeKind = "slip_moved"    // addressee: found, visited, accepted, sent back, withdrawn
)

// What goes on in a grid beside cases.
const (
	NoticeInvited   NoticeKind = "deliberation_invited"    // who is to come: a meeting
	NoticeMinutes   NoticeKind = "deliberation_minutes"    // who was invited: its minutes are there
	NoticeCalledOff NoticeKind = "deliberation_called_off" // who was invited: it does not take place
	NoticeCampaign  NoticeKind = "campaign_changed"        // office of its area: a campaign against the backlog was ended early or prolonged
	NoticeDocket    NoticeKind = "review_list"             // who sits: a review list is frozen, they sit soon
	NoticeDecision  NoticeKind = "review_decision"         // who is to carry it out, who decided: a review has decided, it was carried out
	NoticeOpinion   NoticeKind = "opinion_campaign"        // staff, responsible unit: a campaign for suggestions has opened, closed, been prolonged, its results are out
	NoticeTeam      NoticeKind = "team_post"               // who was put into a post of a grid's team, or is out of it
	NoticeStandIn   NoticeKind = "team_substitute"         // substitute, holder: a substitution is named, begins, ends
	NoticeVacancy   NoticeKind = "team_vacancy"            // whom policy names: a post that must be filled has been vacant too long
)

// What becomes of assessed villages (无信访村).
const (
	NoticeVillage    NoticeKind = "village_result" // who answers for a village: it has not passed, was corrected, its objection was decided; the county: it objects
	NoticeVillageDue NoticeKind = "village_due"    // the county, who objected: the decision falls due, or is late
)

// Notice is one announcement that is stored with the change it announces.
type Notice struct {
	ID   string // case id, event seq and position: the same on every rerun
	Kind NoticeKind
	At   time.Time
	Case string
	Seq  int // order per case
	To   Recipient
	// Due is the deadline that the notice speaks of, zero if none.
	Due time.Time
	// Number is the outside desk's own number of the matter, for NoticeDesk.
	Number string
	// Subject is what is to be opened where that is not the case: a room's word and an id, such as "slip/…"; "" for the case.
	Subject string
}

// Recipient is a user, or everybody with a role whose area holds Area (a shared address, so that a leaver's cases are not
// lost), or the staff of a unit.
type Recipient struct {
	User string
	Role Role
	Area grid.Code
	Unit string
	// Alone: it is for them in person, and not for who stands in for them in a grid's team.
	Alone bool
}
