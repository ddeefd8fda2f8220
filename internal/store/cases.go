package store

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

const (
	casesTable = "cases"
	pagesTable = "case_pages"
	wordsTable = "case_words"
)

// caseTables: cases by every key that a list filters on, and by when they last moved, for checkpoints; the pages that old events spill into, which never change once
// written; and the keyed word hashes by which cases are found.
var caseTables = []Table{
	{Name: casesTable, Tagged: true,
		Keys: []Key{{"state", Text}, {"category", Text}, {"severity", Int}, {"area", Text}, {"cell", Text}, {"channel", Text},
			{"unit", Text}, {"series", Text}, {"due", Int}, {"overdue", Int}, {"hand", Int}, {"moved", Int}},
		Indexes: []Index{{Keys: []string{"due", "sort"}}, {Keys: []string{"series", "n"}}, {Keys: []string{"overdue", "area"}},
			{Keys: []string{"moved"}}}},
	{Name: pagesTable, Keys: []Key{{"case_id", Text}, {"first", Int}}, Indexes: []Index{{Keys: []string{"case_id", "first"}}}},
	{Name: wordsTable, Tagged: true, Keys: []Key{{"area", Text}}},
}

// Cases implements mediation.Cases and mediation.Opener.
type Cases struct{ s *Store }

// Cases returns the port.
func (s *Store) Cases() *Cases { return &Cases{s} }

// Load returns a case.
func (p *Cases) Load(ctx context.Context, id string) (mediation.Case, error) {
	row, err := p.s.Engine.Get(ctx, casesTable, id)
	if err != nil {
		return mediation.Case{}, trouble("load case", err)
	}
	return readCase(row)
}

// ReadCase makes a case of its row, for those who walk the table.
func ReadCase(row Row) (mediation.Case, error) { return readCase(row) }

func readCase(row Row) (c mediation.Case, err error) {
	err = decode(casesTable, row.ID, row.Body, &c)
	c.Number.N = row.N
	return c, err
}

// Update changes a case.
func (p *Cases) Update(ctx context.Context, id string, fn func(*mediation.Case) error) (mediation.Case, error) {
	var c mediation.Case
	_, err := p.s.modifyAround(ctx, casesTable, id, func(row Row) (ch change, err error) {
		if c, err = readCase(row); err != nil {
			return ch, err
		}
		return p.changed(&c, fn)
	})
	if err != nil {
		return mediation.Case{}, trouble("update case", err)
	}
	return c, p.handOver(ctx, &c)
}

// announce makes the outbox entries of the case's unsent notices. Where one Apply is all or nothing they leave the case with
// it; elsewhere they stay in the case until handOver has seen them stored.
func (p *Cases) announce(c *mediation.Case) ([]Write, error) {
	if !p.s.Engine.Atomic() {
		return nil, nil
	}
	writes, err := outboxWrites(c.Unsent)
	c.Unsent = nil
	return writes, err
}

func outboxWrites(notices []mediation.Notice) ([]Write, error) {
	writes := make([]Write, 0, len(notices))
	for _, n := range notices {
		w, err := outboxWrite(n)
		if err != nil {
			return nil, err
		}
		writes = append(writes, w)
	}
	return writes, nil
}

// handOver moves the unsent notices of a stored case to the outbox. The case itself is stored, which is what the caller asked: what fails
// here, or a crash leaves in the case, Drain finds by its tag.
func (p *Cases) handOver(ctx context.Context, c *mediation.Case) error {
	err := p.s.moveNotices(ctx, casesTable, c.ID, c.Unsent, func(row Row, rest func([]mediation.Notice) []mediation.Notice) (Row, error) {
		now, err := readCase(row)
		if err != nil {
			return row, err
		}
		now.Unsent = rest(now.Unsent)
		return caseRow(&now)
	})
	if err == nil {
		c.Unsent = nil
	}
	return nil
}

// Drain hands over notices that a crash left in their cases.
func (p *Cases) Drain(ctx context.Context, limit int) (int, error) {
	if p.s.Engine.Atomic() {
		return 0, nil
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: casesTable, Tags: []string{unsentTag}, Limit: limit})
	if err != nil {
		return 0, trouble("drain", err)
	}
	drained := 0
	var failed []error
	for _, row := range rows {
		c, err := readCase(row)
		if err != nil {
			err = errors.Join(err, p.notDrainable(ctx, row.ID))
		} else {
			err = p.handOver(ctx, &c)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		drained++
	}
	return drained, errors.Join(failed...)
}

