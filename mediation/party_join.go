package mediation

import (
	"context"
	"reflect"
	"slices"
	"time"
)

// What joining (并案) and splitting (拆案) mean for the parties: they go with their case and come back with it. Somebody whom the
// host knows already, by phone or ID number, stays the one party that they are there.

// welcome adds a party whom the case does not know yet.
func (d *decision) welcome(p Party) {
	if d.same(&p) == nil {
		d.Case.Parties = append(d.Case.Parties, p)
		d.recuse()
	}
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
