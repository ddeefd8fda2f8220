package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fengqiao/internal/account"
)

// Tables of who signs in.
const (
	usersTable    = "users"
	sessionsTable = "sign_in_sessions"
	attemptsTable = "sign_in_attempts"
	keysTable     = "signing_keys"
	codesTable    = "one_time_codes"
)

var accountTables = []Table{
	{
		// Tags: "in:" + every area that holds the user's, "role:" + role, "open" unless locked.
		Name: usersTable, Tagged: true,
		Keys:    []Key{{"login", Text}},
		Indexes: []Index{{Keys: []string{"login"}, Unique: true}},
	},
	{
		Name:    sessionsTable,
		Keys:    []Key{{"user", Text}, {"until", Int}},
		Indexes: []Index{{Keys: []string{"user", "sort"}}, {Keys: []string{"until"}}},
	},
	{
		Name:    attemptsTable,
		Keys:    []Key{{"last", Int}},
		Indexes: []Index{{Keys: []string{"last"}}},
	},
	{Name: keysTable},
	{Name: codesTable},
}

// accountError says in account's words what an Engine answered.
func accountError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotFound):
		return account.ErrNotFound
	case errors.Is(err, ErrExists):
		return account.ErrExists
	case errors.Is(err, ErrUncertain):
		return fmt.Errorf("%w: %w", account.ErrUncertain, err)
	case errors.Is(err, ErrUnavailable), errors.Is(err, ErrConflict):
		return fmt.Errorf("%w: %w", account.ErrUnavailable, err)
	}
	return err
}

// Users implements account.Users.
type Users struct{ s *Store }

// Users keeps the users.
func (s *Store) Users() Users { return Users{s} }

var _ account.Users = Users{}

func userRow(u account.User) (Row, error) {
	row := Row{ID: u.ID, Sort: u.Created.UnixMilli(), Keys: map[string]any{"login": u.Login}}
	for _, a := range u.Area.Ancestors() {
		row.Tags = append(row.Tags, "in:"+string(a))
	}
	row.Tags = append(row.Tags, "role:"+string(u.Role))
	if !u.Locked {
		row.Tags = append(row.Tags, "open")
	}
	var err error
	if row.Body, err = encode(u); err != nil {
		return Row{}, err
	}
	u.PasswordHash, u.History = "", nil
	row.Head, err = encode(u)
	return row, err
}

// Create implements account.Users.
func (p Users) Create(ctx context.Context, u account.User) error {
	row, err := userRow(u)
	if err != nil {
		return err
	}
	_, err = p.s.Engine.Apply(ctx, Write{Table: usersTable, Op: Insert, Row: row})
	if errors.Is(err, ErrExists) {
		return account.ErrLoginTaken
	}
	return accountError(err)
}

// Get implements account.Users.
func (p Users) Get(ctx context.Context, id string) (account.User, error) {
	row, err := p.s.Engine.Get(ctx, usersTable, id)
	if err != nil {
		return account.User{}, accountError(err)
	}
	var u account.User
	return u, decode(usersTable, id, row.Body, &u)
}

// ByLogin implements account.Users.
func (p Users) ByLogin(ctx context.Context, login string) (account.User, error) {
	if login == "" {
		return account.User{}, account.ErrNotFound
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: usersTable, Eq: map[string]any{"login": login}, Limit: 1})
	if err != nil {
		return account.User{}, accountError(err)
	}
	if len(rows) == 0 {
		return account.User{}, account.ErrNotFound
	}
	var u account.User
	return u, decode(usersTable, rows[0].ID, rows[0].Body, &u)
}

// Update implements account.Users.
func (p Users) Update(ctx context.Context, id string, fn func(*account.User) error) (account.User, error) {
	var changed account.User
	_, err := p.s.modify(ctx, usersTable, id, func(row Row) (Row, []Write, error) {
		changed = account.User{}
		if err := decode(usersTable, id, row.Body, &changed); err != nil {
			return Row{}, nil, err
		}
		if err := fn(&changed); err != nil {
			return Row{}, nil, err
		}
		next, err := userRow(changed)
		return next, nil, err
	})
	if err != nil {
		return account.User{}, accountError(err)
	}
	return changed, nil
}

// List implements account.Users.
func (p Users) List(ctx context.Context, f account.Filter) ([]account.User, string, error) {
	after, err := readCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	// One row more than asked for tells whether there is a next page.
	q := Query{Table: usersTable, After: after, Limit: f.Limit + 1, HeadsOnly: true}
	// The rarest first: administrators are few, one area's people are more.
	if f.Role != "" {
		q.Tags = append(q.Tags, "role:"+string(f.Role))
	}
	if f.Area != "" {
		q.Tags = append(q.Tags, "in:"+string(f.Area))
	}
	if f.Open {
		q.Tags = append(q.Tags, "open")
	}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", accountError(err)
	}
	next := ""
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[len(rows)-1]
		next = base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(last.Sort, 10) + " " + last.ID))
	}
	users := make([]account.User, len(rows))
	for i, row := range rows {
		if err := decode(usersTable, row.ID, row.Head, &users[i]); err != nil {
			return nil, "", err
		}
	}
	return users, next, nil
}

