package store

import (
	"context"

	"fengqiao/mediation"
)

// keptTag is of one whom the case is kept from, by mediation's key.
func keptTag(key string) string { return "z:" + key }

func keptTags(keys []string) []string {
	tags := make([]string, len(keys))
	for i, key := range keys {
		tags[i] = keptTag(key)
	}
	return tags
}

// except leaves out the keys if there is no case that they keep anything from, which is so of nearly everybody: then no list and no count need look
// for them row by row.
func (p *Cases) except(ctx context.Context, keys []string) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	n, err := p.s.Engine.Count(ctx, Query{Table: casesTable, Any: keptTags(keys)}, 1)
	if err != nil || n == 0 {
		return nil, trouble("cases kept from somebody", err)
	}
	return keys, nil
}

// KeptFrom implements mediation.Cases.
func (p *Cases) KeptFrom(ctx context.Context, keys []string, limit int) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	rows, err := p.s.Engine.Find(ctx, Query{Table: casesTable, Any: keptTags(keys), Desc: true, Limit: limit, HeadsOnly: true})
	if err != nil {
		return nil, trouble("cases kept from somebody", err)
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, nil
}

var _ mediation.Cases = (*Cases)(nil)
