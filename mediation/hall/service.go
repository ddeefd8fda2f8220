package hall

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Visits   Visits
	Policies mediation.Policies
	Cases    Cases
	Reader   Reader
	Now      func() time.Time // case time
}

// Service is the hall's desk.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// room is a hall with the policy that it stands in.
type room struct {
	*policy.Hall
	area grid.Code
	zone *time.Location
}

func (r *room) day(t time.Time) string { return t.In(r.zone).Format(time.DateOnly) }

// bounds are the moments at which a day begins and ends; "" is the day of now.
func (r *room) bounds(day string, now time.Time) (from, until time.Time, err error) {
	if day == "" {
		day = r.day(now)
	}
	from, err = time.ParseInLocation(time.DateOnly, day, r.zone)
	return from, from.AddDate(0, 0, 1), err
}

func roomOf(p *policy.Policy, h *policy.Hall) (room, error) {
	zone, err := p.Clocks.Calendar.Location()
	area := grid.Code(h.Area)
	if area == "" {
		area = grid.Code(p.County)
	}
	return room{h, area, zone}, err
}

// Halls lists the halls whose area the caller works in.
func (s *Service) Halls(ctx context.Context, actor mediation.Actor) ([]policy.Hall, error) {
	p, err := s.Policies.Current(ctx)
	if err != nil {
		return nil, err
	}
	var list []policy.Hall
	for i := range p.Halls {
		r, err := roomOf(p, &p.Halls[i])
		if err != nil {
			return nil, err
		}
		if mediation.MayArea(actor, mediation.HallRead, r.area) {
			list = append(list, p.Halls[i])
		}
	}
	return list, nil
}

// hall finds a hall; one that is not the caller's to see is not there.
func (s *Service) hall(ctx context.Context, key string) (room, error) {
	p, err := s.Policies.Current(ctx)
	if err != nil {
		return room{}, err
	}
	h, ok := p.Hall(key)
	if !ok {
		return room{}, mediation.ErrNotFound
	}
	return roomOf(p, h)
}

func (s *Service) seen(ctx context.Context, actor mediation.Actor, key string, action mediation.Action) (room, error) {
	r, err := s.hall(ctx, key)
	switch {
	case err != nil:
		return r, err
	case !mediation.MayArea(actor, mediation.HallRead, r.area):
		return r, mediation.ErrNotFound
	case !mediation.MayArea(actor, action, r.area):
		return r, mediation.Refusal("hall", mediation.Forbidden, "forbidden", "")
	}
	return r, nil
}

// Sees tells whether the caller sees a hall and may do the action in it.
func (s *Service) Sees(ctx context.Context, actor mediation.Actor, key string, action mediation.Action) error {
	_, err := s.seen(ctx, actor, key, action)
	return err
}

// Register gives out the next number of a function. The same id again is the same number.
func (s *Service) Register(ctx context.Context, actor mediation.Actor, key, id, function string) (Visit, bool, error) {
	r, err := s.seen(ctx, actor, key, mediation.HallServe)
	if err != nil {
		return Visit{}, false, err
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return Visit{}, false, mediation.Refusal("hall", mediation.Invalid, "not_a_uuid", "clientId")
	}
	f, ok := r.Function(function)
	if !ok {
		return Visit{}, false, mediation.Refusal("hall", mediation.Invalid, "hall.no_function", "function")
	}
	now := s.now()
	v := Visit{ID: parsed.String(), Hall: key, Area: r.area, Day: r.day(now), Number: Number{Prefix: f.Prefix}, Came: now, Queued: now}
	v.turn(function, now)
	stored, v, err := s.Visits.Register(ctx, v)
	switch {
	case err != nil:
		return Visit{}, false, err
	case v.Hall != key:
		return Visit{}, false, mediation.ErrNotFound // somebody else's id: another hall's numbers are not told
	case v.Turns[0].Function != function:
		return Visit{}, false, mediation.Refusal("hall", mediation.Differs, "same_id_other_content", "clientId")
	}
	return v, !stored, nil
}