func readCursor(cursor string) (*Position, error) {
	if cursor == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	sort, id, ok := strings.Cut(string(raw), " ")
	n, errSort := strconv.ParseInt(sort, 10, 64)
	if err != nil || errSort != nil || !ok {
		invalid := *account.ErrInvalid
		invalid.Reason = "cursor"
		return nil, &invalid
	}
	return &Position{Sort: n, ID: id}, nil
}

// SignInSessions implements account.Sessions.
type SignInSessions struct{ s *Store }

// SignInSessions keeps the sessions of those who signed in.
func (s *Store) SignInSessions() SignInSessions { return SignInSessions{s} }

var _ account.Sessions = SignInSessions{}

func sessionRow(v account.Session) (Row, error) {
	body, err := encode(v)
	keys := map[string]any{"user": v.User, "until": v.Until.UnixMilli()}
	return Row{ID: v.ID, Sort: v.Created.UnixMilli(), Keys: keys, Body: body}, err
}

// Create implements account.Sessions.
func (p SignInSessions) Create(ctx context.Context, v account.Session) error {
	row, err := sessionRow(v)
	if err != nil {
		return err
	}
	_, err = p.s.Engine.Apply(ctx, Write{Table: sessionsTable, Op: Insert, Row: row})
	return accountError(err)
}

// Get implements account.Sessions.
func (p SignInSessions) Get(ctx context.Context, id string) (account.Session, error) {
	row, err := p.s.Engine.Get(ctx, sessionsTable, id)
	if err != nil {
		return account.Session{}, accountError(err)
	}
	var v account.Session
	return v, decode(sessionsTable, id, row.Body, &v)
}

// Update implements account.Sessions.
func (p SignInSessions) Update(ctx context.Context, id string, fn func(*account.Session) error) error {
	_, err := p.s.modify(ctx, sessionsTable, id, func(row Row) (Row, []Write, error) {
		var v account.Session
		if err := decode(sessionsTable, id, row.Body, &v); err != nil {
			return Row{}, nil, err
		}
		if err := fn(&v); err != nil {
			return Row{}, nil, err
		}
		next, err := sessionRow(v)
		return next, nil, err
	})
	return accountError(err)
}

// OfUser implements account.Sessions.
func (p SignInSessions) OfUser(ctx context.Context, user string, limit int) ([]account.Session, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: sessionsTable, Eq: map[string]any{"user": user}, Desc: true, Limit: limit})
	if err != nil {
		return nil, accountError(err)
	}
	out := make([]account.Session, len(rows))
	for i, row := range rows {
		if err := decode(sessionsTable, row.ID, row.Body, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Purge implements account.Sessions.
func (p SignInSessions) Purge(ctx context.Context, before time.Time, limit int) (int, error) {
	return p.s.purgeBefore(ctx, sessionsTable, "until", before, limit)
}

// purgeBefore deletes rows whose key is a time before another. A row that changed meanwhile is left: it may have been
// given more time.
func (s *Store) purgeBefore(ctx context.Context, table, key string, before time.Time, limit int) (int, error) {
	q := Query{Table: table, Until: map[string]any{key: before.UnixMilli()}, By: key, Limit: limit, HeadsOnly: true}
	rows, err := s.Engine.Find(ctx, q)
	if err != nil {
		return 0, accountError(err)
	}
	for _, row := range rows {
		_, err := s.Engine.Apply(ctx, Write{Table: table, Op: Delete, Row: Row{ID: row.ID, Version: row.Version}})
		if err != nil && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrNotFound) {
			return 0, accountError(err)
		}
	}
	return len(rows), nil
}

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

// Take implements account.Codes.
func (p OneTimeCodes) Take(ctx context.Context, id string, match func(account.Code) bool) error {
	row, err := p.s.Engine.Get(ctx, codesTable, id)
	if err != nil {
		return accountError(err)
	}
	var c account.Code
	if err := decode(codesTable, id, row.Body, &c); err != nil {
		return err
	}
	if !match(c) {
		return account.ErrNotFound
	}
	_, err = p.s.Engine.Apply(ctx, Write{Table: codesTable, Op: Delete, Row: Row{ID: id, Version: row.Version}})
	if errors.Is(err, ErrConflict) {
		return account.ErrNotFound
	}
	return accountError(err)
}
