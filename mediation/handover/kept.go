package handover

import (
	"cmp"
	"context"
	"errors"

	"fengqiao/mediation"
)

// What is kept from somebody, an accusation against their unit, they read of nowhere: it is left out of what others have in hand, of proposals
// and of what came of them. It does not hinder them from taking over the rest either, which would tell of it: nothing of it goes to them.

// Sight tells of cases what is kept from whom: mediation.Service.
type Sight interface {
	// Hides tells whether what lies beside a case is kept from the actor.
	Hides(ctx context.Context, caseID string, actor mediation.Actor) (bool, error)
	// Withheld tells whether there is any case that is kept from the actor for whom it accuses.
	Withheld(ctx context.Context, actor mediation.Actor) (bool, error)
	// TakeOff takes somebody off their parts in a case: they go to others by rule, or wait with the county's staff.
	TakeOff(ctx context.Context, caseID, user string) error
}

// hides tells whether a matter is kept from the actor: its case, or the paper that it is.
func (s *Service) hides(ctx context.Context, m *Matter, actor mediation.Actor) (bool, error) {
	if mediation.Withholds(m.KeptFrom, actor.Keys()) {
		return true, nil
	}
	return s.Cases.Hides(ctx, cmp.Or(m.Case, m.Beside), actor)
}

// shown leaves out what is kept from the actor, and counts of a post what they see.
func (s *Service) shown(ctx context.Context, actor mediation.Actor, leaver string, list []Matter) (seen []Matter, err error) {
	for _, m := range list {
		if hidden, err := s.hides(ctx, &m, actor); err != nil {
			return nil, err
		} else if hidden {
			continue
		}
		if m.Room == roomPost {
			if err := s.recount(ctx, actor, leaver, &m); err != nil {
				return nil, err
			}
			if m.Cases == 0 {
				continue
			}
		}
		seen = append(seen, m)
	}
	return seen, nil
}

// recount counts a post's cases as the actor would see them now, if any case at all is kept from them: how many there were when the hand-over was
// proposed would tell, beside what they count themselves, that there is one.
func (s *Service) recount(ctx context.Context, actor mediation.Actor, leaver string, m *Matter) error {
	if actor.ID == leaver {
		return nil // it was counted as they see it
	}
	if any, err := s.Cases.Withheld(ctx, actor); err != nil || !any {
		return err
	}
	who, err := s.People.Person(ctx, leaver)
	if errors.Is(err, mediation.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	who.Except = actor.Keys()
	now, err := s.Rooms[roomPost].Of(ctx, who)
	m.Cases = 0
	for i := range now {
		if now[i].Key == m.Key {
			m.Cases = now[i].Cases
		}
	}
	return err
}

// For leaves out of a hand-over what is kept from the actor.
func (s *Service) For(ctx context.Context, actor mediation.Actor, l *Look) error {
	seen, err := s.shown(ctx, actor, l.Leaver, l.Matters)
	if err != nil {
		return err
	}
	why := make([][]mediation.Reason, len(seen))
	for i := range seen {
		for j := range l.Matters {
			if l.Matters[j].same(seen[i]) && j < len(l.Hindrances) {
				why[i] = l.Hindrances[j]
			}
		}
	}
	l.Matters, l.Hindrances = seen, why
	return nil
}

// hand gives a matter to the successor or, where it is kept from them, to whom it goes then.
func (s *Service) hand(ctx context.Context, h *HandOver, m Matter, from, to Person) (mediation.Passed, error) {
	hidden, err := s.hides(ctx, &m, to.Actor)
	if err != nil {
		return "", err
	}
	if !hidden {
		return s.Rooms[m.Room].Hand(ctx, h, m, from, to)
	}
	switch room := s.Rooms[m.Room].(type) {
	case Releaser:
		err = room.Release(ctx, m, from)
	default:
		err = s.Cases.TakeOff(ctx, m.Case, from.ID)
	}
	return mediation.GivenBack, err
}

// Releaser is a room beside the case that knows to whom a matter goes which its successor may not know of.
type Releaser interface {
	Release(ctx context.Context, m Matter, from Person) error
}
