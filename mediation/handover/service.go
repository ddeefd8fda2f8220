package handover

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	HandOvers HandOvers
	People    People
	// Rooms are asked in this order.
	Rooms map[string]Room
	// Cases tells what is kept from whom.
	Cases Sight
	// Files are kept with what is handed over; only who accepts needs them.
	Files  Files
	Sealer mediation.Sealer
	Now    func() time.Time // case time
	Log    *slog.Logger
}

// Service carries hand-overs from the proposal to the end.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// CoreRooms are the rooms that every installation has.
func CoreRooms(cases Cases, core Core, people People) map[string]Room {
	seats, duties := Seats{Cases: cases, Core: core}, Duties{Cases: cases, Core: core}
	return map[string]Room{roomSeat: seats, roomOffer: seats, roomPost: Posts{Cases: cases, People: people}, roomTask: duties, roomCharge: duties,
		roomErrand: Errands{Cases: cases, Core: core}}
}

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// matters lists what somebody has in hand, room by room.
func (s *Service) matters(ctx context.Context, who Person) ([]Matter, error) {
	var all []Matter
	var asked []Room
	for _, name := range sorted(s.Rooms) {
		room := s.Rooms[name]
		if slices.Contains(asked, room) {
			continue // a room may keep several kinds
		}
		asked = append(asked, room)
		list, err := room.Of(ctx, who)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func sorted(rooms map[string]Room) []string {
	names := make([]string, 0, len(rooms))
	for name := range rooms {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Matters lists what a person has in hand, for themselves or whoever is over them.
func (s *Service) Matters(ctx context.Context, actor mediation.Actor, user string) (Person, []Matter, error) {
	who, err := s.leaver(ctx, actor, mediation.HandOverRead, user)
	if err != nil {
		return Person{}, nil, err
	}
	list, err := s.matters(ctx, who)
	if err == nil {
		list, err = s.shown(ctx, actor, who.ID, list)
	}
	return who, list, err
}

// Unshared counts what would be nobody's without the person.
func (s *Service) Unshared(ctx context.Context, user string) (int, error) {
	who, err := s.People.Person(ctx, user)
	if err != nil {
		return 0, err
	}
	list, err := s.matters(ctx, who)
	return len(slices.DeleteFunc(list, func(m Matter) bool { return m.Shared })), err
}

// leaver finds a person over whom the actor has the action, or who is the actor.
func (s *Service) leaver(ctx context.Context, actor mediation.Actor, a mediation.Action, user string) (Person, error) {
	who, err := s.People.Person(ctx, user)
	if err != nil {
		return Person{}, err
	}
	if !mediation.MayArea(actor, a, who.Area) && !(self(actor, a) && who.ID == actor.ID) {
		return Person{}, mediation.ErrNotFound
	}
	return who, nil
}

func self(actor mediation.Actor, a mediation.Action) bool {
	return slices.Contains(mediation.Scopes(a, actor.Role), mediation.Oneself)
}

// Proposal is who is to take over from whom, and why.
type Proposal struct {
	Leaver, Successor, Reason string
	Force                     bool
	// Within: only what belongs to the leaver's post in this area's team; "": everything.
	Within grid.Code
	// Key names the request among all of who sends it: the same again opens nothing new.
	Key string
}

// maxReason bounds a reason, in characters.
const maxReason = 200

// Open begins a hand-over, with a successor or, for now, without.
func (s *Service) Open(ctx context.Context, actor mediation.Actor, p Proposal) (HandOver, error) {
	if utf8.RuneCountInString(p.Reason) > maxReason {
		return HandOver{}, mediation.Refusal("hand-over: open", mediation.Invalid, "too_long", "reason", "max", "200")
	}
	from, err := s.leaver(ctx, actor, mediation.HandOverPropose, p.Leaver)
	if errors.Is(err, mediation.ErrNotFound) {
		return HandOver{}, mediation.Refusal("hand-over: open", mediation.Invalid, "unknown_value", "leaver", "value", p.Leaver)
	}
	if err != nil {
		return HandOver{}, err
	}
	now := s.now()
	h := HandOver{ID: idOf(actor.ID, p.Key), Leaver: from.ID, Area: from.Area, By: actor.ID, Within: p.Within, State: Owed, Opened: now}
	o := Order{By: actor.ID, At: now}
	if h.Matters, err = s.matters(ctx, from); err != nil {
		return HandOver{}, err
	}
	h.Matters = within(h.Within, h.Matters)
	if p.Successor == "" {
		h.note(o, "opened", "")
	} else {
		if _, err = s.successor(ctx, actor, from, p.Successor); err != nil {
			return HandOver{}, err
		}
		if err = h.Propose(o, p.Successor, p.Force, h.Matters); err != nil {
			return HandOver{}, err
		}
	}
	if err = s.sealWhy(ctx, &h, p.Reason); err != nil {
		return HandOver{}, err
	}
	opened, err := s.HandOvers.Open(ctx, h)
	if errors.Is(err, mediation.ErrExists) {
		return HandOver{}, mediation.Refusal("hand-over: open", mediation.Conflict, "handover.open", "leaver")
	}
	return opened, err
}

// LetGo refuses to take somebody away from what would be nobody's without them. Where that cannot wait, for an account that must be
// locked at once, urgent lets them go and opens the hand-over that is owed; key is as in Proposal.
func (s *Service) LetGo(ctx context.Context, actor mediation.Actor, user string, urgent bool, reason, key string) error {
	n, err := s.Unshared(ctx, user)
	if err != nil || n == 0 {
		return err
	}
	if !urgent {
		return mediation.Refusal("hand-over: let go", mediation.Conflict, "handover.owed", "", "count", strconv.Itoa(n))
	}
	_, err = s.Open(ctx, actor, Proposal{Leaver: user, Reason: reason, Key: "owed/" + user + "/" + key})
	if errors.Is(err, &mediation.Error{Kind: mediation.Conflict, Code: "handover.open"}) {
		return nil
	}
	return err
}

// successor finds somebody whom the actor may ask: within their reach, or a colleague of who leaves.
func (s *Service) successor(ctx context.Context, actor mediation.Actor, from Person, id string) (Person, error) {
	to, err := s.People.Person(ctx, id)
	if err != nil && !errors.Is(err, mediation.ErrNotFound) {
		return Person{}, err
	}
	near := from.Area.Contains(to.Area) || to.Area.Contains(from.Area)
	if err != nil || to.ID == from.ID || !mediation.MayArea(actor, mediation.HandOverPropose, to.Area) && !near {
		return Person{}, mediation.Refusal("hand-over: successor", mediation.Invalid, "unknown_value", "successor", "value", id)
	}
	return to, nil
}

// visible loads a hand-over that the actor takes part in or is over.
func (s *Service) visible(ctx context.Context, actor mediation.Actor, id string) (HandOver, error) {
	h, err := s.HandOvers.Load(ctx, id)
	if err != nil {
		return h, err
	}
	part := self(actor, mediation.HandOverRead) && slices.Contains([]string{h.Leaver, h.Successor, h.By}, actor.ID)
	if !part && !mediation.MayArea(actor, mediation.HandOverRead, h.Area) {
		return HandOver{}, mediation.ErrNotFound
	}
	return h, nil
}

// may tells whether the actor may do an action to a hand-over that they see.
func may(actor mediation.Actor, a mediation.Action, h *HandOver) bool {
	who := []string{h.Leaver, h.By}
	if a == mediation.HandOverAnswer {
		who = []string{h.Successor}
	}
	return self(actor, a) && slices.Contains(who, actor.ID) || mediation.MayArea(actor, a, h.Area)
}

// Sees tells whether the actor sees the hand-over and may do the action to it: mediation.ErrNotFound, or Forbidden.
func (s *Service) Sees(ctx context.Context, actor mediation.Actor, a mediation.Action, id string) error {
	h, err := s.visible(ctx, actor, id)
	if err == nil && a != mediation.HandOverRead && !may(actor, a, &h) {
		err = mediation.Refusal("hand-over: sees", mediation.Forbidden, "forbidden", "")
	}
	return err
}

// Look is a hand-over with the reasons, matter by matter, why its successor could not take it over, and with its words.
type Look struct {
	HandOver
	Hindrances [][]mediation.Reason // beside Matters
	Judged     bool                 // Hindrances are known
	Reason     string               // why they leave; "" of what has been erased
	Notes      []string             // beside History
}

// Look reads a hand-over. While it is proposed each matter is judged as things stand now.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, id string) (Look, error) {
	h, err := s.visible(ctx, actor, id)
	if err != nil {
		return Look{}, err
	}
	l, err := s.judged(ctx, h)
	if err == nil {
		err = s.For(ctx, actor, &l)
	}
	return l, err
}

func (s *Service) judged(ctx context.Context, h HandOver) (Look, error) {
	l, err := s.Read(ctx, h)
	if err != nil {
		return l, err
	}
	if h.State != Proposed {
		return l, nil
	}
	l.Judged = true
	from, to, err := s.both(ctx, &h)
	if err != nil {
		return l, err
	}
	for i, m := range h.Matters {
		if l.Hindrances[i], err = s.hindrances(ctx, &h, m, from, to); err != nil {
			return l, err
		}
	}
	return l, nil
}

// Known tells whether the actor may know of a matter: of one that is restricted who leaves, the role that sees such, and a successor who has
// the right to take it over.
func (l *Look) Known(actor mediation.Actor, i int) bool {
	return l.Matters[i].Known(actor, l.Leaver) || actor.ID == l.Successor && (l.State == Accepted || l.State == Done || l.Judged && len(l.Hindrances[i]) == 0)
}

// Known tells whether the actor may know that somebody has the matter in hand.
func (m *Matter) Known(actor mediation.Actor, holder string) bool {
	return m.Restricted == "" || actor.ID == holder || actor.Role == m.Restricted && actor.Area.Contains(m.Area)
}

func (s *Service) both(ctx context.Context, h *HandOver) (from, to Person, err error) {
	if from, err = s.People.Person(ctx, h.Leaver); err != nil {
		return
	}
	to, err = s.People.Person(ctx, h.Successor)
	return
}

func (s *Service) hindrances(ctx context.Context, h *HandOver, m Matter, from, to Person) ([]mediation.Reason, error) {
	if m.Shared {
		return nil, nil
	}
	if to.Locked {
		return []mediation.Reason{mediation.NewReason(mediation.ReasonLocked)}, nil
	}
	if hidden, err := s.hides(ctx, &m, to.Actor); err != nil || hidden {
		return nil, err
	}
	why, err := s.Rooms[m.Room].Hindrances(ctx, h, m, from, to)
	if errors.Is(err, mediation.ErrNotFound) {
		return nil, nil // it has ended
	}
	return why, err
}

// List pages the hand-overs that the actor takes part in or is over.
func (s *Service) List(ctx context.Context, actor mediation.Actor, cursor string, limit int) ([]HandOver, string, error) {
	f := &actor.Area
	if !slices.Contains(mediation.Scopes(mediation.HandOverRead, actor.Role), mediation.InArea) {
		f = nil
	}
	return s.HandOvers.List(ctx, actor.ID, f, cursor, limit)
}

var namespace = uuid.MustParse("3a0f6f0e-5f86-5b0b-8a5c-6a1f2f0d9e77")

func idOf(by, key string) string {
	return uuid.NewSHA1(namespace, []byte(by+"\x00"+key)).String()
}
