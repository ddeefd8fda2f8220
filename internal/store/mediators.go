package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

const (
	mediatorsTable = "mediators"
	looksTable     = "looks"
)

// mediatorTables: reserved holds the time of the oldest seat that is not definite yet.
var mediatorTables = []Table{
	{Name: mediatorsTable, Tagged: true, Keys: []Key{{"reserved", Int}}, Indexes: []Index{{Keys: []string{"reserved", "sort"}}}},
	{Name: looksTable, Tagged: true},
}

// Mediators implements mediation.Mediators.
type Mediators struct{ s *Store }

// Mediators returns the port.
func (s *Store) Mediators() *Mediators { return &Mediators{s} }

func mediatorRow(m *mediation.Mediator) (Row, error) {
	body, err := encode(m)
	if err != nil {
		return Row{}, err
	}
	reserved := int64(0)
	for _, seat := range m.Seats {
		if at := seat.Since.UnixMilli(); !seat.Definite && (reserved == 0 || at < reserved) {
			reserved = at
		}
	}
	row := Row{ID: m.ID, Body: body, Keys: map[string]any{"reserved": reserved},
		Tags: []string{"in:", tierTag("at", m.Tier, m.Area), tierTag("in", m.Tier, "")}}
	for _, a := range m.Area.Ancestors() {
		row.Tags = append(row.Tags, "in:"+string(a), tierTag("in", m.Tier, a))
	}
	for _, h := range m.Match {
		row.Tags = append(row.Tags, "p:"+h)
	}
	return row, nil
}

// tierTag: "in" for mediators of a tier whose area lies inside a, "at" for those whose area is a.
func tierTag(how, tier string, a grid.Code) string { return how + ":" + tier + "|" + string(a) }

func readMediator(row Row) (m mediation.Mediator, err error) {
	err = decode(mediatorsTable, row.ID, row.Body, &m)
	m.Version = row.Version
	return m, err
}

// Put creates or replaces what an import says.
func (p *Mediators) Put(ctx context.Context, m mediation.Mediator) (bool, error) {
	row, err := mediatorRow(&m)
	if err != nil {
		return false, err
	}
	done, err := p.s.Engine.Apply(ctx, Write{Table: mediatorsTable, Op: Ensure, Row: row})
	if err != nil || done[0].Done {
		return err == nil, trouble("put mediator", err)
	}
	_, err = p.Update(ctx, m.ID, func(old *mediation.Mediator) error {
		m.Seats, m.Leaves, m.Available, m.Declines, m.Declined, m.User = old.Seats, old.Leaves, old.Available, old.Declines, old.Declined, old.User
		*old = m
		return nil
	})
	return false, err
}

// Load returns a mediator.
func (p *Mediators) Load(ctx context.Context, id string) (mediation.Mediator, error) {
	row, err := p.s.Engine.Get(ctx, mediatorsTable, id)
	if err != nil {
		return mediation.Mediator{}, trouble("load mediator", err)
	}
	return readMediator(row)
}

// Update changes a mediator.
func (p *Mediators) Update(ctx context.Context, id string, fn func(*mediation.Mediator) error) (mediation.Mediator, error) {
	var m mediation.Mediator
	done, err := p.s.modify(ctx, mediatorsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if m, err = readMediator(row); err != nil {
			return row, nil, err
		}
		if err := fn(&m); err != nil {
			return row, nil, err
		}
		next, err := mediatorRow(&m)
		return next, nil, err
	})
	m.Version = done.Version
	return m, trouble("update mediator", err)
}

// most bounds a list that is not paged; a county has hundreds of mediators.
const most = 100_000

// Serving returns a tier's mediators around an area.
func (p *Mediators) Serving(ctx context.Context, tier string, area grid.Code) ([]mediation.Mediator, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: mediatorsTable, Tags: []string{tierTag("in", tier, area)}, Limit: most})
	if err != nil {
		return nil, trouble("serving mediators", err)
	}
	around := append([]grid.Code{""}, area.Ancestors()...)
	for _, a := range around {
		if a == area {
			continue // found as lying inside already
		}
		wider, err := p.s.Engine.Find(ctx, Query{Table: mediatorsTable, Tags: []string{tierTag("at", tier, a)}, Limit: most})
		if err != nil {
			return nil, trouble("serving mediators", err)
		}
		rows = append(rows, wider...)
	}
	return readMediators(rows)
}

