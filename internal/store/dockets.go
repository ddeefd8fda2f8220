package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/docket"
)

const (
	docketsTable   = "review_lists"
	decisionsTable = "review_decisions"
)

// docketTables: lists are sorted by when their period began, the head is the list without its items; decisions are found by their list, their
// case, every area that the case lay in, and by who carries them out.
var docketTables = []Table{
	{Name: docketsTable, Tagged: true, Keys: []Key{{"due", Int}, {keptKey, Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}, {Keys: []string{keptKey, "sort"}}}},
	{Name: decisionsTable, Tagged: true, Keys: []Key{{"due", Int}, {"open", Int}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}},
}

// ReviewLists implements docket.Lists.
type ReviewLists struct{ s *Store }

// ReviewLists returns the port.
func (s *Store) ReviewLists() *ReviewLists { return &ReviewLists{s} }

// ReviewDecisions implements docket.Decisions.
type ReviewDecisions struct{ s *Store }

// ReviewDecisions returns the port.
func (s *Store) ReviewDecisions() *ReviewDecisions { return &ReviewDecisions{s} }

var (
	_ docket.Lists     = (*ReviewLists)(nil)
	_ docket.Decisions = (*ReviewDecisions)(nil)
)

func docketRow(l *docket.List) (Row, error) {
	kept := *l
	kept.Version = 0
	body, err := encode(&kept)
	if err != nil {
		return Row{}, err
	}
	kept.Items = nil
	head, err := encode(&kept)
	row := Row{ID: l.ID, Sort: l.From.UnixMilli(), Keys: map[string]any{"due": int64(0), keptKey: millis(l.KeptSince())}, Tags: []string{"k:" + l.Key}, Head: head, Body: body}
	if !l.NextDue.IsZero() {
		row.Keys["due"] = l.NextDue.UnixMilli()
	}
	return row, err
}

func readDocket(row Row, text []byte) (l docket.List, err error) {
	err = decode(docketsTable, row.ID, text, &l)
	l.Version = row.Version
	return l, err
}

// Freeze stores a list once.
func (p *ReviewLists) Freeze(ctx context.Context, l docket.List, notices []mediation.Notice) (bool, docket.List, error) {
	if was, err := p.Load(ctx, l.ID); !errors.Is(err, mediation.ErrNotFound) {
		return false, was, err
	}
	row, err := docketRow(&l)
	if err != nil {
		return false, l, err
	}
	writes, err := outboxWrites(notices)
	if err != nil {
		return false, l, err
	}
	done, err := p.s.Engine.Apply(ctx, append(writes, Write{Table: docketsTable, Op: Insert, Row: row})...)
	if errors.Is(err, ErrExists) {
		was, err := p.Load(ctx, l.ID)
		return false, was, err
	}
	if err != nil {
		return false, l, trouble("freeze review list", err)
	}
	p.s.noticed(len(notices))
	l.Version = done[len(notices)].Version
	return true, l, nil
}

// Load returns a list.
func (p *ReviewLists) Load(ctx context.Context, id string) (docket.List, error) {
	row, err := p.s.Engine.Get(ctx, docketsTable, id)
	if err != nil {
		return docket.List{}, trouble("load review list", err)
	}
	return readDocket(row, row.Body)
}

// Update changes a list together with its notices.
func (p *ReviewLists) Update(ctx context.Context, id string, fn func(*docket.List) ([]mediation.Notice, error)) (docket.List, error) {
	l, version, err := telling[docket.List]{p.s, docketsTable, whole(readDocket), docketRow}.change(ctx, id, fn)
	if err != nil {
		return l, trouble("change review list", err)
	}
	l.Version = version
	return l, nil
}

// Kept implements docket.Lists.
func (p *ReviewLists) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return p.s.keptBy(ctx, docketsTable, until, limit)
}

// List pages lists, the latest period first.
func (p *ReviewLists) List(ctx context.Context, key, cursor string, limit int) ([]docket.List, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q := Query{Table: docketsTable, Desc: true, After: after, Limit: limit + 1, HeadsOnly: true}
	if key != "" {
		q.Tags = []string{"k:" + key}
	}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list review lists", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]docket.List, len(rows))
	for i, row := range rows {
		if list[i], err = readDocket(row, row.Head); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Due returns what the sweep must look at.
func (p *ReviewLists) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, docketsTable, until, limit)
}

