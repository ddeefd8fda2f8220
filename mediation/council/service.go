package council

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Bounds of one meeting.
const (
	MaxText    = 4000 // characters of minutes and decisions
	MaxLine    = 200  // of a topic, a place, an item
	MaxAgenda  = 20
	MaxInvited = 200
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Meetings Meetings
	Rules    Rules
	Papers   Papers
	Users    Users
	Sealer   mediation.Sealer
	Phone    func(string) string // the one form of a phone number
	Atlas    *grid.Atlas
	Now      func() time.Time // case time
}

// Service calls meetings and keeps what comes of them.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// namespace of the ids of meetings.
var namespace = uuid.MustParse("0c5b9d1e-62a3-5d0c-9c40-7f6f2c1b8a55")

// Call is a meeting as somebody calls it.
type Call struct {
	Key       string // the client's idempotency key
	Area      grid.Code
	At        time.Time
	Topic     string
	Place     string
	Agenda    []string
	Users     []string // invited, by their accounts
	Villagers []Villager
}

// Villager is somebody without an account who is invited: by name, and by phone where they would be found by that. Of the phone nothing is
// kept but its hash.
type Villager struct{ Name, Phone string }

func (c *Call) check(phone func(string) string) error {
	names := make([]string, len(c.Villagers))
	for i, v := range c.Villagers {
		names[i] = strings.TrimSpace(v.Name)
		if n := len(phone(v.Phone)); v.Phone != "" && (n < 7 || n > 15) {
			return mediation.Refusal("council", mediation.Invalid, "invalid_value", "villagers["+strconv.Itoa(i)+"].phone")
		}
	}
	for _, x := range []struct {
		field, text string
		most        int
	}{{"topic", c.Topic, MaxLine}, {"place", c.Place, MaxLine}} {
		if err := checkText(x.field, x.text, x.most); err != nil {
			return err
		}
	}
	for _, list := range []struct {
		field string
		lines []string
		most  int
	}{{"agenda", c.Agenda, MaxAgenda}, {"users", c.Users, MaxInvited}, {"villagers", names, MaxInvited}} {
		if len(list.lines) > list.most {
			return mediation.Refusal("council", mediation.Invalid, "too_many", list.field, "max", strconv.Itoa(list.most))
		}
		for i, line := range list.lines {
			if err := checkText(list.field+"["+strconv.Itoa(i)+"]", line, MaxLine); err != nil {
				return err
			}
		}
	}
	switch {
	case len(c.Agenda) == 0:
		return mediation.Refusal("council", mediation.Invalid, "required", "agenda")
	case len(c.Users)+len(names) == 0:
		return mediation.Refusal("council", mediation.Invalid, "required", "users")
	}
	return nil
}

func checkText(field, text string, most int) error {
	if text == "" {
		return mediation.Refusal("council", mediation.Invalid, "required", field)
	}
	if utf8.RuneCountInString(text) > most {
		return mediation.Refusal("council", mediation.Invalid, "too_long", field, "max", strconv.Itoa(most))
	}
	return nil
}

// Convene calls a meeting, once per key, and tells the users who are invited.
func (s *Service) Convene(ctx context.Context, actor mediation.Actor, c Call) (Meeting, error) {
	id := uuid.NewSHA1(namespace, []byte(actor.ID+"\x00"+c.Key)).String()
	if known, err := s.Meetings.Load(ctx, id); !errors.Is(err, mediation.ErrNotFound) {
		return known, err
	}
	if err := c.check(s.Phone); err != nil {
		return Meeting{}, err
	}
	if !mediation.MayArea(actor, mediation.CouncilLead, c.Area) {
		return Meeting{}, mediation.Refusal("council", mediation.Invalid, "unknown_value", "area", "value", string(c.Area))
	}
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return Meeting{}, err
	}
	if !r.Policy.Deliberation.On() {
		return Meeting{}, mediation.Refusal("council", mediation.Conflict, "council.off", "")
	}
	if err := s.checkInvited(ctx, c); err != nil {
		return Meeting{}, err
	}
	o := s.order(actor, c.Key)
	m := Meeting{ID: id, Policy: r.Policy.ID, Area: c.Area, Convener: actor.ID, At: mediation.Instant(c.At)}
	if err := s.sealCall(ctx, &m, c); err != nil {
		return Meeting{}, err
	}
	if err := Convene(&m, o, r.Policy.Deliberation, r.Calendar.After(o.At, r.Policy.Deliberation.Ahead)); err != nil {
		return Meeting{}, err
	}
	if err := s.Meetings.Open(ctx, m); err != nil && !errors.Is(err, mediation.ErrExists) {
		return Meeting{}, err
	}
	return s.Meetings.Load(ctx, id)
}

