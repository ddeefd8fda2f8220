package duty

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Rosters keeps the one roster.
type Rosters interface {
	// Roster returns it with its revision; empty and 0 before anybody wrote one.
	Roster(ctx context.Context) (Roster, int64, error)
	// Amend changes what stands at a revision (mediation.AnyRevision: whatever it is), else mediation.ErrStale. fn may run again.
	Amend(ctx context.Context, revision int64, fn func(*Roster) error) error
	// Told are the gaps that staff have heard of, by Gap.Key. They are no part of the roster: that they were told makes nobody's revision stale.
	Told(ctx context.Context) ([]string, error)
	// SetTold writes what Told returns.
	SetTold(ctx context.Context, keys []string) error
	// Announce puts notices in the outbox; one of an id that is there is not put again.
	Announce(ctx context.Context, notices []mediation.Notice) error
}

// Cases is what the roster needs of the core: all of it is mediation.Service's.
type Cases interface {
	RecordSent(ctx context.Context, id string, e mediation.Beside, sent []mediation.Sent) (bool, error)
	Rules(ctx context.Context, version string) (mediation.Rules, error)
	AccusedAt(c *mediation.Case, unit string) bool
}

// People tells of accounts.
type People interface {
	// OnDuty tells whether a user is there and not locked, and their unit; mediation.ErrNotFound where nobody has that id.
	OnDuty(ctx context.Context, user string) (unit string, locked bool, err error)
	// Reached tells whether any open account stands behind a unit or a role for an area.
	Reached(ctx context.Context, to mediation.Recipient) (bool, error)
}

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Rosters Rosters
	Cases   Cases
	People  People
	Now     func() time.Time // case time
}

// Service is the room's use cases.
type Service struct {
	Deps
	tallies tallies
}

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{Deps: d} }

// keptBehind is how long shifts that are over stay in the roster.
const keptBehind = 400 * 24 * time.Hour

// Period is what an import replaces: the shifts of an area from a moment until another.
type Period struct {
	Area        grid.Code
	From, Until time.Time
	Shifts      []Shift
}

func refuse(code, field string, params ...string) error {
	return mediation.Refusal("duty", mediation.Invalid, code, field, params...)
}

// Put replaces a period of the roster. Nothing is changed where anything in it is wrong.
func (s *Service) Put(ctx context.Context, actor mediation.Actor, revision int64, p Period) error {
	if !mediation.MayArea(actor, mediation.DutyWrite, p.Area) {
		return mediation.Refusal("duty", mediation.Forbidden, "forbidden", "")
	}
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return err
	}
	if err := p.check(&r.Policy.Duty); err != nil {
		return err
	}
	for i := range p.Shifts {
		field := shiftField(i) + ".person"
		_, locked, err := s.People.OnDuty(ctx, p.Shifts[i].Person)
		switch {
		case errors.Is(err, mediation.ErrNotFound):
			return refuse("unknown_value", field, "value", p.Shifts[i].Person)
		case err != nil:
			return err
		case locked:
			return refuse("duty.locked", field)
		}
	}
	old := s.Now().Add(-keptBehind)
	return s.Rosters.Amend(ctx, revision, func(now *Roster) error {
		now.Replace(p.Area, p.From, p.Until, p.Shifts)
		now.Shifts = slices.DeleteFunc(now.Shifts, func(x Shift) bool { return x.Until.Before(old) })
		if len(now.Shifts) > MaxKept {
			return refuse("too_many", "shifts", "max", strconv.Itoa(MaxKept))
		}
		return nil
	})
}

func shiftField(i int) string { return "shifts[" + strconv.Itoa(i) + "]" }

// check finds what is wrong with a period by itself.
func (p *Period) check(d *policy.Duty) error {
	switch {
	case p.From.IsZero():
		return refuse("required", "from")
	case p.Until.IsZero():
		return refuse("required", "until")
	case !p.Until.After(p.From):
		return refuse("out_of_order", "until")
	case len(p.Shifts) > MaxShifts:
		return refuse("too_many", "shifts", "max", strconv.Itoa(MaxShifts))
	}
	for i := range p.Shifts {
		x, field := &p.Shifts[i], shiftField(i)+"."
		if x.Area == "" {
			x.Area = p.Area
		}
		if _, ok := d.Post(x.Post); !ok {
			return refuse("unknown_value", field+"post", "value", x.Post)
		}
		switch {
		case !p.Area.Contains(x.Area):
			return refuse("duty.beyond", field+"area")
		case x.From.Before(p.From) || !x.From.Before(p.Until):
			return refuse("duty.beyond", field+"from")
		case !x.Until.After(x.From):
			return refuse("out_of_order", field+"until")
		case x.Until.After(p.Until):
			return refuse("duty.beyond", field+"until")
		}
	}
	if one, other, found := Overlap(p.Shifts); found {
		return refuse("duty.overlap", shiftField(other)+".from", "other", strconv.Itoa(one))
	}
	return nil
}

