package mediation

import (
	"context"
	"slices"
	"time"
)

// Sent (派单对象) is whom a dispatch rule has sent the case to: a unit, somebody who was on duty, or everybody of a role whose area holds it; one
// of the three. Whoever is sent it reads it; it lies with whom it lay before.
type Sent struct {
	Unit string
	User string
	Role Role
	// Lead: in the lead, be it 属地 before 社区 or 监管 before 执法; the others assist.
	Lead bool
	// Signs: may sign for it, arrive and handle, as the policy's rule has it.
	Signs bool
	Rule  string
	At    time.Time
}

// maxSent bounds what a case holds: whom it was sent to longest ago goes first.
const maxSent = 40

// names tells whether it is the actor to whom the case was sent. Who was on duty is meant in person, wherever their area is; a unit and a role
// are for their area.
func (s *Sent) names(actor Actor, c *Case) bool {
	switch {
	case s.User != "":
		return s.User == actor.ID
	case s.Unit != "":
		return s.Unit == actor.Unit && actor.Area.Contains(c.Area)
	}
	return s.Role == actor.Role && actor.Area.Contains(c.Area)
}

// sentTo tells whether the case was sent to the actor, and if it matters whether the policy lets them sign for it.
func (c *Case) sentTo(actor Actor, signing bool) bool {
	return slices.ContainsFunc(c.Sent, func(s Sent) bool { return (s.Signs || !signing) && s.names(actor, c) })
}

// send notes whom the case was sent to. Somebody to whom it had been sent before stands once, as the newer rule has it.
func (c *Case) send(sent []Sent) {
	same := func(a, b Sent) bool { return a.Unit == b.Unit && a.User == b.User && a.Role == b.Role }
	kept := slices.DeleteFunc(slices.Clone(c.Sent), func(old Sent) bool {
		return slices.ContainsFunc(sent, func(s Sent) bool { return same(s, old) })
	})
	for i, s := range sent {
		if !slices.ContainsFunc(sent[:i], func(before Sent) bool { return same(before, s) }) {
			kept = append(kept, s)
		}
	}
	c.Sent = kept[max(0, len(kept)-maxSent):]
}

// RecordSent writes into a case's timeline that a rule has sent it, and to whom, in one step. false: it has turned out to be an accusation, which
// goes to nobody by rule, so that nobody may be told.
func (s *Service) RecordSent(ctx context.Context, id string, e Beside, sent []Sent) (bool, error) {
	restricted := false
	err := s.record(ctx, id, e, true, func(c *Case) bool {
		if restricted = c.Accusation; !restricted {
			c.send(sent)
		}
		return !restricted
	})
	return err == nil && !restricted, err
}

// tellLead tells the unit in the lead of a case that lies with no unit by itself.
func (d *decision) tellLead(kind NoticeKind, due time.Time) {
	for _, s := range d.Sent {
		if s.Lead && s.Unit != "" && s.Unit != d.Unit {
			d.tell(kind, Recipient{Unit: s.Unit, Area: d.Area}, due)
		}
	}
}
