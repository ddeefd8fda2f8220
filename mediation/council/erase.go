package council

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fengqiao/mediation"
)

// Eraser erases villagers from meetings, and the words of whole meetings, by destroying the keys. That they met, who of the users came, how
// many there were and how they voted stays.
type Eraser struct {
	Meetings Meetings
	Keys     mediation.Shredder
	Open     func(ctx context.Context, v mediation.Sealed) (string, error) // "" of what has been erased
	Now      func() time.Time
	Holds    mediation.Holding // nil: nothing is held
}

// About implements retention.Records.
func (e *Eraser) About(ctx context.Context, id string) (mediation.Record, error) {
	m, err := e.Meetings.Load(ctx, id)
	return mediation.Record{Area: m.Area}, err
}

// Kept implements retention.Records.
func (e *Eraser) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return e.Meetings.Kept(ctx, until, limit)
}

// keys are all that a meeting's words and names are sealed under.
func (m *Meeting) keys() []string {
	keys := []string{m.Key}
	for i := range m.Invited {
		if key := m.Invited[i].Name.Key; key != "" && key != m.Key {
			keys = append(keys, key)
		}
	}
	return keys
}

// Erase implements retention.Records: all words of a meeting, and the names of its villagers. Nothing can be added to it then. It may be
// repeated.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	m, err := e.Meetings.Load(ctx, id)
	if err == nil {
		err = mediation.AnyHeld(ctx, e.Holds, RoomName, id)
	}
	if err != nil {
		return err
	}
	for _, key := range m.keys() {
		if err := e.Keys.Erase(ctx, key); err != nil {
			return err
		}
	}
	at := mediation.Instant(e.Now())
	_, err = e.Meetings.Update(ctx, id, func(m *Meeting) error {
		if m.Erased {
			return nil
		}
		m.Erased = true
		m.strike(func(Invitee) bool { return true })
		m.done(Order{Actor: mediation.SystemActor, At: at}, "erased")
		return nil
	})
	return err
}

// strike removes what the villagers are found by whom it tells.
func (m *Meeting) strike(whom func(Invitee) bool) {
	m.Invited = slices.Clone(m.Invited)
	for i := range m.Invited {
		if whom(m.Invited[i]) {
			m.Invited[i].Match = nil
		}
	}
}

// Invitations is where villagers were invited: the other half of Eraser, which knows people one by one.
type Invitations struct{ *Eraser }

var _ mediation.Acquaintance = Invitations{}

// Kind implements mediation.Acquaintance.
func (Invitations) Kind() string { return "invitation" }

// OfPerson implements mediation.Acquaintance. A meeting can do without the name of a villager at any time, so that all may be erased.
func (e Invitations) OfPerson(ctx context.Context, hashes []string) (over, open []string, err error) {
	err = e.each(ctx, hashes, func(m *Meeting, i *Invitee) error {
		over = append(over, m.ID+"/"+i.ID)
		return nil
	})
	return over, nil, err
}

// each calls fn for every villager with one of the hashes.
func (e Invitations) each(ctx context.Context, hashes []string, fn func(*Meeting, *Invitee) error) error {
	meetings, err := e.Meetings.OfPerson(ctx, hashes)
	if err != nil {
		return err
	}
	for n := range meetings {
		for i := range meetings[n].Invited {
			who := &meetings[n].Invited[i]
			if !slices.ContainsFunc(who.Match, func(h string) bool { return slices.Contains(hashes, h) }) {
				continue
			}
			if err := fn(&meetings[n], who); err != nil {
				return err
			}
		}
	}
	return nil
}

// Erase implements mediation.Acquaintance: one villager of one meeting, named as OfPerson does.
func (e Invitations) Erase(ctx context.Context, id string) error {
	meeting, invitee, _ := strings.Cut(id, "/")
	m, err := e.Meetings.Load(ctx, meeting)
	if err == nil {
		err = mediation.AnyHeld(ctx, e.Holds, RoomName, meeting)
	}
	if err != nil {
		return err
	}
	i := slices.IndexFunc(m.Invited, func(i Invitee) bool { return i.ID == invitee && i.User == "" && i.Name.Key != m.Key })
	if i < 0 {
		return mediation.ErrNotFound
	}
	if err := e.Keys.Erase(ctx, m.Invited[i].Name.Key); err != nil {
		return err
	}
	_, err = e.Meetings.Update(ctx, meeting, func(m *Meeting) error {
		m.strike(func(i Invitee) bool { return i.ID == invitee })
		return nil
	})
	return err
}

// HeldOf implements mediation.Keeper: an invitation is held with its meeting.
func (e Invitations) HeldOf(ctx context.Context, id string) error {
	meeting, _, _ := strings.Cut(id, "/")
	return mediation.AnyHeld(ctx, e.Holds, RoomName, meeting)
}

// Disclose implements mediation.Acquaintance.
func (e Invitations) Disclose(ctx context.Context, hashes []string) (all []mediation.DisclosedBeside, err error) {
	err = e.each(ctx, hashes, func(m *Meeting, i *Invitee) error {
		one := mediation.DisclosedBeside{Kind: e.Kind(), At: m.At}
		var failed, opened error
		one.Name, failed = e.Open(ctx, i.Name)
		one.Words, opened = e.Open(ctx, m.Topic)
		all = append(all, one)
		return errors.Join(failed, opened)
	})
	return all, err
}

// Sweep removes what is still known of villagers whose keys are gone: after a crash, and after a backup was restored that is older than the
// erasure. It does nothing where nothing is left.
func (e *Eraser) Sweep(ctx context.Context, m *Meeting) error {
	whole, err := e.Keys.Erased(ctx, m.Key)
	if err != nil {
		return err
	}
	if whole && !m.Erased {
		return e.Erase(ctx, m.ID)
	}
	for i := range m.Invited {
		if len(m.Invited[i].Match) == 0 {
			continue
		}
		gone, err := e.Keys.Erased(ctx, m.Invited[i].Name.Key)
		if err == nil && gone {
			err = Invitations{e}.Erase(ctx, m.ID+"/"+m.Invited[i].ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