// notDrainable takes a case whose stored form cannot be read out of the way of the others.
func (p *Cases) notDrainable(ctx context.Context, id string) error {
	_, err := p.s.modify(ctx, casesTable, id, func(row Row) (Row, []Write, error) {
		row.Tags = slices.DeleteFunc(row.Tags, func(t string) bool { return t == unsentTag })
		return row, nil, nil
	})
	return err
}

// unsentTag marks a case with notices that the outbox does not have yet.
const unsentTag = "x:unsent"

// Open inserts a case with the next number of its series.
func (p *Cases) Open(ctx context.Context, c mediation.Case) (mediation.Case, error) {
	writes, err := p.opening(&c)
	if err != nil {
		return mediation.Case{}, err
	}
	done, err := p.s.Engine.Apply(ctx, writes...)
	if err != nil {
		return mediation.Case{}, trouble("open case", err)
	}
	c.Number.N = done[0].N
	p.s.noticed(len(writes) - 1)
	return c, p.handOver(ctx, &c)
}

// opening makes the writes of a new case, the case first.
func (p *Cases) opening(c *mediation.Case) ([]Write, error) {
	behind, err := p.announce(c)
	if err != nil {
		return nil, err
	}
	row, err := caseRow(c)
	if err != nil {
		return nil, err
	}
	return append([]Write{{Table: casesTable, Op: Insert, Row: row, Series: c.Number.Series}}, behind...), nil
}

// Due returns what the sweep must look at.
func (p *Cases) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, casesTable, now, limit)
}

// Defer puts the sweep off.
func (p *Cases) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, casesTable, id, func(row Row) (Row, []Write, error) {
		c, err := readCase(row)
		if err != nil {
			// A case whose stored form cannot be read must not hold up the sweep either.
			row.Keys["due"] = until.UnixMilli()
			return row, nil, nil
		}
		c.NextDue, c.Stumble = until, c.Stumble+1
		next, err := caseRow(&c)
		return next, nil, err
	})
	return trouble("put off case", err)
}

// IndexWords makes a case findable by word hashes.
func (p *Cases) IndexWords(ctx context.Context, id string, area grid.Code, opened time.Time, hashes []string) error {
	row := Row{ID: id, Sort: opened.UnixMilli(), Keys: map[string]any{"area": string(area)}, Tags: hashes}
	if len(hashes) == 0 {
		_, err := p.s.Engine.Apply(ctx, Write{Table: wordsTable, Op: Delete, Row: Row{ID: id}})
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return trouble("index words", err)
	}
	done, err := p.s.Engine.Apply(ctx, Write{Table: wordsTable, Op: Ensure, Row: row})
	if err == nil && !done[0].Done {
		_, err = p.s.modify(ctx, wordsTable, id, func(Row) (Row, []Write, error) { return row, nil, nil })
	}
	return trouble("index words", err)
}

// Alike returns open cases that a report might belong to.
func (p *Cases) Alike(ctx context.Context, q mediation.AlikeQuery, limit int) ([]mediation.Summary, error) {
	var either []string
	if q.Reporter != "" {
		either = append(either, reporterTag(q.Reporter))
	}
	for _, h := range q.Match {
		either = append(either, partyTag(h))
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: casesTable, Tags: []string{alikeTag(q.Cell, q.Category)}, Any: either, Desc: true,
		From: map[string]any{"sort": q.Since.UnixMilli()}, Limit: limit, HeadsOnly: true})
	if err != nil {
		return nil, trouble("alike cases", err)
	}
	return p.readSummaries(rows)
}

// OfParty finds the cases of a party.
func (p *Cases) OfParty(ctx context.Context, hashes []string) ([]string, error) {
	return p.s.ofParty(ctx, casesTable, hashes)
}

// ByLink finds the case of a party's link.
func (p *Cases) ByLink(ctx context.Context, hash string) (string, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: casesTable, Tags: []string{"l:" + hash}, Limit: 1, HeadsOnly: true})
	if err != nil {
		return "", trouble("find link", err)
	}
	if len(rows) == 0 {
		return "", mediation.ErrNotFound
	}
	return rows[0].ID, nil
}

// numberOf splits "33.01.11/2026/12" into series and number.
func numberOf(text string) (series string, n int64, ok bool) {
	for i := len(text) - 1; i > 0; i-- {
		if text[i] == '/' {
			n, err := strconv.ParseInt(text[i+1:], 10, 64)
			return text[:i], n, err == nil && n > 0
		}
	}
	return "", 0, false
}
