package store

import (
	"context"
	"time"

	"fengqiao/mediation/opinion"
)

// Suggestions implements opinion.Suggestions.
type Suggestions struct{ s *Store }

// Suggestions returns the port.
func (s *Store) Suggestions() *Suggestions { return &Suggestions{s} }

var _ opinion.Suggestions = (*Suggestions)(nil)

func suggestionRow(s *opinion.Suggestion) (Row, error) {
	tags := append(inside(s.Area), "c:"+s.Campaign, "u:"+s.By, "un:"+s.Unit)
	for _, a := range around(s.Area) {
		tags = append(tags, unitAddress(s.Unit, a))
	}
	if s.Case != "" {
		tags = append(tags, "k:"+s.Case)
	}
	for _, m := range s.Match {
		tags = append(tags, "m:"+m)
	}
	body, err := encode(s)
	if err != nil {
		return Row{}, err
	}
	head, err := encode(s.Summarise())
	return Row{ID: s.ID, Sort: s.At.UnixMilli(), Tags: tags, Head: head, Body: body,
		Keys: map[string]any{"state": string(s.State), "topic": s.Topic, "area": areaKey(s.Area), "due": millis(s.NextDue)}}, err
}

func readSuggestion(row Row) (s opinion.Suggestion, err error) {
	return s, decode(suggestionsTable, row.ID, row.Body, &s)
}

// Add implements opinion.Suggestions.
func (p *Suggestions) Add(ctx context.Context, s opinion.Suggestion) (bool, opinion.Suggestion, error) {
	row, err := suggestionRow(&s)
	if err != nil {
		return false, s, err
	}
	stored, err := p.s.addOnce(ctx, suggestionsTable, row)
	if err != nil || stored {
		return stored, s, err
	}
	s, err = p.Load(ctx, s.ID)
	return false, s, err
}

// Load implements opinion.Suggestions.
func (p *Suggestions) Load(ctx context.Context, id string) (opinion.Suggestion, error) {
	row, err := p.s.Engine.Get(ctx, suggestionsTable, id)
	if err != nil {
		return opinion.Suggestion{}, trouble("load suggestion", err)
	}
	return readSuggestion(row)
}

// Update implements opinion.Suggestions.
func (p *Suggestions) Update(ctx context.Context, id string, fn func(*opinion.Suggestion) error) (s opinion.Suggestion, err error) {
	_, err = p.s.modify(ctx, suggestionsTable, id, func(row Row) (Row, []Write, error) {
		var err error
		if s, err = readSuggestion(row); err == nil {
			err = fn(&s)
		}
		if err != nil {
			return row, nil, err
		}
		next, err := suggestionRow(&s)
		return next, nil, err
	})
	if err != nil {
		return opinion.Suggestion{}, trouble("change suggestion", err)
	}
	return s, nil
}

// List implements opinion.Suggestions.
func (p *Suggestions) List(ctx context.Context, f opinion.Filter, cursor string, limit int) ([]opinion.Summary, string, error) {
	q := Query{Table: suggestionsTable, Desc: true, HeadsOnly: true, Eq: map[string]any{}, From: map[string]any{}, Until: map[string]any{}}
	if v := f.Visible; v.Area != nil {
		q.Any = append(q.Any, "in:"+string(*v.Area))
	}
	if f.Visible.By != "" {
		q.Any = append(q.Any, "u:"+f.Visible.By)
	}
	if f.Visible.Unit != "" {
		q.Any = append(q.Any, unitAddress(f.Visible.Unit, string(f.Visible.UnitArea)))
	}
	if len(q.Any) == 0 {
		return nil, "", nil
	}
	for tag, value := range map[string]string{"c:": f.Campaign, "un:": f.Unit} {
		if value != "" {
			q.Tags = append(q.Tags, tag+value)
		}
	}
	if f.Topic != "" {
		q.Eq["topic"] = f.Topic
	}
	if f.State != "" {
		q.Eq["state"] = string(f.State)
	}
	narrow(&q, f.Area)
	rows, next, err := p.s.page(ctx, q, cursor, limit)
	if err != nil {
		return nil, "", trouble("list suggestions", err)
	}
	list := make([]opinion.Summary, len(rows))
	for i, row := range rows {
		if err := decode(suggestionsTable, row.ID, row.Head, &list[i]); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Of implements opinion.Suggestions.
func (p *Suggestions) Of(ctx context.Context, campaign, cursor string, limit int) ([]opinion.Suggestion, string, error) {
	return p.bearing(ctx, "c:"+campaign, cursor, limit)
}

// OfCase implements opinion.Suggestions.
func (p *Suggestions) OfCase(ctx context.Context, caseID string) (all []opinion.Suggestion, err error) {
	for cursor := ""; ; {
		list, next, err := p.bearing(ctx, "k:"+caseID, cursor, 100)
		if err != nil {
			return nil, err
		}
		if all, cursor = append(all, list...), next; next == "" {
			return all, nil
		}
	}
}

// bearing pages the suggestions that bear a tag, the oldest first.
func (p *Suggestions) bearing(ctx context.Context, tag, cursor string, limit int) ([]opinion.Suggestion, string, error) {
	rows, next, err := p.s.page(ctx, Query{Table: suggestionsTable, Tags: []string{tag}}, cursor, limit)
	if err != nil {
		return nil, "", trouble("list suggestions", err)
	}
	list := make([]opinion.Suggestion, len(rows))
	for i, row := range rows {
		if list[i], err = readSuggestion(row); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// OfPerson implements opinion.Suggestions.
func (p *Suggestions) OfPerson(ctx context.Context, hashes []string) (ids []string, err error) {
	q := Query{Table: suggestionsTable, Limit: 200, HeadsOnly: true}
	for _, h := range hashes {
		q.Any = append(q.Any, "m:"+h)
	}
	for len(hashes) > 0 {
		rows, err := p.s.Engine.Find(ctx, q)
		if err != nil {
			return nil, trouble("suggestions of a person", err)
		}
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		if len(rows) < q.Limit {
			break
		}
		last := rows[len(rows)-1]
		q.After = &Position{Sort: last.Sort, ID: last.ID}
	}
	return ids, nil
}

// Due implements opinion.Suggestions.
func (p *Suggestions) Due(ctx context.Context, until time.Time, limit int) ([]string, error) {
	return p.s.dueIDs(ctx, suggestionsTable, until, limit)
}

// Defer implements opinion.Suggestions.
func (p *Suggestions) Defer(ctx context.Context, id string, until time.Time) error {
	_, err := p.s.modify(ctx, suggestionsTable, id, func(row Row) (Row, []Write, error) {
		s, err := readSuggestion(row)
		if err != nil {
			row.Keys["due"] = until.UnixMilli() // as with campaigns
			return row, nil, nil
		}
		s.NextDue, s.Stumble = until, s.Stumble+1
		next, err := suggestionRow(&s)
		return next, nil, err
	})
	return trouble("put off suggestion", err)
}
