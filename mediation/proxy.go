package mediation

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/policy"
)

// Proxy handling (三帮一办): a helper files for a resident and runs errands for them. Who filed is not whose matter it is: the resident is the
// party, keeps their own link, sees what is done for them and may take their consent back at any time; from then on the helper sees
// the case no longer.

// Proxy is a party's consent that somebody acts for them.
type Proxy struct {
	Helper   string    // user id
	Since    time.Time // when it was recorded
	Given    time.Time // when the resident gave it
	Manner   string    // signature, fingerprint, spoken
	Evidence string    // media id of the photo that shows it, "" for none
	Revoked  time.Time // zero: it holds
	// Left is the hand-over by which the helper left, which ended it; Next is who took over from them and waits for the resident's consent, "" for nobody.
	Left, Next string
}

// Holds tells whether the consent has been given and not been taken back.
func (p *Proxy) Holds() bool { return p != nil && p.Revoked.IsZero() }

// ProxyInput is a consent as it is entered.
type ProxyInput struct {
	Manner   string
	Given    time.Time // zero: now
	Evidence string
}

// Errand (代办) is something that a helper did, or is to do, for a party. Its words are the party's and go when they are erased.
type Errand struct {
	ID     string
	Party  string
	Helper string // "": nobody's, since the helper left or laid it down
	At     time.Time
	What   Sealed
	Done   time.Time // zero: under way
	Result Sealed
	// Clock is of the policy's limit; without one it has no end.
	Clock Clock
}

// maxErrands bounds what a case holds.
const maxErrands = 50

// helper is who acts for a party, "" if nobody does. What must not reach the accused must not reach whoever acts for them; their consent
// stands by, should it turn out to be no accusation.
func (c *Case) helper(p *Party) string {
	if !p.Proxy.Holds() || c.accused(p) || c.across(p, p.Proxy) {
		return ""
	}
	return p.Proxy.Helper
}

// across tells whether a consent of the party would have its helper act for two sides of the case: somebody of another side has chosen them
// before. Cases that are joined, and a side that is corrected, may bring such two together.
func (c *Case) across(p *Party, x *Proxy) bool {
	return slices.ContainsFunc(c.Parties, func(q Party) bool {
		y := q.Proxy
		if q.Side == p.Side || !y.Holds() || y.Helper != x.Helper || c.accused(&q) {
			return false
		}
		return y.Since.Before(x.Since) || y.Since.Equal(x.Since) && (p.Proxy != x || q.ID < p.ID)
	})
}

