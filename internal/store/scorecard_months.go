package store

import (
	"context"
	"time"

	"fengqiao/mediation/scorecard"
)

const monthsTable = "scorecard_months"

// ScorecardMonths implements scorecard.Months.
type ScorecardMonths struct{ s *Store }

// ScorecardMonths returns the port.
func (s *Store) ScorecardMonths() *ScorecardMonths { return &ScorecardMonths{s} }

var _ scorecard.Months = (*ScorecardMonths)(nil)

func monthRow(m *scorecard.Month) (Row, error) {
	body, err := encode(m)
	return Row{ID: m.ID, Sort: m.Until.UnixMilli(), Keys: map[string]any{"due": millis(m.NextDue)}, Body: body}, err
}

func readMonth(row Row) (m scorecard.Month, err error) {
	return m, decode(monthsTable, row.ID, row.Body, &m)
}

// Add implements scorecard.Months.
func (p *ScorecardMonths) Add(ctx context.Context, m scorecard.Month) error {
	row, err := monthRow(&m)
	if err == nil {
		_, err = p.s.addOnce(ctx, monthsTable, row)
	}
	return err
}

// Load implements scorecard.Months.
func (p *ScorecardMonths) Load(ctx context.Context, id string) (scorecard.Month, error) {
	row, err := p.s.Engine.Get(ctx, monthsTable, id)
	if err != nil {
		return scorecard.Month{}, trouble("load month of a scorecard", err)
	}
	return readMonth(row)
}

// Schedule implements scorecard.Months.
func (p *ScorecardMonths) Schedule(ctx context.Context, id string, at time.Time) error {
	_, err := p.s.modify(ctx, monthsTable, id, func(row Row) (Row, []Write, error) {
		m, err := readMonth(row)
		if err != nil {
			return row, nil, err
		}
		m.NextDue, m.Stumble = at, 0
		next, err := monthRow(&m)
		return next, nil, err
	})
	return trouble("change month of a scorecard", err)
}

// Due implements scorecard.Months.
func (p *ScorecardMonths) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, monthsTable, until, limit)
}

// Defer implements scorecard.Months.
func (p *ScorecardMonths) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, monthsTable, id, func(row Row) (Row, []Write, error) {
		m, err := readMonth(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // one that cannot be read must not hold up the sweep either
			return row, nil, nil
		}
		m.NextDue, m.Stumble = until, m.Stumble+1
		next, err := monthRow(&m)
		return next, nil, err
	})
	return trouble("put off month of a scorecard", err)
}
