package store

import (
	"context"
	"errors"
	"time"

	"fengqiao/grid"
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
		Keys:    []Key{{"kind", Text}, {"state", Text}, {"open", Int}, {"area", Text}, {"series", Text}, {"due", Int}, {"overdue", Int}},
		Indexes: []Index{{Keys: []string{"due", "sort"}}, {Keys: []string{"series", "n"}}}},
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
		"open": flag(!s.State.Over()), "area": areaKey(s.Area), "series": s.Number.Series, "due": due, "overdue": millis(s.OverdueFrom())}}, err
}

// ReadSlip makes a slip of its row, for those who walk the table.
func ReadSlip(row Row) (s slip.Slip, err error) {
	err = decode(slipsTable, row.ID, row.Body, &s)
	s.Number.N = row.N
	return s, err
}

// around are the areas that hold one, the whole country among them.
func around(a grid.Code) []string {
	areas := []string{""}
	for _, x := range a.Ancestors() {
		areas = append(areas, string(x))
	}
	return areas
}

// slipTags are what lists of slips are led by: what it is about, its area, its addressee, its issuer, each by the areas in which somebody
// sees it. A restricted one bears its role in place of its area.
func slipTags(s *slip.Slip) []string {
	tags := []string{aboutTag(s.About)}
	if s.Case != "" {
		tags = append(tags, "c:"+s.Case)
	}
	for _, a := range around(s.Area) {
		tags = append(tags, areaTag(s.Restricted, a))
	}
	switch s.To.Form() {
	case "person":
		tags = append(tags, "to:"+s.To.User)
	case "unit":
		tags = append(tags, "un:"+s.To.Unit)
		for _, a := range around(s.To.Area) {
			tags = append(tags, unitAddress(s.To.Unit, a))
		}
	case "post":
		for _, a := range around(s.To.Area) {
			tags = append(tags, postAddress(s.To.Role, a))
		}
	}
	if s.Issuer.User != "" {
		tags = append(tags, "by:"+s.Issuer.User)
	}
	if s.Restricted == "" || s.Issuer.User == "" {
		for _, a := range around(s.Issuer.Area) {
			tags = append(tags, postIssued(s.Issuer.Role, s.Issuer.Unit, a))
		}
	}
	return tags
}

func aboutTag(about slip.Subject) string { return "a:" + about.Kind + "/" + about.ID }

func areaTag(only mediation.Role, area string) string { return "in:" + string(only) + "|" + area }

func unitAddress(unit, area string) string { return "tu:" + area + "|" + unit }

func postAddress(r mediation.Role, area string) string { return "tp:" + area + "|" + string(r) }

func postIssued(r mediation.Role, unit, area string) string {
	return "bp:" + area + "|" + string(r) + "|" + unit
}

// sightTags are those of which a slip bears one that the actor sees.
func sightTags(v slip.Visible, mine string) []string {
	var tags []string
	a, area := v.Actor, string(v.Actor.Area)
	if v.Area && mine == "" {
		tags = append(tags, areaTag("", area), areaTag(a.Role, area))
	}
	if v.Addressed && mine != "by" {
		tags = append(tags, "to:"+a.ID, postAddress(a.Role, area))
		if a.Unit != "" {
			tags = append(tags, unitAddress(a.Unit, area))
		}
	}
	if v.Issuing && mine != "to" {
		tags = append(tags, "by:"+a.ID, postIssued(a.Role, a.Unit, area))
	}
	return tags
}

