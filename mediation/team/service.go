package team

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

// Deps is what the Service stands on. All are needed.
type Deps struct {
	Teams  Teams
	Rules  Rules
	People People
	Atlas  *grid.Atlas
	Now    func() time.Time // case time
	// Took tells who has come to a post of what has been waiting for its holder; nil: nothing waits.
	Took func(ctx context.Context, area grid.Code, post, user string) error
}

// Service is the room's use cases.
type Service struct{ Deps }

// NewService returns a ready service.
func NewService(d Deps) *Service { return &Service{d} }

// namespace of the room's ids.
var namespace = uuid.MustParse("8f6c2c1c-3d0b-5b57-9a43-71b0f6c2a5d4")

func idOf(parts ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(parts, "\x00"))).String()
}

// now is the case time as stores keep it.
func (s *Service) now() time.Time { return mediation.Instant(s.Now()) }

// kind is what the area's team consists of by the policy in force; mediation.ErrNotFound where areas of its level have none, or the plan
// does not know it.
func (s *Service) kind(ctx context.Context, area grid.Code) (policy.GridTeam, mediation.Rules, error) {
	r, err := s.Rules.Rules(ctx, "")
	if err != nil {
		return policy.GridTeam{}, r, err
	}
	k, ok := r.Policy.TeamOf(area.Depth())
	if _, known := s.Atlas.Load().Name(area); !ok || !known {
		return k, r, mediation.ErrNotFound
	}
	return k, r, nil
}

// team is an area's team as it stands; that of an area where nothing was ever filled is empty.
func (s *Service) team(ctx context.Context, area grid.Code) (Team, error) {
	t, err := s.Teams.Load(ctx, area)
	if errors.Is(err, mediation.ErrNotFound) {
		return Team{ID: string(area), Area: area}, nil
	}
	return t, err
}

// Look is a team with what policy says of it.
type Look struct {
	Team
	Kind policy.GridTeam
}

// Look reads a team that the actor sees; mediation.ErrNotFound.
func (s *Service) Look(ctx context.Context, actor mediation.Actor, area grid.Code) (Look, error) {
	k, _, err := s.kind(ctx, area)
	if err != nil {
		return Look{}, err
	}
	t, err := s.team(ctx, area)
	if err == nil && !May(actor, mediation.TeamRead, &t, "") {
		err = mediation.ErrNotFound
	}
	if err != nil {
		return Look{}, err
	}
	return Look{t, k}, nil
}

// Sees tells whether the actor sees the team of an area and may do the action to it, be it to what concerns themselves alone:
// mediation.ErrNotFound, or Forbidden.
func (s *Service) Sees(ctx context.Context, actor mediation.Actor, a mediation.Action, area grid.Code) error {
	l, err := s.Look(ctx, actor, area)
	if err == nil && !May(actor, a, &l.Team, actor.ID) {
		err = refuse(mediation.Forbidden, "forbidden", "")
	}
	return err
}

// List pages the teams that the actor sees.
func (s *Service) List(ctx context.Context, actor mediation.Actor, cursor string, limit int) ([]Team, string, error) {
	var q Query
	for _, scope := range mediation.Scopes(mediation.TeamRead, actor.Role) {
		switch scope {
		case mediation.InArea:
			area := actor.Area
			q.Area = &area
		case mediation.TakesPart:
			q.User = actor.ID
		}
	}
	return s.Teams.List(ctx, q, cursor, limit)
}

// change carries out a command on a team, once per key. about is whom it concerns.
func (s *Service) change(ctx context.Context, actor mediation.Actor, a mediation.Action, area grid.Code, key, about string, fn func(*Team, Order, policy.GridTeam) error) (Look, error) {
	l, err := s.Look(ctx, actor, area)
	if err != nil {
		return l, err
	}
	if !May(actor, a, &l.Team, about) {
		return l, refuse(mediation.Forbidden, "forbidden", "")
	}
	if actor.For != "" {
		return l, refuse(mediation.Forbidden, "team.acting", "") // who stands in for somebody names nobody else, and not themselves for longer
	}
	_, r, err := s.kind(ctx, area)
	if err != nil {
		return l, err
	}
	o := Order{Actor: actor, At: s.now(), Cmd: idOf("command", actor.ID, key)}
	l.Team, err = s.Teams.Change(ctx, area, func(t *Team) error {
		if slices.Contains(t.Done, o.Cmd) {
			return nil
		}
		if err := fn(t, o, l.Kind); err != nil {
			return err
		}
		t.Schedule(l.Kind, r.Calendar.After)
		return nil
	})
	return l, err
}

// person finds an account that is not locked.
func (s *Service) person(ctx context.Context, field, id string) (handover.Person, error) {
	p, err := s.People.Person(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) || err == nil && p.Locked {
		err = refuse(mediation.Invalid, "unknown_value", field, "value", id)
	}
	return p, err
}

// Fill puts somebody into a post.
func (s *Service) Fill(ctx context.Context, actor mediation.Actor, area grid.Code, key, post, user string) (Look, error) {
	who, err := s.person(ctx, "userId", user)
	if err != nil {
		return Look{}, err
	}
	l, err := s.change(ctx, actor, mediation.TeamLead, area, key, user, func(t *Team, o Order, k policy.GridTeam) error { return t.Fill(o, k, post, who.Actor) })
	if err == nil {
		err = s.took(ctx, &l.Team, user)
	}
	return l, err
}

// took tells who has come to a post of what waits for its holder. It may be repeated.
func (s *Service) took(ctx context.Context, t *Team, user string) error {
	h := t.Holder(user)
	if h == nil || s.Took == nil {
		return nil
	}
	return s.Took(ctx, t.Area, h.Post, user)
}

