package slip

import (
	"time"

	"fengqiao/mediation"
)

// Counted names a set of slips that scorecards count and lists can be narrowed to: the one definition of both.
type Counted string

// The sets. Restricted slips are in none, nor are those that were withdrawn with nothing wrong: of the first nobody may count what they may not
// know, and of the second nobody owes anything. What was late, or had findings, stays counted.
const (
	CountedIssued    Counted = "issued"
	CountedAckDue    Counted = "acknowledge_due"
	CountedAckInTime Counted = "acknowledged_in_time"
	CountedDue       Counted = "reply_due"
	CountedInTime    Counted = "answered_in_time"
	CountedEscalated Counted = "escalated"
	CountedFound     Counted = "found"
	CountedMended    Counted = "mended"
	CountedJudged    Counted = "judged"
)

// CountedSet is one row of the table of sets.
type CountedSet struct {
	Key          Counted
	Zh, En       string
	DefZh, DefEn string
	holds        func(*Slip, *deeds) bool
}

// CountedSets is the table. A set's place is its bit in a Membership, so new ones go to the end.
var CountedSets = []CountedSet{
	{CountedIssued, "发出的督办文书", "papers issued", "期间内发给其的督办文书；限定知悉的不计，没有逾期、没有登记问题就撤回的不计", "papers of supervision that went to them in the period; restricted ones apart, and those withdrawn that were not late and had no findings",
		func(*Slip, *deeds) bool { return true }},
	{CountedAckDue, "应签收的", "to be acknowledged by now", "已签收的，或签收时限已过的", "those acknowledged, and those whose time for it has run out",
		func(_ *Slip, d *deeds) bool { return d.acknowledged || d.ackLate }},
	{CountedAckInTime, "按时签收的", "acknowledged in time", "在签收时限内签收（或直接答复）的", "those acknowledged, or answered at once, before the limit ran out",
		func(_ *Slip, d *deeds) bool { return d.acknowledged && !d.ackLate }},
	{CountedDue, "应答复的", "to be answered by now", "已答复的，或第一次答复的时限已过的", "those answered, and those whose time for the first reply has run out",
		func(_ *Slip, d *deeds) bool { return d.answered || d.replyLate }},
	{CountedInTime, "按时答复的", "answered in time", "每次答复（退回重报的也在内）都在时限内的", "those of which every reply, those after it was sent back included, came before the limit ran out",
		func(_ *Slip, d *deeds) bool { return d.answered && !d.replyLate }},
	{CountedEscalated, "升级的", "escalated", "因不签收、不答复或多次不合格而升级的", "those that another took the place of: not acknowledged, not answered, or not well enough",
		func(s *Slip, _ *deeds) bool { return s.State == Escalated }},
	{CountedFound, "有问题的", "with findings", "登记了问题的", "those in which something was found wrong",
		func(s *Slip, _ *deeds) bool { return len(s.Findings) > 0 }},
	{CountedMended, "整改到位的", "put right", "登记的问题都已整改的", "those whose findings have all been put right",
		func(s *Slip, _ *deeds) bool { return s.all(func(f *Finding) bool { return f.Mended != nil }) }},
	{CountedJudged, "问题已认定的", "judged", "登记的问题都已认定（容错或问责）的", "those whose findings have all been tolerated or held to account",
		func(s *Slip, _ *deeds) bool { return s.all(func(f *Finding) bool { return f.Verdict != "" }) }},
}

// all tells whether there are findings and each is so.
func (s *Slip) all(is func(*Finding) bool) bool {
	for i := range s.Findings {
		if !is(&s.Findings[i]) {
			return false
		}
	}
	return len(s.Findings) > 0
}

// deeds is what a history says of a slip's first acknowledgement and of its replies, and whether the limit for them had run out before.
type deeds struct{ acknowledged, ackLate, answered, replyLate bool }

func deedsOf(history []Entry) (d deeds) {
	for i := range history {
		e := &history[i]
		switch e.Kind {
		case string(CmdAcknowledge):
			d.acknowledged = true
		case string(CmdReply):
			d.acknowledged, d.answered = true, true
		case "overdue":
			d.ackLate = d.ackLate || e.Data["limit"] == "acknowledge" && !d.acknowledged
			d.replyLate = d.replyLate || e.Data["limit"] == "reply"
		}
	}
	return d
}

// Info is a set's row; false if there is no such set.
func (k Counted) Info() (CountedSet, bool) {
	for _, set := range CountedSets {
		if set.Key == k {
			return set, true
		}
	}
	return CountedSet{}, false
}

// MembershipOf finds the sets that a slip is in.
func MembershipOf(s *Slip) mediation.Membership {
	d := deedsOf(s.History)
	d.ackLate, d.replyLate = d.ackLate || s.Acknowledge.late(time.Time{}), d.replyLate || s.Reply.late(time.Time{}) // also where nobody noticed before it was answered
	return mediation.MemberOf(len(CountedSets), func(set int) bool {
		return s.Restricted == "" && (s.State != Withdrawn || s.Late() || len(s.Findings) > 0) && CountedSets[set].holds(s, &d)
	})
}
