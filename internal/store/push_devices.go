package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"fengqiao/internal/account"
	"fengqiao/push"
)

// Devices implements push.Devices.
type Devices struct{ s *Store }

// Devices keeps devices.
func (s *Store) Devices() Devices { return Devices{s} }

var _ push.Devices = Devices{}

// tokenKey is what a token is found by: tokens are secrets, and too long for an index.
func tokenKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func deviceRow(d push.Device) (Row, error) {
	body, err := encode(d)
	return Row{
		ID: d.ID, Sort: d.Seen.UnixMilli(), Body: body,
		Keys: map[string]any{"token": tokenKey(d.Token), "user": d.User, "seen": d.Seen.UnixMilli()},
	}, err
}

func readDevice(row Row) (push.Device, error) {
	var d push.Device
	return d, decode(devicesTable, row.ID, row.Body, &d)
}

// holder returns the device that has the token; ErrNotFound.
func (p Devices) holder(ctx context.Context, token string) (Row, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: devicesTable, Eq: map[string]any{"token": tokenKey(token)}, Limit: 1})
	if err != nil {
		return Row{}, err
	}
	if len(rows) == 0 {
		return Row{}, ErrNotFound
	}
	return rows[0], nil
}

// change is modify for devices.
func (p Devices) change(ctx context.Context, id string, fn func(*push.Device) error) (push.Device, error) {
	var d push.Device
	_, err := p.s.modify(ctx, devicesTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if d, err = readDevice(row); err != nil {
			return Row{}, nil, err
		}
		if err := fn(&d); err != nil {
			return Row{}, nil, err
		}
		next, err := deviceRow(d)
		return next, nil, err
	})
	return d, err
}

// Register implements push.Devices. Two registrations of one new token race for its unique key; the loser finds the
// winner's device and takes it over, as if it had come later.
func (p Devices) Register(ctx context.Context, d push.Device) (push.Device, error) {
	for attempt := 0; ; attempt++ {
		known, err := p.holder(ctx, d.Token)
		switch {
		case err == nil:
			known, err := p.change(ctx, known.ID, func(old *push.Device) error {
				if old.Token != d.Token {
					return ErrNotFound // refreshed in between
				}
				was := *old
				*old = d
				old.ID = was.ID
				if was.User == d.User && !was.Registered.IsZero() {
					old.Registered = was.Registered
				}
				return nil
			})
			if !errors.Is(err, ErrNotFound) || attempt >= maxAttempts {
				return known, err
			}
		case errors.Is(err, ErrNotFound):
			row, err := deviceRow(d)
			if err != nil {
				return push.Device{}, err
			}
			_, err = p.s.Engine.Apply(ctx, Write{Table: devicesTable, Op: Insert, Row: row})
			if !errors.Is(err, ErrExists) || attempt >= maxAttempts {
				return d, err
			}
		default:
			return push.Device{}, err
		}
	}
}

// Refresh implements push.Devices.
func (p Devices) Refresh(ctx context.Context, fresh push.Device) (push.Device, error) {
	for attempt := 0; ; attempt++ {
		d, err := p.change(ctx, fresh.ID, func(d *push.Device) error {
			if d.User != fresh.User {
				return ErrNotFound
			}
			d.Token, d.Session, d.Seen = fresh.Token, fresh.Session, fresh.Seen
			return nil
		})
		if !errors.Is(err, ErrExists) || attempt >= maxAttempts {
			return d, pushError(err)
		}
		// The vendor gave this installation a token that another one had: that one is gone.
		if row, err := p.holder(ctx, fresh.Token); err == nil && row.ID != fresh.ID {
			if err := p.remove(ctx, row); err != nil {
				return push.Device{}, err
			}
		}
	}
}

// remove deletes the row as it was read; somebody else's change or removal in between stands.
func (p Devices) remove(ctx context.Context, row Row) error {
	_, err := p.s.Engine.Apply(ctx, Write{Table: devicesTable, Op: Delete, Row: Row{ID: row.ID, Version: row.Version}})
	if overtaken(err) {
		return nil
	}
	return err
}

