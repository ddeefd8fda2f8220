package slip

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// Rules is what a decision is judged by: the slip's kind in the policy version that it was issued under, and its calendar.
type Rules struct {
	Policy   *policy.Policy
	Kind     policy.SlipKind
	Calendar *clock.Calendar
}

// limit starts a limit of the kind's; one without a length has no end.
func (r Rules) limit(l policy.Limit, since time.Time) Limit {
	if l.Within.Zero() {
		return Limit{}
	}
	return Limit{Since: since, Due: r.Calendar.After(since, l.Within).UTC()}
}

// latest is by when a reply may be due that somebody names.
func (r Rules) latest(in *Issue, at time.Time) time.Time {
	if l := r.limit(r.Kind.Reply, at); in.About.Kind == AboutCase && !l.Due.IsZero() {
		return l.Due
	}
	return at.AddDate(1, 0, 0)
}

// Decide carries out a command on the slip or says why not. It changes nothing else, reads no clock and may run again.
func Decide(s *Slip, o Order, r Rules) error {
	if o.Key != "" && slices.ContainsFunc(s.History, func(e Entry) bool { return e.Cmd == o.Key }) {
		return nil // the same command was sent again after a lost answer
	}
	rule, ok := RuleOf(o.Command.Name)
	switch {
	case !ok:
		return mediation.Refusal("slip", mediation.Invalid, "command.unknown", "command")
	case o.Revision != 0 && o.Revision != s.Revision:
		return mediation.ErrStale
	case !May(o.Actor, rule.Action, s):
		return mediation.Refusal("slip", mediation.Forbidden, "forbidden", "")
	case !slices.Contains(rule.From, s.State):
		return mediation.Refusal("slip", mediation.Conflict, "slip.state", "", "slipState", string(s.State), "slipCommand", string(rule.Command))
	case len(s.History) >= MaxEntries:
		return mediation.Refusal("slip", mediation.Conflict, "slip.full", "")
	}
	d := &decision{Slip: s, o: o, rules: r, entry: Entry{At: o.At, Actor: o.Actor.ID, Role: o.Actor.Role, Kind: string(rule.Command), Words: o.Words, Photos: o.Command.Photos, Cmd: o.Key}}
	if o.Actor.For != "" {
		d.say("for", o.Actor.For)
	}
	if err := d.carryOut(); err != nil {
		return err
	}
	d.finish()
	return nil
}

type decision struct {
	*Slip
	o       Order
	rules   Rules
	entry   Entry
	notices []func() // told once the entry stands
}

func (d *decision) say(key, value string) {
	if d.entry.Data == nil {
		d.entry.Data = map[string]string{}
	}
	d.entry.Data[key] = value
}

func (d *decision) finish() {
	d.log(d.entry)
	for _, tell := range d.notices {
		tell()
	}
	d.Slip.Revision++
	d.Changed, d.Stumble = d.o.At, 0
	if d.State.Over() {
		d.Ended, d.Withdrawal = d.o.At, nil
	}
	d.schedule(d.rules)
}

func (d *decision) carryOut() error {
	switch d.o.Command.Name {
	case CmdAcknowledge:
		d.acknowledged()
		return nil
	case CmdReply:
		return d.reply()
	case CmdFind:
		return d.find()
	case CmdMend:
		return d.mend()
	case CmdJudge:
		return d.judge()
	case CmdConvene:
		return d.convene()
	case CmdVisit:
		return d.visit()
	case CmdAccept:
		return d.accept()
	case CmdReturn:
		return d.sendBack()
	case CmdWithdraw:
		return d.withdraw()
	default:
		return d.approve()
	}
}

// toIssuer and toAddressee tell the other side.
func (d *decision) toIssuer(kind mediation.NoticeKind) {
	d.notices = append(d.notices, func() { d.tell(kind, d.o.At, time.Time{}, d.Issuer.recipient()) })
}

func (d *decision) toAddressee(kind mediation.NoticeKind, due time.Time) {
	d.notices = append(d.notices, func() { d.tell(kind, d.o.At, due, d.To.recipient()) })
}

