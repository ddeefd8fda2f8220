package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/internal/account"
)

// SignInAttempts implements account.Attempts.
type SignInAttempts struct{ s *Store }

// SignInAttempts counts failed sign-ins.
func (s *Store) SignInAttempts() SignInAttempts { return SignInAttempts{s} }

var _ account.Attempts = SignInAttempts{}

// Get implements account.Attempts.
func (p SignInAttempts) Get(ctx context.Context, ids ...string) ([]account.Attempt, error) {
	rows, err := p.s.Engine.GetMany(ctx, attemptsTable, ids)
	if err != nil {
		return nil, accountError(err)
	}
	out := make([]account.Attempt, len(rows))
	for i, row := range rows {
		if err := decode(attemptsTable, row.ID, row.Body, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Update implements account.Attempts. Somebody may clear or purge the counter between making and changing it; then it is
// made again.
func (p SignInAttempts) Update(ctx context.Context, id string, fn func(*account.Attempt)) error {
	for range maxAttempts {
		_, err := p.s.modify(ctx, attemptsTable, id, func(row Row) (Row, []Write, error) {
			var a account.Attempt
			if err := decode(attemptsTable, id, row.Body, &a); err != nil {
				return Row{}, nil, err
			}
			next, err := attemptRow(a, fn)
			return next, nil, err
		})
		if !errors.Is(err, ErrNotFound) {
			return accountError(err)
		}
		row, err := attemptRow(account.Attempt{ID: id}, fn)
		if err != nil {
			return err
		}
		_, err = p.s.Engine.Apply(ctx, Write{Table: attemptsTable, Op: Insert, Row: row})
		if !errors.Is(err, ErrExists) {
			return accountError(err)
		}
	}
	return accountError(ErrConflict)
}

func attemptRow(a account.Attempt, fn func(*account.Attempt)) (Row, error) {
	fn(&a)
	body, err := encode(a)
	last := a.Last.UnixMilli()
	return Row{ID: a.ID, Sort: last, Keys: map[string]any{"last": last}, Body: body}, err
}

// Clear implements account.Attempts.
func (p SignInAttempts) Clear(ctx context.Context, ids ...string) error {
	rows, err := p.s.Engine.GetMany(ctx, attemptsTable, ids)
	if err != nil {
		return accountError(err)
	}
	// One by one: where Apply is atomic an absent row would take the others' deletion back.
	for _, row := range rows {
		if err := p.s.deleteAny(ctx, attemptsTable, row.ID); err != nil {
			return err
		}
	}
	return nil
}

// Purge implements account.Attempts.
func (p SignInAttempts) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	return p.s.purgeBefore(ctx, attemptsTable, "last", before, limit)
}

func (s *Store) deleteAny(ctx context.Context, table, id string) error {
	_, err := s.Engine.Apply(ctx, Write{Table: table, Op: Delete, Row: Row{ID: id}})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return accountError(err)
}

// SigningKeys implements account.Keys.
type SigningKeys struct{ s *Store }

// SigningKeys keeps the installation's keys.
func (s *Store) SigningKeys() SigningKeys { return SigningKeys{s} }

var _ account.Keys = SigningKeys{}

// List implements account.Keys.
func (p SigningKeys) List(ctx context.Context) ([]account.Key, error) {
	const page = 100
	var out []account.Key
	q := Query{Table: keysTable, Limit: page}
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return nil, accountError(err)
		}
		for _, row := range rows {
			var k account.Key
			if err := decode(keysTable, row.ID, row.Body, &k); err != nil {
				return nil, err
			}
			out = append(out, k)
			q.After = &Position{Sort: row.Sort, ID: row.ID}
		}
		if len(rows) < page {
			return out, nil
		}
	}
}

// Add implements account.Keys.
func (p SigningKeys) Add(ctx context.Context, k account.Key) error {
	body, err := encode(k)
	if err != nil {
		return err
	}
	row := Row{ID: k.ID, Sort: k.Created.UnixMilli(), Body: body}
	_, err = p.s.Engine.Apply(ctx, Write{Table: keysTable, Op: Insert, Row: row})
	return accountError(err)
}

// Delete implements account.Keys.
func (p SigningKeys) Delete(ctx context.Context, id string) error {
	return p.s.deleteAny(ctx, keysTable, id)
}

// OneTimeCodes implements account.Codes.
type OneTimeCodes struct{ s *Store }

// OneTimeCodes keeps one-time codes.
func (s *Store) OneTimeCodes() OneTimeCodes { return OneTimeCodes{s} }

var _ account.Codes = OneTimeCodes{}

// Put implements account.Codes.
func (p OneTimeCodes) Put(ctx context.Context, c account.Code) error {
	body, err := encode(c)
	if err != nil {
		return err
	}
	row := Row{ID: c.ID, Sort: c.Until.UnixMilli(), Body: body}
	for range maxAttempts {
		_, err = p.s.modify(ctx, codesTable, c.ID, func(Row) (Row, []Write, error) { return row, nil, nil })
		if !errors.Is(err, ErrNotFound) {
			return accountError(err)
		}
		if _, err = p.s.Engine.Apply(ctx, Write{Table: codesTable, Op: Insert, Row: row}); !errors.Is(err, ErrExists) {
			return accountError(err)
		}
	}
	return accountError(ErrConflict)
}

// Get implements account.Codes.
func (p OneTimeCodes) Get(ctx context.Context, id string) (account.Code, error) {
	row, err := p.s.Engine.Get(ctx, codesTable, id)
	if err != nil {
		return account.Code{}, accountError(err)
	}
	var c account.Code
	return c, decode(codesTable, id, row.Body, &c)
}
