package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/retention"
)

const holdsTable = "holds"

// holdTables: holds by the kind and the record that they keep while they are open, and those by somebody's word by their area.
var holdTables = []Table{
	{Name: holdsTable, Tagged: true, Keys: []Key{{"due", Int}, {"record", Text}}, Indexes: []Index{{Keys: []string{"due", "sort"}}}},
}

// Holds implements retention.Holds.
type Holds struct{ s *Store }

// Holds returns the port.
func (s *Store) Holds() *Holds { return &Holds{s} }

var _ retention.Holds = (*Holds)(nil)

func holdRow(h *retention.Hold) (Row, error) {
	body, err := encode(h)
	row := Row{ID: h.ID, Keys: map[string]any{"due": int64(0), "record": h.Record}, Body: body}
	if len(h.Turns) > 0 {
		row.Sort = h.Turns[len(h.Turns)-1].At.UnixMilli()
	}
	if h.Open {
		row.Keys["due"] = millis(h.Look)
		row.Tags = append(row.Tags, heldTag(h.Kind), heldTag(h.Kind)+"/"+h.Record)
	}
	if h.Because == "" {
		for _, tag := range inside(h.Area) {
			row.Tags = append(row.Tags, tag, openTag(h.Open)+tag)
		}
	}
	return row, err
}

// heldTag is of the holds of a kind that are open.
func heldTag(kind string) string { return "k:" + kind }

func openTag(open bool) string {
	if open {
		return "o:"
	}
	return "l:"
}

func readHold(row Row) (h retention.Hold, err error) {
	return h, decode(holdsTable, row.ID, row.Body, &h)
}

// Change implements retention.Holds.
func (p *Holds) Change(ctx context.Context, id string, fn func(*retention.Hold) error) (h retention.Hold, err error) {
	for {
		_, err = p.s.modify(ctx, holdsTable, id, func(row Row) (Row, []Write, error) {
			var err error
			if h, err = readHold(row); err == nil {
				err = fn(&h)
			}
			if err != nil {
				return row, nil, err
			}
			next, err := holdRow(&h)
			return next, nil, err
		})
		if !errors.Is(err, ErrNotFound) {
			return h, trouble("change hold", err)
		}
		h = retention.Hold{}
		if err := fn(&h); err != nil {
			return h, err
		}
		row, err := holdRow(&h)
		if err != nil {
			return h, err
		}
		if added, err := p.s.addOnce(ctx, holdsTable, row); err != nil || added {
			return h, err
		}
	}
}

// Load implements retention.Holds.
func (p *Holds) Load(ctx context.Context, id string) (retention.Hold, error) {
	row, err := p.s.Engine.Get(ctx, holdsTable, id)
	if err != nil {
		return retention.Hold{}, trouble("load hold", err)
	}
	return readHold(row)
}

// List implements retention.Holds.
func (p *Holds) List(ctx context.Context, area grid.Code, open *bool, cursor string, limit int) ([]retention.Hold, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	tag := "in:" + string(area)
	if open != nil {
		tag = openTag(*open) + tag
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: holdsTable, Tags: []string{tag}, Desc: true, After: after, Limit: limit + 1})
	if err != nil {
		return nil, "", trouble("list holds", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]retention.Hold, len(rows))
	for i, row := range rows {
		if list[i], err = readHold(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Due implements retention.Holds.
func (p *Holds) Due(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error) {
	rows, err := p.s.dueBy(ctx, holdsTable, until, limit)
	for i, row := range rows {
		if due, ok := row.Keys["due"].(int64); ok && i == 0 {
			first = time.UnixMilli(due).UTC()
		}
		ids = append(ids, row.ID)
	}
	return ids, first, err
}

// Held implements mediation.Holding.
func (p *Holds) Held(ctx context.Context, kind, id string) (bool, error) {
	rows, err := p.s.Engine.Find(ctx, Query{Table: holdsTable, Tags: []string{heldTag(kind) + "/" + id}, Limit: 1, HeadsOnly: true})
	return len(rows) > 0, trouble("held", err)
}

// CaseHeld implements mediation.Holding.
func (p *Holds) CaseHeld(ctx context.Context, id string) (bool, error) {
	return mediation.CaseHeld(ctx, p.s.Cases(), id)
}

// keptKinds are what holds know the records of a table by.
var keptKinds = map[string]string{slipsTable: "slip", meetingsTable: "meeting", visitsTable: "visit", opinionCampaignsTable: "campaign", handoversTable: "handover", docketsTable: "review"}

// heldIn are the records of a table that are held.
func (s *Store) heldIn(ctx context.Context, table string) (map[string]bool, error) {
	held := map[string]bool{}
	q := Query{Table: holdsTable, Tags: []string{heldTag(keptKinds[table])}, Limit: 500, HeadsOnly: true}
	for {
		rows, err := s.Engine.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if record, ok := rows[i].Keys["record"].(string); ok {
				held[record] = true
			}
		}
		if len(rows) < q.Limit {
			return held, nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}
