package mediation

import (
	"context"
	"slices"
	"strconv"
	"time"
)

// What a helper has in hand for a resident (代办) when they leave. The resident consented to them by name, so that a consent ends with the
// hand-over and passes to nobody: whoever takes over is there in the helper's place, knows that the resident waits, and acts once the
// resident's consent to them is on record (Entrust). What was to be done is theirs meanwhile, or nobody's, and its time goes on.

// Mandate is what somebody has in hand for one party.
type Mandate struct {
	Party string
	// Name is the party's.
	Name Sealed
	// Errands are under way; First is the one that must have its result first, nil where none has a set time.
	Errands int
	First   *Errand
	// Waits: the party has not consented to them yet.
	Waits bool
}

// heir is who has taken over from the party's helper and waits for their consent, "" for nobody.
func (c *Case) heir(p *Party) string {
	if p.Proxy == nil || p.Proxy.Holds() || c.accused(p) {
		return ""
	}
	return p.Proxy.Next
}

// awaitsFor are the parties whose consent the user waits for.
func (c *Case) awaitsFor(user string) []string {
	var ids []string
	for i := range c.Parties {
		if p := &c.Parties[i]; user != "" && c.heir(p) == user {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Heirs are those who wait for the consent of a party of the case.
func (c *Case) Heirs() []string {
	var users []string
	for i := range c.Parties {
		if user := c.heir(&c.Parties[i]); user != "" && !has(users, user) {
			users = append(users, user)
		}
	}
	return users
}

// ActsFor tells whether the user acts for the party.
func (c *Case) ActsFor(user, party string) bool { return has(c.actsFor(user), party) }

// Awaits tells whether the user waits for the party's consent.
func (c *Case) Awaits(user, party string) bool { return has(c.awaitsFor(user), party) }

// MandatesOf are what the user has in hand for parties of the case, which is not over.
func (c *Case) MandatesOf(user string) []Mandate {
	if c.State.Over() {
		return nil
	}
	var list []Mandate
	for i := range c.Parties {
		p := &c.Parties[i]
		if acts, waits := c.ActsFor(user, p.ID), c.Awaits(user, p.ID); acts || waits {
			m := Mandate{Party: p.ID, Name: p.Name, Waits: waits}
			for j := range c.Errands {
				e := &c.Errands[j]
				if !e.of(p.ID, user) {
					continue
				}
				m.Errands++
				if due := e.Clock.Due; !due.IsZero() && (m.First == nil || due.Before(m.First.Clock.Due)) {
					m.First = e
				}
			}
			list = append(list, m)
		}
	}
	return list
}

// of tells whether an errand is under way for the party and is the user's.
func (e *Errand) of(party, user string) bool {
	return e.Done.IsZero() && e.Party == party && e.Helper == user
}

// let gives a party's errands that are under way from one helper to another; to "" they are nobody's, for the township to see to.
func (d *decision) let(party, from, to string) {
	d.Errands = slices.Clone(d.Errands)
	n := 0
	for i := range d.Errands {
		if e := &d.Errands[i]; e.of(party, from) {
			n++
			e.Helper = to
			d.say("errand"+strconv.Itoa(n), e.ID)
		}
	}
}

// ErrandSuccession is one hand-over of what a helper has in hand for a party.
type ErrandSuccession struct {
	HandOver    string
	Case, Party string
	From, To    Actor
}

// ErrandHindrances are the reasons why the successor could not act for the party; none if they can, once the party consents.
func (s *Service) ErrandHindrances(ctx context.Context, x ErrandSuccession) ([]Reason, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return nil, err
	}
	r, err := s.rules(ctx, c.Policy)
	if err != nil {
		return nil, err
	}
	return c.errandHindrances(x.To, r), nil
}

// errandHindrances holds the successor to what a helper must meet who is named by hand.
func (c *Case) errandHindrances(to Actor, r Rules) []Reason {
	switch {
	case !May(to, Action(CmdErrand)) || !r.Policy.Proxies.May(string(to.Role)):
		return []Reason{reason(ReasonPost, "role", string(InformationOfficer), "unit", "")}
	case !near(to.Area, c.Area):
		return []Reason{reason(ReasonArea, "area", string(to.Area), "needs", string(c.Area))}
	case c.keepsFrom(to):
		return []Reason{reason(ReasonPost, "role", string(InformationOfficer), "unit", "")}
	}
	return nil
}

// HandErrands puts the successor in the helper's place for one party. Whom the party may not have by then does not come: the township
// looks for somebody. It does nothing the second time, and says the same of it.
func (s *Service) HandErrands(ctx context.Context, x ErrandSuccession) (Passed, error) {
	c, err := s.Cases.Load(ctx, x.Case)
	if err != nil {
		return "", err
	}
	if c.mandated(x) {
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return "", err
		}
		o := Order{Actor: x.To, At: s.now()}
		if c, err = s.Cases.Update(ctx, x.Case, func(c *Case) error { handErrands(c, x, o, r); return nil }); err != nil {
			return "", err
		}
	}
	p := c.Party(x.Party)
	switch {
	case p == nil || p.Proxy == nil:
		return PassedOver, nil
	case p.Proxy.Left != x.HandOver:
		if c.ActsFor(x.To.ID, p.ID) { // who consented meanwhile
			return PassedOn, nil
		}
		return PassedOver, nil
	case p.Proxy.Next == "":
		return GivenBack, nil
	}
	return PassedOn, nil
}

func (c *Case) mandated(x ErrandSuccession) bool {
	return slices.ContainsFunc(c.MandatesOf(x.From.ID), func(m Mandate) bool { return m.Party == x.Party })
}

func handErrands(c *Case, x ErrandSuccession, o Order, r Rules) {
	if !c.mandated(x) {
		return
	}
	d := &decision{Case: c, Order: o, rules: r, pol: r.Policy}
	d.begin("handed_over")
	d.say("hand_over", x.HandOver)
	d.say("party", x.Party)
	d.say("from_user", x.From.ID)
	next := x.To.ID
	if len(c.errandHindrances(x.To, r)) > 0 {
		next = ""
	}
	d.say("to_user", next)
	d.letHelperGo(d.Party(x.Party), x.HandOver, next)
	d.let(x.Party, x.From.ID, next)
	if next != "" {
		d.tell(NoticeProxy, Recipient{User: next}, time.Time{})
	}
	d.tell(NoticeProxy, Recipient{Role: TownshipStaff, Area: d.Area}, time.Time{})
	d.finish()
}

// letHelperGo ends a party's consent, or the wait for one, because the helper leaves by a hand-over; next waits for theirs.
func (d *decision) letHelperGo(p *Party, handOver, next string) {
	proxy := *p.Proxy
	if proxy.Revoked.IsZero() {
		proxy.Revoked = d.At
	}
	proxy.Left, proxy.Next = handOver, next
	p.Proxy = &proxy
}
