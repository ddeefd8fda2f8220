package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/team"
)

const teamsTable = "grid_teams"

// teamTables: a team lies under its area's code, found by every area that holds it and by whom it concerns or names at all.
var teamTables = []Table{{Name: teamsTable, Tagged: true, Keys: []Key{{"due", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}}}

// Teams implements team.Teams.
type Teams struct{ s *Store }

// Teams returns the port.
func (s *Store) Teams() *Teams { return &Teams{s} }

var _ team.Teams = (*Teams)(nil)

// standingTag marks a team in which somebody stands in for somebody, now or later.
const standingTag = "standing"

func teamRow(t *team.Team) (Row, error) {
	var tags []string
	for _, a := range around(t.Area) {
		tags = append(tags, "in:"+a)
	}
	for _, user := range t.People() {
		tags = append(tags, "was:"+user)
		if t.Concerns(user) {
			tags = append(tags, "p:"+user)
		}
	}
	if len(t.StandIns) > 0 {
		tags = append(tags, standingTag)
	}
	if len(t.Unsent) > 0 {
		tags = append(tags, unsentTag)
	}
	body, err := encode(t)
	return Row{ID: t.ID, Keys: map[string]any{"due": millis(t.NextDue)}, Tags: tags, Body: body}, err
}

func readTeam(row Row) (t team.Team, err error) {
	return t, decode(teamsTable, row.ID, row.Body, &t)
}

// announce makes the outbox entries of the team's unsent notices, as that of meetings does.
func (p *Teams) announce(t *team.Team) ([]Write, error) {
	if !p.s.Engine.Atomic() {
		return nil, nil
	}
	writes, err := outboxWrites(t.Unsent)
	t.Unsent = nil
	return writes, err
}

func (p *Teams) handOver(ctx context.Context, t *team.Team) error {
	err := p.s.moveNotices(ctx, teamsTable, t.ID, t.Unsent, func(row Row, rest func([]mediation.Notice) []mediation.Notice) (Row, error) {
		now, err := readTeam(row)
		if err != nil {
			return row, err
		}
		now.Unsent = rest(now.Unsent)
		return teamRow(&now)
	})
	if err == nil {
		t.Unsent = nil
	}
	return err
}

// Load implements team.Teams.
func (p *Teams) Load(ctx context.Context, area grid.Code) (team.Team, error) {
	row, err := p.s.Engine.Get(ctx, teamsTable, string(area))
	if err != nil {
		return team.Team{}, trouble("load team", err)
	}
	return readTeam(row)
}

// Change implements team.Teams.
func (p *Teams) Change(ctx context.Context, area grid.Code, fn func(*team.Team) error) (t team.Team, err error) {
	for {
		if t, err = p.update(ctx, area, fn); !errors.Is(err, ErrNotFound) {
			break
		}
		if t, err = p.found(ctx, area, fn); !errors.Is(err, ErrExists) {
			break // else somebody was quicker
		}
	}
	if err != nil {
		return team.Team{}, trouble("change team", err)
	}
	p.s.standing.Add(1)
	_ = p.handOver(ctx, &t) // the team is stored, which is what was asked; Drain hands over later
	return t, nil
}

func (p *Teams) update(ctx context.Context, area grid.Code, fn func(*team.Team) error) (t team.Team, err error) {
	_, err = p.s.modify(ctx, teamsTable, string(area), func(row Row) (Row, []Write, error) {
		var err error
		if t, err = readTeam(row); err != nil {
			return row, nil, err
		}
		if err := fn(&t); err != nil {
			return row, nil, err
		}
		behind, err := p.announce(&t)
		if err != nil {
			return row, nil, err
		}
		next, err := teamRow(&t)
		return next, behind, err
	})
	return t, err
}

// found makes the team of an area that has none.
func (p *Teams) found(ctx context.Context, area grid.Code, fn func(*team.Team) error) (team.Team, error) {
	t := team.Team{ID: string(area), Area: area}
	if err := fn(&t); err != nil {
		return t, err
	}
	behind, err := p.announce(&t)
	if err != nil {
		return t, err
	}
	row, err := teamRow(&t)
	if err != nil {
		return t, err
	}
	if _, err = p.s.Engine.Apply(ctx, append([]Write{{Table: teamsTable, Op: Insert, Row: row}}, behind...)...); err == nil {
		p.s.noticed(len(behind))
	}
	return t, err
}

// Many implements team.Teams.
func (p *Teams) Many(ctx context.Context, areas []grid.Code) (map[grid.Code]team.Team, error) {
	ids := make([]string, len(areas))
	for i, a := range areas {
		ids[i] = string(a)
	}
	rows, err := p.s.Engine.GetMany(ctx, teamsTable, ids)
	if err != nil {
		return nil, trouble("teams", err)
	}
	teams := make(map[grid.Code]team.Team, len(rows))
	for _, row := range rows {
		t, err := readTeam(row)
		if err != nil {
			return nil, err
		}
		teams[t.Area] = t
	}
	return teams, nil
}

// List implements team.Teams.
func (p *Teams) List(ctx context.Context, q team.Query, cursor string, limit int) ([]team.Team, string, error) {
	var any []string
	if q.Area != nil {
		any = append(any, "in:"+string(*q.Area))
	}
	if q.User != "" {
		any = append(any, "p:"+q.User)
	}
	if q.Was != "" {
		any = append(any, "was:"+q.Was)
	}
	if len(any) == 0 {
		return nil, "", nil
	}
	rows, next, err := p.s.page(ctx, Query{Table: teamsTable, Any: any}, cursor, limit)
	if err != nil {
		return nil, "", trouble("list teams", err)
	}
	list := make([]team.Team, len(rows))
	for i, row := range rows {
		if list[i], err = readTeam(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Due implements team.Teams.
func (p *Teams) Due(ctx context.Context, until time.Time, limit int) ([]grid.Code, error) {
	ids, err := p.s.dueIDs(ctx, teamsTable, until, limit)
	areas := make([]grid.Code, len(ids))
	for i, id := range ids {
		areas[i] = grid.Code(id)
	}
	return areas, err
}

// Defer implements team.Teams.
func (p *Teams) Defer(ctx context.Context, area grid.Code, until time.Time) error {
	_, err := p.s.modify(ctx, teamsTable, string(area), func(row Row) (Row, []Write, error) {
		t, err := readTeam(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		t.NextDue = until
		next, err := teamRow(&t)
		return next, nil, err
	})
	return trouble("put off team", err)
}

// Drain implements team.Teams.
func (p *Teams) Drain(ctx context.Context, limit int) (int, error) {
	if p.s.Engine.Atomic() {
		return 0, nil
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: teamsTable, Tags: []string{unsentTag}, Limit: limit})
	if err != nil {
		return 0, trouble("drain teams", err)
	}
	drained := 0
	var failed []error
	for _, row := range rows {
		t, err := readTeam(row)
		if err == nil {
			err = p.handOver(ctx, &t)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		drained++
	}
	return drained, errors.Join(failed...)
}

// standings are the teams in which somebody stands in for somebody.
func (p *Teams) standings(ctx context.Context) ([]team.Team, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: teamsTable, Tags: []string{standingTag}, Limit: most})
	if err != nil {
		return nil, trouble("substitutes", err)
	}
	list := make([]team.Team, 0, len(rows))
	for _, row := range rows {
		t, err := readTeam(row)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}
