package mediation

// Counted names a set of cases that figures count and lists can be narrowed to (统计口径): the one definition of both, so that a figure and
// the list behind it cannot part.
type Counted string

// The sets. A case that was joined to another is in none, for it counts with that one, unless it counts by itself all the same (Summary.Counts).
const (
	CountedClosed       Counted = "closed"      // 办结: the procedure is over and was not taken up again or passed on since
	CountedInTime       Counted = "in_time"     // closed without any limit passed before
	CountedAccepted     Counted = "accepted"    // accepted at some time, so that its time to acceptance is known
	CountedAgreed       Counted = "agreed"      // an agreement was reached at some time
	CountedLate         Counted = "late"        // a limit passed at some time
	CountedReopened     Counted = "reopened"    // reopened at least once
	CountedPassedOn     Counted = "passed_on"   // passed on at least once
	CountedAtOnce       Counted = "at_once"     // settled on receipt
	CountedStudied      Counted = "studied"     // an escalated study was called
	CountedFirst        Counted = "first"       // the petitioner's first on the matter
	CountedFirstEnded   Counted = "first_ended" // … concluded, over, reopened, or brought again
	CountedFirstKept    Counted = "first_kept"  // … settled, not reopened and not brought again
	CountedUnitLiked    Counted = "unit_liked"  // the petitioner was satisfied with the responsible unit
	CountedUnitRated    Counted = "unit_rated"  // … said either of it
	CountedOfficeLiked  Counted = "office_liked"
	CountedOfficeRated  Counted = "office_rated"
	CountedSatisfied    Counted = "satisfied"    // a party said that they were satisfied
	CountedDissatisfied Counted = "dissatisfied" // a party said that they were not
	CountedRated        Counted = "rated"        // a party said either
	CountedConsulted    Counted = "consulted"    // a consultation was held
	CountedSupervised   Counted = "supervised"   // a supervision team was set on it
	CountedOverseen     Counted = "overseen"     // … and it was settled after that
	CountedReceived     Counted = "received"     // all that figures count (Summary.Counts)

	CountedConfirmable    Counted = "confirmable"     // an agreement could be brought before the court for confirmation
	CountedConfirmAsked   Counted = "confirm_asked"   // … and was, within the law's time
	CountedConfirmLapsed  Counted = "confirm_lapsed"  // … and was not
	CountedConfirmed      Counted = "confirmed"       // the court confirmed one
	CountedConfirmRefused Counted = "confirm_refused" // the court refused to
)

// CountedSet is one row of the table of sets.
type CountedSet struct {
	Key    Counted
	Zh, En string
	// Common is of sets that hold most cases of their kind: a list of one walks the cases of its area, as fast as it walks any.
	Common bool
	holds  func(*Summary) bool
}