// checkInvited refuses who cannot come, or counts twice: an account that is there, may read of meetings and works where it is held; each villager once.
func (s *Service) checkInvited(ctx context.Context, c Call) error {
	for i, user := range c.Users {
		actor, ok, err := s.Users.ActorOf(ctx, user)
		if err != nil {
			return err
		}
		here := actor.Area.Contains(c.Area) || c.Area.Contains(actor.Area)
		if !ok || !here || len(mediation.Scopes(mediation.CouncilRead, actor.Role)) == 0 {
			return mediation.Refusal("council", mediation.Invalid, "unknown_value", "users["+strconv.Itoa(i)+"]", "value", user)
		}
	}
	seen := map[Villager]bool{}
	for i, v := range c.Villagers {
		v = Villager{strings.TrimSpace(v.Name), s.Phone(v.Phone)}
		if seen[v] {
			return mediation.Refusal("council", mediation.Invalid, "council.twice", "villagers["+strconv.Itoa(i)+"]")
		}
		seen[v] = true
	}
	return nil
}

// sealCall closes the words of a new meeting under a key of its own.
func (s *Service) sealCall(ctx context.Context, m *Meeting, c Call) (err error) {
	if m.Key, err = s.Sealer.NewKey(ctx); err != nil {
		return err
	}
	seal := func(text string) (v mediation.Sealed) {
		if err == nil {
			v, err = s.Sealer.Seal(ctx, m.Key, []byte(text))
		}
		return v
	}
	m.Topic, m.Place = seal(c.Topic), seal(c.Place)
	for i, line := range c.Agenda {
		m.Agenda = append(m.Agenda, Item{ID: strconv.Itoa(i + 1), Words: seal(line)})
	}
	for _, user := range c.Users {
		if !m.invites(user) {
			m.Invited = append(m.Invited, Invitee{ID: "u" + strconv.Itoa(len(m.Invited)+1), User: user})
		}
	}
	for _, v := range c.Villagers {
		i := Invitee{ID: "v" + strconv.Itoa(len(m.Invited)+1), Match: []string{NameMatch(s.Sealer, v.Name)}}
		if v.Phone != "" {
			i.Match = append(i.Match, mediation.PhoneMatch(s.Sealer, s.Phone(v.Phone)))
		}
		if err == nil {
			i.Name, err = s.alone(ctx, v.Name)
		}
		m.Invited = append(m.Invited, i)
	}
	return err
}

// alone seals a name under a key of its own, so that one villager can be erased without the meeting.
func (s *Service) alone(ctx context.Context, name string) (mediation.Sealed, error) {
	key, err := s.Sealer.NewKey(ctx)
	if err != nil {
		return mediation.Sealed{}, err
	}
	return s.Sealer.Seal(ctx, key, []byte(strings.TrimSpace(name)))
}

// NameMatch is the keyed hash by which villagers of a name are found. Others may have the same name.
func NameMatch(h mediation.Sealer, name string) string {
	return h.Hash("villager", strings.TrimSpace(name))
}

// order is a command now.
func (s *Service) order(actor mediation.Actor, key string) Order {
	return Order{Actor: actor, At: mediation.Instant(s.Now()), Cmd: s.Sealer.Hash("council command", actor.ID+"\x00"+key)}
}

// Look returns a meeting that the actor sees; mediation.ErrNotFound.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (Meeting, error) {
	m, err := s.Meetings.Load(ctx, id)
	if err == nil && !May(actor, mediation.CouncilRead, &m) {
		err = mediation.ErrNotFound
	}
	if err != nil {
		return Meeting{}, err
	}
	return m, nil
}

// List pages the meetings that the actor sees.
func (s *Service) List(ctx context.Context, actor mediation.Actor, cursor string, limit int) ([]Meeting, string, error) {
	var q Query
	for _, scope := range mediation.Scopes(mediation.CouncilRead, actor.Role) {
		switch scope {
		case mediation.InArea:
			area := actor.Area
			q.Area = &area
		case mediation.Addressed:
			q.User = actor.ID
		}
	}
	return s.Meetings.List(ctx, q, cursor, limit)
}

