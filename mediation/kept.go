package mediation

import (
	"context"
	"slices"
)

// An accusation is kept from whom it accuses: from everybody who works at a unit of theirs, whatever they are there, and from their own account
// where it is known. This is the one place that decides it. A case, its summary, its row's tags and its row in the book of figures hold the same
// keys, those of KeptFrom; who asks has keys of their own, those of Actor.Keys; and what has one key in common is not theirs to see. A unit may
// become an accused's later, and be removed again: the keys are of the parties as they stand.

// someUnit is the key of all accusations with a unit: who works at one that nobody has told us the hash of sees none of them.
const someUnit = "u"

// anybody is the key of everything that is kept from somebody, whoever it is.
const anybody = "k"

// FromAnybody is what Visible.Except holds where all are to read the same, from whomever a case is kept: a month that is frozen for everybody.
var FromAnybody = []string{anybody}

func unitKey(hash string) string { return "u:" + hash }

func accountKey(user string) string { return "a:" + user }

// KeptFrom are the keys of whom the case is kept from, in order; none if it is no accusation, or nobody is known to be accused.
func (c *Case) KeptFrom() []string {
	if !c.Accusation {
		return nil
	}
	return keptFrom(c.Parties)
}

// keptFrom are the keys of the respondents, and of accounts besides.
func keptFrom(parties []Party, users ...string) []string {
	var keys []string
	for _, id := range users {
		keys = append(keys, accountKey(id))
	}
	for i := range parties {
		p := &parties[i]
		if p.Side != Respondent {
			continue
		}
		for _, hash := range p.Units {
			keys = append(keys, someUnit, unitKey(hash))
		}
		if p.Account != "" {
			keys = append(keys, accountKey(p.Account))
		}
	}
	if len(keys) > 0 {
		keys = append(keys, anybody)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// KeysOf are the keys of accounts, by their ids, and of units, by their hashes, in order.
func KeysOf(users, units []string) []string {
	return keptFrom([]Party{{Side: Respondent, Units: units}}, users...)
}

// Keys are what the actor is known by to what is kept from somebody: their account and unit, and those of whom they stand in for.
func (a Actor) Keys() []string {
	if a.Role == System || a.Role == PartyRole || a.ID == "" {
		return nil
	}
	keys := []string{accountKey(a.ID)}
	if a.For != "" {
		keys = append(keys, accountKey(a.For))
	}
	for _, hash := range a.Units {
		if hash != "" {
			keys = append(keys, unitKey(hash))
		}
	}
	if a.Unit != "" && a.Units == [2]string{} {
		keys = append(keys, someUnit)
	}
	return keys
}

// Withholds tells whether what has the keys of KeptFrom is kept from whom these keys are of.
func Withholds(kept, from []string) bool {
	return len(kept) > 0 && slices.ContainsFunc(from, func(key string) bool { return slices.Contains(kept, key) })
}

// HashOfUnit is what Actor.Units holds of a unit; "" of none.
func (s *Service) HashOfUnit(unit string) string {
	if unit == "" {
		return ""
	}
	return UnitHash(s.Sealer, unit)
}

// Withheld tells whether there is any case that is kept from the actor for whom it accuses.
func (s *Service) Withheld(ctx context.Context, actor Actor) (bool, error) {
	ids, err := s.Cases.KeptFrom(ctx, actor.Keys(), 1)
	return len(ids) > 0, err
}

// keepsFrom tells whether a report of an accusation that has no case yet is kept from the actor; its case says so afterwards.
func (r *Report) keepsFrom(actor Actor) bool {
	return r.Raised != "" && Withholds(keptFrom(r.Parties), actor.Keys())
}

// keepsFrom tells whether the case is kept from the actor.
func (c *Case) keepsFrom(actor Actor) bool {
	return c.Accusation && Withholds(c.KeptFrom(), actor.Keys())
}