// CountedSets is the table. A set's place is its bit in a Membership, so new ones go to the end.
var CountedSets = []CountedSet{
	{CountedClosed, "办结", "closed", true, (*Summary).closedNow},
	{CountedInTime, "按期办结", "closed in time", true, func(s *Summary) bool {
		late := s.Course.Breached
		return s.closedNow() && (late.IsZero() || late.Unix() > s.Closed.Unix())
	}},
	{CountedAccepted, "受理过", "accepted at some time", true, func(s *Summary) bool { return !s.Course.Accepted.IsZero() }},
	{CountedAgreed, "达成过协议", "agreed at some time", true, func(s *Summary) bool { return !s.Course.Agreed.IsZero() }},
	{CountedLate, "超期过", "ever late", false, func(s *Summary) bool { return !s.Course.Breached.IsZero() }},
	{CountedReopened, "重新办理过", "reopened", false, func(s *Summary) bool { return s.Repeats > 0 }},
	{CountedPassedOn, "转办过", "passed on", false, func(s *Summary) bool { return !s.Course.Passed.IsZero() }},
	{CountedAtOnce, "即接即办", "settled on receipt", false, func(s *Summary) bool { return !s.Course.AtOnce.IsZero() }},
	{CountedStudied, "提级研判过", "studied", false, func(s *Summary) bool { return !s.Course.Studied.IsZero() }},
	{CountedFirst, "初信初访", "first petitions", false, (*Summary).first},
	{CountedFirstEnded, "初信初访中有结果、已了结、重新办理过或再次信访的", "first petitions concluded, over, reopened or brought again", false, func(s *Summary) bool {
		return s.first() && (s.State.Over() || s.closedNow() || s.State == Unsettled || s.State == Failed || s.cameAgain())
	}},
	{CountedFirstKept, "初信初访中化解且没有反复的", "first petitions settled for good", false, func(s *Summary) bool {
		return s.first() && s.State == Settled && !s.cameAgain()
	}},
	{CountedUnitLiked, "对责任单位满意", "satisfied with the responsible unit", false, func(s *Summary) bool { return liked(s.Rating.Unit) }},
	{CountedUnitRated, "评价过责任单位", "said either of the responsible unit", false, func(s *Summary) bool { return s.Rating.Unit != nil }},
	{CountedOfficeLiked, "对信访工作机构满意", "satisfied with the petition office", false, func(s *Summary) bool { return liked(s.Rating.Office) }},
	{CountedOfficeRated, "评价过信访工作机构", "said either of the petition office", false, func(s *Summary) bool { return s.Rating.Office != nil }},
	{CountedSatisfied, "有当事人评价满意", "a party was satisfied", false, func(s *Summary) bool { return s.Satisfied > 0 }},
	{CountedDissatisfied, "有当事人评价不满意", "a party was not satisfied", false, func(s *Summary) bool { return s.Dissatisfied > 0 }},
	{CountedRated, "有当事人评价", "a party said either", false, func(s *Summary) bool { return s.Satisfied+s.Dissatisfied > 0 }},
	{CountedConsulted, "会商过", "consulted on", false, func(s *Summary) bool { return s.Course.Consultations > 0 }},
	{CountedSupervised, "派过督查组", "a supervision team was set on it", false, func(s *Summary) bool { return !s.Course.Supervised.IsZero() }},
	{CountedOverseen, "派督查组后化解", "settled after a supervision team was set on it", false, func(s *Summary) bool { return s.State == Settled && s.Course.Overseen }},
	{CountedReceived, "收到", "received", true, func(*Summary) bool { return true }},
	{CountedConfirmable, "可申请司法确认", "confirmable by a court", false, func(s *Summary) bool { return s.Confirm.Open }},
	{CountedConfirmAsked, "申请司法确认", "judicial confirmation asked for", false, func(s *Summary) bool { return s.Confirm.Asked }},
	{CountedConfirmLapsed, "逾期未申请司法确认", "judicial confirmation not asked for in time", false, func(s *Summary) bool { return s.Confirm.Lapsed }},
	{CountedConfirmed, "法院确认有效", "confirmed by the court", false, func(s *Summary) bool { return s.Confirm.Confirmed }},
	{CountedConfirmRefused, "法院驳回确认申请", "confirmation refused by the court", false, func(s *Summary) bool { return s.Confirm.Refused }},
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

// Membership says in which sets of a table something is, a bit each by their places in it; the topmost bits are the edition of the tables by
// which that was found, so that a stored one that an older release found is known and found anew.
type Membership uint64

const (
	tableBit  = 56
	tableMark = Membership(3) << tableBit // the third edition of the tables
)

// MemberOf finds the sets of a table of n that something is in.
func MemberOf(n int, in func(set int) bool) Membership {
	m := tableMark
	for i := range n {
		if in(i) {
			m |= 1 << i
		}
	}
	return m
}

// Current tells whether it was found by this release's tables.
func (m Membership) Current() bool { return m>>tableBit<<tableBit == tableMark }

// Has tells whether it holds the set of that place.
func (m Membership) Has(set int) bool { return m&(1<<set) != 0 }

// Bit is the set's own.
func (k Counted) Bit() Membership {
	for i := range CountedSets {
		if CountedSets[i].Key == k {
			return 1 << i
		}
	}
	return 0
}

// MembershipOf finds the sets that a case is in.
func MembershipOf(s *Summary) Membership {
	return MemberOf(len(CountedSets), func(set int) bool { return s.Counts() && CountedSets[set].holds(s) })
}

// closedNow tells whether the procedure is over (办结) and the case was not taken up again or passed on since.
func (s *Summary) closedNow() bool {
	switch s.State {
	case Closed, Settled, Unsettled, Exited:
		return !s.Closed.IsZero()
	}
	return false
}

// first tells whether it is a first petition; one whose course goes on in another case is that one's.
func (s *Summary) first() bool {
	return s.PetitionKind == FirstPetition && (s.State != Joined || s.Petition.Over())
}

func (s *Summary) cameAgain() bool { return s.Repeats > 0 || s.BroughtAgain }

func liked(said *bool) bool { return said != nil && *said }