// acknowledged keeps the limit for it. Where no reply is asked for, that is all.
func (d *decision) acknowledged() {
	d.Acknowledge.keep(d.o.At)
	d.State = Acknowledged
	if d.rules.Kind.Reply.Within.Zero() && d.Reply.Due.IsZero() {
		d.State = Accepted
	}
	d.toIssuer(mediation.NoticeSlipAnswered)
}

// said holds a text and its proof to what is needed.
func (d *decision) said(proof int) error {
	if d.o.Words.Empty() {
		return mediation.Refusal("slip", mediation.Invalid, "required", "text")
	}
	if len(d.o.Command.Photos) < proof {
		return mediation.Refusal("slip", mediation.Invalid, "slip.proof", "photos", "min", strconv.Itoa(proof))
	}
	return nil
}

// reply answers it; what was not acknowledged is so by that.
func (d *decision) reply() error {
	if d.rules.Kind.Reply.Within.Zero() && d.Reply.Since.IsZero() {
		return mediation.Refusal("slip", mediation.Conflict, "slip.no_reply", "")
	}
	if err := d.said(d.rules.Kind.Proof); err != nil {
		return err
	}
	d.Acknowledge.keep(d.o.At)
	d.Slip.Reply.keep(d.o.At)
	d.State = Answered
	d.say("photos", strconv.Itoa(len(d.o.Command.Photos)))
	d.toIssuer(mediation.NoticeSlipAnswered)
	return nil
}

func (d *decision) find() error {
	if err := d.said(0); err != nil {
		return err
	}
	d.Findings = append(slices.Clone(d.Findings), Finding{ID: d.o.NewID, Statement: d.o.statement()})
	d.say("finding", d.o.NewID)
	d.toAddressee(mediation.NoticeSlipMoved, time.Time{})
	return nil
}

// one is the finding that the command names, in a list that may be changed.
func (d *decision) one() (*Finding, error) {
	d.Findings = slices.Clone(d.Findings)
	f := d.finding(d.o.Command.Finding)
	if f == nil {
		return nil, mediation.Refusal("slip", mediation.Invalid, "unknown_value", "finding", "value", d.o.Command.Finding)
	}
	d.say("finding", f.ID)
	return f, nil
}

// mend puts a finding right; again as long as the issuer does not accept the whole.
func (d *decision) mend() error {
	f, err := d.one()
	if err == nil {
		err = d.said(d.rules.Kind.Proof)
	}
	if err != nil {
		return err
	}
	done := d.o.statement()
	f.Mended = &done
	d.toIssuer(mediation.NoticeSlipAnswered)
	return nil
}

// judge tolerates a finding or holds somebody to account for it. Who found it does not judge it, nor does who is supervised.
func (d *decision) judge() error {
	f, err := d.one()
	if err == nil {
		err = d.said(0)
	}
	k := d.rules.Kind
	switch {
	case err != nil:
		return err
	case !slices.Contains(k.Approvers, string(d.o.Actor.Role)):
		return mediation.Refusal("slip", mediation.Forbidden, "forbidden", "")
	case d.judged(f, d.o.Actor):
		return mediation.Refusal("slip", mediation.Conflict, "slip.judged_before", "finding")
	case f.By == d.o.Actor.ID || answering(d.o.Actor, d.Slip):
		return mediation.Refusal("slip", mediation.Conflict, "slip.own_finding", "finding")
	case d.o.Command.Verdict != Tolerated && d.o.Command.Verdict != Accountable:
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "verdict", "value", string(d.o.Command.Verdict))
	}
	measured := slices.ContainsFunc(k.Measures, func(m policy.SlipMeasure) bool { return m.Key == d.o.Command.Measure })
	if (d.o.Command.Verdict == Accountable) != measured {
		return mediation.Refusal("slip", mediation.Invalid, "unknown_value", "measure", "value", d.o.Command.Measure)
	}
	reasons := d.o.statement()
	f.Verdict, f.Measure, f.Judged = d.o.Command.Verdict, d.o.Command.Measure, &reasons
	d.say("verdict", string(f.Verdict))
	if f.Measure != "" {
		d.say("measure", f.Measure)
	}
	d.toAddressee(mediation.NoticeSlipMoved, time.Time{})
	return nil
}

