package docket

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Minutes (会议纪要) say when those who sit sat over a list, who came and what was said. What is written down is never changed: a mistake is set
// right by minutes after it.
type Minutes struct {
	At           time.Time // they were written down
	By           string
	Sat          time.Time
	Users, Units []string // who came
	Words        mediation.Sealed
}

// MaxMinutes is how many minutes a list holds, MaxAttended how many people and units they name.
const (
	MaxMinutes  = 20
	MaxAttended = 200
)

// Sitting is minutes as somebody writes them down.
type Sitting struct {
	Sat          time.Time
	Users, Units []string
	Text         string
}

var errMinutesGone = mediation.Refusal("review", mediation.Conflict, "docket.erased", "")

// Minute writes down that they sat. Who sits by the policy may, over all of the list's area.
func (s *Service) Minute(ctx context.Context, actor mediation.Actor, id string, in Sitting) (List, error) {
	l, err := s.Look(ctx, actor, id)
	if err != nil {
		return l, err
	}
	rule, err := s.Rule(ctx, &l)
	if err != nil {
		return l, err
	}
	if !rule.Seats(string(actor.Role)) || !mediation.MayArea(actor, mediation.DocketMinute, l.Area) {
		return l, mediation.Refusal("review", mediation.Forbidden, "forbidden", "")
	}
	now := s.now()
	if err := s.came(ctx, &l, &rule, in, now); err != nil {
		return l, err
	}
	key, err := s.Sealer.NewKey(ctx)
	if err != nil {
		return l, err
	}
	m := Minutes{At: now, By: actor.ID, Sat: in.Sat.UTC().Truncate(time.Millisecond), Users: in.Users, Units: in.Units}
	if m.Words, err = s.Sealer.Seal(ctx, key, []byte(strings.TrimSpace(in.Text))); err != nil {
		return l, err
	}
	return s.Lists.Update(ctx, id, func(l *List) ([]mediation.Notice, error) {
		switch {
		case l.Erased:
			return nil, errMinutesGone
		case len(l.Minutes) == MaxMinutes:
			return nil, mediation.Refusal("review", mediation.Conflict, "too_many", "minutes", "max", strconv.Itoa(MaxMinutes))
		}
		l.Minutes = append(slices.Clone(l.Minutes), m)
		return nil, nil
	})
}

// came checks when they sat, who came, and that something was said.
func (s *Service) came(ctx context.Context, l *List, rule *policy.ReviewList, in Sitting, now time.Time) error {
	invalid := func(code, field string, params ...string) error {
		return mediation.Refusal("review", mediation.Invalid, code, field, params...)
	}
	text := strings.TrimSpace(in.Text)
	switch n := len(in.Users) + len(in.Units); {
	case in.Sat.IsZero():
		return invalid("required", "sat")
	case in.Sat.After(now):
		return invalid("in_future", "sat")
	case in.Sat.Before(l.From):
		return invalid("docket.before_period", "sat")
	case n == 0:
		return invalid("required", "users")
	case n > MaxAttended:
		return invalid("too_many", "users", "max", strconv.Itoa(MaxAttended))
	case text == "":
		return invalid("required", "text")
	case utf8.RuneCountInString(text) > mediation.MaxText:
		return invalid("too_long", "text", "max", strconv.Itoa(mediation.MaxText))
	}
	for i, user := range in.Users {
		if _, err := s.People.UnitOf(ctx, user); errors.Is(err, mediation.ErrNotFound) {
			return invalid("unknown_value", "users["+strconv.Itoa(i)+"]", "value", user)
		} else if err != nil {
			return err
		}
	}
	for i, unit := range in.Units {
		if slices.Contains(rule.Invites, unit) {
			continue
		}
		if staffed, err := s.People.Staffed(ctx, unit, l.Area); err != nil {
			return err
		} else if !staffed {
			return invalid("unknown_value", "units["+strconv.Itoa(i)+"]", "value", unit)
		}
	}
	return nil
}

// ReadsMinutes tells whether the actor reads what was said: by an area that holds the list's, as a unit that is invited or came, or having come.
func ReadsMinutes(actor mediation.Actor, l *List, rule *policy.ReviewList) bool {
	if mediation.MayArea(actor, mediation.DocketRead, l.Area) {
		return true
	}
	invited := actor.Unit != "" && actor.Area.Contains(l.Area) && slices.Contains(rule.Invites, actor.Unit)
	return mediation.May(actor, mediation.DocketRead) && (invited || slices.ContainsFunc(l.Minutes, func(m Minutes) bool {
		return slices.Contains(m.Users, actor.ID) || actor.Unit != "" && actor.Area.Contains(l.Area) && slices.Contains(m.Units, actor.Unit)
	}))
}

// KeptSince is since when a list's minutes have been kept, its period being over; zero where there are none.
func (l *List) KeptSince() time.Time {
	if len(l.Minutes) == 0 || l.Erased {
		return time.Time{}
	}
	since := l.Until
	for i := range l.Minutes {
		if l.Minutes[i].At.After(since) {
			since = l.Minutes[i].At
		}
	}
	return since
}

// Eraser lets go of minutes: that they sat, and who came, stays.
type Eraser struct {
	Lists Lists
	Keys  mediation.Shredder
	Holds mediation.Holding // nil: nothing is held
}

// About implements retention.Records: what was said at a review is of its cases.
func (e *Eraser) About(ctx context.Context, id string) (mediation.Record, error) {
	l, err := e.Lists.Load(ctx, id)
	r := mediation.Record{Area: l.Area}
	for i := range l.Items {
		r.Cases = append(r.Cases, l.Items[i].Case)
	}
	return r, err
}

// Kept implements retention.Records.
func (e *Eraser) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return e.Lists.Kept(ctx, until, limit)
}

// Erase implements retention.Records. It may be repeated.
func (e *Eraser) Erase(ctx context.Context, id string) error {
	l, err := e.Lists.Load(ctx, id)
	if err == nil {
		err = mediation.AnyHeld(ctx, e.Holds, RoomName, id)
	}
	if err != nil {
		return err
	}
	for i := range l.Minutes {
		if err := e.Keys.Erase(ctx, l.Minutes[i].Words.Key); err != nil {
			return err
		}
	}
	_, err = e.Lists.Update(ctx, id, func(l *List) ([]mediation.Notice, error) { l.Erased = true; return nil, nil })
	return err
}
