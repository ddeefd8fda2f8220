package store

import (
	"cmp"
	"context"
	"slices"

	"fengqiao/mediation"
)

// byWords walks the cases that bear all word hashes, newest first, and keeps those that meet the rest of the filter.
func (p *Cases) byWords(ctx context.Context, f mediation.Filter, q Query, after *Position, limit int) ([]Row, error) {
	var found []Row
	const step = 200
	for len(found) < limit {
		hits, err := p.s.Engine.Find(ctx, Query{Table: wordsTable, Tags: f.WordHashes, Desc: true, After: after, Limit: step, HeadsOnly: true})
		if err != nil || len(hits) == 0 {
			return found, err
		}
		kept, err := p.among(ctx, q, hits)
		if err != nil {
			return nil, err
		}
		found = append(found, kept...)
		if len(hits) < step {
			break
		}
		last := hits[len(hits)-1]
		after = &Position{Sort: last.Sort, ID: last.ID}
	}
	return found[:min(limit, len(found))], nil
}

// among returns those of the hits that the query selects, in the hits' order.
func (p *Cases) among(ctx context.Context, q Query, hits []Row) ([]Row, error) {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	rows, err := p.s.Engine.GetMany(ctx, casesTable, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Row, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	var kept []Row
	for _, h := range hits {
		if r, ok := byID[h.ID]; ok && q.selects(r) {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// selects tells whether a row meets the query's conditions; position, order and limit aside.
func (q *Query) selects(r Row) bool {
	for _, t := range q.Tags {
		if !slices.Contains(r.Tags, t) {
			return false
		}
	}
	if len(q.Any) > 0 && !slices.ContainsFunc(q.Any, func(tag string) bool { return slices.Contains(r.Tags, tag) }) {
		return false
	}
	if slices.ContainsFunc(q.None, func(tag string) bool { return slices.Contains(r.Tags, tag) }) {
		return false
	}
	value := func(key string) any {
		switch key {
		case "sort":
			return r.Sort
		case "n":
			return r.N
		}
		return r.Keys[key]
	}
	for k, v := range q.Eq {
		if value(k) != v {
			return false
		}
	}
	for k, list := range q.In {
		if !slices.Contains(list, value(k)) {
			return false
		}
	}
	for k, v := range q.From {
		if compareKey(value(k), v) < 0 {
			return false
		}
	}
	for k, v := range q.Until {
		if compareKey(value(k), v) >= 0 {
			return false
		}
	}
	return true
}

func compareKey(a, b any) int {
	if x, ok := a.(int64); ok {
		return cmp.Compare(x, b.(int64))
	}
	return cmp.Compare(a.(string), b.(string))
}
