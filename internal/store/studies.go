package store

import (
	"context"
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/study"
)

const studiesTable = "studies"

// studyTables: a study is found by its case, by every area that its own lies in, and by who takes part; sorted by when it was called. The case
// of an open one is a unique key, so that no two are open at once.
var studyTables = []Table{{Name: studiesTable, Tagged: true, Keys: []Key{{"due", Int}, {"open", Int}, {"open_case", Text}},
	Indexes: []Index{{Keys: []string{"due", "sort"}}, {Keys: []string{"open_case"}, Unique: true}}}}

// Studies implements study.Studies.
type Studies struct{ s *Store }

// Studies returns the port.
func (s *Store) Studies() *Studies { return &Studies{s} }

var _ study.Studies = (*Studies)(nil)

func studyRow(s *study.Study) (Row, error) {
	body, err := encode(s)
	row := Row{ID: s.ID, Sort: s.Called.UnixMilli(), Keys: map[string]any{"due": int64(0), "open": int64(0), "open_case": ""}, Tags: []string{"k:" + s.Case}, Body: body}
	if !s.NextDue.IsZero() {
		row.Keys["due"] = s.NextDue.UnixMilli()
	}
	if s.Open() {
		row.Keys["open"], row.Keys["open_case"] = int64(1), s.Case
	}
	for depth := range s.Area.Depth() {
		row.Tags = append(row.Tags, "a:"+string(s.Area.Prefix(depth+1)))
	}
	for _, m := range s.Members {
		row.Tags = append(row.Tags, partyTagOf(m.Party))
	}
	for _, o := range s.Orders {
		row.Tags = append(row.Tags, partyTagOf(o.Party))
	}
	slices.Sort(row.Tags)
	row.Tags = slices.Compact(row.Tags)
	return row, err
}

// partyTagOf finds what a person or a unit takes part in.
func partyTagOf(p study.Party) string {
	if p.User != "" {
		return "m:" + p.User
	}
	return "u:" + p.Unit
}

func readStudy(row Row) (s study.Study, err error) {
	err = decode(studiesTable, row.ID, row.Body, &s)
	s.Version = row.Version
	return s, err
}

// Open inserts a study.
func (p *Studies) Open(ctx context.Context, s study.Study, notices []mediation.Notice) (study.Study, error) {
	row, err := studyRow(&s)
	if err != nil {
		return s, err
	}
	writes, err := outboxWrites(notices)
	if err != nil {
		return s, err
	}
	// The notices first: without transactions a crash in between tells of a study that the next attempt makes under the same id, and whoever
	// comes second tells once more of the one that is open.
	done, err := p.s.Engine.Apply(ctx, append(writes, Write{Table: studiesTable, Op: Insert, Row: row})...)
	if err != nil {
		return s, trouble("open study", err)
	}
	p.s.noticed(len(notices))
	s.Version = done[len(notices)].Version
	return s, nil
}

// Load returns a study.
func (p *Studies) Load(ctx context.Context, id string) (study.Study, error) {
	row, err := p.s.Engine.Get(ctx, studiesTable, id)
	if err != nil {
		return study.Study{}, trouble("load study", err)
	}
	return readStudy(row)
}

// Update changes a study together with its notices.
func (p *Studies) Update(ctx context.Context, id string, fn func(*study.Study) ([]mediation.Notice, error)) (study.Study, error) {
	s, version, err := telling[study.Study]{p.s, studiesTable, readStudy, studyRow}.change(ctx, id, fn)
	if err != nil {
		return s, trouble("change study", err)
	}
	s.Version = version
	return s, nil
}

// List pages studies, newest first.
func (p *Studies) List(ctx context.Context, f study.Filter, cursor string, limit int) ([]study.Study, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q := Query{Table: studiesTable, Desc: true, After: after, Limit: limit + 1, Eq: map[string]any{}}
	if f.Case != "" {
		q.Tags = []string{"k:" + f.Case}
	}
	for prefix, value := range map[string]string{"a:": f.Area, "m:": f.User, "u:": f.Unit} {
		if value != "" {
			q.Any = append(q.Any, prefix+value)
		}
	}
	if len(q.Tags)+len(q.Any) == 0 {
		return nil, "", nil
	}
	if f.Open != nil {
		q.Eq["open"] = int64(0)
		if *f.Open {
			q.Eq["open"] = int64(1)
		}
	}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list studies", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]study.Study, len(rows))
	for i, row := range rows {
		if list[i], err = readStudy(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Due returns what the sweep must look at.
func (p *Studies) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, studiesTable, until, limit)
}

// Defer puts the sweep off.
func (p *Studies) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, studiesTable, id, func(row Row) (Row, []Write, error) {
		s, err := readStudy(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		s.NextDue, s.Stumble = until, s.Stumble+1
		next, err := studyRow(&s)
		return next, nil, err
	})
	return trouble("put off study", err)
}
