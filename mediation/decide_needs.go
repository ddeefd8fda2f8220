package mediation

import (
	"strconv"
	"strings"
	"time"
)

// meets checks one need of the state table. An Order without a Command asks whether the need could be met by this actor
// at all (for a case's actions).
func (c *Case) meets(n Need, o Order, r Rules) error {
	unmet := func(params ...string) error {
		return Refusal("needs", Conflict, "need."+string(n), "", params...)
	}
	switch n {
	case NeedNotEmergency:
		if c.Emergency {
			return unmet()
		}
	case NeedNotRefused:
		for i := range c.Parties {
			if !c.Parties[i].RefusedMediation.IsZero() {
				return unmet()
			}
		}
	case NeedFreeSeat:
		if len(c.freeSeats()) == 0 {
			return unmet()
		}
	case NeedHigherTier:
		if c.Tier+1 >= len(r.Policy.Tiers) {
			return unmet()
		}
	case NeedOpenOffer:
		if c.openOffer(o) == nil {
			return unmet()
		}
	case NeedSeat:
		if !c.Panel.Seated(o.Actor.Mediator) {
			return unmet()
		}
	case NeedTwoSides:
		if !c.twoSides() {
			return unmet()
		}
	case NeedConsent:
		if c.outsiderSeated() && !c.allConsent() {
			return unmet()
		}
	case NeedSession:
		if len(c.Sessions) == 0 {
			return unmet()
		}
	case NeedPerformed:
		if c.Performed.IsZero() {
			return unmet()
		}
	case NeedNotPerformed:
		if !c.Performed.IsZero() {
			return unmet()
		}
	case NeedNotErased:
		if c.Erased {
			return unmet()
		}
	case NeedHeld:
		if c.Hold == nil {
			return unmet()
		}
	case NeedPetition:
		if len(c.PetitionSteps(o.Actor)) == 0 {
			return unmet()
		}
	case NeedNoReview:
		if c.underReview() {
			return unmet()
		}
	case NeedNotHeld:
		if c.Hold != nil {
			return unmet()
		}
	case NeedOnReceipt:
		if !c.freshFor(r.Policy.Intake.OnReceipt, o.At, r) || !c.mayAnswer(o.Actor) {
			return unmet()
		}
	case NeedToSignFor, NeedToArrive, NeedToHandle:
		if k, _ := c.awaits(stageCommand[n], r); k == nil {
			return unmet()
		}
	case NeedNotInEffect:
		if c.Agreement != nil && !c.Agreement.Effective.IsZero() {
			return unmet()
		}
	case NeedOnlyReporter:
		if !c.onlyReporter(o.Actor) {
			return unmet()
		}
	case NeedSeveralReports:
		if len(c.Reports) < 2 {
			return unmet()
		}
	case NeedJoint:
		if !r.Policy.Joint.Declared() {
			return unmet()
		}
	case NeedSignatory:
		if s := r.Policy.Joint.Signatory; c.toSign() != nil && s.Post != "" && r.Signer.Holder == "" && o.Actor.Role != System {
			return Refusal("sign_off", Conflict, "joint.vacant", "", "post", s.Post)
		}
		if c.toSign() == nil || !signatory(o.Actor, r) {
			return unmet()
		}
	case NeedOrder:
		if c.Joint == nil || c.Joint.Order == nil {
			return unmet()
		}
	case NeedProxy:
		if p := c.Party(o.Actor.ID); o.Actor.Role == PartyRole && (p == nil || !p.Proxy.Holds() && c.heir(p) == "") || len(c.Helpers())+len(c.Heirs()) == 0 {
			return unmet()
		}
	case NeedNoDanger:
		if c.inDanger() {
			return unmet()
		}
	case NeedBodies:
		if len(r.Policy.Charge.Bodies) == 0 {
			return unmet()
		}
	case NeedCharge:
		if c.Charge == nil {
			return unmet()
		}
	case NeedNoCharge:
		if c.Charge != nil {
			return unmet()
		}
	case NeedTasksDone:
		if n := c.openTasks(); n > 0 && has(r.Policy.Closing.Needs, closingTasks) {
			return unmet("count", strconv.Itoa(n))
		}
	case NeedToConfirm:
		if !c.toConfirm(o) {
			return unmet()
		}
	case NeedLooped:
		if !c.looped(r) || o.Command == nil && !c.canMark(o.Actor, r) {
			return unmet()
		}
	case NeedLoopMark:
		if !c.canUnmark(o.Actor) {
			return unmet()
		}
	case NeedLoop:
		if open := c.loopOpen(r); len(open) > 0 {
			return unmet("missing", strings.Join(open, ","))
		}
	case NeedPassable:
		if !r.Policy.Desks.MayPass(c.AtDesk(), "") {
			return unmet()
		}
	case NeedDesk:
		if len(c.Outside) == 0 {
			return unmet()
		}
	case NeedClosing:
		if open := c.closingOpen(r); len(open) > 0 {
			return unmet("missing", strings.Join(open, ","))
		}
	case NeedAwaitsSignature:
		if !c.awaitsSignature(o) {
			return unmet()
		}
	default:
		return Refusal("needs", Conflict, "need.unknown", "", "need", string(n))
	}
	return nil
}

// stageCommand is the command for which a stage must wait.
var stageCommand = map[Need]CommandName{NeedToSignFor: CmdSignFor, NeedToArrive: CmdArrive, NeedToHandle: CmdHandle}

// closingTasks is the policy's word for: no sub-task is open.
const closingTasks = "sub_tasks"

