package docket

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// Decision (会办决定) is what a review has decided over a case: who does what by when.
type Decision struct {
	ID, List, Case string
	Area           grid.Code // of the case when it was decided
	At             time.Time
	By             string
	Words          mediation.Sealed
	Party
	Due time.Time
	// Named: who decided named the time; else the list's rule did.
	Named bool
	// Done is when it was reported to be carried out, Report how; Late that its time passed before anything had come of it.
	Done   time.Time
	DoneBy string
	Report mediation.Sealed
	Late   time.Time
	// Handed is how often it went from one person to a successor.
	Handed int

	Untold  []mediation.Beside // what the case's timeline does not have yet
	NextDue time.Time
	Stumble int
	Version int64
}

// Party is who carries a decision out: one of a person and a unit, or nobody (apart.go).
type Party struct{ User, Unit string }

// Is tells whether the actor is meant: as that person, or as staff of that unit whose area holds the matter's.
func (p Party) Is(actor mediation.Actor, area grid.Code) bool {
	return p.User != "" && p.User == actor.ID || p.Unit != "" && p.Unit == actor.Unit && actor.Area.Contains(area)
}

func (p Party) to(area grid.Code) mediation.Recipient {
	if p == (Party{}) { // whoever had it is of an accused's side
		return mediation.Recipient{Role: mediation.CountyStaff, Area: area}
	}
	if p.User != "" {
		return mediation.Recipient{User: p.User}
	}
	return mediation.Recipient{Unit: p.Unit, Area: area}
}

// MaxDecisions is how many decisions one list takes over one case.
const MaxDecisions = 20

// Standing is what has become of a decision.
type Standing string

// The standings. Every decision is in exactly one.
const (
	Open  Standing = "open"  // 未落实，未到期
	Done  Standing = "done"  // 已落实
	Ended Standing = "ended" // 案件以其它方式了结：不予受理、撤回、退出…
	Late  Standing = "late"  // 逾期未落实
)

// Standings is all of them, in order.
var Standings = []Standing{Done, Open, Late, Ended}

// FollowUp is what has become of a decision, and how that is known.
type FollowUp struct {
	Standing Standing
	// How it is known to be done: the case is settled or closed, or who was to do it reported it; "" where it is not.
	How  string
	When time.Time // it was done; zero: it is not
	// InTime: done before its time passed.
	InTime bool
}

// How a decision is known to be done.
const (
	BySettled = "settled"
	ByClosed  = "closed"
	ByReport  = "report"
)

// FollowUpOf computes what has become of a decision from where its case stands, and from what was reported. A case that ended otherwise,
// refused, withdrawn or left, has not carried it out: it is counted as ended, and never as done.
func FollowUpOf(d *Decision, h *mediation.Summary, now time.Time) FollowUp {
	done := func(by string, at time.Time) FollowUp {
		return FollowUp{Done, by, at, !at.After(d.Due)}
	}
	closed := h.Closed
	if closed.IsZero() {
		closed = h.Changed
	}
	reported := !d.Done.IsZero()
	switch {
	case h.State == mediation.Settled && !(reported && d.Done.Before(closed)):
		return done(BySettled, closed)
	case h.State == mediation.Closed && !(reported && d.Done.Before(closed)):
		return done(ByClosed, closed)
	case reported:
		return done(ByReport, d.Done)
	case h.State.Over():
		return FollowUp{Standing: Ended}
	case !d.Due.After(now):
		return FollowUp{Standing: Late}
	}
	return FollowUp{Standing: Open}
}

// Tally counts decisions by what has become of them. The base of every share is all of them, so that to refuse or to end a case otherwise
// never makes one better.
type Tally struct {
	Decisions, Done, InTime, Open, Late, Ended int
}

// Add counts one more.
func (t *Tally) Add(f FollowUp) {
	t.Decisions++
	switch f.Standing {
	case Done:
		t.Done++
		if f.InTime {
			t.InTime++
		}
	case Open:
		t.Open++
	case Late:
		t.Late++
	case Ended:
		t.Ended++
	}
}

// turn is one change of a decision, at a time, by somebody. The deeds are pure and may run again on a newer decision.
type turn struct {
	*Decision
	at      time.Time
	by      mediation.Actor
	notices []mediation.Notice
}

// tell announces something once: what names the fact, so that a second run announces the same.
func (t *turn) tell(kind mediation.NoticeKind, what string, to mediation.Recipient) {
	prefix, n := "review/"+t.ID+"/"+what+"/", 0
	for i := range t.notices {
		if strings.HasPrefix(t.notices[i].ID, prefix) {
			n++
		}
	}
	t.notices = append(t.notices, mediation.Notice{ID: prefix + strconv.Itoa(n), Kind: kind, At: t.at, Case: t.Case, To: to, Due: t.Due, Subject: "review-decision/" + t.ID})
}

// note lets the case's timeline tell of it.
func (t *turn) note(kind, what string) {
	data := map[string]string{"decision": t.ID, "list": t.List, "due": t.Due.Format(time.RFC3339)}
	if t.Unit != "" {
		data["unit"] = t.Unit
	}
	t.Untold = append(slices.Clip(t.Untold), mediation.Beside{ID: "review/" + t.ID + "/" + what, At: t.at, Actor: t.by.ID, Role: t.by.Role, Kind: kind, Data: data})
}

// decide makes the decision known.
func (t *turn) decide() {
	t.Decision.At, t.By = t.at, t.by.ID
	t.tell(mediation.NoticeDecision, "decided", t.to(t.Area))
	t.note("review_decision", "decided")
}

// report notes that it has been carried out. The first report counts.
func (t *turn) report(words mediation.Sealed) error {
	if !t.Done.IsZero() {
		return mediation.Refusal("review", mediation.Conflict, "docket.done", "")
	}
	t.Done, t.DoneBy, t.Report = t.at, t.by.ID, words
	t.tell(mediation.NoticeDecision, "done", mediation.Recipient{User: t.By})
	t.note("review_done", "done")
	return nil
}

// tick notes, once, that the time has passed and nothing has come of it. What its case has done by then needs no report.
func (t *turn) tick(h *mediation.Summary) {
	if !t.Late.IsZero() || FollowUpOf(t.Decision, h, t.at).Standing != Late {
		return
	}
	t.Late = t.at
	t.tell(mediation.NoticeBreach, "late", t.to(t.Area))
	if t.By != t.User {
		t.tell(mediation.NoticeBreach, "late", mediation.Recipient{User: t.By})
	}
	t.note("review_late", "late")
}

// hand gives what somebody was to do in person to a successor. It does nothing where it is not theirs (any more) or done.
func (t *turn) hand(from, to string) {
	if t.User != from || from == to || !t.Done.IsZero() {
		return
	}
	t.User = to
	t.Handed++
	what := "handed/" + strconv.Itoa(t.Handed)
	t.tell(mediation.NoticeDecision, what, t.to(t.Area))
	t.note("review_passed_on", what)
}

// schedule says when the sweep must look again; zero: never.
func (t *turn) schedule(looked bool) {
	switch {
	case len(t.Untold) > 0:
		t.NextDue = t.at
	case t.Done.IsZero() && t.Late.IsZero() && !(looked && !t.Due.After(t.at)):
		t.NextDue = t.Due
	default:
		t.NextDue = time.Time{}
	}
}
