package mediation

import (
	"context"
	"reflect"
	"slices"
	"time"
)

// What joining (并案) and splitting (拆案) mean for the parties: they go with their case and come back with it. Somebody whom the
// host knows already, by phone or ID number, stays the one party that they are there.

// welcome adds a party, or what is new of one whom the case knows already.
func (d *decision) welcome(p Party) {
	if own := d.same(&p); own == nil {
		d.Case.Parties = append(d.Case.Parties, p)
	} else if own.hears(&p); !p.RefusedMediation.IsZero() {
		d.tell(NoticeRefused, Recipient{Role: TownshipStaff, Area: d.Area}, d.At)
	}
	d.recuse()
	d.seekPetitioner()
}

// hears takes over what the same party has said elsewhere, and whom they are close to there: a refusal holds wherever the quarrel
// is handled (PML 17, 19, 23).
func (p *Party) hears(there *Party) {
	p.RefusedMediators, p.Kin, p.Units = union(p.RefusedMediators, there.RefusedMediators), union(p.Kin, there.Kin), union(p.Units, there.Units)
	if p.RefusedMediation.IsZero() {
		p.RefusedMediation = there.RefusedMediation
	}
	if x := there.Proxy; x != nil && (p.Proxy == nil || x.Since.After(p.Proxy.Since)) {
		p.Proxy = x
	}
	if o := there.Outsiders; o != nil && (p.Outsiders == nil || o.At.After(p.Outsiders.At)) {
		p.Outsiders = o
	}
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, x := range b {
		if !has(all, x) {
			all = append(all, x)
		}
	}
	return all
}

// via are the parties whom a report brought into the case, as they stand.
func (c *Case) via(report string) []Party {
	var list []Party
	for _, p := range c.Parties {
		if p.Via == report {
			list = append(list, p)
		}
	}
	return list
}

// goingTo is how a party goes from the case to that of the report that brought them: with their link, unless they stay as well.
func (c *Case) goingTo(p Party) Party {
	p.Via = ""
	if c.binds(p.ID) {
		p.LinkHash = ""
	}
	return p
}

// takeAlong gives a report that is taken out of the case its parties as they stand.
func (c *Case) takeAlong(rep *Report) {
	rep.Parties = slices.Clone(rep.Parties)
	for i := range rep.Parties {
		if here := c.Party(rep.Parties[i].ID); here != nil && here.Via == rep.ID {
			rep.Parties[i] = c.goingTo(*here)
		}
	}
}

// arrived brings parties up to date in the case of their own report: what they said in the other one until they left it.
func arrived(c *Case, from *Case, going []Party, now time.Time, r Rules) {
	next := slices.Clone(c.Parties)
	for _, p := range going {
		for i := range next {
			if next[i].ID == p.ID {
				came := next[i].From
				next[i] = from.goingTo(p)
				next[i].From = came
			}
		}
	}
	if reflect.DeepEqual(next, c.Parties) {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("parties_returned")
	d.say("case", from.ID)
	d.Case.Parties = next
	d.finish()
}

// letGo takes the parties off whom a report brought that was taken out, except whom an agreement binds here. It changes nothing
// the second time.
func letGo(c *Case, report string, now time.Time, r Rules) {
	left := slices.DeleteFunc(slices.Clone(c.Parties), func(p Party) bool { return p.Via == report && !c.binds(p.ID) })
	if len(left) == len(c.Parties) {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("parties_returned")
	d.say("report", report)
	d.Case.Parties = left
	d.finish()
}

// same is the case's party who is p, nil if there is none.
func (c *Case) same(p *Party) *Party {
	if own := c.Party(p.ID); own != nil {
		return own
	}
	for i := range c.Parties {
		if shares(c.Parties[i].Match, p.Match) {
			return &c.Parties[i]
		}
	}
	return nil
}

// returned gives a case that was split off what its people did in the host meanwhile: consents, refusals, a renewed link, a
// report withdrawn. It changes nothing the second time.
func returned(c *Case, host *Case, now time.Time, r Rules) {
	next, recalled := slices.Clone(c.Parties), slices.Clone(c.Recalled)
	for _, id := range host.Recalled {
		if has(c.Reports, id) && !has(recalled, id) {
			recalled = append(recalled, id)
		}
	}
	for i := range next {
		there := host.Party(next[i].ID)
		if there == nil || there.From != c.ID {
			continue
		}
		from, link := next[i].From, next[i].LinkHash
		next[i] = *there
		if next[i].From = from; next[i].LinkHash == "" {
			next[i].LinkHash = link
		}
	}
	if reflect.DeepEqual(next, c.Parties) && len(recalled) == len(c.Recalled) {
		return
	}
	d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
	d.begin("parties_returned")
	d.say("case", host.ID)
	d.Case.Parties, d.Recalled = next, recalled
	d.unjoinedRefused()
	d.finish()
}

// followLink leads a party's link to the case that theirs was joined to, as far as joins go. A link that was renewed there since
// is void: nil.
func (s *Service) followLink(ctx context.Context, c *Case, p *Party) (*Case, *Party, error) {
	for c.State == Joined {
		host, err := s.Cases.Load(ctx, c.JoinedTo)
		if err != nil {
			return nil, nil, err
		}
		there := host.same(p)
		if there == nil {
			return c, p, nil // the sweep has not carried them over yet
		}
		if there.LinkFrom.After(c.StateClock.Since) {
			return nil, nil, ErrNotFound
		}
		c, p = &host, there
	}
	return c, p, nil
}
