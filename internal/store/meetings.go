package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/council"
)

const meetingsTable = "council_meetings"

// meetingTables: a meeting lies under its id, found by every area that holds it and by whom it concerns.
var meetingTables = []Table{{Name: meetingsTable, Tagged: true, Keys: []Key{{keptKey, Int}}, Indexes: []Index{{Keys: []string{keptKey, "sort"}}}}}

// Meetings implements council.Meetings.
type Meetings struct{ s *Store }

// Meetings returns the port.
func (s *Store) Meetings() *Meetings { return &Meetings{s} }

var _ council.Meetings = (*Meetings)(nil)

func meetingRow(m *council.Meeting) (Row, error) {
	tags := []string{"p:" + m.Convener}
	for _, a := range around(m.Area) {
		tags = append(tags, "in:"+a)
	}
	for _, i := range m.Invited {
		if i.User != "" && i.User != m.Convener {
			tags = append(tags, "p:"+i.User)
		}
		for _, hash := range i.Match {
			tags = append(tags, "m:"+hash)
		}
	}
	if len(m.Unsent) > 0 {
		tags = append(tags, unsentTag)
	}
	slices.Sort(tags)
	body, err := encode(m)
	return Row{ID: m.ID, Sort: m.Made.UnixMilli(), Keys: map[string]any{keptKey: millis(m.KeptSince())}, Tags: slices.Compact(tags), Body: body}, err
}

// ReadMeeting makes a meeting of its row, for those who walk the table.
func ReadMeeting(row Row) (council.Meeting, error) { return readMeeting(row) }

func readMeeting(row Row) (m council.Meeting, err error) {
	err = decode(meetingsTable, row.ID, row.Body, &m)
	return m, err
}

// announce makes the outbox entries of the meeting's unsent notices. Where one Apply is all or nothing they leave it with the write;
// elsewhere they stay in it until handOver has seen them stored.
func (p *Meetings) announce(m *council.Meeting) ([]Write, error) {
	if !p.s.Engine.Atomic() {
		return nil, nil
	}
	writes, err := outboxWrites(m.Unsent)
	m.Unsent = nil
	return writes, err
}

// handOver moves the unsent notices of a stored meeting to the outbox. What a crash leaves Drain finds.
func (p *Meetings) handOver(ctx context.Context, m *council.Meeting) error {
	err := p.s.moveNotices(ctx, meetingsTable, m.ID, m.Unsent, func(row Row, rest func([]mediation.Notice) []mediation.Notice) (Row, error) {
		now, err := readMeeting(row)
		if err != nil {
			return row, err
		}
		now.Unsent = rest(now.Unsent)
		return meetingRow(&now)
	})
	if err == nil {
		m.Unsent = nil
	}
	return err
}

// Open implements council.Meetings.
func (p *Meetings) Open(ctx context.Context, m council.Meeting) error {
	behind, err := p.announce(&m)
	if err != nil {
		return err
	}
	row, err := meetingRow(&m)
	if err != nil {
		return err
	}
	if _, err := p.s.Engine.Apply(ctx, append([]Write{{Table: meetingsTable, Op: Insert, Row: row}}, behind...)...); err != nil {
		return trouble("open meeting", err)
	}
	p.s.noticed(len(behind))
	_ = p.handOver(ctx, &m) // the meeting is stored, which is what was asked; Drain hands over later
	return nil
}

// Load implements council.Meetings.
func (p *Meetings) Load(ctx context.Context, id string) (council.Meeting, error) {
	row, err := p.s.Engine.Get(ctx, meetingsTable, id)
	if err != nil {
		return council.Meeting{}, trouble("load meeting", err)
	}
	return readMeeting(row)
}

// Update implements council.Meetings.
func (p *Meetings) Update(ctx context.Context, id string, fn func(*council.Meeting) error) (m council.Meeting, err error) {
	_, err = p.s.modify(ctx, meetingsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if m, err = readMeeting(row); err != nil {
			return row, nil, err
		}
		if err := fn(&m); err != nil {
			return row, nil, err
		}
		behind, err := p.announce(&m)
		if err != nil {
			return row, nil, err
		}
		next, err := meetingRow(&m)
		return next, behind, err
	})
	if err != nil {
		return council.Meeting{}, trouble("update meeting", err)
	}
	_ = p.handOver(ctx, &m) // as in Open
	return m, nil
}

// List implements council.Meetings.
func (p *Meetings) List(ctx context.Context, q council.Query, cursor string, limit int) ([]council.Meeting, string, error) {
	var any []string
	if q.Area != nil {
		any = append(any, "in:"+string(*q.Area))
	}
	if q.User != "" {
		any = append(any, "p:"+q.User)
	}
	if len(any) == 0 {
		return nil, "", nil
	}
	rows, next, err := p.s.page(ctx, Query{Table: meetingsTable, Any: any, Desc: true}, cursor, limit)
	if err != nil {
		return nil, "", trouble("list meetings", err)
	}
	list := make([]council.Meeting, len(rows))
	for i, row := range rows {
		if list[i], err = readMeeting(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// OfPerson implements council.Meetings.
func (p *Meetings) OfPerson(ctx context.Context, hashes []string) (all []council.Meeting, err error) {
	q := Query{Table: meetingsTable}
	for _, h := range hashes {
		q.Any = append(q.Any, "m:"+h)
	}
	for cursor := ""; len(hashes) > 0; {
		var rows []Row
		if rows, cursor, err = p.s.page(ctx, q, cursor, 200); err != nil {
			return nil, trouble("meetings of a person", err)
		}
		for _, row := range rows {
			m, err := readMeeting(row)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
		if cursor == "" {
			break
		}
	}
	return all, nil
}

// Kept implements council.Meetings.
func (p *Meetings) Kept(ctx context.Context, until time.Time, limit int) ([]string, time.Time, error) {
	return p.s.keptBy(ctx, meetingsTable, until, limit)
}

// Drain implements council.Meetings.
func (p *Meetings) Drain(ctx context.Context, limit int) (int, error) {
	if p.s.Engine.Atomic() {
		return 0, nil
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: meetingsTable, Tags: []string{unsentTag}, Limit: limit})
	if err != nil {
		return 0, trouble("drain meetings", err)
	}
	drained := 0
	var failed []error
	for _, row := range rows {
		m, err := readMeeting(row)
		if err == nil {
			err = p.handOver(ctx, &m)
		}
		if err != nil {
			failed = append(failed, err)
			continue
		}
		drained++
	}
	return drained, errors.Join(failed...)
}