// onlyReporter tells whether nobody else's report of the matter stands. The office whose area it is withdraws for all of them.
func (c *Case) onlyReporter(actor Actor) bool {
	if (actor.Role == TownshipStaff || actor.Role == CountyStaff) && actor.Area.Contains(c.Area) {
		return true
	}
	for _, by := range c.standing() {
		if by != actor.ID {
			return false
		}
	}
	return true
}

// freeSeats are the indexes of seats, required or not, that nobody has.
func (c *Case) freeSeats() []int {
	var free []int
	for i := range c.Panel.Seats {
		if c.Panel.Seats[i].Mediator == "" {
			free = append(free, i)
		}
	}
	return free
}

// openOffer is the actor's open offer that is still in time: the one the command names, or any.
func (c *Case) openOffer(o Order) *Offer {
	want := ""
	switch cmd := o.Command.(type) {
	case Take:
		want = cmd.Offer
	case Decline:
		want = cmd.Offer
	}
	for i := range c.Offers {
		of := &c.Offers[i]
		if of.State == OfferOpen && of.Mediator == o.Actor.Mediator && o.Actor.Mediator != "" &&
			(want == "" || of.ID == want) && o.At.Before(of.Deadline) {
			return of
		}
	}
	return nil
}

func (c *Case) twoSides() bool {
	var applicant, respondent bool
	for i := range c.Parties {
		applicant = applicant || c.Parties[i].Side == Applicant
		respondent = respondent || c.Parties[i].Side == Respondent
	}
	return applicant && respondent
}

func (c *Case) outsiderSeated() bool {
	for _, s := range c.Panel.Seats {
		if s.Outsider && s.Mediator != "" {
			return true
		}
	}
	return false
}

func (c *Case) allConsent() bool {
	for i := range c.Parties {
		if p := &c.Parties[i]; p.Outsiders == nil || !p.Outsiders.Given {
			return false
		}
	}
	return true
}

// closingOpen lists the policy's closing needs that are not met yet.
func (c *Case) closingOpen(r Rules) []string {
	var open []string
	for _, need := range r.Policy.Closing.Needs {
		met := false
		switch need {
		case "session":
			met = len(c.Sessions) > 0
		case "two_parties":
			met = c.twoSides()
		case "agreement":
			met = c.Agreement != nil && !c.Agreement.Effective.IsZero()
		case "all_signed":
			met = c.Agreement != nil && (c.Agreement.Oral || len(c.unsigned()) == 0)
		case "performed":
			met = !c.Performed.IsZero()
		case closingTasks:
			met = c.openTasks() == 0
		case "committee_seal":
			met = c.Agreement != nil && (c.Agreement.Oral || c.Agreement.signedBy(SignsAsCommittee, ""))
		}
		if !met {
			open = append(open, need)
		}
	}
	return open
}

// unsigned are the ids of parties to the written agreement who have not signed it.
func (c *Case) unsigned() []string {
	var ids []string
	for _, id := range c.Agreement.Signers {
		if !c.Agreement.signedBy(SignsAsParty, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// binds tells whether the party is a side of an agreement, be it this turn's or an earlier one's that took effect: they stay with it.
func (c *Case) binds(party string) bool {
	for i := range c.Former {
		if has(c.Former[i].Signers, party) {
			return true
		}
	}
	return c.Agreement != nil && has(c.Agreement.Signers, party)
}

// signedBy tells whether there is a signature in that role, of that signer if one is named.
func (a *Agreement) signedBy(role SignerRole, who string) bool {
	for _, s := range a.Signed {
		if s.Role == role && !s.Refused && (who == "" || s.Who == who) {
			return true
		}
	}
	return false
}

// awaitsSignature tells whether the signature that this order would give is missing. Without a command: any that the actor
// could give or record.
func (c *Case) awaitsSignature(o Order) bool {
	if c.Agreement == nil || c.Agreement.Oral {
		return false
	}
	role, who := c.signer(o)
	switch role {
	case SignsAsParty:
		return has(c.unsigned(), who)
	case SignsAsMediator, SignsAsCommittee:
		return !c.Agreement.signedBy(role, "")
	}
	// Nothing named: whatever is missing that this actor may give or record.
	for _, r := range []SignerRole{SignsAsMediator, SignsAsCommittee} {
		if signRoleAllowed(o.Actor, r) && !c.Agreement.signedBy(r, "") {
			return true
		}
	}
	return len(c.unsigned()) > 0
}

// signer is as what, and for whom, the order signs.
func (c *Case) signer(o Order) (SignerRole, string) {
	if o.Actor.Role == PartyRole {
		return SignsAsParty, o.Actor.ID
	}
	s, ok := o.Command.(Sign)
	if !ok {
		return "", ""
	}
	switch s.Role {
	case SignsAsParty:
		return SignsAsParty, s.Party
	case SignsAsMediator:
		return SignsAsMediator, o.Actor.Mediator
	default:
		return s.Role, o.Actor.ID
	}
}

// signRoleAllowed: a mediator signs as mediator, an office seals for the committee, both may record a party's paper signature.
func signRoleAllowed(actor Actor, role SignerRole) bool {
	switch role {
	case SignsAsParty:
		return true
	case SignsAsMediator:
		return actor.Role == MediatorRole
	case SignsAsCommittee:
		return actor.Role == TownshipStaff || actor.Role == CountyStaff
	}
	return false
}

// complete tells whether everybody whose signature the law wants has signed (PML 29).
func (c *Case) complete() bool {
	a := c.Agreement
	return len(c.unsigned()) == 0 && a.signedBy(SignsAsMediator, "") && a.signedBy(SignsAsCommittee, "")
}

// takeEffect starts the performance.
func (c *Case) takeEffect(at time.Time) {
	c.Agreement.Effective = at
	if c.Agreement.PerformBy.IsZero() {
		c.Performed = at
	}
}
