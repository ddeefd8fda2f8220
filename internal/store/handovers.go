package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
	"fengqiao/mediation/handover"
)

const handoversTable = "hand_overs"

// handoverTables: a hand-over by who takes part in it and where its leaver belongs; of one leaver one is open at a time.
var handoverTables = []Table{{Name: handoversTable, Tagged: true, Keys: []Key{{"leaver_open", Text}, {"due", Int}, {keptKey, Int}},
	Indexes: []Index{{Keys: []string{"leaver_open"}, Unique: true}, {Keys: []string{"due", "sort"}}, {Keys: []string{keptKey, "sort"}}}}}

// HandOvers implements handover.HandOvers.
type HandOvers struct{ s *Store }

// HandOvers returns the port.
func (s *Store) HandOvers() *HandOvers { return &HandOvers{s} }

var _ handover.HandOvers = (*HandOvers)(nil)

func handoverRow(h *handover.HandOver) (Row, error) {
	body, err := encode(h)
	row := Row{ID: h.ID, Sort: h.Opened.UnixMilli(), Body: body, Keys: map[string]any{"leaver_open": "", "due": millis(h.NextDue), keptKey: millis(h.KeptSince())}}
	if h.State.Open() {
		row.Keys["leaver_open"] = h.Leaver
	}
	people := map[string]bool{"": true}
	for _, who := range []string{h.Leaver, h.By, h.Successor} {
		if !people[who] {
			people[who] = true
			row.Tags = append(row.Tags, "p:"+who)
		}
	}
	row.Tags = append(row.Tags, "in:")
	for _, a := range h.Area.Ancestors() {
		row.Tags = append(row.Tags, "in:"+string(a))
	}
	return row, err
}

func readHandover(row Row) (h handover.HandOver, err error) {
	return h, decode(handoversTable, row.ID, row.Body, &h)
}

// Open stores a new hand-over.
func (p *HandOvers) Open(ctx context.Context, h handover.HandOver) (handover.HandOver, error) {
	row, err := handoverRow(&h)
	if err != nil {
		return h, err
	}
	notices, err := outboxWrites(h.Notices())
	if err != nil {
		return h, err
	}
	// The hand-over first, so that no notice speaks of one that was refused.
	_, err = p.s.Engine.Apply(ctx, append([]Write{{Table: handoversTable, Op: Insert, Row: row}}, notices...)...)
	if errors.Is(err, ErrExists) {
		before, err := p.Load(ctx, h.ID)
		switch {
		case errors.Is(err, mediation.ErrNotFound):
			return h, trouble("open hand-over", ErrExists) // another of this leaver
		case err != nil || before.Revision != h.Revision:
			return before, err
		}
		h = before // the same again: where one write follows the other, a crash may have kept its notices back
		_, err = p.s.Engine.Apply(ctx, notices...)
		return h, trouble("open hand-over", err)
	}
	if err != nil {
		return h, trouble("open hand-over", err)
	}
	p.s.noticed(len(notices))
	return h, nil
}

// Load returns a hand-over.
func (p *HandOvers) Load(ctx context.Context, id string) (handover.HandOver, error) {
	row, err := p.s.Engine.Get(ctx, handoversTable, id)
	if err != nil {
		return handover.HandOver{}, trouble("load hand-over", err)
	}
	return readHandover(row)
}

// Change changes a hand-over. The notices go ahead: without transactions a crash in between tells them again under the same ids.
func (p *HandOvers) Change(ctx context.Context, id string, fn func(*handover.HandOver) error) (h handover.HandOver, err error) {
	told := 0
	_, err = p.s.modifyAround(ctx, handoversTable, id, func(row Row) (ch change, err error) {
		if h, err = readHandover(row); err != nil {
			return ch, err
		}
		was := h.Revision
		if err := fn(&h); err != nil {
			return ch, err
		}
		told = 0
		if h.Revision != was {
			if ch.ahead, err = outboxWrites(h.Notices()); err != nil {
				return ch, err
			}
			told = len(ch.ahead)
		}
		ch.next, err = handoverRow(&h)
		return ch, err
	})
	if err != nil {
		return handover.HandOver{}, trouble("change hand-over", err)
	}
	p.s.noticed(told)
	return h, nil
}

// List pages hand-overs, newest first.
func (p *HandOvers) List(ctx context.Context, person string, area *grid.Code, cursor string, limit int) ([]handover.HandOver, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q := Query{Table: handoversTable, Any: []string{"p:" + person}, Desc: true, After: after, Limit: limit + 1}
	if area != nil {
		q.Any = append(q.Any, "in:"+string(*area))
	}
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list hand-overs", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]handover.HandOver, len(rows))
	for i, row := range rows {
		if list[i], err = readHandover(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Kept implements handover.HandOvers.
func (p *HandOvers) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return p.s.keptBy(ctx, handoversTable, until, limit)
}

// Due returns what is to be carried on.
func (p *HandOvers) Due(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, handoversTable, now, limit)
}