// CallNext calls who has waited longest for what a window serves. A window has one visitor at a time; of windows that call at the same
// moment each gets another.
func (s *Service) CallNext(ctx context.Context, actor mediation.Actor, key, window string) (Visit, error) {
	r, err := s.seen(ctx, actor, key, mediation.HallServe)
	if err != nil {
		return Visit{}, err
	}
	w, ok := r.Window(window)
	if !ok {
		return Visit{}, mediation.ErrNotFound
	}
	now := s.now()
	for {
		present, err := s.Visits.Present(ctx, key, r.day(now))
		if err != nil {
			return Visit{}, err
		}
		if slices.ContainsFunc(present, func(v Visit) bool { return v.Window() == window }) {
			return Visit{}, mediation.Refusal("hall", mediation.Conflict, "hall.busy", "")
		}
		line := lineOf(present, w.Functions)
		if len(line) == 0 {
			return Visit{}, mediation.Refusal("hall", mediation.Conflict, "hall.nobody", "")
		}
		v, err := s.Visits.Update(ctx, line[0].ID, func(v *Visit) error {
			if v.Stands != Waiting || !slices.Contains(w.Functions, v.Function()) {
				return errTaken
			}
			v.call(actor, window, w.Team, now)
			return nil
		})
		switch {
		case errors.Is(err, errTaken): // another window was quicker: the next one
			continue
		case errors.Is(err, mediation.ErrExists):
			return Visit{}, mediation.Refusal("hall", mediation.Conflict, "hall.busy", "")
		}
		return v, err
	}
}

// errTaken never leaves CallNext.
var errTaken = errors.New("hall: called by another window")

// lineOf is who waits for these functions, in the order in which they are called.
func lineOf(present []Visit, functions []string) []Visit {
	line := slices.DeleteFunc(slices.Clone(present), func(v Visit) bool {
		return v.Stands != Waiting || !slices.Contains(functions, v.Function())
	})
	slices.SortStableFunc(line, func(a, b Visit) int { return cmp.Or(a.Queued.Compare(b.Queued), cmp.Compare(a.Number.N, b.Number.N)) })
	return line
}

// Order is a step with what it needs.
type Order struct {
	Step Step
	To   string // of PassOn: the function
}

// Take carries out a step with a visit, if it still is as the caller saw it.
func (s *Service) Take(ctx context.Context, actor mediation.Actor, key, id string, revision int64, o Order) (Visit, error) {
	r, _, err := s.visit(ctx, actor, key, id, mediation.HallServe)
	if err != nil {
		return Visit{}, err
	}
	if _, ok := r.Function(o.To); o.Step == PassOn && !ok {
		return Visit{}, mediation.Refusal("hall", mediation.Invalid, "hall.no_function", "function")
	}
	now := s.now()
	return s.Visits.Update(ctx, id, func(v *Visit) error {
		if v.Version != revision {
			return mediation.ErrStale
		}
		calls := 1 // a function that the policy no longer has keeps nobody
		if f, ok := r.Function(v.Function()); ok {
			calls = f.Calls
		}
		return v.take(o.Step, o.To, r.day(now), calls, now)
	})
}

// Link notes the report, or the case, that came of a visit; either may be left out and stays as it is, and a later word replaces an earlier one.
func (s *Service) Link(ctx context.Context, actor mediation.Actor, key, id string, revision int64, report, caseID string) (Visit, error) {
	if _, _, err := s.visit(ctx, actor, key, id, mediation.HallServe); err != nil {
		return Visit{}, err
	}
	if report == "" && caseID == "" {
		return Visit{}, mediation.Refusal("hall", mediation.Invalid, "required", "report")
	}
	if report != "" {
		if _, err := s.Cases.ReportOf(ctx, actor, report); err != nil {
			return Visit{}, unseen(err, "report")
		}
	}
	if caseID != "" {
		c, err := s.Reader.Load(ctx, caseID)
		if err == nil && !mediation.MayCase(actor, mediation.CaseRead, &c) {
			err = mediation.ErrNotFound
		}
		if err != nil {
			return Visit{}, unseen(err, "case")
		}
	}
	return s.Visits.Update(ctx, id, func(v *Visit) error {
		if v.Version != revision {
			return mediation.ErrStale
		}
		if report != "" {
			v.Report = report
		}
		if caseID != "" {
			v.Case = caseID
		}
		return nil
	})
}

// unseen says that what the body names is not there, which the path's thing is.
func unseen(err error, field string) error {
	if errors.Is(err, mediation.ErrNotFound) {
		return mediation.Refusal("hall", mediation.Invalid, "hall.no_such", field)
	}
	return err
}

func (s *Service) visit(ctx context.Context, actor mediation.Actor, key, id string, action mediation.Action) (room, Visit, error) {
	r, err := s.seen(ctx, actor, key, action)
	if err != nil {
		return r, Visit{}, err
	}
	v, err := s.Visits.Load(ctx, id)
	if err == nil && v.Hall != key {
		err = mediation.ErrNotFound
	}
	return r, v, err
}

// Look reads a visit.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, key, id string) (Visit, error) {
	_, v, err := s.visit(ctx, actor, key, id, mediation.HallRead)
	return v, err
}