// change carries a command out on a meeting at a revision, once per key.
func (s *Service) change(ctx context.Context, actor mediation.Actor, id string, at int64, key string, fn func(*Meeting, Order) error) (Meeting, error) {
	m, err := s.Look(ctx, actor, id)
	if err != nil {
		return m, err
	}
	if !May(actor, mediation.CouncilLead, &m) {
		return m, mediation.Refusal("council", mediation.Forbidden, "forbidden", "")
	}
	o := s.order(actor, key)
	return s.Meetings.Update(ctx, id, func(m *Meeting) error {
		if key != "" && slices.ContainsFunc(m.History, func(e Entry) bool { return e.Cmd == o.Cmd }) {
			return nil
		}
		switch {
		case m.Revision != at:
			return mediation.ErrStale
		case m.Erased:
			return errErased
		}
		return fn(m, o)
	})
}

// Attend notes who came.
func (s *Service) Attend(ctx context.Context, actor mediation.Actor, id string, at int64, key string, came []string) (Meeting, error) {
	return s.change(ctx, actor, id, at, key, func(m *Meeting, o Order) error { return Attendance(m, o, came) })
}

// Decide notes what was decided of an item.
func (s *Service) Decide(ctx context.Context, actor mediation.Actor, id string, at int64, key, item string, d Decision, words string) (Meeting, error) {
	m, err := s.Look(ctx, actor, id)
	if err != nil {
		return m, err
	}
	r, err := s.Rules.Rules(ctx, m.Policy)
	if err != nil {
		return m, err
	}
	if d.Words, err = s.sealed(ctx, &m, "text", words); err != nil {
		return m, err
	}
	return s.change(ctx, actor, id, at, key, func(m *Meeting, o Order) error { return Decide(m, o, item, d, r.Policy.Deliberation) })
}

// Minute ends the meeting with its minutes.
func (s *Service) Minute(ctx context.Context, actor mediation.Actor, id string, at int64, key, text string) (Meeting, error) {
	return s.say(ctx, actor, id, at, key, text, Minute)
}

// Cancel calls a meeting off.
func (s *Service) Cancel(ctx context.Context, actor mediation.Actor, id string, at int64, key, reason string) (Meeting, error) {
	return s.say(ctx, actor, id, at, key, reason, Cancel)
}

func (s *Service) say(ctx context.Context, actor mediation.Actor, id string, at int64, key, text string, fn func(*Meeting, Order, mediation.Sealed) error) (Meeting, error) {
	m, err := s.Look(ctx, actor, id)
	if err != nil {
		return m, err
	}
	words, err := s.sealed(ctx, &m, "text", text)
	if err != nil {
		return m, err
	}
	return s.change(ctx, actor, id, at, key, func(m *Meeting, o Order) error { return fn(m, o, words) })
}

func (s *Service) sealed(ctx context.Context, m *Meeting, field, text string) (mediation.Sealed, error) {
	if m.Erased {
		return mediation.Sealed{}, errErased
	}
	if err := checkText(field, text, MaxText); err != nil {
		return mediation.Sealed{}, err
	}
	return s.Sealer.Seal(ctx, m.Key, []byte(text))
}

// Follow sets down something to be done, as a paper about the meeting with its owner and due date. The paper is all there is of it, so a
// crash leaves nothing half-done.
func (s *Service) Follow(ctx context.Context, actor mediation.Actor, id string, f FollowUp) (paper string, err error) {
	m, err := s.Look(ctx, actor, id)
	if err != nil {
		return "", err
	}
	if !May(actor, mediation.CouncilLead, &m) {
		return "", mediation.Refusal("council", mediation.Forbidden, "forbidden", "")
	}
	if err := m.follows(); err != nil {
		return "", err
	}
	if f.Due.IsZero() {
		return "", mediation.Refusal("council", mediation.Invalid, "required", "due")
	}
	r, err := s.Rules.Rules(ctx, m.Policy)
	if err != nil {
		return "", err
	}
	f.Meeting, f.Area, f.Kind = m.ID, m.Area, r.Policy.Deliberation.FollowUp
	return s.Papers.FollowUp(ctx, actor, f)
}

// Open opens a meeting's words; "" if there are none or they have been erased.
func (s *Service) Open(ctx context.Context, v mediation.Sealed) (string, error) {
	return mediation.OpenText(ctx, s.Sealer, v)
}

// drainBatch is how many meetings are seen to in one sweep.
const drainBatch = 100

// NextDue: nothing in a meeting falls due by itself; what is to be done afterwards does, as papers.
func (s *Service) NextDue(context.Context, time.Time) (time.Time, error) { return time.Time{}, nil }

// Sweep hands over what a crash has left unsent.
func (s *Service) Sweep(ctx context.Context) (int, error) { return s.Meetings.Drain(ctx, drainBatch) }
