package mediation

import (
	"context"
	"errors"
	"slices"
	"time"
)

// PetitionKind tells the first petition on a matter (初信初访) from a later one. Nobody enters it: the sweep finds it out of who the petitioner
// is, by the keyed hashes of phone and ID number.
type PetitionKind string

// The kinds. "" is of a petitioner of whom no number is known: it is neither, until one is.
const (
	FirstPetition  PetitionKind = "first"
	RepeatPetition PetitionKind = "repeat"
)

// petitioners are the hashes of those who bring the matter.
func petitioners(parties []Party) []string { return matchOf(parties, Applicant) }

func matchOf(parties []Party, side PartySide) []string {
	var hashes []string
	for i := range parties {
		if parties[i].Side == side {
			hashes = append(hashes, parties[i].Match...)
		}
	}
	return hashes
}

// seekPetitioner lets the sweep find out whether this is the petitioner's first petition on the matter, once somebody is known.
func (d *decision) seekPetitioner() {
	if d.Petition != nil && d.Petition.Kind == "" && !d.Accusation && len(petitioners(d.Parties)) > 0 {
		d.chore(ChorePetitioner, "")
	}
}

// broughtAgain notes a report by which the same petitioner brings the matter again while the case is in hand.
func (d *decision) broughtAgain(rep *Report, parties []Party) {
	if d.Petition == nil || !d.pol.Petition.Takes(rep.Channel) || !shares(petitioners(d.Parties), petitioners(parties)) || has(d.Petition.Again, rep.ID) {
		return
	}
	d.Petition.Again = append(slices.Clone(d.Petition.Again), rep.ID)
	d.say("petition", "again")
}

// sameMatter tells whether two petitions are about one matter: of the same kind, and in the same place or against the same side.
func sameMatter(a, b *Case) bool {
	return a.Category == b.Category && (a.Cell != "" && a.Cell == b.Cell || shares(matchOf(a.Parties, Respondent), matchOf(b.Parties, Respondent)))
}

// petitioner does ChorePetitioner: it looks for an earlier petition of the same person on the same matter, and tells both cases. The earlier
// case first: after a crash in between it is found again.
func (w *Watch) petitioner(ctx context.Context, c *Case, now time.Time, r Rules) error {
	if c.Petition == nil || c.Petition.Kind != "" || c.Accusation || len(petitioners(c.Parties)) == 0 {
		return nil
	}
	before, err := w.earlierPetition(ctx, c)
	if err != nil {
		return err
	}
	earlier, kind := before.ID, FirstPetition
	if earlier != "" {
		kind = RepeatPetition
	}
	if was := c.Petition.Earlier; was != "" && was != earlier { // the petitioner turned out to be somebody else
		if err := w.again(ctx, was, c.ID, false, now, r); err != nil {
			return err
		}
	}
	if earlier != "" {
		if err := w.again(ctx, earlier, c.ID, true, now, r); err != nil {
			return err
		}
	}
	_, err = w.Cases.Update(ctx, c.ID, func(c *Case) error {
		if c.Petition == nil || c.Petition.Kind != "" || c.Accusation {
			return ErrStale
		}
		d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
		d.begin("petition_kind")
		d.say("kind", string(kind))
		d.say("earlier", earlier)
		c.Petition.Kind, c.Petition.Earlier = kind, earlier
		d.comesBack(&before)
		d.reckonedAnew()
		return nil
	})
	if errors.Is(err, ErrStale) {
		return nil
	}
	return err
}

// comesBack notes that the matter of a petition nobody has passed on yet was concluded by law before: somebody must judge the facts first.
func (d *decision) comesBack(before *Case) {
	p := d.Petition
	switch {
	case before.Petition != nil && before.Petition.State == PetitionConcluded && p.State == PetitionRegistered:
		p.Back = &Back{Concluded: before.ID}
		d.say("concluded", before.ID)
		d.tell(NoticeNeedsHand, Recipient{Role: TownshipStaff, Area: d.Area}, p.Clock.Due)
	case p.awaitsVerdict():
		p.Back = nil // the petitioner turned out to be somebody else
	}
}

// earlierPetition is the newest of the petitioner's earlier petitions on the matter; the zero value if there is none.
func (w *Watch) earlierPetition(ctx context.Context, c *Case) (newest Case, err error) {
	ids, err := w.Cases.OfParty(ctx, petitioners(c.Parties))
	if err != nil {
		return newest, err
	}
	for _, id := range ids {
		if id == c.ID {
			continue
		}
		other, err := w.Cases.Load(ctx, id)
		if err != nil {
			return newest, err
		}
		// A letter may have joined a case that was there long before: it is when the petitions came that counts.
		came, mine := other.petitionCame(), c.petitionCame()
		before := came.Before(mine) || came.Equal(mine) && other.ID < c.ID
		if other.Petition == nil || other.Accusation || !before || other.State == Joined || !shares(petitioners(other.Parties), petitioners(c.Parties)) || !sameMatter(&other, c) {
			continue
		}
		if newest.ID == "" || came.After(newest.petitionCame()) {
			newest = other
		}
	}
	return newest, nil
}

// again notes in a case that its matter was brought again in another, or that it was not.
func (w *Watch) again(ctx context.Context, id, by string, yes bool, now time.Time, r Rules) error {
	_, err := w.Cases.Update(ctx, id, func(c *Case) error {
		if c.Petition == nil || has(c.Petition.Again, by) == yes {
			return ErrStale
		}
		d := &decision{Case: c, Order: Order{Actor: SystemActor, At: now}, rules: r, pol: r.Policy}
		d.begin("petition_again")
		d.say("by", by)
		if yes {
			c.Petition.Again = append(slices.Clone(c.Petition.Again), by)
		} else {
			d.say("taken_back", "true")
			c.Petition.Again = without(c.Petition.Again, by)
		}
		d.reckonedAnew()
		return nil
	})
	if errors.Is(err, ErrStale) {
		return nil
	}
	return err
}
