package mediation

import (
	"regexp"
	"strings"
)

// ReasonOther stands for a reason that somebody gave in their own words.
const ReasonOther = "other"

// reasonCode is what a reason of a catalogue looks like. No digits: a phone number is not a code.
var reasonCode = regexp.MustCompile(`^[a-z][a-z_]{0,63}$`)

// discreet parts a command from the words in its reason. Reasons stand in events, offers and outcomes as they are, where
// supervisors, leaders and whoever reads the store see them; that is meant for codes. What people write themselves may name
// somebody: it goes to the command's sealed words, and ReasonOther takes its place.
func discreet(cmd Command) (Command, string) {
	own := ""
	switch x := cmd.(type) {
	case Refuse:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Transfer:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Unassign:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Decline:
		x.Reason, own = coded(x.Reason)
		return x, own
	case StepBack:
		x.Reason, own = coded(x.Reason)
		return x, own
	case RemoveParty:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Unagree:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Reopen:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Suspend:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Terminate:
		x.Reason, own = coded(x.Reason)
		return x, own
	case Exit:
		x.Reason, own = coded(x.Reason)
		return x, own
	case WithdrawCase:
		x.Reason, own = coded(x.Reason)
		return x, own
	case UnmarkLoop:
		x.Reason, own = coded(x.Reason)
		return x, own
	case HoldCase:
		x.Reason, own = coded(x.Reason)
		return x, own
	case LiftHold:
		x.Reason, own = coded(x.Reason)
		return x, own
	case ReleaseCharge:
		x.Reason, own = coded(x.Reason)
		return x, own
	case ReturnTask:
		x.Reason, own = coded(x.Reason)
		return x, own
	case DropTask:
		x.Reason, own = coded(x.Reason)
		return x, own
	case HandlePetition:
		x.Reason, own = coded(x.Reason)
		return x, own
	case RefuseMediation: // the law asks for none; what a party says all the same is theirs alone
		x.Reason, own = "", strings.TrimSpace(x.Reason)
		return x, own
	case RefuseMediator:
		x.Reason, own = "", strings.TrimSpace(x.Reason)
		return x, own
	}
	return cmd, ""
}

// coded is the reason as a code, and its words if it is none.
func coded(reason string) (code, own string) {
	reason = strings.TrimSpace(reason)
	if reason == "" || reasonCode.MatchString(reason) {
		return reason, ""
	}
	return ReasonOther, reason
}

// spoken is all that a command says in people's own words.
func spoken(own, remark string) string {
	if own == "" || remark == "" {
		return own + remark
	}
	return own + "\n" + remark
}

// voice is the key that a command's words are sealed under: a party's own, so that they go when the party is erased, whether the
// party spoke for themselves or somebody recorded it; anybody else's are the case's.
func (c *Case) voice(actor Actor, cmd Command) string {
	who := ""
	switch x := cmd.(type) {
	case Rate:
		who = x.Party
	case Reopen:
		who = x.Party
	case RefuseMediation:
		who = x.Party
	case RefuseMediator:
		who = x.Party
	case HandlePetition:
		who = x.Party
	case RunErrand:
		who = x.Party
	case FinishErrand:
		who = c.errandParty(x.Errand)
	}
	if actor.Role == PartyRole {
		who = actor.ID
	}
	if p := c.Party(who); p != nil {
		return p.Key
	}
	return c.Key
}

// words is the free text of a command.
func words(cmd Command) string {
	switch x := cmd.(type) {
	case Accept:
		return x.Remark
	case Refuse:
		return x.Remark
	case Join:
		return x.Remark
	case Split:
		return x.Remark
	case Detach:
		return x.Remark
	case Transfer:
		return x.Remark
	case TakeBack:
		return x.Remark
	case Finish:
		return x.Remark
	case Default:
		return x.Remark
	case Reclassify:
		return x.Remark
	case Place:
		return x.Remark
	case Note:
		return x.Text
	case Assign:
		return x.Remark
	case Escalate:
		return x.Remark
	case RecordSession:
		return x.Notes
	case Perform:
		return x.Remark
	case ApplyConfirmation:
		return x.Remark
	case Close:
		return x.Remark
	case RecordFollowUp:
		return x.Notes
	case Rate:
		return x.Remark
	case Suspend:
		return x.Remark
	case Resume:
		return x.Remark
	case Terminate:
		return x.Remark
	case Exit:
		return x.Remark
	case SupplementCase:
		return x.Text
	case HoldCase:
		return x.Remark
	case SettleAtOnce:
		return x.Answer
	case Reply:
		return x.Text
	case SignFor:
		return x.Remark
	case Arrive:
		return x.Remark
	case Handle:
		return x.Remark
	case LiftHold:
		return x.Remark
	case RunErrand:
		return x.What
	case FinishErrand:
		return x.Result
	case MarkLoop:
		return x.Text
	case NameDanger:
		return x.Text
	case PassOn:
		return x.Remark
	case RecordCall:
		return x.Summary
	case TakeCharge:
		return x.Plan
	case PlanCharge:
		return x.Plan
	case ReviewCharge:
		return x.Notes
	case ReleaseCharge:
		return x.Remark
	case Consult:
		return x.Opinion
	case SignOffCase:
		return x.Remark
	case GiveTask:
		return x.What
	case AnswerTask:
		return x.Result
	case HandlePetition:
		return x.Remark
	}
	return ""
}