// Leave takes somebody, or the actor themself, out of their post.
func (s *Service) Leave(ctx context.Context, actor mediation.Actor, area grid.Code, key, user string) (Look, error) {
	return s.change(ctx, actor, mediation.TeamPart, area, key, user, func(t *Team, o Order, k policy.GridTeam) error { return t.Leave(o, k, user) })
}

// Substitute names somebody to stand in for a holder. What they may then do is what the holder may, so it is the holder who names them, or
// who is over the holder.
func (s *Service) Substitute(ctx context.Context, actor mediation.Actor, area grid.Code, key, holder, substitute string, from, until time.Time) (Look, error) {
	of, err := s.person(ctx, "holder", holder)
	if err != nil {
		return Look{}, err
	}
	who, err := s.person(ctx, "substitute", substitute)
	if err != nil {
		return Look{}, err
	}
	a := Absence{Holder: holder, Substitute: who.Actor, From: mediation.Instant(from), Until: mediation.Instant(until)}
	return s.change(ctx, actor, mediation.TeamPart, area, key, holder, func(t *Team, o Order, k policy.GridTeam) error {
		if actor.ID != holder && !over(actor, of) {
			return refuse(mediation.Forbidden, "team.not_over", "holder")
		}
		if foreign(of, who.Actor) {
			return refuse(mediation.Invalid, "team.unit", "substitute") // or they would see what another unit handles
		}
		return t.Substitute(o, k, idOf("stand-in", string(area), o.Cmd), a)
	})
}

// over tells whether somebody is over a holder: by area, and a grid's leader not over who comes from the township or a unit, whose work is no
// matter of the leader's.
func over(actor mediation.Actor, holder handover.Person) bool {
	led := actor.Role != mediation.GridLeader || holder.Role != mediation.TownshipStaff && holder.Role != mediation.UnitStaff
	return led && actor.Area.Contains(holder.Area)
}

// foreign tells whether the holder is of a unit to which the other does not belong.
func foreign(holder handover.Person, other mediation.Actor) bool {
	return holder.Unit != "" && holder.Unit != other.Unit
}

// Recall ends a substitution before its time.
func (s *Service) Recall(ctx context.Context, actor mediation.Actor, area grid.Code, key, id string) (Look, error) {
	t, err := s.team(ctx, area)
	if err != nil {
		return Look{}, err
	}
	about := ""
	if i := slices.IndexFunc(t.StandIns, func(x StandIn) bool { return x.ID == id }); i >= 0 {
		about = t.StandIns[i].Holder
	}
	return s.change(ctx, actor, mediation.TeamPart, area, key, about, func(t *Team, o Order, k policy.GridTeam) error { return t.Recall(o, k, id) })
}

// Acting is who somebody acts as while they stand in for a holder of an area's team: themselves, in the holder's role and unit, inside the
// team's area. A mediator's own record goes with nobody: parties have agreed to the person. Forbidden where they stand in for nobody there now.
func (s *Service) Acting(ctx context.Context, actor mediation.Actor, area grid.Code) (mediation.Actor, error) {
	no := refuse(mediation.Forbidden, "team.stands_in_for_nobody", "")
	k, _, err := s.kind(ctx, area)
	if errors.Is(err, mediation.ErrNotFound) {
		return actor, no
	}
	if err != nil {
		return actor, err
	}
	t, err := s.team(ctx, area)
	if err != nil {
		return actor, err
	}
	in := t.Standing(actor.ID, s.now())
	if in == nil {
		return actor, no
	}
	of, err := s.People.Person(ctx, in.Holder)
	if err != nil && !errors.Is(err, mediation.ErrNotFound) {
		return actor, err
	}
	h := t.Holder(in.Holder)
	p, ok := policy.GridPost{}, false
	if h != nil {
		p, ok = k.Post(h.Post)
	}
	if err != nil || of.Locked || !ok || !slices.Contains(p.Roles, string(of.Role)) || !policy.ActedFor(string(of.Role)) {
		return actor, no // the holder could not act either, or has become somebody else
	}
	if fits(area, p, actor, "") != nil || foreign(of, actor) {
		return actor, no // the substitute has become somebody else
	}
	as := mediation.Actor{ID: actor.ID, Role: of.Role, Area: area, Unit: of.Unit, Units: actor.Units, For: of.ID}
	if area.Contains(of.Area) {
		as.Area = of.Area
	} else if !of.Area.Contains(area) {
		return actor, no
	}
	return as, nil
}

// PostHolder is who holds a post of an area's team now, and who stands in for them: what the policy gives a post by name, its holder has, and
// the stand-in while the substitution runs. Nobody holds it while the account is locked.
func (s *Service) PostHolder(ctx context.Context, area grid.Code, post string) (mediation.Signer, error) {
	t, err := s.team(ctx, area)
	if err != nil {
		return mediation.Signer{}, err
	}
	i := slices.IndexFunc(t.Holders, func(h Tenure) bool { return h.Post == post })
	if i < 0 {
		return mediation.Signer{}, nil
	}
	in := mediation.Signer{Holder: t.Holders[i].User}
	if of, err := s.People.Person(ctx, in.Holder); errors.Is(err, mediation.ErrNotFound) || err == nil && of.Locked {
		return mediation.Signer{}, nil
	} else if err != nil {
		return mediation.Signer{}, err
	}
	now := s.now()
	if j := slices.IndexFunc(t.StandIns, func(x StandIn) bool { return x.Holder == in.Holder && x.Runs(now) }); j >= 0 {
		in.StandIn = t.StandIns[j].Substitute
	}
	return in, nil
}
