package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/mediation/hall"
)

const visitsTable = "hall_visits"

// hallTables: a visit is sorted by when it came. Tags: "h:" of its hall, "p:" of its hall and day while it is not over, "o:" for what
// lists select by. The window that it occupies is a unique key, so that no two visits are at one window.
var hallTables = []Table{{Name: visitsTable, Keys: []Key{{"series", Text}, {"window", Text}, {keptKey, Int}}, Indexes: []Index{{Keys: []string{"window"}, Unique: true}, {Keys: []string{keptKey, "sort"}}}, Tagged: true}}

// Visits implements hall.Visits.
type Visits struct{ s *Store }

// Visits returns the port.
func (s *Store) Visits() *Visits { return &Visits{s} }

var _ hall.Visits = (*Visits)(nil)

// Words of policy and dates have no slash in them, so that the parts of a tag cannot run into one another.
func hallTag(name string) string         { return "h:" + name }
func presentTag(name, day string) string { return "p:" + name + "/" + day }
func outcomeTag(name, function string, o hall.Outcome) string {
	return "o:" + name + "/" + function + "/" + string(o)
}

func visitSeries(v *hall.Visit) string {
	return "hall/" + v.Hall + "/" + v.Day + "/" + v.Turns[0].Function
}

func visitRow(v *hall.Visit) (Row, error) {
	kept := *v
	kept.Number.N, kept.Version = 0, 0 // the row's own
	body, err := encode(&kept)
	keys := map[string]any{"series": visitSeries(v), "window": "", keptKey: millis(v.KeptSince())}
	if w := v.Window(); w != "" {
		keys["window"] = v.Hall + "/" + v.Day + "/" + w
	}
	tags := []string{hallTag(v.Hall)}
	if !v.Stands.Over() {
		tags = append(tags, presentTag(v.Hall, v.Day))
	}
	for function, outcomes := range v.Outcomes() {
		for _, o := range append(outcomes, "") {
			if function != "" || o != "" {
				tags = append(tags, outcomeTag(v.Hall, function, o))
			}
		}
	}
	return Row{ID: v.ID, Sort: v.Came.UnixMilli(), Keys: keys, Tags: tags, Body: body}, err
}

func readVisit(row Row) (v hall.Visit, err error) {
	err = decode(visitsTable, row.ID, row.Body, &v)
	v.Version, v.Number.N = row.Version, row.N
	return v, err
}

// Register stores a visit with the next number of its series.
func (p *Visits) Register(ctx context.Context, v hall.Visit) (bool, hall.Visit, error) {
	row, err := visitRow(&v)
	if err != nil {
		return false, v, err
	}
	done, err := p.s.Engine.Apply(ctx, Write{Table: visitsTable, Op: Insert, Row: row, Series: visitSeries(&v)})
	if errors.Is(err, ErrExists) {
		was, err := p.Load(ctx, v.ID)
		return false, was, err
	}
	if err != nil {
		return false, v, trouble("register visit", err)
	}
	v.Version, v.Number.N = done[0].Version, done[0].N
	return true, v, nil
}

// Load returns a visit.
func (p *Visits) Load(ctx context.Context, id string) (hall.Visit, error) {
	row, err := p.s.Engine.Get(ctx, visitsTable, id)
	if err != nil {
		return hall.Visit{}, trouble("load visit", err)
	}
	return readVisit(row)
}

// Update changes a visit.
func (p *Visits) Update(ctx context.Context, id string, fn func(*hall.Visit) error) (v hall.Visit, err error) {
	done, err := p.s.modify(ctx, visitsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if v, err = readVisit(row); err != nil {
			return row, nil, err
		}
		if err := fn(&v); err != nil {
			return row, nil, err
		}
		next, err := visitRow(&v)
		return next, nil, err
	})
	v.Version = done.Version
	return v, trouble("change visit", err)
}

// Kept implements hall.Visits.
func (p *Visits) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return p.s.keptBy(ctx, visitsTable, until, limit)
}

// visitsPage is how many visits are read at once.
const visitsPage = 500

// Present returns the visits of a hall's day that are not over.
func (p *Visits) Present(ctx context.Context, name, day string) ([]hall.Visit, error) {
	var all []hall.Visit
	err := p.each(ctx, Query{Table: visitsTable, Tags: []string{presentTag(name, day)}}, func(v *hall.Visit) error {
		all = append(all, *v)
		return nil
	})
	return all, err
}

// Each calls fn for the visits of a hall that came in a time.
func (p *Visits) Each(ctx context.Context, name string, from, until time.Time, fn func(*hall.Visit) error) error {
	return p.each(ctx, came(Query{Table: visitsTable, Tags: []string{hallTag(name)}}, from, until), fn)
}

func came(q Query, from, until time.Time) Query {
	q.From, q.Until = map[string]any{"sort": from.UnixMilli()}, map[string]any{"sort": until.UnixMilli()}
	return q
}

func (p *Visits) each(ctx context.Context, q Query, fn func(*hall.Visit) error) error {
	q.Limit = visitsPage
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return trouble("read visits", err)
		}
		for _, row := range rows {
			v, err := readVisit(row)
			if err != nil {
				return err
			}
			if err := fn(&v); err != nil {
				return err
			}
		}
		if len(rows) < q.Limit {
			return nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}

// List pages what a filter selects, newest first.
func (p *Visits) List(ctx context.Context, f hall.Filter, cursor string, limit int) ([]hall.Visit, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q := came(Query{Table: visitsTable, Tags: []string{hallTag(f.Hall)}, Desc: true, After: after, Limit: limit + 1}, f.From, f.Until)
	if f.Function != "" || f.Outcome != "" {
		q.Tags = []string{outcomeTag(f.Hall, f.Function, f.Outcome)}
	}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list visits", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	visits := make([]hall.Visit, len(rows))
	for i, row := range rows {
		if visits[i], err = readVisit(row); err != nil {
			return nil, "", err
		}
	}
	return visits, next, nil
}