// Look is the roster's shifts of an area within a period, the gaps of the posts that must be held, and the revision.
func (s *Service) Look(ctx context.Context, area grid.Code, from, until time.Time) (shifts []Shift, gaps []Gap, revision int64, err error) {
	now, revision, err := s.Rosters.Roster(ctx)
	if err != nil {
		return nil, nil, 0, err
	}
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return nil, nil, 0, err
	}
	for _, x := range now.Shifts {
		if (x.Area.Contains(area) || area.Contains(x.Area)) && x.From.Before(until) && from.Before(x.Until) {
			shifts = append(shifts, x)
		}
	}
	for _, p := range r.Policy.Duty.Posts {
		if p.Needed {
			gaps = append(gaps, now.Gaps(p.Key, area, from, until)...)
		}
	}
	return shifts, gaps, revision, nil
}

// On is who holds each of the policy's posts for an area at a moment; posts that nobody holds are left out.
func (s *Service) On(ctx context.Context, area grid.Code, at time.Time) ([]Shift, error) {
	now, _, err := s.Rosters.Roster(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.Cases.Rules(ctx, "")
	if err != nil {
		return nil, err
	}
	var on []Shift
	for _, p := range r.Policy.Duty.Posts {
		if x, ok := now.On(p.Key, area, at); ok {
			on = append(on, x)
		}
	}
	return on, nil
}

// untold are the gaps that begin within the policy's length and of which staff have not heard, and when that is due.
func (s *Service) untold(ctx context.Context, until time.Time) (gaps []Gap, first time.Time, err error) {
	r, err := s.Cases.Rules(ctx, "")
	if err != nil || len(r.Policy.Duty.Posts) == 0 {
		return nil, first, err
	}
	now, _, err := s.Rosters.Roster(ctx)
	if err != nil || len(now.Shifts) == 0 { // a county that has no roster yet has no gap in it
		return nil, first, err
	}
	told, err := s.Rosters.Told(ctx)
	if err != nil {
		return nil, first, err
	}
	at, ahead := s.Now(), r.Policy.Duty.Ahead
	for _, p := range r.Policy.Duty.Posts {
		if !p.Needed {
			continue
		}
		for _, g := range now.watched(p.Key, grid.Code(r.Policy.County), at, until.Add(ahead+1)) { // a gap is due at the very moment
			due := g.From.Add(-ahead)
			if due.After(until) || slices.Contains(told, g.Key()) {
				continue
			}
			gaps = append(gaps, g)
			if due.Before(at) {
				due = at
			}
			if first.IsZero() || due.Before(first) {
				first = due
			}
		}
	}
	return gaps, first, nil
}

// NextDue is when staff must hear of a gap next, not after until; zero if never.
func (s *Service) NextDue(ctx context.Context, until time.Time) (time.Time, error) {
	_, first, err := s.untold(ctx, until)
	return first, err
}

// Sweep tells staff of the gaps that are near or there, once each.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	at := s.Now()
	gaps, _, err := s.untold(ctx, at)
	if err != nil || len(gaps) == 0 {
		return 0, err
	}
	var notices []mediation.Notice
	for i := range gaps {
		for _, role := range []mediation.Role{mediation.CountyStaff, mediation.Leader} {
			notices = append(notices, mediation.Notice{ID: "duty/" + gaps[i].Key() + "/" + string(role), Kind: mediation.NoticeDutyGap, At: at,
				To: mediation.Recipient{Role: role, Area: gaps[i].Area}, Due: gaps[i].From, Subject: "duty/" + gaps[i].Post})
		}
	}
	if err := s.Rosters.Announce(ctx, notices); err != nil {
		return 0, err
	}
	told, err := s.Rosters.Told(ctx)
	if err != nil {
		return 0, err
	}
	for i := range gaps {
		told = append(told, gaps[i].Key())
	}
	return len(gaps), s.Rosters.SetTold(ctx, told[max(0, len(told)-MaxShifts):])
}
