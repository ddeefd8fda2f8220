package mediation

import (
	"slices"
	"time"

	"fengqiao/mediation/policy"
)

// Nothing ends without an answer (事事有回音): whoever brought a matter in is told of its end together with the change that ends it, or it
// stands on record why nobody can be told.

// Heard is who of those who brought a matter in was told how this turn of it ended. The zero value is an earlier release's.
type Heard struct {
	// Known: it has been kept from the opening on. What an earlier release opened is not judged by it.
	Known bool
	// At is when it was settled who is told, Seq the event that they were told with, Reports how many reports the case had then.
	At      time.Time
	Seq     int
	Reports int
	// By are the ways in which they were told: HeardReporter, HeardHelper, HeardDesk, HeardParty.
	By []string
	// None is why nobody could be told: UntoldAnonymous, UntoldErased; "" where somebody was.
	None string
}

// The ways in which somebody hears.
const (
	HeardReporter = "reporter" // a notice to the account that reported it
	HeardHelper   = "helper"   // a notice to who acts for a party
	HeardDesk     = "desk"     // an echo to the outside desk's number
	HeardParty    = "party"    // an applicant's own link, or a paper of the petition
)

// Why nobody can be told.
const (
	UntoldAnonymous = "anonymous" // nobody left an account, a number of a desk or a way to reach them
	UntoldErased    = "erased"    // who it was has been erased
)

// settled tells whether it is on record who was told of the end, for every report that the case has.
func (h *Heard) settled(reports int) bool { return !h.At.IsZero() && reports <= h.Reports }

// goesOn tells whether the matter is not at its end: it is open, or another case has it.
func (c *Case) goesOn() bool { return !c.State.Over() || c.State == Joined }

// hear sees to it that an end is told to everybody who brought the matter in, with the event that is about to be logged, and notes it. Where
// nobody can be told, the policy's rules for that are asked: somebody may still go there.
func (d *decision) hear() {
	switch {
	case !d.Heard.Known:
		return
	case d.goesOn():
		d.Heard = Heard{Known: true}
		return
	case d.Heard.settled(len(d.Reports)):
		return
	}
	told := map[string]bool{"": true}
	for _, n := range d.notices {
		told[n.To.User] = true
	}
	for _, o := range d.Outside {
		told[o.User] = d.event.From != d.State // its echo goes with the change of state
	}
	for _, user := range slices.Concat(d.Reporters, d.Helpers()) {
		if !told[user] {
			told[user] = true
			d.tell(NoticeProgress, Recipient{User: user}, time.Time{})
		}
	}
	d.Heard = Heard{Known: true, At: d.At, Seq: d.Spilled + len(d.Events) + 1, Reports: len(d.Reports), By: d.ways()}
	switch {
	case len(d.Heard.By) > 0:
	case d.Erased:
		d.Heard.None = UntoldErased
	default:
		d.Heard.None = UntoldAnonymous
		d.dispatch(policy.OnUntold)
	}
}

// ways are those in which they who brought the matter in hear of it.
func (c *Case) ways() (by []string) {
	if slices.ContainsFunc(c.Reporters, func(user string) bool {
		return user != "" && !slices.ContainsFunc(c.Outside, func(o OutsideOrder) bool { return o.User == user })
	}) {
		by = append(by, HeardReporter)
	}
	if len(c.Helpers()) > 0 {
		by = append(by, HeardHelper)
	}
	if len(c.Outside) > 0 {
		by = append(by, HeardDesk)
	}
	linked := func(p Party) bool { return p.Side == Applicant && (p.LinkHash != "" || p.From != "") }
	if c.Petition != nil && len(c.Petition.Papers) > 0 || slices.ContainsFunc(c.Parties, linked) {
		by = append(by, HeardParty)
	}
	return by
}

// Loose says why nobody would ever look at the case again although those who brought it in have no answer; "" where all is well. again is
// whether its policy gives what no clock watches to somebody anew.
func (c *Case) Loose(again bool) string {
	switch {
	case c.goesOn():
		if c.State != Joined && again && !c.Accusation && c.NextDue.IsZero() {
			return "it is open, and nothing lets anybody look at it again"
		}
	case c.Heard.Known && !c.Heard.settled(len(c.Reports)):
		return "it has ended, and nobody who brought it in was told"
	case c.Heard.Known && len(c.Heard.By) == 0 && c.Heard.None == "":
		return "it has ended, nobody was told, and no reason for that is on record"
	}
	if p := c.Petition; p != nil && c.State != Joined && p.State.Over() && len(p.Papers) == 0 {
		return "its petition has ended without a paper"
	}
	return ""
}

// Waits tells whether the report is in no case and its sender has not taken it back: somebody must look at it until it is.
func (r *Report) Waits() bool { return r.Case == "" && r.Withdrawn.IsZero() }
