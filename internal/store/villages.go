package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/village"
)

const (
	villageRoundsTable  = "village_rounds"
	villageResultsTable = "village_results"
)

// villageTables: rounds by their card; results by the areas that hold their village and by the village itself, each alone and with its round.
// The head of a result is all of it but the cases that it counts.
var villageTables = []Table{
	{Name: villageRoundsTable, Tagged: true, Keys: []Key{{"due", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}},
	{Name: villageResultsTable, Tagged: true, Keys: []Key{{"due", Int}, {"open", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}},
}

// VillageRounds implements village.Rounds.
type VillageRounds struct{ s *Store }

// VillageRounds returns the port.
func (s *Store) VillageRounds() *VillageRounds { return &VillageRounds{s} }

var _ village.Rounds = (*VillageRounds)(nil)

func villageRoundRow(r *village.Round) (Row, error) {
	body, err := encode(r)
	return Row{ID: r.ID, Sort: r.From.UnixMilli(), Tags: []string{"k:" + r.Key}, Keys: map[string]any{"due": millis(r.NextDue)}, Body: body}, err
}

func readVillageRound(row Row) (r village.Round, err error) {
	return r, decode(villageRoundsTable, row.ID, row.Body, &r)
}

// Add implements village.Rounds.
func (p *VillageRounds) Add(ctx context.Context, r village.Round) (village.Round, error) {
	row, err := villageRoundRow(&r)
	if err == nil {
		_, err = p.s.addOnce(ctx, villageRoundsTable, row)
	}
	if err != nil {
		return r, err
	}
	return p.Load(ctx, r.ID)
}

// Load implements village.Rounds.
func (p *VillageRounds) Load(ctx context.Context, id string) (village.Round, error) {
	row, err := p.s.Engine.Get(ctx, villageRoundsTable, id)
	if err != nil {
		return village.Round{}, trouble("load round of villages", err)
	}
	return readVillageRound(row)
}

// Update implements village.Rounds.
func (p *VillageRounds) Update(ctx context.Context, id string, fn func(*village.Round) error) (r village.Round, err error) {
	_, err = p.s.modify(ctx, villageRoundsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if r, err = readVillageRound(row); err == nil {
			err = fn(&r)
		}
		if err != nil {
			return row, nil, err
		}
		next, err := villageRoundRow(&r)
		return next, nil, err
	})
	return r, trouble("change round of villages", err)
}

// List implements village.Rounds.
func (p *VillageRounds) List(ctx context.Context, key string, limit int) ([]village.Round, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: villageRoundsTable, Tags: []string{"k:" + key}, Desc: true, Limit: limit})
	if err != nil {
		return nil, trouble("list rounds of villages", err)
	}
	list := make([]village.Round, len(rows))
	for i, row := range rows {
		if list[i], err = readVillageRound(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Due implements village.Rounds.
func (p *VillageRounds) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, villageRoundsTable, until, limit)
}

// Defer implements village.Rounds.
func (p *VillageRounds) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, villageRoundsTable, id, func(row Row) (Row, []Write, error) {
		r, err := readVillageRound(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		r.NextDue, r.Stumble = until, r.Stumble+1
		next, err := villageRoundRow(&r)
		return next, nil, err
	})
	return trouble("put off round of villages", err)
}

// VillageResults implements village.Results.
type VillageResults struct{ s *Store }

// VillageResults returns the port.
func (s *Store) VillageResults() *VillageResults { return &VillageResults{s} }

var _ village.Results = (*VillageResults)(nil)

func villageResultRow(r *village.Result) (Row, error) {
	kept := *r
	kept.Version = 0 // the row's own
	body, err := encode(&kept)
	if err != nil {
		return Row{}, err
	}
	kept.Rows = nil
	head, err := encode(&kept)
	row := Row{ID: r.ID, Sort: r.Frozen.UnixMilli(), Keys: map[string]any{"due": millis(r.NextDue), "open": flag(r.Open() != nil)}, Head: head, Body: body}
	for _, place := range append(inside(r.Village), villageTag(string(r.Village))) {
		row.Tags = append(row.Tags, place, roundTag(r.Round, place))
	}
	return row, err
}

