package patrol

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Checkins Checkins
	Rules    Rules
	Atlas    *grid.Atlas
	Now      func() time.Time // case time
}

// Service takes check-ins and tells how the cells stand.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// Input is a check-in as a phone sends it. The point goes no further than this.
type Input struct {
	ClientID  string // the phone's UUID
	Point     orb.Point
	AccuracyM float64
	PhoneTime time.Time
}

// namespace of the ids of check-ins.
var namespace = uuid.MustParse("c64b6b0f-3f43-5c0e-8f0a-5a1be2a7d9e1")

// CheckIn notes that somebody is in a micro-grid of their own area. Sent again it is the same one. What lies elsewhere is refused and
// nothing of it is kept: where a worker goes besides is nobody's business.
func (s *Service) CheckIn(ctx context.Context, actor mediation.Actor, in Input) (c Checkin, again bool, err error) {
	if !mediation.May(actor, mediation.PatrolCheckIn) {
		return c, false, mediation.Refusal("patrol", mediation.Forbidden, "forbidden", "")
	}
	if err := in.check(); err != nil {
		return c, false, err
	}
	phone := mediation.Instant(in.PhoneTime)
	id := uuid.NewSHA1(namespace, []byte(actor.ID+"\x00"+in.ClientID)).String()
	known, err := s.Checkins.Load(ctx, id)
	if err == nil {
		return s.same(ctx, known, phone)
	}
	if !errors.Is(err, mediation.ErrNotFound) {
		return c, false, err
	}
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return c, false, err
	}
	if !r.Policy.Patrols.On() {
		return c, false, mediation.Refusal("patrol", mediation.Conflict, "patrol.off", "")
	}
	c = Checkin{ID: id, User: actor.ID, PhoneTime: phone, Received: s.now()}
	c.timed(r.Policy.Intake)
	if !c.placed(in, r.Policy.Intake, s.Atlas.Load()) {
		return Checkin{}, false, mediation.Refusal("patrol", mediation.Invalid, "patrol.nowhere", "point")
	}
	if !mediation.MayArea(actor, mediation.PatrolCheckIn, c.Cell) {
		return Checkin{}, false, mediation.Refusal("patrol", mediation.Invalid, "patrol.elsewhere", "point")
	}
	stored, as, err := s.Checkins.Add(ctx, c)
	if err == nil && !stored {
		return s.same(ctx, as, phone)
	}
	return as, false, err
}

// same answers a check-in that came before. The cell's visit is noted again, in case a crash came between.
func (s *Service) same(ctx context.Context, known Checkin, phone time.Time) (Checkin, bool, error) {
	if !known.PhoneTime.Equal(phone) {
		return Checkin{}, false, mediation.Refusal("patrol", mediation.Differs, "same_id_other_content", "clientId")
	}
	_, as, err := s.Checkins.Add(ctx, known)
	return as, true, err
}

func (in *Input) check() error {
	if _, err := uuid.Parse(in.ClientID); err != nil {
		return mediation.Refusal("patrol", mediation.Invalid, "not_a_uuid", "clientId")
	}
	if math.IsNaN(in.AccuracyM) || in.AccuracyM < 0 || in.AccuracyM > 1e7 {
		return mediation.Refusal("patrol", mediation.Invalid, "out_of_range", "accuracyMetres", "min", "0", "max", "10000000")
	}
	if err := grid.CheckPoint(in.Point); err != nil {
		return &mediation.Error{Op: "patrol", Kind: mediation.Invalid, Code: "bad_point", Field: "point", Cause: err}
	}
	return nil
}

// Own pages the caller's own check-ins.
func (s *Service) Own(ctx context.Context, actor mediation.Actor, cursor string, limit int) ([]Checkin, string, error) {
	return s.Checkins.Of(ctx, actor.ID, cursor, limit)
}

// Query asks for cells.
type Query struct {
	Area grid.Code // "" for the caller's own
	// Overdue: those alone whose visit is overdue. NotSince: those alone that were not visited at or after it.
	Overdue  bool
	NotSince time.Time
}

func (q *Query) meets(c *Cell) bool {
	return (!q.Overdue || c.Overdue) && (q.NotSince.IsZero() || c.Last.Before(q.NotSince))
}

// at is the area that is asked for, inside the caller's: elsewhere there is nothing for them.
func (q *Query) at(actor mediation.Actor) (grid.Code, bool) {
	area := q.Area
	if area == "" {
		area = actor.Area
	}
	return area, mediation.MayArea(actor, mediation.PatrolRead, area)
}

// chunk is how many cells are looked up at a time.
const chunk = 500

// Cells pages the cells of an area, by code, from behind the cursor's. A page of few may be followed by more: so many cells are
// looked at in one call, and no more.
func (s *Service) Cells(ctx context.Context, actor mediation.Actor, q Query, cursor string, limit int) ([]Cell, string, error) {
	const mostLooked = 20 * chunk
	area, ok := q.at(actor)
	if !ok {
		return nil, "", nil
	}
	codes := s.Atlas.Load().CellsOf(area)
	first, at := slices.BinarySearch(codes, grid.Code(cursor))
	if at {
		first++
	}
	var found []Cell
	last, full := "", errors.New("the page is full")
	err := s.each(ctx, codes[first:min(len(codes), first+mostLooked)], func(c *Cell) error {
		if len(found) == limit {
			return full
		}
		if last = string(c.Code); q.meets(c) {
			found = append(found, *c)
		}
		return nil
	})
	if err != nil && !errors.Is(err, full) {
		return nil, "", err
	}
	if len(codes) == 0 || last == string(codes[len(codes)-1]) {
		last = ""
	}
	return found, last, nil
}

// each tells how cells stand, in their order.
func (s *Service) each(ctx context.Context, codes []grid.Code, fn func(*Cell) error) error {
	r, err := s.Rules.Rules(ctx, "")
	if err != nil || !r.Policy.Patrols.On() {
		return err
	}
	now := s.now()
	for len(codes) > 0 {
		some := codes[:min(chunk, len(codes))]
		codes = codes[len(some):]
		last, err := s.Checkins.Last(ctx, some)
		if err != nil {
			return err
		}
		for _, code := range some {
			c := stand(code, last[code], r.Policy.Patrols, r.Calendar, now)
			if err := fn(&c); err != nil {
				return err
			}
		}
	}
	return nil
}

// MaxCounted is how many cells one count goes through; whoever wants more asks area by area.
const MaxCounted = 20_000

// Figures counts the cells of an area: all of them, and of each part directly below.
func (s *Service) Figures(ctx context.Context, actor mediation.Actor, q Query) (whole Count, parts []Count, err error) {
	area, ok := q.at(actor)
	if !ok {
		return whole, nil, mediation.ErrNotFound
	}
	codes := s.Atlas.Load().CellsOf(area)
	if len(codes) > MaxCounted {
		return whole, nil, mediation.Refusal("patrol", mediation.Invalid, "too_many", "area", "max", "20000")
	}
	whole.Area = area
	depth := area.Depth() + 1
	err = s.each(ctx, codes, func(c *Cell) error {
		whole.add(c)
		below := c.Code.Below(depth)
		if len(parts) == 0 || parts[len(parts)-1].Area != below { // cells come by code
			parts = append(parts, Count{Area: below})
		}
		parts[len(parts)-1].add(c)
		return nil
	})
	return whole, parts, err
}
