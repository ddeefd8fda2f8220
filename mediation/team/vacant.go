package team

import (
	"context"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Vacant is a team that lacks somebody, as it stands now.
type Vacant struct {
	Area grid.Code
	Kind policy.GridTeam
	// Never: no post of it was ever filled, so that nobody can say since when they are vacant.
	Never     bool
	Vacancies []Vacancy
}

const (
	chunk      = 500        // areas that are looked up at a time
	mostLooked = 20 * chunk // areas that one call looks at
)

// Vacancies pages the teams of an area, the actor's own if none is named, that lack somebody, by code. A page of few may be followed by
// more: so many areas are looked at in one call, and no more.
func (s *Service) Vacancies(ctx context.Context, actor mediation.Actor, area grid.Code, cursor string, limit int) ([]Vacant, string, error) {
	if area == "" {
		area = actor.Area
	}
	r, err := s.Rules.Rules(ctx, "")
	if err != nil || !mediation.MayArea(actor, mediation.TeamRead, area) {
		return nil, "", err
	}
	codes := s.areas(area, r.Policy)
	for len(codes) > 0 && string(codes[0]) <= cursor {
		codes = codes[1:]
	}
	var found []Vacant
	last := ""
	for looked := 0; len(codes) > 0 && looked < mostLooked; looked += chunk {
		some := codes[:min(chunk, len(codes))]
		teams, err := s.Teams.Many(ctx, some)
		if err != nil {
			return nil, "", err
		}
		for _, code := range some {
			if len(found) == limit {
				return found, last, nil
			}
			if v := vacant(code, teams, r.Policy); len(v.Vacancies) > 0 {
				found = append(found, v)
			}
			last, codes = string(code), codes[1:]
		}
	}
	if len(codes) == 0 {
		last = ""
	}
	return found, last, nil
}

// vacant judges an area's team by the policy in force, which may ask for more than that by which it was stored.
func vacant(code grid.Code, teams map[grid.Code]Team, p *policy.Policy) Vacant {
	k, _ := p.TeamOf(code.Depth())
	t, founded := teams[code]
	t.finish(t.Founded, k)
	return Vacant{Area: code, Kind: k, Never: !founded, Vacancies: t.Vacancies}
}

// areas are the areas inside one, itself among them, that have a team, in the order of their codes.
func (s *Service) areas(within grid.Code, p *policy.Policy) []grid.Code {
	var list []grid.Code
	var last grid.Code
	for _, cell := range s.Atlas.Load().CellsOf(within) {
		for depth := 1; depth <= cell.Depth(); depth++ {
			code := cell.Prefix(depth)
			if _, ok := p.TeamOf(depth); !ok || code != code.Unit() || !within.Contains(code) || last.Depth() >= depth && last.Prefix(depth) == code {
				continue
			}
			list = append(list, code)
		}
		last = cell
	}
	return list
}
