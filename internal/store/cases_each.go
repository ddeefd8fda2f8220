package store

import (
	"context"
	"errors"

	"fengqiao/mediation"
)

// UpdateEach implements mediation.Cases. Where one Apply is all or nothing, all that fn changes is one write; a case that somebody
// else has changed meanwhile sends the others back to be changed one by one.
func (p *Cases) UpdateEach(ctx context.Context, ids []string, fn func(*mediation.Case) error) (int, error) {
	if !p.s.Engine.Atomic() {
		return p.updateSingly(ctx, ids, fn)
	}
	rows, err := p.s.Engine.GetMany(ctx, casesTable, ids)
	if err != nil {
		return 0, trouble("update cases", err)
	}
	var writes []Write
	var failed []error
	stored, notices := 0, 0
	for _, row := range rows {
		ch, err := p.changeRow(row, fn)
		if errors.Is(err, mediation.ErrStale) {
			continue
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		ch.next.ID, ch.next.Version = row.ID, row.Version
		writes = append(append(append(writes, ch.ahead...), Write{Table: casesTable, Op: Replace, Row: ch.next}), ch.behind...)
		stored, notices = stored+1, notices+len(ch.behind)
	}
	_, err = p.s.Engine.Apply(ctx, writes...)
	switch {
	case errors.Is(err, ErrConflict):
		return p.updateSingly(ctx, ids, fn)
	case err != nil:
		return 0, errors.Join(append(failed, trouble("update cases", err))...)
	}
	p.s.noticed(notices)
	return stored, errors.Join(failed...)
}

func (p *Cases) updateSingly(ctx context.Context, ids []string, fn func(*mediation.Case) error) (stored int, err error) {
	var failed []error
	for _, id := range ids {
		switch _, err := p.Update(ctx, id, fn); {
		case err == nil:
			stored++
		case ctx.Err() != nil:
			return stored, errors.Join(append(failed, err)...)
		case !errors.Is(err, mediation.ErrStale) && !errors.Is(err, mediation.ErrNotFound):
			failed = append(failed, err)
		}
	}
	return stored, errors.Join(failed...)
}

// changeRow is what is to be written of a case after fn.
func (p *Cases) changeRow(row Row, fn func(*mediation.Case) error) (ch change, err error) {
	c, err := readCase(row)
	if err != nil {
		return ch, err
	}
	return p.changed(&c, fn)
}

func (p *Cases) changed(c *mediation.Case, fn func(*mediation.Case) error) (ch change, err error) {
	known := len(c.Events)
	if err := fn(c); err != nil {
		return ch, err
	}
	if ch.ahead, err = spill(c, known); err != nil {
		return ch, err
	}
	if ch.behind, err = p.announce(c); err != nil {
		return ch, err
	}
	ch.next, err = caseRow(c)
	return ch, err
}
