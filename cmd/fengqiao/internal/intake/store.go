package intake

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"fengqiao/internal/account"
	"fengqiao/mediation"
)

// Outcome is what storing rows came to.
type Outcome struct {
	Created, Changed, Same int
	Problems               []Problem
}

// workers store rows at the same time, so that the store can commit them together.
const workers = 32

// storing runs one function a row and gathers what becomes of them. A refusal is a problem of the row; any other error ends
// the import, which can be repeated.
type storing struct {
	mu  sync.Mutex
	out Outcome
}

type fate int

const (
	created fate = iota
	changed
	same
)

func (s *storing) note(f fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch f {
	case created:
		s.out.Created++
	case changed:
		s.out.Changed++
	case same:
		s.out.Same++
	}
}

func (s *storing) refuse(p Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out.Problems = append(s.out.Problems, p)
}

func storeAll[T any](ctx context.Context, rows []T, step func(n int64), one func(context.Context, *storing, T) error) (Outcome, error) {
	s := &storing{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for _, r := range rows {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			defer step(1)
			return one(ctx, s, r)
		})
	}
	err := g.Wait()
	return s.out, err
}

// importer is who the history of an account names for what a file says; no area bounds them.
var importer = mediation.Actor{ID: "import", Role: mediation.Administrator}

// StorePeople creates the people who have no account yet and brings the others up to date, mediators' records with them.
// Accounts come without a password, so nothing is hashed and nobody can sign in before "user reset-password". People who
// are not in the file stay as they are.
func StorePeople(ctx context.Context, roster account.Roster, people []Person, step func(int64)) (Outcome, error) {
	return storeAll(ctx, people, step, func(ctx context.Context, s *storing, p Person) error {
		f, err := putPerson(ctx, roster, p)
		var refusal *account.Error
		switch {
		case errors.Is(err, account.ErrNoRecord):
			s.refuse(Problem{p.Line, "mediator", noMediator})
		case errors.Is(err, account.ErrRecordTaken):
			s.refuse(Problem{p.Line, "mediator", takenMediator})
		case errors.As(err, &refusal) && (errors.Is(err, account.ErrInvalid) || errors.Is(err, account.ErrLastAdministrator)):
			s.refuse(Problem{p.Line, refusal.Reason, againstRules(refusal)})
		case err != nil:
			return err
		default:
			s.note(f)
		}
		return nil
	})
}

func putPerson(ctx context.Context, roster account.Roster, p Person) (fate, error) {
	u, err := roster.Accounts.UserByLogin(ctx, p.Login)
	if errors.Is(err, account.ErrNotFound) {
		_, err = roster.Create(ctx, importer, account.NewUser{Login: p.Login, Name: p.Name, Place: p.Place, Posts: p.Posts})
		return created, err
	}
	if err != nil {
		return same, err
	}
	var c account.Changes
	if u.Name != p.Name {
		c.Name = &p.Name
	}
	if is := (account.Place{Role: u.Role, Area: u.Area, Unit: u.Unit, Mediator: u.Mediator}); is != p.Place {
		c.Place = &p.Place
	}
	if !p.KeepPosts && !slices.Equal(u.Posts, p.Posts) {
		c.Posts = &p.Posts
	}
	if c != (account.Changes{}) {
		_, err = roster.Change(ctx, importer, account.Order{By: importer.ID}, u.ID, c)
		return changed, err
	}
	if linked, err := roster.Link(ctx, importer, u); err != nil || linked {
		return changed, err
	}
	return same, nil
}

// StoreMediators creates mediators or replaces what the file says of them. Seats, leaves, availability and the account stay, and so
// does what the file has no column for.
func StoreMediators(ctx context.Context, mediators mediation.Mediators, sealer mediation.Sealer, rows []MediatorRow, step func(int64)) (Outcome, error) {
	return storeAll(ctx, rows, step, func(ctx context.Context, s *storing, r MediatorRow) error {
		old, err := mediators.Load(ctx, r.Mediator.ID)
		fresh := errors.Is(err, mediation.ErrNotFound)
		if err != nil && !fresh {
			return err
		}
		next := r.Mediator
		if !r.lacks("phone") || fresh {
			if err := sealPhone(ctx, sealer, &next, old, r.Phone); err != nil {
				return err
			}
		}
		if next.Unit != "" {
			next.UnitHash = mediation.UnitHash(sealer, next.Unit)
		}
		if r.Phone != "" {
			next.Match = []string{mediation.PhoneMatch(sealer, r.Phone)}
		}
		if !fresh {
			r.keep(&next, &old)
			next.User = old.User
			next.Available, next.Leaves, next.Seats, next.Version = old.Available, old.Leaves, old.Seats, old.Version
			next.Declines, next.Declined = old.Declines, old.Declined
			if reflect.DeepEqual(next, old) {
				s.note(same)
				return nil
			}
		}
		if _, err := mediators.Put(ctx, next); err != nil {
			return err
		}
		f := changed
		if fresh {
			f = created
		}
		s.note(f)
		return nil
	})
}

// sealPhone keeps the sealed phone that is there if it is the same: sealing draws a nonce, and an import that is repeated
// should change nothing.
func sealPhone(ctx context.Context, sealer mediation.Sealer, m *mediation.Mediator, old mediation.Mediator, phone string) error {
	m.Key, m.Phone = old.Key, old.Phone
	if !old.Phone.Empty() || phone == "" {
		was, err := sealer.Open(ctx, old.Phone)
		if err == nil && string(was) == phone {
			return nil
		}
		if err != nil && !errors.Is(err, mediation.ErrErased) {
			return err
		}
		if errors.Is(err, mediation.ErrErased) {
			m.Key = ""
		}
	}
	var err error
	if m.Key == "" {
		if m.Key, err = sealer.NewKey(ctx); err != nil {
			return err
		}
	}
	m.Phone, err = sealer.Seal(ctx, m.Key, []byte(phone))
	return err
}
