package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation/patrol"
)

const (
	checkinsTable    = "patrol_checkins"
	patrolCellsTable = "patrol_cells"
)

// patrolTables: a check-in lies under its id, found by its person, and by when it was made for removal; a cell's last visit lies under
// the cell's code and names nobody.
var patrolTables = []Table{
	{Name: checkinsTable, Tagged: true, Keys: []Key{{"made", Int}}, Indexes: []Index{{Keys: []string{"made"}}}},
	{Name: patrolCellsTable},
}

// Patrols implements patrol.Checkins.
type Patrols struct{ s *Store }

// Patrols returns the port.
func (s *Store) Patrols() *Patrols { return &Patrols{s} }

var _ patrol.Checkins = (*Patrols)(nil)

// visit is what is kept of a cell.
type visit struct{ Last time.Time }

func readCheckin(row Row) (c patrol.Checkin, err error) {
	return c, decode(checkinsTable, row.ID, row.Body, &c)
}

// Add implements patrol.Checkins. The check-in is stored first: what a crash then keeps from the cell is noted when the phone, which got no
// answer, sends it again.
func (p *Patrols) Add(ctx context.Context, c patrol.Checkin) (bool, patrol.Checkin, error) {
	body, err := encode(c)
	if err != nil {
		return false, c, err
	}
	row := Row{ID: c.ID, Sort: c.At.UnixMilli(), Keys: map[string]any{"made": c.At.UnixMilli()}, Tags: []string{"u:" + c.User}, Body: body}
	done, err := p.s.Engine.Apply(ctx, Write{Table: checkinsTable, Op: Ensure, Row: row})
	if err != nil {
		return false, c, trouble("store check-in", err)
	}
	stored := done[0].Done
	if !stored {
		if c, err = p.Load(ctx, c.ID); err != nil {
			return false, c, err
		}
	}
	if c.Counts() {
		err = p.visited(ctx, c.Cell, c.At)
	}
	return stored, c, err
}

// visited notes a visit of a cell, unless a later one is known.
func (p *Patrols) visited(ctx context.Context, cell grid.Code, at time.Time) error {
	body, err := encode(visit{at})
	if err != nil {
		return err
	}
	done, err := p.s.Engine.Apply(ctx, Write{Table: patrolCellsTable, Op: Ensure, Row: Row{ID: string(cell), Body: body}})
	if err != nil || done[0].Done {
		return trouble("note visit", err)
	}
	_, err = p.s.modify(ctx, patrolCellsTable, string(cell), func(row Row) (Row, []Write, error) {
		v, err := readWalked(row)
		if err != nil || !v.Last.Before(at) {
			return row, nil, errors.Join(err, errLater)
		}
		row.Body = body
		return row, nil, nil
	})
	if errors.Is(err, errLater) {
		return nil
	}
	return trouble("note visit", err)
}

// errLater: a later visit is known.
var errLater = errors.New("store: a later visit is known")

func readWalked(row Row) (v visit, err error) {
	return v, decode(patrolCellsTable, row.ID, row.Body, &v)
}

// Load implements patrol.Checkins.
func (p *Patrols) Load(ctx context.Context, id string) (patrol.Checkin, error) {
	row, err := p.s.Engine.Get(ctx, checkinsTable, id)
	if err != nil {
		return patrol.Checkin{}, trouble("load check-in", err)
	}
	return readCheckin(row)
}

// Of implements patrol.Checkins.
func (p *Patrols) Of(ctx context.Context, user, cursor string, limit int) ([]patrol.Checkin, string, error) {
	rows, next, err := p.s.page(ctx, Query{Table: checkinsTable, Tags: []string{"u:" + user}, Desc: true}, cursor, limit)
	if err != nil {
		return nil, "", trouble("list check-ins", err)
	}
	list := make([]patrol.Checkin, len(rows))
	for i, row := range rows {
		if list[i], err = readCheckin(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Last implements patrol.Checkins.
func (p *Patrols) Last(ctx context.Context, cells []grid.Code) (map[grid.Code]time.Time, error) {
	ids := make([]string, len(cells))
	for i, c := range cells {
		ids[i] = string(c)
	}
	rows, err := p.s.Engine.GetMany(ctx, patrolCellsTable, ids)
	if err != nil {
		return nil, trouble("last visits", err)
	}
	last := make(map[grid.Code]time.Time, len(rows))
	for _, row := range rows {
		v, err := readWalked(row)
		if err != nil {
			return nil, err
		}
		last[grid.Code(row.ID)] = v.Last
	}
	return last, nil
}

// Oldest implements patrol.Checkins.
func (p *Patrols) Oldest(ctx context.Context) (time.Time, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: checkinsTable, By: "made", Limit: 1, HeadsOnly: true})
	if err != nil || len(rows) == 0 {
		return time.Time{}, trouble("oldest check-in", err)
	}
	return time.UnixMilli(rows[0].Sort).UTC(), nil
}

// Forget implements patrol.Checkins.
func (p *Patrols) Forget(ctx context.Context, t time.Time, limit int) (int, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: checkinsTable, By: "made", Until: map[string]any{"made": t.UnixMilli()}, Limit: limit, HeadsOnly: true})
	if err != nil {
		return 0, trouble("old check-ins", err)
	}
	gone := 0
	for _, row := range rows {
		_, err := p.s.Engine.Apply(ctx, Write{Table: checkinsTable, Op: Delete, Row: Row{ID: row.ID}})
		if err != nil && !errors.Is(err, ErrNotFound) { // another instance was quicker
			return gone, trouble("forget check-in", err)
		}
		gone++
	}
	return gone, nil
}
