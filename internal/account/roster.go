package account

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation"
)

// Records keeps the mediators' records, as mediation.Mediators does.
type Records interface {
	// Load returns a record; mediation.ErrNotFound.
	Load(ctx context.Context, id string) (mediation.Mediator, error)
	// Update is like Users.Update.
	Update(ctx context.Context, id string, fn func(*mediation.Mediator) error) (mediation.Mediator, error)
}

// Roster (调解员名册) makes and changes users together with the mediators' records that are theirs. The two name each other:
// by User.Mediator a mediator sees their cases, to Mediator.User offers are pushed.
//
// The account is the owner document. It is written first, then the record that is its from now on, last the one that was.
// A crash in between leaves a record that does not know its account, which the same request again or any later change of
// that user mends, or one that still names an account that has gone elsewhere, which whoever is given it next takes over.
// Of two accounts that are given one record in the same moment the record keeps the first; the other is taken off it again.
type Roster struct {
	Accounts *Service
	Records  Records
}

// Create makes a user, and their record theirs. ErrNoRecord, ErrRecordTaken, and what CreateUser refuses.
func (r Roster) Create(ctx context.Context, by mediation.Actor, n NewUser) (User, error) {
	if err := n.Place.Check(); err != nil {
		return User{}, err
	}
	mine := ""
	if n.Key != "" {
		mine = userID(by.ID, n.Key)
	}
	named, err := r.free(ctx, by, n.Mediator, mine)
	if err != nil {
		return User{}, err
	}
	u, err := r.Accounts.CreateUser(ctx, by.ID, n)
	if err != nil || u.Mediator != n.Mediator {
		return u, err // made before, and moved since
	}
	return r.give(ctx, by, u, named)
}

// Change changes a user, and whose the records are. ErrNoRecord, ErrRecordTaken, and what ChangeUser refuses. Whether the
// orderer may give away a record is asked where it is another than before.
func (r Roster) Change(ctx context.Context, by mediation.Actor, o Order, id string, c Changes) (User, error) {
	if err := c.check(); err != nil {
		return User{}, err
	}
	before, err := r.Accounts.User(ctx, id)
	if err != nil {
		return User{}, err
	}
	record := before.Mediator
	if c.Place != nil {
		record = c.Place.Mediator
	}
	named, err := r.free(ctx, by, record, id)
	settled := record == before.Mediator && (errors.Is(err, ErrNoRecord) || errors.Is(err, ErrRecordTaken))
	if err != nil && !settled {
		return User{}, err
	}
	u, err := r.Accounts.ChangeUser(ctx, o, id, c)
	if err != nil || settled {
		return u, err
	}
	if u, err = r.give(ctx, by, u, named); err != nil || before.Mediator == u.Mediator {
		return u, err
	}
	return u, r.release(ctx, before.Mediator, id)
}

// Link makes a user's record know them, if it does not, and says whether it had to.
func (r Roster) Link(ctx context.Context, by mediation.Actor, u User) (bool, error) {
	named, err := r.free(ctx, by, u.Mediator, u.ID)
	if err != nil || u.Mediator == "" || named == u.ID {
		return false, err
	}
	_, err = r.give(ctx, by, u, named)
	return err == nil, err
}

// free tells that a record can be the user's ("" for one whose id is not known yet), and whom it names now. Nobody learns of
// records outside their area.
func (r Roster) free(ctx context.Context, by mediation.Actor, record, user string) (named string, err error) {
	if record == "" {
		return "", nil
	}
	m, err := r.Records.Load(ctx, record)
	if errors.Is(err, mediation.ErrNotFound) || err == nil && !mediation.MayArea(by, mediation.MediatorWrite, m.Area) {
		return "", ErrNoRecord
	}
	if err != nil {
		return "", err
	}
	holders, _, err := r.Accounts.ListUsers(ctx, Filter{Mediator: record, Limit: 2})
	if err != nil {
		return "", err
	}
	for _, u := range holders {
		if u.ID != user {
			return "", ErrRecordTaken
		}
	}
	return m.User, nil
}

// give makes the record of a user name them in place of whom it was seen to name.
func (r Roster) give(ctx context.Context, by mediation.Actor, u User, named string) (User, error) {
	if u.Mediator == "" || named == u.ID {
		return u, nil
	}
	_, err := r.Records.Update(ctx, u.Mediator, func(m *mediation.Mediator) error {
		if m.User != named && m.User != u.ID {
			return ErrRecordTaken // since it was seen
		}
		m.User = u.ID
		return nil
	})
	if errors.Is(err, ErrRecordTaken) {
		return User{}, errors.Join(err, r.Accounts.withoutRecord(ctx, by.ID, u))
	}
	return u, err
}

// release makes a record name nobody, if it still names the user.
func (r Roster) release(ctx context.Context, record, user string) error {
	if record == "" {
		return nil
	}
	_, err := r.Records.Update(ctx, record, func(m *mediation.Mediator) error {
		if m.User == user {
			m.User = ""
		}
		return nil
	})
	if errors.Is(err, mediation.ErrNotFound) {
		return nil
	}
	return err
}

// withoutRecord takes an account off a record that has become another's, and ends the sessions that knew it.
func (s *Service) withoutRecord(ctx context.Context, by string, lost User) error {
	_, err := s.order(ctx, Order{By: by}, lost.ID, func(u *User, now time.Time) {
		if u.Mediator == lost.Mediator {
			u.Mediator = ""
			u.changed(now, by, "unlinked", lost.Mediator, true)
		}
	})
	return err
}
