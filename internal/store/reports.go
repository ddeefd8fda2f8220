package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

const reportsTable = "reports"

// reportTables: pending holds when the sweep has to look at a report without a case.
var reportTables = []Table{{Name: reportsTable, Tagged: true, Keys: []Key{{"pending", Int}}, Indexes: []Index{{Keys: []string{"pending", "sort"}}}}}

// Reports implements mediation.Reports.
type Reports struct{ s *Store }

// Reports returns the port.
func (s *Store) Reports() *Reports { return &Reports{s} }

// Intake stores a report once, with its case.
func (p *Reports) Intake(ctx context.Context, r mediation.Report, opens *mediation.Case) (bool, mediation.Report, mediation.Case, error) {
	if opens == nil || p.s.Engine.Atomic() {
		return p.intakeAtOnce(ctx, r, opens)
	}
	return p.intakeInTurn(ctx, r, *opens)
}

// intakeAtOnce is one write: the report, and with it the case.
func (p *Reports) intakeAtOnce(ctx context.Context, r mediation.Report, opens *mediation.Case) (bool, mediation.Report, mediation.Case, error) {
	row, err := reportRow(&r)
	if err != nil {
		return false, r, mediation.Case{}, err
	}
	writes := []Write{{Table: reportsTable, Op: Insert, Row: row}}
	if opens != nil {
		more, err := p.s.Cases().opening(opens)
		if err != nil {
			return false, r, mediation.Case{}, err
		}
		writes = append(writes, more...)
	}
	done, err := p.s.Engine.Apply(ctx, writes...)
	if errors.Is(err, ErrExists) {
		return p.stored(ctx, r.ID, err)
	}
	if err != nil {
		return false, r, mediation.Case{}, trouble("store report", err)
	}
	r.Version = done[0].Version
	p.s.noticed(len(writes) - 2)
	if opens == nil {
		return true, r, mediation.Case{}, nil
	}
	opens.Number.N = done[1].N
	return true, r, *opens, nil
}

// intakeInTurn is three writes, for stores without transactions: the report without its case, the case, and the report's
// pointer to it. Pending finds a report that a crash has left at the first, and the case's id follows from the report's.
func (p *Reports) intakeInTurn(ctx context.Context, r mediation.Report, opens mediation.Case) (bool, mediation.Report, mediation.Case, error) {
	r.Case = ""
	stored, as, _, err := p.intakeAtOnce(ctx, r, nil)
	if err != nil || !stored {
		return stored, as, mediation.Case{}, err
	}
	c, err := p.s.Cases().Open(ctx, opens)
	if err != nil {
		return false, as, c, err
	}
	as, err = p.Update(ctx, r.ID, func(r *mediation.Report) error { r.Case = c.ID; return nil })
	return err == nil, as, c, err
}

// stored reads the report that was there before.
func (p *Reports) stored(ctx context.Context, id string, cause error) (bool, mediation.Report, mediation.Case, error) {
	as, err := p.Load(ctx, id)
	if errors.Is(err, mediation.ErrNotFound) {
		err = trouble("store report", cause) // not the report but its case was there: a repair is under way
	}
	return false, as, mediation.Case{}, err
}

func reportRow(r *mediation.Report) (Row, error) {
	body, err := encode(r)
	if err != nil {
		return Row{}, err
	}
	row := Row{ID: r.ID, Sort: r.Received.UnixMilli(), Body: body, Keys: map[string]any{"pending": int64(0)}, Tags: []string{"r:" + r.Reporter}}
	for i := range r.Parties {
		for _, h := range r.Parties[i].Match {
			if r.Case == "" { // in a case they are found by that
				row.Tags = append(row.Tags, partyTag(h))
			}
		}
	}
	slices.Sort(row.Tags)
	row.Tags = slices.Compact(row.Tags)
	if r.Case != "" || !r.Withdrawn.IsZero() {
		return row, nil
	}
	row.Keys["pending"] = r.Received.UnixMilli()
	if r.Cell != "" || r.Emergency {
		return row, nil
	}
	if !r.NextLook.IsZero() {
		row.Keys["pending"] = r.NextLook.UnixMilli()
	}
	row.Tags = append(row.Tags, "u:")
	for _, a := range r.Place().Ancestors() {
		row.Tags = append(row.Tags, "u:"+string(a))
	}
	return row, nil
}

// ReadReport makes a report of its row, for those who walk the table.
func ReadReport(row Row) (mediation.Report, error) { return readReport(row) }

func readReport(row Row) (r mediation.Report, err error) {
	err = decode(reportsTable, row.ID, row.Body, &r)
	r.Version = row.Version
	return r, err
}

// Load returns a report.
func (p *Reports) Load(ctx context.Context, id string) (mediation.Report, error) {
	row, err := p.s.Engine.Get(ctx, reportsTable, id)
	if err != nil {
		return mediation.Report{}, trouble("load report", err)
	}
	return readReport(row)
}

// Update changes a report.
func (p *Reports) Update(ctx context.Context, id string, fn func(*mediation.Report) error) (mediation.Report, error) {
	var r mediation.Report
	done, err := p.s.modify(ctx, reportsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if r, err = readReport(row); err != nil {
			return row, nil, err
		}
		if err := fn(&r); err != nil {
			return row, nil, err
		}
		next, err := reportRow(&r)
		return next, nil, err
	})
	r.Version = done.Version
	return r, trouble("update report", err)
}