// actsFor are the parties for whom the user acts.
func (c *Case) actsFor(user string) []string {
	var ids []string
	for i := range c.Parties {
		if p := &c.Parties[i]; user != "" && c.helper(p) == user {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Helpers are those who act for a party of the case.
func (c *Case) Helpers() []string {
	var users []string
	for i := range c.Parties {
		if user := c.helper(&c.Parties[i]); user != "" && !has(users, user) {
			users = append(users, user)
		}
	}
	return users
}

// check refuses a consent that is not well-formed, or given in a way or at a time that the policy does not take. The matter was reported at a
// time that is no later than now.
func (in *ProxyInput) check(at string, reported, now time.Time, pol *policy.Policy) error {
	switch {
	case in.Manner == "":
		return Refusal("proxy", Invalid, "required", at+"manner")
	case !has(policy.ProxyManners, in.Manner):
		return Refusal("proxy", Invalid, "unknown_value", at+"manner", "value", in.Manner)
	case !pol.Proxies.Takes(in.Manner):
		return Refusal("proxy", Invalid, "proxy.manner", at+"manner", "manner", in.Manner)
	}
	if in.Manner == "spoken" && in.Evidence == "" {
		return Refusal("proxy", Invalid, "proxy.evidence", at+"evidence") // else there is nothing but the helper's word
	}
	if in.Given.After(now.Add(time.Minute)) {
		return Refusal("proxy", Invalid, "in_future", at+"given")
	}
	if oldest := pol.Proxies.Oldest(reported); !in.Given.IsZero() && in.Given.Before(oldest) {
		return Refusal("proxy", Invalid, "proxy.given_early", at+"given", "earliest", oldest.Format(time.RFC3339))
	}
	return kept(at+"given", in.Given)
}

func (in *ProxyInput) proxy(helper string, now time.Time) *Proxy {
	given := in.Given
	if given.IsZero() {
		given = now
	}
	return &Proxy{Helper: helper, Since: now, Given: given, Manner: in.Manner, Evidence: in.Evidence}
}

// fileFor makes the first party of a report the one for whom it is filed, with a link of their own.
func (s *Service) fileFor(rep *Report, in *ProxyInput, by Role, pol *policy.Policy) (link string, err error) {
	if err := in.check("onBehalf.", rep.Received, rep.Received, pol); err != nil {
		return "", err
	}
	if !pol.Proxies.May(string(by)) {
		return "", Refusal("proxy", Invalid, "proxy.role", "onBehalf", "role", string(by))
	}
	if len(rep.Parties) == 0 {
		return "", Refusal("proxy", Invalid, "required", "parties")
	}
	p := &rep.Parties[0]
	if p.Side != Applicant { // whose matter it is; of an accusation nobody else gets a link
		return "", Refusal("proxy", Invalid, "unknown_value", "parties[0].side", "value", string(p.Side))
	}
	p.Proxy = in.proxy(rep.Reporter, rep.Received)
	rep.For = p.ID
	link = newLink()
	p.LinkHash, p.LinkFrom = s.Sealer.Hash("link", link), rep.Received
	return link, nil
}

// filer is who filed a report for themselves, "" for one that was filed for a resident: with their consent ends the sight of it.
func (rep *Report) filer() string {
	if rep.For != "" {
		return ""
	}
	return rep.Reporter
}

// theirs tells whether the report is still its sender's to see: one that was filed for a resident as long as their consent holds.
func (s *Service) theirs(ctx context.Context, rep *Report, user string) (bool, error) {
	if rep.Reporter != user || rep.For == "" || rep.Case == "" {
		return rep.Reporter == user, nil
	}
	c, err := s.Cases.Load(ctx, rep.Case)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return len(c.actsFor(user)) > 0, err
}

// entrust 委托代办: a party's consent is recorded in a case that is there already.
func (d *decision) entrust(cmd Entrust) error {
	p := d.Party(cmd.Party)
	helper := cmd.Helper
	if helper == "" {
		helper = d.Actor.ID
	}
	switch {
	case p == nil:
		return Refusal("entrust", Invalid, "unknown_value", "party", "value", cmd.Party)
	case d.accused(p):
		return Refusal("entrust", Conflict, "case.accused", "party")
	case p.Proxy.Holds():
		return Refusal("entrust", Conflict, "proxy.holds", "party")
	case !d.mayEntrust(p, helper):
		return Refusal("entrust", Invalid, "unknown_value", "helper", "value", helper)
	}
	if err := cmd.ProxyInput.check("", d.Opened, d.At, d.pol); err != nil {
		return err
	}
	heir := d.heir(p)
	proxy := cmd.ProxyInput.proxy(helper, d.At)
	if d.across(p, proxy) {
		return Refusal("entrust", Conflict, "proxy.other_side", "helper")
	}
	p.Proxy = proxy
	d.say("party", p.ID)
	d.say("helper", helper)
	d.let(p.ID, heir, helper) // of a helper who left: what they had begun is in hand again
	if heir != "" && heir != helper {
		d.tell(NoticeProxy, Recipient{User: heir}, time.Time{})
	}
	d.say("manner", cmd.Manner)
	if cmd.Evidence != "" {
		d.say("photo1", cmd.Evidence)
	}
	d.tell(NoticeProxy, Recipient{User: helper}, time.Time{})
	return nil
}

// mayEntrust tells whether the actor may name the helper: who is there only in the place of one who left asks for themselves.
func (d *decision) mayEntrust(p *Party, helper string) bool {
	if has(office, d.Actor.Role) || has(d.Reporters, d.Actor.ID) {
		return true
	}
	return helper == d.Actor.ID && d.heir(p) == helper
}

// revoke 撤销委托: by the party, by an office that records it, or by the helper, who lays it down. A helper who filed for somebody has
// known the code of their link: a new one takes its place, unless it is the helper who asks and would be the one to get it.
func (d *decision) revoke(cmd RevokeProxy) error {
	var p *Party
	laidDown := false
	if acts := append(d.actsFor(d.Actor.ID), d.awaitsFor(d.Actor.ID)...); d.Actor.Role != PartyRole && len(acts) > 0 && (cmd.Party == "" || has(acts, cmd.Party)) {
		p = d.Party(acts[0])
		if cmd.Party != "" {
			p = d.Party(cmd.Party)
		}
		laidDown = true
		d.say("party", p.ID)
	} else {
		var err error
		if p, err = d.speaker(cmd.Behalf); err != nil {
			return err
		}
		if p.Proxy.Holds() && !d.accused(p) {
			p.LinkHash, p.LinkFrom = d.LinkHash, d.At
		}
	}
	heir := d.heir(p)
	if !p.Proxy.Holds() && heir == "" {
		return Refusal("revoke", Conflict, "proxy.none", "party")
	}
	proxy := *p.Proxy
	helper := heir
	if heir == "" {
		helper, proxy.Revoked = proxy.Helper, d.At
	}
	proxy.Next = ""
	p.Proxy = &proxy
	d.say("helper", helper)
	if laidDown {
		d.let(p.ID, helper, "") // the resident still wants it done
	}
	if helper != d.Actor.ID && !d.accused(p) {
		d.tell(NoticeProxy, Recipient{User: helper}, time.Time{})
	}
	d.tell(NoticeProxy, Recipient{Role: TownshipStaff, Area: d.Area}, time.Time{})
	return nil
}

// errand 代办事项 by a helper.
func (d *decision) errand(cmd RunErrand) error {
	switch {
	case !has(d.actsFor(d.Actor.ID), cmd.Party):
		return Refusal("errand", Invalid, "unknown_value", "party", "value", cmd.Party)
	case d.Order.Words.Empty():
		return Refusal("errand", Invalid, "required", "what")
	case len(d.Errands) >= maxErrands:
		return Refusal("errand", Conflict, "too_many", "errands", "max", strconv.Itoa(maxErrands))
	}
	e := Errand{ID: d.NewID, Party: cmd.Party, Helper: d.Actor.ID, At: d.At, What: d.Order.Words, Clock: Clock{Since: d.At}}
	if within := d.pol.Proxies.Errand.Within; !within.Zero() {
		e.Clock.Due = d.rules.after(d.At, within)
	}
	d.Errands = append(d.Errands, e)
	d.say("errand", d.NewID)
	d.say("party", cmd.Party)
	return nil
}

// errandDone records what came of an errand.
func (d *decision) errandDone(cmd FinishErrand) error {
	i := slices.IndexFunc(d.Errands, func(e Errand) bool { return e.ID == cmd.Errand && has(d.actsFor(d.Actor.ID), e.Party) })
	switch {
	case i < 0:
		return Refusal("errand_done", Invalid, "unknown_value", "errand", "value", cmd.Errand)
	case !d.Errands[i].Done.IsZero():
		return Refusal("errand_done", Conflict, "proxy.done", "errand")
	case d.Order.Words.Empty():
		return Refusal("errand_done", Invalid, "required", "result")
	}
	d.Errands = slices.Clone(d.Errands)
	e := &d.Errands[i]
	e.Done, e.Result = d.At, d.Order.Words
	d.say("errand", e.ID)
	d.say("party", e.Party)
	return nil
}

// runs tells whether an errand's clock runs: it has no result yet, and its helper still acts for the party, waits for their consent in the
// place of one who left, or is still to be found. The resident's own word ends it.
func (c *Case) runs(e *Errand) bool {
	if e.Helper == "" {
		p := c.Party(e.Party)
		return e.Done.IsZero() && p != nil && !c.accused(p)
	}
	return e.Done.IsZero() && (c.ActsFor(e.Helper, e.Party) || c.Awaits(e.Helper, e.Party))
}

// runErrands lets the clocks of errands come to now. The helper is told, and of a late one the township, too.
func (d *decision) runErrands() (changed bool) {
	for i := range d.Errands {
		k := d.Errands[i].Clock
		if !d.runs(&d.Errands[i]) {
			continue
		}
		reminded, breached := k.run(d.rules, d.pol.Proxies.Errand, d.At)
		if !reminded && !breached {
			continue
		}
		d.Errands = slices.Clone(d.Errands)
		e := &d.Errands[i]
		e.Clock = k
		kind, notice := "errand_reminded", NoticeReminder
		if breached {
			kind, notice = "errand_overdue", NoticeBreach
		}
		d.begin(kind)
		d.say("errand", e.ID)
		d.say("party", e.Party)
		d.say("helper", e.Helper)
		d.say("due", k.Due.UTC().Format(time.RFC3339))
		if e.Helper != "" {
			d.tell(notice, Recipient{User: e.Helper}, k.Due)
		}
		if breached || e.Helper == "" {
			d.tell(notice, Recipient{Role: TownshipStaff, Area: d.Area}, k.Due)
		}
		d.end()
		changed = true
	}
	return changed
}

// errandParty is for whom an errand is.
func (c *Case) errandParty(id string) string {
	for i := range c.Errands {
		if c.Errands[i].ID == id {
			return c.Errands[i].Party
		}
	}
	return ""
}

// checkHelper refuses a helper whom nobody would find, and ties the photo of the consent to the case.
func (s *Service) checkHelper(ctx context.Context, c *Case, o Order, cmd Entrust) error {
	role := o.Actor.Role
	if cmd.Helper != "" {
		who, open, err := s.Users.ActorOf(ctx, cmd.Helper)
		if err != nil {
			return err
		}
		if !open || !May(who, Action(CmdErrand)) || !near(who.Area, c.Area) {
			return Refusal("entrust", Invalid, "unknown_value", "helper", "value", cmd.Helper)
		}
		if err := s.checkSide(ctx, c, cmd.Helper, "entrust", "helper"); err != nil {
			return err
		}
		role = who.Role
	}
	if r, err := s.rules(ctx, c.Policy); err != nil {
		return err
	} else if !r.Policy.Proxies.May(string(role)) {
		return Refusal("entrust", Invalid, "proxy.role", "helper", "role", string(role))
	}
	if cmd.Evidence == "" {
		return nil
	}
	return s.attach(ctx, c, o, []string{cmd.Evidence})
}

// near tells whether a helper of an area may be sent to another: from the next village, but not from another township.
func near(helper, area grid.Code) bool {
	return helper.Contains(area) || townshipOf(area).Contains(helper)
}