func readMediators(rows []Row) ([]mediation.Mediator, error) {
	list := make([]mediation.Mediator, len(rows))
	for i, row := range rows {
		var err error
		if list[i], err = readMediator(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Known returns the mediators who bear one of these hashes.
func (p *Mediators) Known(ctx context.Context, hashes []string) ([]mediation.Mediator, error) {
	if len(hashes) == 0 {
		return nil, nil
	}
	tags := make([]string, len(hashes))
	for i, h := range hashes {
		tags[i] = "p:" + h
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: mediatorsTable, Any: tags, Limit: most})
	if err != nil {
		return nil, trouble("known mediators", err)
	}
	return readMediators(rows)
}

// List pages the mediators inside an area.
func (p *Mediators) List(ctx context.Context, area grid.Code, cursor string, limit int) ([]mediation.Mediator, string, error) {
	rows, next, err := p.s.page(ctx, Query{Table: mediatorsTable, Tags: []string{"in:" + string(area)}}, cursor, limit)
	if err != nil {
		return nil, "", trouble("list mediators", err)
	}
	list, err := readMediators(rows)
	return list, next, err
}

// Reserved returns mediators with reservations from before t.
func (p *Mediators) Reserved(ctx context.Context, t time.Time, limit int) ([]string, error) {
	return p.s.before(ctx, mediatorsTable, "reserved", t, limit)
}

// Defer puts the sweep off.
func (p *Mediators) Defer(ctx context.Context, id string, until time.Time) error {
	return p.s.putOff(ctx, mediatorsTable, id, "reserved", until)
}

// Looks implements mediation.Looks.
type Looks struct{ s *Store }

// Looks returns the port.
func (s *Store) Looks() *Looks { return &Looks{s} }

// Record adds one look.
func (p *Looks) Record(ctx context.Context, l mediation.Look) error {
	body, err := encode(l)
	if err != nil {
		return err
	}
	row := Row{ID: l.ID, Sort: l.At.UnixMilli(), Body: body}
	if l.Case != "" {
		row.Tags = append(row.Tags, "c:"+l.Case)
	}
	if l.Report != "" {
		row.Tags = append(row.Tags, "r:"+l.Report)
	}
	_, err = p.s.Engine.Apply(ctx, Write{Table: looksTable, Op: Insert, Row: row})
	if errors.Is(err, ErrExists) {
		return nil
	}
	return trouble("record look", err)
}

// Of lists the looks at a case, newest first.
func (p *Looks) Of(ctx context.Context, caseID, cursor string, limit int) ([]mediation.Look, string, error) {
	return p.page(ctx, "c:"+caseID, cursor, limit)
}

// OfReport lists the looks at a report, newest first.
func (p *Looks) OfReport(ctx context.Context, report, cursor string, limit int) ([]mediation.Look, string, error) {
	return p.page(ctx, "r:"+report, cursor, limit)
}

func (p *Looks) page(ctx context.Context, tag, cursor string, limit int) ([]mediation.Look, string, error) {
	rows, next, err := p.s.page(ctx, Query{Table: looksTable, Tags: []string{tag}, Desc: true}, cursor, limit)
	if err != nil {
		return nil, "", trouble("list looks", err)
	}
	list := make([]mediation.Look, len(rows))
	for i, row := range rows {
		if err := decode(looksTable, row.ID, row.Body, &list[i]); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

var (
	_ mediation.Cases     = (*Cases)(nil)
	_ mediation.Opener    = (*Cases)(nil)
	_ mediation.Reports   = (*Reports)(nil)
	_ mediation.Mediators = (*Mediators)(nil)
	_ mediation.Looks     = (*Looks)(nil)
)