// Many pages the reports of these ids.
func (p *Reports) Many(ctx context.Context, ids []string, cursor string, limit int) ([]mediation.Report, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	rows, err := p.s.Engine.GetMany(ctx, reportsTable, ids)
	if err != nil {
		return nil, "", trouble("reports of a case", err)
	}
	if after != nil {
		rows = slices.DeleteFunc(rows, func(r Row) bool { return inOrder(r, Row{Sort: after.Sort, ID: after.ID}) <= 0 })
	}
	slices.SortFunc(rows, inOrder)
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list, err := readReports(rows)
	return list, next, err
}

func inOrder(a, b Row) int { return cmp.Or(cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID)) }

// Of lists a user's own reports.
func (p *Reports) Of(ctx context.Context, reporter, cursor string, limit int) ([]mediation.Report, string, error) {
	return p.page(ctx, Query{Table: reportsTable, Tags: []string{"r:" + reporter}, Desc: true}, cursor, limit)
}

// OfParty finds the reports that name a party.
func (p *Reports) OfParty(ctx context.Context, hashes []string) ([]string, error) {
	return p.s.ofParty(ctx, reportsTable, hashes)
}

// ofParty returns the ids of rows that bear the tag of one of these hashes, each once.
func (s *Store) ofParty(ctx context.Context, table string, hashes []string) ([]string, error) {
	var ids []string
	for _, h := range hashes {
		q := Query{Table: table, Tags: []string{partyTag(h)}, Limit: ofPartyPage, HeadsOnly: true}
		for {
			rows, err := s.Engine.Find(ctx, q)
			if err != nil {
				return nil, trouble("find party in "+table, err)
			}
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
			if len(rows) < q.Limit {
				break
			}
			last := rows[len(rows)-1]
			q.After = &Position{Sort: last.Sort, ID: last.ID}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

const ofPartyPage = 200

// Unplaced lists reports that wait to be placed.
func (p *Reports) Unplaced(ctx context.Context, area grid.Code, cursor string, limit int) ([]mediation.Report, string, error) {
	return p.page(ctx, Query{Table: reportsTable, Tags: []string{"u:" + string(area)}}, cursor, limit)
}

func (p *Reports) page(ctx context.Context, q Query, cursor string, limit int) ([]mediation.Report, string, error) {
	rows, next, err := p.s.page(ctx, q, cursor, limit)
	if err != nil {
		return nil, "", trouble("list reports", err)
	}
	list, err := readReports(rows)
	return list, next, err
}

// page reads one page of a query and the cursor behind it.
func (s *Store) page(ctx context.Context, q Query, cursor string, limit int) ([]Row, string, error) {
	var err error
	if q.After, err = readPosition(cursor); err != nil {
		return nil, "", err
	}
	q.Limit = limit + 1
	rows, err := s.Engine.Find(ctx, q)
	if err != nil || len(rows) <= limit {
		return rows, "", err
	}
	return rows[:limit], writePosition(rows[limit-1]), nil
}

// Pending returns reports without a case that the sweep has to look at.
func (p *Reports) Pending(ctx context.Context, t time.Time, limit int) ([]string, error) {
	return p.s.before(ctx, reportsTable, "pending", t, limit)
}

// before returns the ids of rows whose key is set to a time before t, the earliest first.
func (s *Store) before(ctx context.Context, table, key string, t time.Time, limit int) ([]string, error) {
	rows, err := s.Engine.Find(ctx, Query{Table: table, By: key, From: map[string]any{key: int64(1)},
		Until: map[string]any{key: t.UnixMilli()}, Limit: limit, HeadsOnly: true})
	if err != nil {
		return nil, trouble("due "+table, err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, nil
}

// putOff sets the key by which the sweep finds a row, and leaves the rest as it is, readable or not. A row that the sweep has nothing
// to do with any more stays out of its way.
func (s *Store) putOff(ctx context.Context, table, id, key string, until time.Time) error {
	_, err := s.modify(ctx, table, id, func(row Row) (Row, []Write, error) {
		if row.Keys[key] != int64(0) {
			row.Keys[key] = until.UnixMilli()
		}
		return row, nil, nil
	})
	return trouble("put off "+table, err)
}

// Defer puts the sweep off.
func (p *Reports) Defer(ctx context.Context, id string, until time.Time) error {
	return p.s.putOff(ctx, reportsTable, id, "pending", until)
}

// Tell changes a report together with a notice.
func (p *Reports) Tell(ctx context.Context, id string, fn func(*mediation.Report) (mediation.Notice, error)) error {
	_, err := p.s.modifyAround(ctx, reportsTable, id, func(row Row) (ch change, err error) {
		r, err := readReport(row)
		if err != nil {
			return ch, err
		}
		n, err := fn(&r)
		if err != nil {
			return ch, err
		}
		notice, err := outboxWrite(n)
		if err != nil {
			return ch, err
		}
		ch.ahead = []Write{notice}
		ch.next, err = reportRow(&r)
		return ch, err
	})
	if err == nil {
		p.s.noticed(1)
	}
	return trouble("tell of report", err)
}

func readReports(rows []Row) ([]mediation.Report, error) {
	list := make([]mediation.Report, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = readReport(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}
