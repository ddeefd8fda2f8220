package store

import (
	"context"
	"errors"
	"fmt"
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
		// Tags: "in:" + every area that holds the user's, "role:" + role, "at:" + role and area, "unit:" + unit and area,
		// "mediator:" + record, "open" unless locked.
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
	row.Tags = append(row.Tags, "role:"+string(u.Role), postTag(u.Role, u.Area))
	if u.Unit != "" {
		row.Tags = append(row.Tags, unitTag(u.Unit, u.Area))
	}
	if u.Mediator != "" {
		row.Tags = append(row.Tags, "mediator:"+u.Mediator)
	}
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
	after, err := readUserCursor(f.After)
	if err != nil {
		return nil, "", err
	}
	// One row more than asked for tells whether there is a next page.
	q := Query{Table: usersTable, After: after, Limit: f.Limit + 1, HeadsOnly: true}
	// The rarest first: a mediator's record is one user's, administrators are few, one area's people are more.
	if f.Mediator != "" {
		q.Tags = append(q.Tags, "mediator:"+f.Mediator)
	}
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
		next = writeUserCursor(rows[len(rows)-1])
	}
	users := make([]account.User, len(rows))
	for i, row := range rows {
		if err := decode(usersTable, row.ID, row.Head, &users[i]); err != nil {
			return nil, "", err
		}
	}
	return users, next, nil
}

func writeUserCursor(r Row) string { return writeCursor(r, " ") }

func readUserCursor(cursor string) (*Position, error) {
	if cursor == "" {
		return nil, nil
	}
	p, ok := readCursor(cursor, " ")
	if !ok {
		invalid := *account.ErrInvalid
		invalid.Reason = "cursor"
		return nil, &invalid
	}
	return p, nil
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