func villageTag(area string) string       { return "at:" + area }
func roundTag(round, place string) string { return "r:" + round + "/" + place }

// meeting are the tags of what lies in an area or holds it.
func meeting(area grid.Code) []string {
	tags := []string{"in:" + string(area)}
	for _, a := range around(area) {
		tags = append(tags, villageTag(a))
	}
	return tags
}

func readVillageResult(row Row, text []byte) (r village.Result, err error) {
	err = decode(villageResultsTable, row.ID, text, &r)
	r.Version = row.Version
	return r, err
}

// Add implements village.Results.
func (p *VillageResults) Add(ctx context.Context, r village.Result, notices []mediation.Notice) (bool, error) {
	row, err := villageResultRow(&r)
	if err != nil {
		return false, err
	}
	writes, err := outboxWrites(notices)
	if err != nil {
		return false, err
	}
	_, err = p.s.Engine.Apply(ctx, append(writes, Write{Table: villageResultsTable, Op: Insert, Row: row})...)
	if errors.Is(err, ErrExists) {
		return false, nil
	}
	if err != nil {
		return false, trouble("freeze village", err)
	}
	p.s.noticed(len(notices))
	return true, nil
}

// Load implements village.Results.
func (p *VillageResults) Load(ctx context.Context, id string) (village.Result, error) {
	row, err := p.s.Engine.Get(ctx, villageResultsTable, id)
	if err != nil {
		return village.Result{}, trouble("load village", err)
	}
	return readVillageResult(row, row.Body)
}

// Update implements village.Results.
func (p *VillageResults) Update(ctx context.Context, id string, fn func(*village.Result) ([]mediation.Notice, error)) (village.Result, error) {
	r, version, err := telling[village.Result]{p.s, villageResultsTable, whole(readVillageResult), villageResultRow}.change(ctx, id, fn)
	if err != nil {
		return r, trouble("change village", err)
	}
	r.Version = version
	return r, nil
}

// resultsPage is how many results are read at once.
const resultsPage = 500

// Of implements village.Results.
func (p *VillageResults) Of(ctx context.Context, round string, meets grid.Code, fn func(*village.Result) error) error {
	q := Query{Table: villageResultsTable}
	for _, tag := range meeting(meets) {
		q.Any = append(q.Any, roundTag(round, tag))
	}
	for cursor := ""; ; {
		list, next, err := p.heads(ctx, q, cursor, resultsPage)
		if err != nil {
			return err
		}
		for i := range list {
			if err := fn(&list[i]); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

// List implements village.Results.
func (p *VillageResults) List(ctx context.Context, f village.Filter, cursor string, limit int) ([]village.Result, string, error) {
	q := Query{Table: villageResultsTable, Desc: true, Any: meeting(f.Meets)}
	if f.Open {
		q.Eq = map[string]any{"open": int64(1)}
	}
	return p.heads(ctx, q, cursor, limit)
}

func (p *VillageResults) heads(ctx context.Context, q Query, cursor string, limit int) ([]village.Result, string, error) {
	q.HeadsOnly = true
	rows, next, err := p.s.page(ctx, q, cursor, limit)
	if err != nil {
		return nil, "", trouble("list villages", err)
	}
	list := make([]village.Result, len(rows))
	for i, row := range rows {
		if list[i], err = readVillageResult(row, row.Head); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Due implements village.Results.
func (p *VillageResults) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, villageResultsTable, until, limit)
}

// Defer implements village.Results.
func (p *VillageResults) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, villageResultsTable, id, func(row Row) (Row, []Write, error) {
		r, err := readVillageResult(row, row.Body)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		r.NextDue, r.Stumble = until, r.Stumble+1
		next, err := villageResultRow(&r)
		return next, nil, err
	})
	return trouble("put off village", err)
}