// missing are the capacities that the team lacks.
func missing(team []Member, needs []string) string {
	for _, c := range needs {
		if !slices.ContainsFunc(team, func(m Member) bool { return m.Capacity == c }) {
			return c
		}
	}
	return ""
}

func (d *decision) convene() error {
	if len(d.o.Team) == 0 {
		return mediation.Refusal("slip", mediation.Invalid, "required", "members")
	}
	if lacks := missing(d.o.Team, d.rules.Kind.Team); lacks != "" {
		return mediation.Refusal("slip", mediation.Invalid, "slip.team", "members", "capacity", lacks)
	}
	d.Slip.Team = d.o.Team
	d.say("members", strconv.Itoa(len(d.o.Team)))
	d.toAddressee(mediation.NoticeSlipMoved, time.Time{})
	return nil
}

func (d *decision) visit() error {
	if err := d.said(0); err != nil {
		return err
	}
	if lacks := missing(d.Slip.Team, d.rules.Kind.Team); lacks != "" {
		return mediation.Refusal("slip", mediation.Conflict, "slip.team", "", "capacity", lacks)
	}
	if at := d.o.Command.At; !at.IsZero() {
		if at.After(d.o.At) || at.Before(d.Slip.Issued) {
			return mediation.Refusal("slip", mediation.Invalid, "out_of_range", "at", "min", d.Slip.Issued.UTC().Format(time.RFC3339), "max", d.o.At.Format(time.RFC3339))
		}
		d.say("at", at.UTC().Format(time.RFC3339))
	}
	d.Visits++
	d.toAddressee(mediation.NoticeSlipMoved, time.Time{})
	return nil
}

// accept closes it. Every finding must have been put right, whatever the kind.
func (d *decision) accept() error {
	needs := d.rules.Kind.Needs
	if slices.Contains(needs, "visit") && d.Visits == 0 {
		return mediation.Refusal("slip", mediation.Conflict, "slip.needs_visit", "")
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.Mended == nil {
			return mediation.Refusal("slip", mediation.Conflict, "slip.needs_mended", "", "finding", f.ID)
		}
		if slices.Contains(needs, "judged") && f.Verdict == "" {
			return mediation.Refusal("slip", mediation.Conflict, "slip.needs_judged", "", "finding", f.ID)
		}
	}
	d.State = Accepted
	d.toAddressee(mediation.NoticeSlipMoved, time.Time{})
	return nil
}

// sendBack wants another reply, or, where policy has enough of them, lets the kind follow that policy names.
func (d *decision) sendBack() error {
	if err := d.said(0); err != nil {
		return err
	}
	d.Returns++
	d.say("returns", strconv.Itoa(d.Returns))
	enough := d.Returns > d.rules.Kind.Returns
	if next := d.rules.Kind.Next.Insufficient; next != "" && enough {
		d.escalate(next, "insufficient")
	} else {
		d.State = Returned
		broken := cmp.Or(d.Slip.Reply.Late, d.Slip.Reply.Breached)
		d.Slip.Reply = d.rules.limit(d.rules.Kind.Reply, d.o.At)
		if d.Slip.Reply.Late = broken; enough { // nothing follows by itself, so somebody hears that it goes round
			d.notices = append(d.notices, func() { d.tell(mediation.NoticeSlipMoved, d.o.At, d.Slip.Reply.Due, d.watcher()) })
		}
	}
	d.toAddressee(mediation.NoticeSlipMoved, d.Slip.Reply.Due)
	return nil
}

// Actions lists the commands that the actor may give now.
func Actions(s *Slip, actor mediation.Actor, r Rules) []Name {
	names := []Name{}
	for _, rule := range Table {
		if !May(actor, rule.Action, s) || !slices.Contains(rule.From, s.State) {
			continue
		}
		k := r.Kind
		switch rule.Command {
		case CmdReply:
			if k.Reply.Within.Zero() && s.Reply.Since.IsZero() {
				continue
			}
		case CmdMend:
			if len(s.Findings) == 0 {
				continue
			}
		case CmdApprove:
			if !s.approves(actor) {
				continue
			}
		case CmdJudge:
			if len(s.Findings) == 0 || !slices.Contains(k.Approvers, string(actor.Role)) || answering(actor, s) {
				continue
			}
		}
		names = append(names, rule.Command)
	}
	return names
}