// Defer puts the sweep off.
func (p *ReviewLists) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, docketsTable, id, func(row Row) (Row, []Write, error) {
		l, err := readDocket(row, row.Body)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		l.NextDue, l.Stumble = until, l.Stumble+1
		next, err := docketRow(&l)
		return next, nil, err
	})
	return trouble("put off review list", err)
}

func decisionRow(d *docket.Decision) (Row, error) {
	kept := *d
	kept.Version = 0
	body, err := encode(&kept)
	row := Row{ID: d.ID, Sort: d.At.UnixMilli(), Keys: map[string]any{"due": int64(0), "open": flag(d.Done.IsZero())}, Tags: []string{"l:" + d.List, "k:" + d.Case}, Body: body}
	if !d.NextDue.IsZero() {
		row.Keys["due"] = d.NextDue.UnixMilli()
	}
	for depth := range d.Area.Depth() {
		row.Tags = append(row.Tags, "a:"+string(d.Area.Prefix(depth+1)))
	}
	if d.User != "" {
		row.Tags = append(row.Tags, "m:"+d.User)
	}
	if d.Unit != "" {
		row.Tags = append(row.Tags, "u:"+d.Unit)
	}
	slices.Sort(row.Tags)
	return row, err
}

func readDecision(row Row) (d docket.Decision, err error) {
	err = decode(decisionsTable, row.ID, row.Body, &d)
	d.Version = row.Version
	return d, err
}

// Open inserts a decision. The notices go first: without transactions a crash in between tells of one that the next attempt makes under the
// same id.
func (p *ReviewDecisions) Open(ctx context.Context, d docket.Decision, notices []mediation.Notice) (docket.Decision, error) {
	row, err := decisionRow(&d)
	if err != nil {
		return d, err
	}
	writes, err := outboxWrites(notices)
	if err != nil {
		return d, err
	}
	done, err := p.s.Engine.Apply(ctx, append(writes, Write{Table: decisionsTable, Op: Insert, Row: row})...)
	if err != nil {
		return d, trouble("open decision", err)
	}
	p.s.noticed(len(notices))
	d.Version = done[len(notices)].Version
	return d, nil
}

// Load returns a decision.
func (p *ReviewDecisions) Load(ctx context.Context, id string) (docket.Decision, error) {
	row, err := p.s.Engine.Get(ctx, decisionsTable, id)
	if err != nil {
		return docket.Decision{}, trouble("load decision", err)
	}
	return readDecision(row)
}

// Update changes a decision together with its notices.
func (p *ReviewDecisions) Update(ctx context.Context, id string, fn func(*docket.Decision) ([]mediation.Notice, error)) (docket.Decision, error) {
	d, version, err := telling[docket.Decision]{p.s, decisionsTable, readDecision, decisionRow}.change(ctx, id, fn)
	if err != nil {
		return d, trouble("change decision", err)
	}
	d.Version = version
	return d, nil
}

// List pages decisions, newest first.
func (p *ReviewDecisions) List(ctx context.Context, f docket.Filter, cursor string, limit int) ([]docket.Decision, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q := Query{Table: decisionsTable, Desc: true, After: after, Limit: limit + 1, Eq: map[string]any{}}
	for prefix, value := range map[string]string{"l:": f.List, "k:": f.Case} {
		if value != "" {
			q.Tags = append(q.Tags, prefix+value)
		}
	}
	for prefix, value := range map[string]string{"a:": string(f.Area), "m:": f.User, "u:": f.Unit} {
		if value != "" {
			q.Any = append(q.Any, prefix+value)
		}
	}
	if len(q.Tags)+len(q.Any) == 0 {
		return nil, "", nil
	}
	if f.Open != nil {
		q.Eq["open"] = flag(*f.Open)
	}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list decisions", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]docket.Decision, len(rows))
	for i, row := range rows {
		if list[i], err = readDecision(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Due returns what the sweep must look at.
func (p *ReviewDecisions) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, decisionsTable, until, limit)
}

// Defer puts the sweep off.
func (p *ReviewDecisions) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, decisionsTable, id, func(row Row) (Row, []Write, error) {
		d, err := readDecision(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli()
			return row, nil, nil
		}
		d.NextDue, d.Stumble = until, d.Stumble+1
		next, err := decisionRow(&d)
		return next, nil, err
	})
	return trouble("put off decision", err)
}