// slipQuery turns a filter into a query; false if nothing can meet it.
func slipQuery(f slip.Filter) (Query, bool) {
	q := Query{Table: slipsTable, Eq: map[string]any{}, In: map[string][]any{}, From: map[string]any{}, Until: map[string]any{}, Any: sightTags(f.Visible, f.Mine)}
	if len(q.Any) == 0 {
		return q, false
	}
	if f.About != (slip.Subject{}) {
		q.Tags = append(q.Tags, aboutTag(f.About))
	}
	for tag, value := range map[string]string{"c:": f.Case, "un:": f.Unit, "to:": f.User} {
		if value != "" {
			q.Tags = append(q.Tags, tag+value)
		}
	}
	if f.Kind != "" {
		q.Eq["kind"] = f.Kind
	}
	for _, s := range f.States {
		q.In["state"] = append(q.In["state"], string(s))
	}
	if f.Open != nil {
		q.Eq["open"] = flag(*f.Open)
	}
	narrow(&q, f.Area)
	if f.OverdueAt != 0 {
		q.Eq["open"], q.From["overdue"], q.Until["overdue"] = int64(1), int64(1), f.OverdueAt+1
	}
	return q, true
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
	writes, err := outboxWrites(s.Unsent)
	if err != nil {
		return err
	}
	if _, err := p.s.Engine.Apply(ctx, writes...); err != nil {
		return trouble("drain slip", err)
	}
	p.s.noticed(len(writes))
	last := s.Unsent[len(s.Unsent)-1].Seq
	_, err = p.s.modify(ctx, slipsTable, s.ID, func(row Row) (Row, []Write, error) {
		now, err := ReadSlip(row)
		if err != nil {
			return row, nil, err
		}
		var kept []mediation.Notice
		for _, n := range now.Unsent {
			if n.Seq > last {
				kept = append(kept, n)
			}
		}
		now.Unsent = kept
		next, err := slipRow(&now)
		return next, nil, err
	})
	if err == nil {
		s.Unsent = nil
	}
	return trouble("drain slip", err)
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

// List implements slip.Slips.
func (p *Slips) List(ctx context.Context, f slip.Filter, cursor string, limit int) ([]slip.Summary, string, error) {
	after, err := readPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	q, ok := slipQuery(f)
	if !ok {
		return nil, "", nil
	}
	q.After, q.Desc, q.Limit, q.HeadsOnly = after, true, limit+1, true
	rows, err := p.s.Engine.Find(ctx, q)
	if err != nil {
		return nil, "", trouble("list slips", err)
	}
	next := ""
	if len(rows) > limit {
		rows, next = rows[:limit], writePosition(rows[limit-1])
	}
	list := make([]slip.Summary, len(rows))
	for i, row := range rows {
		if err := decode(slipsTable, row.ID, row.Head, &list[i]); err != nil {
			return nil, "", err
		}
		list[i].Number.N = row.N
	}
	return list, next, nil
}

// OfCase implements slip.Slips.
func (p *Slips) OfCase(ctx context.Context, caseID string) (all []slip.Slip, err error) {
	q := Query{Table: slipsTable, Tags: []string{"c:" + caseID}, Limit: 100}
	for {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return nil, trouble("slips of a case", err)
		}
		for _, row := range rows {
			s, err := ReadSlip(row)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
		if len(rows) < q.Limit {
			return all, nil
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
}

// dueBy reads what is due in a table, the longest due first.
func (s *Store) dueBy(ctx context.Context, table string, until time.Time, limit int) ([]Row, error) {
	rows, err := s.Engine.Find(ctx, Query{Table: table, By: "due", From: map[string]any{"due": int64(1)}, Until: map[string]any{"due": until.UnixMilli() + 1},
		Limit: limit, HeadsOnly: true})
	return rows, trouble("due "+table, err)
}

// Due implements slip.Slips.
func (p *Slips) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	rows, err := p.s.dueBy(ctx, slipsTable, until, limit)
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, err
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

// Watch implements slip.Watches.
func (p *Slips) Watch(ctx context.Context, caseID string, due time.Time) error {
	if due.IsZero() {
		_, err := p.s.Engine.Apply(ctx, Write{Table: watchesTable, Op: Delete, Row: Row{ID: caseID}})
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return trouble("forget case", err)
	}
	row := Row{ID: caseID, Keys: map[string]any{"due": millis(due)}}
	done, err := p.s.Engine.Apply(ctx, Write{Table: watchesTable, Op: Ensure, Row: row})
	if err != nil || done[0].Done {
		return trouble("watch case", err)
	}
	_, err = p.s.modify(ctx, watchesTable, caseID, func(was Row) (Row, []Write, error) {
		if was.Keys["due"] == row.Keys["due"] {
			return was, nil, errSame
		}
		return row, nil, nil
	})
	if errors.Is(err, errSame) || errors.Is(err, ErrNotFound) { // forgotten meanwhile: whoever did has looked later
		return nil
	}
	return trouble("watch case", err)
}

// Watched implements slip.Watches.
func (p *Slips) Watched(ctx context.Context, until time.Time, limit int) (ids []string, first time.Time, err error) {
	rows, err := p.s.dueBy(ctx, watchesTable, until, limit)
	for i, r := range rows {
		if due, _ := r.Keys["due"].(int64); i == 0 {
			first = time.UnixMilli(due).UTC()
		}
		ids = append(ids, r.ID)
	}
	return ids, first, err
}

// seenSetting is up to when the cases' events have been looked at.
const seenSetting = "slips_seen"

// Seen implements slip.Watches.
func (p *Slips) Seen(ctx context.Context) (t time.Time, err error) {
	text, _, err := p.s.setting(ctx, seenSetting)
	if err != nil || text == "" {
		return t, err
	}
	return time.Parse(time.RFC3339Nano, text)
}

// See implements slip.Watches.
func (p *Slips) See(ctx context.Context, until time.Time) error {
	return p.s.set(ctx, seenSetting, until.UTC().Format(time.RFC3339Nano), mediation.AnyRevision)
}
