package mediation

import (
	"context"
	"hash/maphash"
	"log/slog"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"fengqiao/grid"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Deps is what the Service stands on. All fields but Album, PostHolder, DeskUnit, CallStudy, ApartBeside, Dispatch, Catch, Rooms and Kick are required.
type Deps struct {
	Cases     Cases
	Reports   Reports
	Opener    Opener
	Mediators Mediators
	Looks     Looks
	Policies  Policies
	Calendars Calendars
	Sealer    Sealer
	Atlas     *grid.Atlas
	Users     Users
	Album     Album
	Now       func() time.Time
	Log       *slog.Logger
	// Words makes the hashable pieces of a text by which cases are found (bigrams).
	Words func(text string) []string
	// Phone and IDNumber bring such numbers into one form, so that the same party is known again however they were typed.
	Phone, IDNumber func(string) string
	// PostHolder is who holds a post of an area's team now; nil: posts are vacant.
	PostHolder func(ctx context.Context, area grid.Code, post string) (Signer, error)
	// DeskUnit is the unit of the account of an outside desk, "" where no desk of that name is connected; nil: none is.
	DeskUnit func(desk string) string
	// CallStudy calls an escalated study (提级研判) of a case, once for what called it; nil: nobody studies.
	CallStudy func(ctx context.Context, caseID, why string, since time.Time) error
	// ApartBeside takes off what rooms beside the case have given to whom it is kept from; nil: there are no such rooms.
	ApartBeside func(ctx context.Context, c *Case, kept func(user, unit string) (bool, error)) error
	// Dispatch tells whom a dispatch rule sends the case to, once for when it was asked; nil: nobody is on duty.
	Dispatch func(ctx context.Context, c *Case, rule string, since time.Time) error
	// Catch tells who is on duty of a matter that has been without a case for too long (兜底), once for each turn; nil: nobody is.
	Catch func(ctx context.Context, m Stray) error
	// Rooms are those beside the cases whose clocks are reckoned anew when a year's days off change; nil: there are none.
	Rooms func() []Reckoner
	// Kick hints that a case has something due now; a lost hint costs only the time until the next sweep.
	Kick func(caseID string)
}

// Service is the use cases: it reads, lets a pure function decide, and writes once.
type Service struct {
	Deps
	calendars sync.Map // policy id and revision of the years → *clock.Calendar
	// turns let the reports of one reporter about one matter be filed one after another: a phone that empties its queue
	// sends them at once, and each must see the case that the one before has opened.
	turns [4096]sync.Mutex
	seed  maphash.Seed
}

// turn waits for the reporter's turn at a place and category and returns what ends it.
func (s *Service) turn(rep *Report) func() {
	mu := &s.turns[maphash.String(s.seed, rep.Reporter+"|"+string(rep.Cell)+"|"+rep.Category)%uint64(len(s.turns))]
	mu.Lock()
	return mu.Unlock
}

// NewService returns a ready service.
func NewService(d Deps) *Service {
	if d.Kick == nil {
		d.Kick = func(string) {}
	}
	return &Service{Deps: d, seed: maphash.MakeSeed()}
}

// namespace of the deterministic ids of this product.
var namespace = uuid.MustParse("6f1d1c0e-3c55-5a3b-9d0e-2b7f0f9e6b11")

func idOf(parts ...string) string {
	var b []byte
	for _, p := range parts {
		b = append(append(b, p...), 0)
	}
	return uuid.NewSHA1(namespace, b).String()
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// now is the case time, cut to the milliseconds that stores keep.
func (s *Service) now() time.Time { return Instant(s.Now()) }

// rules returns the policy version that a case is judged under, with its calendar.
func (s *Service) rules(ctx context.Context, version string) (Rules, error) {
	var pol *policy.Policy
	var err error
	if version == "" {
		pol, err = s.Policies.Current(ctx)
	} else {
		pol, err = s.Policies.Version(ctx, version)
	}
	if err != nil {
		return Rules{}, err
	}
	return s.rulesOf(ctx, pol)
}

// rulesOf is a policy with its calendar.
func (s *Service) rulesOf(ctx context.Context, pol *policy.Policy) (Rules, error) {
	years, revision, err := s.Calendars.Years(ctx)
	if err != nil {
		return Rules{}, err
	}
	id := calendarID{pol.ID, revision}
	if cal, ok := s.calendars.Load(id); ok {
		return s.signed(ctx, Rules{Policy: pol, Calendar: cal.(*clock.Calendar)})
	}
	cal, err := clock.New(pol.Clocks.Calendar, years...)
	if err != nil {
		return Rules{}, err
	}
	s.calendars.Store(id, cal)
	return s.signed(ctx, Rules{Policy: pol, Calendar: cal})
}

// signed adds who holds the post that signs.
func (s *Service) signed(ctx context.Context, r Rules) (_ Rules, err error) {
	if post := r.Policy.Joint.Signatory.Post; post != "" && s.PostHolder != nil {
		r.Signer, err = s.PostHolder(ctx, grid.Code(r.Policy.County), post)
	}
	return r, err
}

// calendarID is which calendar a policy has under which knowledge of the years.
type calendarID struct {
	policy string
	years  int64
}

// Request is a command as a caller gives it.
type Request struct {
	Command  Command
	Revision int64  // from If-Match; required of everybody but the sweep
	Key      string // the client's idempotency key
}

// Done is what a command came to.
type Done struct {
	Case Case
	// Link is the secret code of a party's link, given once: for AddParty and RenewLink.
	Link  string
	Party string // the party entered
}

// Do carries out a command on a case for an actor. A case that the actor may not see is NotFound.
func (s *Service) Do(ctx context.Context, actor Actor, id string, q Request) (Done, error) {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return Done{}, err
	}
	if !MayCase(actor, CaseRead, &c) {
		if err := Missed(actor, Action(q.Command.Name()), &c); err != nil {
			return Done{}, err
		}
		return Done{}, ErrNotFound
	}
	if !MayCase(actor, Action(q.Command.Name()), &c) {
		return Done{}, Refusal(string(q.Command.Name()), Forbidden, "forbidden", "")
	}
	o, link, err := s.prepare(ctx, actor, &c, q)
	if err != nil {
		return Done{}, err
	}
	switch cmd := q.Command.(type) {
	case Take:
		c, err = s.take(ctx, &c, o)
	case Assign:
		c, err = s.assign(ctx, &c, o, cmd)
	default:
		c, err = s.change(ctx, c.ID, o)
	}
	if err != nil {
		return Done{}, err
	}
	if len(c.Chores) > 0 {
		s.Kick(c.ID)
	}
	done := Done{Case: c}
	if link != "" {
		done.Party, done.Link = c.linked(o, link)
	} else if _, entered := q.Command.(AddParty); entered && c.Party(o.Party.ID) != nil {
		done.Party = o.Party.ID // an accused, who gets no link
	}
	return done, nil
}

// change is read, decide, write for one case.
func (s *Service) change(ctx context.Context, id string, o Order) (Case, error) {
	return s.Cases.Update(ctx, id, func(c *Case) error {
		r, err := s.rules(ctx, c.Policy)
		if err != nil {
			return err
		}
		return Decide(c, o, r)
	})
}

// commandKey is the mark by which a command is known again. A key belongs to one kind of command (and one report), as it does
// to one route on the wire: a client that names a visit by one key throughout means each of its steps.
func (s *Service) commandKey(actor Actor, what, key string) string {
	return s.Sealer.Hash("command", actor.ID+"/"+what+"/"+key)
}

func (s *Service) seal(ctx context.Context, key, text string) (Sealed, error) {
	if text == "" {
		return Sealed{}, nil
	}
	return s.Sealer.Seal(ctx, key, []byte(text))
}

// Open opens a sealed text; "" if it is empty or has been erased.
func (s *Service) Open(ctx context.Context, v Sealed) (string, error) {
	return OpenText(ctx, s.Sealer, v)
}

// The first and the last moment that stores and answers can write (RFC 3339 has years of four digits).
var (
	firstTime = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

// kept refuses a time that no store could keep: an offset may carry one that was written rightly beyond the years there are.
func kept(field string, t time.Time) error {
	if t.Before(firstTime) || t.After(lastTime) {
		return Refusal("time", Invalid, "out_of_range", field, "min", firstTime.Format(time.RFC3339), "max", lastTime.Format(time.RFC3339))
	}
	return nil
}

func tooLong(field, text string) error {
	if utf8.RuneCountInString(text) > MaxText {
		return Refusal("words", Invalid, "too_long", field, "max", strconv.Itoa(MaxText))
	}
	return nil
}

// visible loads a case that the actor may read; anything else is NotFound, so that nobody learns what is there.
func (s *Service) visible(ctx context.Context, actor Actor, id string) (Case, error) {
	c, err := s.Cases.Load(ctx, id)
	if err != nil {
		return Case{}, err
	}
	if !MayCase(actor, CaseRead, &c) {
		return Case{}, ErrNotFound
	}
	return c, nil
}

// point opens a sealed point; nil if there is none.
func (s *Service) point(ctx context.Context, v Sealed) (*orb.Point, error) {
	text, err := s.Open(ctx, v)
	if err != nil || text == "" {
		return nil, err
	}
	p, err := parsePoint(text)
	return &p, err
}