// Forget implements push.Devices.
func (p Devices) Forget(ctx context.Context, user, id string) error {
	row, err := p.s.Engine.Get(ctx, devicesTable, id)
	if err != nil {
		return pushError(err)
	}
	d, err := readDevice(row)
	if err != nil {
		return err
	}
	if d.User != user {
		return push.ErrNotFound
	}
	// Any version: a refresh at the same moment must not keep a signed-out device.
	_, err = p.s.Engine.Apply(ctx, Write{Table: devicesTable, Op: Delete, Row: Row{ID: id}})
	return pushError(err)
}

// Discard implements push.Devices.
func (p Devices) Discard(ctx context.Context, id, token string) error {
	row, err := p.s.Engine.Get(ctx, devicesTable, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	d, err := readDevice(row)
	if err != nil || d.Token != token {
		return err
	}
	return p.remove(ctx, row)
}

// Get implements push.Devices.
func (p Devices) Get(ctx context.Context, id string) (push.Device, error) {
	row, err := p.s.Engine.Get(ctx, devicesTable, id)
	if err != nil {
		return push.Device{}, pushError(err)
	}
	d, err := readDevice(row)
	if err != nil {
		return push.Device{}, err
	}
	standing, err := p.standing(ctx, []push.Device{d})
	if err != nil {
		return push.Device{}, err
	}
	if len(standing) == 0 {
		return push.Device{}, push.ErrNotFound
	}
	return d, nil
}

// standing keeps the devices whose sessions stand. Ended sessions are purged in time, so one that is not there has ended.
func (p Devices) standing(ctx context.Context, devices []push.Device) ([]push.Device, error) {
	var ids, users []string
	for _, d := range devices {
		if d.Session != "" {
			ids, users = append(ids, d.Session), append(users, d.User)
		}
	}
	if len(ids) == 0 {
		return devices, nil
	}
	sessions, err := many[account.Session](ctx, p.s.Engine, sessionsTable, ids)
	if err != nil {
		return nil, err
	}
	people, err := many[account.User](ctx, p.s.Engine, usersTable, users)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(devices, func(d push.Device) bool {
		s, signedIn := sessions[d.Session]
		return d.Session != "" && !(signedIn && s.Ended.IsZero() && people[d.User].Holds(s))
	}), nil
}

// many reads rows by id; those that are not there are left out.
func many[T any](ctx context.Context, e Engine, table string, ids []string) (map[string]T, error) {
	slices.Sort(ids)
	rows, err := e.GetMany(ctx, table, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	found := make(map[string]T, len(rows))
	for _, row := range rows {
		var v T
		if err := decode(table, row.ID, row.Body, &v); err != nil {
			return nil, err
		}
		found[row.ID] = v
	}
	return found, nil
}

// OfUsers implements push.Devices.
func (p Devices) OfUsers(ctx context.Context, users ...string) ([]push.Device, error) {
	var devices []push.Device
	for chunk := range slices.Chunk(users, pushChunk) {
		in := make([]any, len(chunk))
		for i, u := range chunk {
			in[i] = u
		}
		q := Query{Table: devicesTable, In: map[string][]any{"user": in}, Limit: 2 * pushChunk}
		for {
			rows, err := p.s.Engine.Find(ctx, q)
			if err != nil {
				return nil, err
			}
			page := make([]push.Device, len(rows))
			for i, row := range rows {
				if page[i], err = readDevice(row); err != nil {
					return nil, err
				}
			}
			if page, err = p.standing(ctx, page); err != nil {
				return nil, err
			}
			devices = append(devices, page...)
			if len(rows) < q.Limit {
				break
			}
			last := rows[len(rows)-1]
			q.After = &Position{Sort: last.Sort, ID: last.ID}
		}
	}
	return devices, nil
}

// Prune implements push.Devices.
func (p Devices) Prune(ctx context.Context, t time.Time, limit int) (int, error) {
	return p.s.prune(ctx, devicesTable, "seen", t, limit)
}
