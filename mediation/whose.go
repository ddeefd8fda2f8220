package mediation

import (
	"slices"

	"fengqiao/mediation/policy"
)

// Whose matter something is (信访人). Who typed it never says: what comes over a counter, by letter, visit or net, or for a person who is named, is that
// person's, and joins by itself only what is theirs already. A petition has one petitioner or several (联名、集体信访); each of them speaks for themselves.

// brought tells whether a report brings somebody else's matter. What is left is what a worker of the grid has seen for themselves.
func (rep *Report) brought(pol *policy.Policy) bool {
	named := slices.ContainsFunc(rep.Parties, func(p Party) bool { return p.Side == Applicant })
	return named || rep.Relayed || rep.ofMany() || handedOver(rep.Channel, pol)
}

// handedOver tells whether what comes by a channel is others' matter: petitions, and what another body hands over.
func handedOver(channel string, pol *policy.Policy) bool {
	return pol.Petition.Takes(channel) || pol.Intake.SourceOf(channel) != ""
}

// takesIn tells whether an open case takes a further report in by itself: a worker's own report, a case of theirs or of somebody whom it names; one that
// somebody brings, only a case of the very same people, whose petition is not over.
func (c *Case) takesIn(rep *Report, pol *policy.Policy) bool {
	if !rep.brought(pol) {
		theirs := has(c.Reporters, rep.Reporter) && !handedOver(c.Channel, pol)
		return theirs || shares(everybody(c.Parties), everybody(rep.Parties))
	}
	if p := c.Petition; p != nil && p.State.Over() && p.State != PetitionAccused {
		return false
	}
	return c.broughtBy(rep.Parties)
}

// broughtBy tells whether each of those who bring a matter is one whose matter the case is. Who has no phone or ID number is nobody who is known.
func (c *Case) broughtBy(parties []Party) bool {
	some := false
	for i := range parties {
		if parties[i].Side != Applicant {
			continue
		}
		if own := c.same(&parties[i]); own == nil || !c.petitions(own) {
			return false
		}
		some = true
	}
	return some
}

func everybody(parties []Party) (hashes []string) {
	for i := range parties {
		hashes = append(hashes, parties[i].Match...)
	}
	return hashes
}

// Brings tells whether the matter is this party's: the petition, or where the case is none, what they apply for. Of several parties who apply it is those
// with whom the petition came, and else those who were entered in this case itself and not brought by another case or report.
func (c *Case) Brings(p *Party) bool {
	if p == nil || p.Side != Applicant {
		return false
	}
	if c.Petition == nil {
		return true
	}
	stands := func(of func(*Party) bool) bool {
		return slices.ContainsFunc(c.Parties, func(x Party) bool { return x.Side == Applicant && of(&x) })
	}
	named := func(x *Party) bool { return has(c.Petition.By, x.ID) }
	entered := func(x *Party) bool { return x.From == "" && x.Via == "" }
	switch {
	case stands(named):
		return named(p)
	case stands(entered):
		return entered(p)
	}
	return true // they whose it was were taken off
}

// petitions tells whether the party still brings it: of several petitioners each withdraws for themselves.
func (c *Case) petitions(p *Party) bool {
	return c.Brings(p) && (c.Petition == nil || !has(c.Petition.Left, p.ID))
}

// begunBy notes who brings a petition that began in a case that was there already, and so may have other parties who apply.
func (d *decision) begunBy(parties []Party) {
	for i := range parties {
		if own := d.same(&parties[i]); parties[i].Side == Applicant && own != nil && own.Side == Applicant {
			d.Petition.By = append(slices.Clip(d.Petition.By), own.ID)
		}
	}
}

// leaves takes a petitioner out who withdraws, and tells whether nobody is left.
func (d *decision) leaves(party string) (last bool) {
	d.Petition.Left = append(slices.Clip(d.Petition.Left), party)
	return !slices.ContainsFunc(d.Case.Parties, func(p Party) bool { return d.petitions(&p) })
}

// Said is what one of a petition's petitioners says of the unit and the office.
type Said struct {
	Party string
	Rating
}

// says keeps a petitioner's latest word; of several, one who is not satisfied makes it a petition whose petitioners are not.
func (p *Petition) says(party string, word Rating) {
	p.Said = slices.Clone(p.Said)
	i := slices.IndexFunc(p.Said, func(s Said) bool { return s.Party == party })
	if i < 0 {
		i, p.Said = len(p.Said), append(p.Said, Said{Party: party})
	}
	if word.Unit != nil {
		p.Said[i].Unit = word.Unit
	}
	if word.Office != nil {
		p.Said[i].Office = word.Office
	}
	p.Rating = Rating{}
	for _, s := range p.Said {
		p.Rating.Unit, p.Rating.Office = both(p.Rating.Unit, s.Unit), both(p.Rating.Office, s.Office)
	}
}

// both is what two words come to, either of which may not have been said.
func both(a, b *bool) *bool {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	all := *a && *b
	return &all
}
