package store

import (
	"context"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/slip"
)

const (
	slipsTable   = "slips"
	watchesTable = "slip_watches"
)

// slipTables: a slip by all that lists filter on; and, under the id of a case, when it will have been without progress for too long.
var slipTables = []Table{
	{Name: slipsTable, Tagged: true,
		Keys:    []Key{{"kind", Text}, {"state", Text}, {"open", Int}, {"area", Text}, {"series", Text}, {"due", Int}, {"overdue", Int}, {keptKey, Int}},
		Indexes: []Index{{Keys: []string{"due", "sort"}}, {Keys: []string{"series", "n"}}, {Keys: []string{keptKey, "sort"}}}},
	{Name: watchesTable, Keys: []Key{{"due", Int}}, Indexes: []Index{{Keys: []string{"due"}}}},
}

// Slips implements slip.Slips and slip.Watches.
type Slips struct{ s *Store }

// Slips returns the ports.
func (s *Store) Slips() *Slips { return &Slips{s} }

var (
	_ slip.Slips   = (*Slips)(nil)
	_ slip.Watches = (*Slips)(nil)
)

func slipRow(s *slip.Slip) (Row, error) {
	body, err := encode(s)
	if err != nil {
		return Row{}, err
	}
	head, err := encode(s.Summarise())
	due := millis(s.NextDue)
	if len(s.Unsent) > 0 {
		due = millis(s.Changed) // what a crash leaves unsent is due at once
	}
	return Row{ID: s.ID, Sort: s.Issued.UnixMilli(), Tags: slipTags(s), Head: head, Body: body, Keys: map[string]any{"kind": s.Kind, "state": string(s.State),
		"open": flag(!s.State.Over()), "area": areaKey(s.Area), "series": s.Number.Series, "due": due, "overdue": millis(s.OverdueFrom()), keptKey: millis(s.KeptSince())}}, err
}

// ReadSlip makes a slip of its row, for those who walk the table.
func ReadSlip(row Row) (s slip.Slip, err error) {
	err = decode(slipsTable, row.ID, row.Body, &s)
	s.Number.N = row.N
	return s, err
}

// Open implements slip.Slips.
func (p *Slips) Open(ctx context.Context, s slip.Slip) (slip.Slip, error) {
	behind, err := p.announce(&s)
	if err != nil {
		return s, err
	}
	row, err := slipRow(&s)
	if err != nil {
		return s, err
	}
	done, err := p.s.Engine.Apply(ctx, append([]Write{{Table: slipsTable, Op: Insert, Row: row, Series: s.Number.Series}}, behind...)...)
	if err != nil {
		return s, trouble("open slip", err)
	}
	s.Number.N = done[0].N
	p.s.noticed(len(behind))
	return s, p.handOver(ctx, &s)
}

// Load implements slip.Slips.
func (p *Slips) Load(ctx context.Context, id string) (slip.Slip, error) {
	row, err := p.s.Engine.Get(ctx, slipsTable, id)
	if err != nil {
		return slip.Slip{}, trouble("load slip", err)
	}
	return ReadSlip(row)
}

// Kept implements slip.Slips.
func (p *Slips) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return p.s.keptBy(ctx, slipsTable, until, limit)
}

// Update implements slip.Slips.
func (p *Slips) Update(ctx context.Context, id string, fn func(*slip.Slip) error) (s slip.Slip, err error) {
	_, err = p.s.modify(ctx, slipsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if s, err = ReadSlip(row); err != nil {
			return row, nil, err
		}
		if err := fn(&s); err != nil {
			return row, nil, err
		}
		behind, err := p.announce(&s)
		if err != nil {
			return row, nil, err
		}
		next, err := slipRow(&s)
		return next, behind, err
	})
	if err != nil {
		return slip.Slip{}, trouble("update slip", err)
	}
	return s, p.handOver(ctx, &s)
}

// announce makes the outbox entries of unsent notices. Where one Apply is all or nothing they leave the slip with it; elsewhere they
// stay in the slip until handOver has seen them stored.
func (p *Slips) announce(s *slip.Slip) ([]Write, error) {
	if !p.s.Engine.Atomic() {
		return nil, nil
	}
	writes, err := outboxWrites(s.Unsent)
	s.Unsent = nil
	return writes, err
}

// handOver moves the unsent notices of a stored slip to the outbox, then strikes them off. What fails here the sweep does: the slip itself
// is stored, and an entry has the id of its notice, so that none is stored twice.
func (p *Slips) handOver(ctx context.Context, s *slip.Slip) error {
	if len(s.Unsent) == 0 {
		return nil
	}
	_ = p.drain(ctx, s)
	return nil
}

func (p *Slips) drain(ctx context.Context, s *slip.Slip) error {
	err := p.s.moveNotices(ctx, slipsTable, s.ID, s.Unsent, func(row Row, rest func([]mediation.Notice) []mediation.Notice) (Row, error) {
		now, err := ReadSlip(row)
		if err != nil {
			return row, err
		}
		now.Unsent = rest(now.Unsent)
		return slipRow(&now)
	})
	if err == nil {
		s.Unsent = nil
	}
	return err
}

// Drain implements slip.Slips.
func (p *Slips) Drain(ctx context.Context, id string) error {
	if p.s.Engine.Atomic() {
		return nil
	}
	s, err := p.Load(ctx, id)
	if err != nil || len(s.Unsent) == 0 {
		return err
	}
	return p.drain(ctx, &s)
}

// Due implements slip.Slips.
func (p *Slips) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, slipsTable, until, limit)
}

// EachDue implements slip.Slips.
func (p *Slips) EachDue(ctx context.Context, fn func(id string) error) error {
	return p.s.eachDue(ctx, slipsTable, fn)
}

// Defer implements slip.Slips.
func (p *Slips) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, slipsTable, id, func(row Row) (Row, []Write, error) {
		s, err := ReadSlip(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // what cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		s.NextDue, s.Stumble = until, s.Stumble+1
		next, err := slipRow(&s)
		next.Keys["due"] = until.UnixMilli()
		return next, nil, err
	})
	return trouble("put off slip", err)
}
