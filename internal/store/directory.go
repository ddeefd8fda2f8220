package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/account"
	"fengqiao/mediation"
	"fengqiao/push"
)

// Directory implements push.Directory and mediation.Users over the accounts. Answers about roles and units are kept for
// directoryFresh, since every case of a township asks for the same few people.
type Directory struct {
	s     *Store
	mu    sync.Mutex
	known map[mediation.Recipient]answer
}

type answer struct {
	at  time.Time
	who []push.Addressee
}

const directoryFresh = 5 * time.Second

// Directory returns the port; it caches, so keep one.
func (s *Store) Directory() *Directory {
	return &Directory{s: s, known: map[mediation.Recipient]answer{}}
}

var (
	_ push.Directory  = (*Directory)(nil)
	_ mediation.Users = (*Directory)(nil)
)

// Who finds everybody whom a recipient stands for. Where a township has no staff of its own (龙港 has no townships at all),
// the county's staff are meant, so that nothing lies in a box that nobody opens.
func (d *Directory) Who(ctx context.Context, to mediation.Recipient) ([]push.Addressee, error) {
	if to.User != "" {
		u, err := d.s.Users().Get(ctx, to.User)
		if err == account.ErrNotFound || err == nil && u.Locked {
			return nil, nil
		}
		return []push.Addressee{d.addressee(&u)}, err
	}
	d.mu.Lock()
	if a, ok := d.known[to]; ok && time.Since(a.at) < directoryFresh {
		d.mu.Unlock()
		return a.who, nil
	}
	d.mu.Unlock()
	who, err := d.find(ctx, to)
	if err == nil && len(who) == 0 && to.Role == mediation.TownshipStaff {
		who, err = d.find(ctx, mediation.Recipient{Role: mediation.CountyStaff, Area: to.Area})
	}
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) > 10_000 {
		clear(d.known)
	}
	d.known[to] = answer{time.Now(), who}
	return who, nil
}

func (d *Directory) find(ctx context.Context, to mediation.Recipient) ([]push.Addressee, error) {
	list, err := d.accounts(ctx, to)
	var who []push.Addressee
	for i := range list {
		who = append(who, d.addressee(&list[i]))
	}
	return who, err
}

// Leaders implements mediation.Users.
func (d *Directory) Leaders(ctx context.Context, area grid.Code) ([]mediation.Actor, error) {
	list, err := d.accounts(ctx, mediation.Recipient{Role: mediation.Leader, Area: area})
	var who []mediation.Actor
	for i := range list {
		who = append(who, d.s.actorOf(&list[i]))
	}
	return who, err
}

func (d *Directory) accounts(ctx context.Context, to mediation.Recipient) ([]account.User, error) {
	var tags []string
	for _, a := range append([]grid.Code{""}, to.Area.Ancestors()...) {
		if to.Unit != "" {
			tags = append(tags, unitTag(to.Unit, a))
		} else {
			tags = append(tags, postTag(to.Role, a))
		}
	}
	var who []account.User
	for _, tag := range tags {
		rows, err := d.s.Engine.Find(ctx, Query{Table: usersTable, Tags: []string{tag, "open"}, Limit: most, HeadsOnly: true})
		if err != nil {
			return nil, trouble("directory", err)
		}
		for _, row := range rows {
			var u account.User
			if err := decode(usersTable, row.ID, row.Head, &u); err != nil {
				return nil, err
			}
			who = append(who, u)
		}
	}
	return who, nil
}

func postTag(r mediation.Role, at grid.Code) string { return "at:" + string(r) + "|" + string(at) }

func unitTag(unit string, at grid.Code) string { return "unit:" + unit + "|" + string(at) }

// Staffed tells whether a unit has staff for an area.
func (d *Directory) Staffed(ctx context.Context, unit string, area grid.Code) (bool, error) {
	who, err := d.Who(ctx, mediation.Recipient{Unit: unit, Area: area})
	return len(who) > 0, err
}

// ActorOf returns who a user acts as.
func (d *Directory) ActorOf(ctx context.Context, user string) (mediation.Actor, bool, error) {
	u, err := d.s.Users().Get(ctx, user)
	if errors.Is(err, account.ErrNotFound) {
		return mediation.Actor{}, false, nil
	}
	return d.s.actorOf(&u), err == nil && !u.Locked, err
}

// actorOf is who an account acts as.
func (s *Store) actorOf(u *account.User) mediation.Actor {
	a := mediation.Actor{ID: u.ID, Role: u.Role, Area: u.Area, Mediator: u.Mediator, Unit: u.Unit}
	if a.Unit != "" && s.UnitHash != nil {
		a.Units[0] = s.UnitHash(a.Unit)
	}
	return a
}

func (d *Directory) addressee(u *account.User) push.Addressee {
	return push.Addressee{User: u.ID, Lang: push.Lang(u.Lang), Keys: d.s.actorOf(u).Keys()}
}

// Spare implements push.Directory. It asks the case as it stands: who was to be told when it was decided may have been accused since.
func (d *Directory) Spare(ctx context.Context, n mediation.Notice, people []push.Addressee) ([]push.Addressee, error) {
	if len(people) == 0 {
		return people, nil
	}
	kept, err := d.keptFrom(ctx, n)
	if err != nil || len(kept) == 0 {
		return people, err
	}
	return slices.DeleteFunc(slices.Clone(people), func(a push.Addressee) bool { return mediation.Withholds(kept, a.Keys) }), nil
}

// keptFrom are the keys of whom a notice is kept from.
func (d *Directory) keptFrom(ctx context.Context, n mediation.Notice) ([]string, error) {
	if id, ok := strings.CutPrefix(n.Subject, "slip/"); ok && n.Case == "" { // a restricted one names no case
		s, err := d.s.Slips().Load(ctx, id)
		if errors.Is(err, mediation.ErrNotFound) {
			return nil, nil
		}
		return s.KeptFrom, err
	}
	if n.Case == "" {
		return nil, nil
	}
	found, err := d.s.Figures().Summaries(ctx, []string{n.Case})
	return found[n.Case].KeptFrom, err
}

// Named returns display names by user id.
func (d *Directory) Named(ctx context.Context, ids []string) (map[string]string, error) {
	rows, err := d.s.Engine.GetMany(ctx, usersTable, ids)
	if err != nil {
		return nil, trouble("names", err)
	}
	names := make(map[string]string, len(rows))
	for _, row := range rows {
		var u account.User
		if err := decode(usersTable, row.ID, row.Head, &u); err != nil {
			return nil, err
		}
		names[u.ID] = u.Name
	}
	return names, nil
}
