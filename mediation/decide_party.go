package mediation

import "slices"

// What is entered of the parties, and put right.

func (d *decision) addParty() error {
	p := *d.Order.Party
	for i := range d.Parties {
		for _, h := range p.Match {
			if has(d.Parties[i].Match, h) {
				return Refusal("add_party", Conflict, "party.exists", "phone")
			}
		}
	}
	if d.accused(&p) {
		p.LinkHash = ""
	}
	d.Parties = append(d.Parties, p)
	d.recuse()
	d.seekPetitioner()
	d.say("party", p.ID)
	d.say("side", string(p.Side))
	d.suggest(d.Alike)
	return nil
}

// correctParty 更正当事人信息: what was entered wrongly is replaced; what the party did stays.
func (d *decision) correctParty(cmd CorrectParty) error {
	p, next := d.Party(cmd.Party), d.Order.Party
	if p == nil || next == nil {
		return Refusal("correct_party", Invalid, "unknown_value", "party", "value", cmd.Party)
	}
	for i := range d.Parties {
		if d.Parties[i].ID != p.ID && shares(d.Parties[i].Match, next.Match) {
			return Refusal("correct_party", Conflict, "party.exists", "phone")
		}
	}
	p.Kind, p.Side, p.Name, p.Phone, p.IDNumber, p.Address = next.Kind, next.Side, next.Name, next.Phone, next.IDNumber, next.Address
	p.Match, p.Kin, p.Units, p.UnitNames, p.Account = next.Match, next.Kin, next.Units, next.UnitNames, next.Account
	if d.accused(p) {
		p.LinkHash, p.LinkFrom = "", d.At
	}
	d.recuse()
	if d.Petition != nil && p.Side == Applicant {
		d.Petition.Kind = "" // another number may be another person
	}
	d.seekPetitioner()
	d.say("party", p.ID)
	d.say("side", string(p.Side))
	d.suggest(d.Alike)
	return nil
}

// removeParty 移除当事人: somebody was entered who has nothing to do with it.
func (d *decision) removeParty(cmd RemoveParty) error {
	p := d.Party(cmd.Party)
	switch {
	case p == nil:
		return Refusal("remove_party", Invalid, "unknown_value", "party", "value", cmd.Party)
	case cmd.Reason == "":
		return Refusal("remove_party", Invalid, "required", "reason")
	case d.binds(p.ID):
		return Refusal("remove_party", Conflict, "party.bound", "party")
	}
	d.Removed = append(slices.Clone(d.Removed), RemovedParty{Key: p.Key, Match: p.Match})
	d.Case.Parties = slices.DeleteFunc(slices.Clone(d.Case.Parties), func(p Party) bool { return p.ID == cmd.Party })
	d.say("party", cmd.Party)
	d.say("reason", cmd.Reason)
	return nil
}

// suggest adds cases that may be the same, each once, and tells staff if there is a new one.
func (d *decision) suggest(list []Suggestion) {
	news := false
	for _, s := range list {
		known := false
		for i := range d.Suggested {
			known = known || d.Suggested[i].Case == s.Case
		}
		if !known {
			d.Suggested = append(d.Suggested, s)
			news = true
		}
	}
	if news {
		d.tell(NoticeAlike, Recipient{Role: TownshipStaff, Area: d.Area}, d.StateClock.Due)
	}
}

func (d *decision) renewLink(cmd RenewLink) error {
	p := d.Party(cmd.Party)
	if p == nil {
		return Refusal("renew_link", Invalid, "unknown_value", "party", "value", cmd.Party)
	}
	if d.accused(p) {
		return Refusal("renew_link", Conflict, "case.accused", "party")
	}
	p.LinkHash, p.LinkFrom = d.LinkHash, d.At
	d.say("party", p.ID)
	return nil
}
