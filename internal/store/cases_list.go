package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"
)

// List pages cases. Every list is led by tags, so that its cost is that of its page and not of the table: a stream of
// open and one of ended cases under an area, which the engine merges in (opened, id) order, or the one stream of a reporter,
// mediator or unit.
func (p *Cases) List(ctx context.Context, f mediation.Filter, cursor string, limit int) ([]mediation.Summary, string, error) {
	if f.Late != ([2]time.Time{}) {
		return p.late(ctx, f, cursor, limit)
	}
	if len(f.Came) > 0 {
		return p.came(ctx, f, cursor, limit)
	}
	after, err := readPosition(cursor)
	if err == nil {
		f.Visible.Except, err = p.except(ctx, f.Visible.Except)
	}
	if err != nil {
		return nil, "", err
	}
	q, ok := caseQuery(f)
	if !ok {
		return nil, "", nil
	}
	var rows []Row
	if len(f.WordHashes) > 0 {
		rows, err = p.byWords(ctx, f, q, after, limit+1)
	} else {
		q.After, q.Desc, q.Limit, q.HeadsOnly = after, true, limit+1, true
		rows, err = p.walk(ctx, f, q)
	}
	if err != nil {
		return nil, "", trouble("list cases", err)
	}
	next := ""
	if len(rows) > limit {
		rows = rows[:limit]
		next = writePosition(rows[limit-1])
	}
	list, err := p.readSummaries(rows)
	return list, next, err
}

// fewOverdue is how many overdue cases are still put into order here rather than looked for among all that are open.
const fewOverdue = 300

// walk reads one page. Overdue cases, where they are few, are found by their index; where they are many, the walk of the
// open ones meets them soon.
func (p *Cases) walk(ctx context.Context, f mediation.Filter, q Query) ([]Row, error) {
	due, ok := alongOverdue(f, q)
	if !ok {
		return p.s.Engine.Find(ctx, q)
	}
	due.By, due.After, due.Desc, due.Limit = "overdue", nil, false, fewOverdue+1
	n, err := p.s.Engine.Count(ctx, due, fewOverdue+1)
	if err != nil {
		return nil, err
	}
	var rows []Row
	if n <= fewOverdue {
		if rows, err = p.s.Engine.Find(ctx, due); err != nil {
			return nil, err
		}
	}
	if max(n, len(rows)) > fewOverdue {
		return p.s.Engine.Find(ctx, q)
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(cmp.Compare(b.Sort, a.Sort), cmp.Compare(b.ID, a.ID)) })
	if at := q.After; at != nil {
		rows = slices.DeleteFunc(rows, func(r Row) bool { return cmp.Or(cmp.Compare(r.Sort, at.Sort), cmp.Compare(r.ID, at.ID)) >= 0 })
	}
	return rows[:min(q.Limit, len(rows))], nil
}

// alongOverdue lets the index of overdue cases lead instead of the streams of an area; false where others lead. The query's
// conditions on the row hold the area too.
func alongOverdue(f mediation.Filter, q Query) (Query, bool) {
	byArea := f.Visible.Area != nil && f.Visible.Unit == ""
	if f.OverdueAt.IsZero() || f.NeedsHand || len(q.Any) == 0 || !byArea {
		return q, false
	}
	q.Any = nil
	return q, true
}

// Count counts at most max cases.
func (p *Cases) Count(ctx context.Context, f mediation.Filter, max int) (int, error) {
	if f.Late != ([2]time.Time{}) {
		list, _, err := p.late(ctx, f, "", max)
		return len(list), err
	}
	if len(f.Came) > 0 {
		list, _, err := p.came(ctx, f, "", max)
		return len(list), err
	}
	var err error
	if f.Visible.Except, err = p.except(ctx, f.Visible.Except); err != nil {
		return 0, err
	}
	q, ok := caseQuery(f)
	if !ok {
		return 0, nil
	}
	if len(f.WordHashes) > 0 {
		rows, err := p.byWords(ctx, f, q, nil, max)
		return len(rows), trouble("count cases", err)
	}
	q, _ = alongOverdue(f, q)
	n, err := p.s.Engine.Count(ctx, q, max)
	return n, trouble("count cases", err)
}

// caseQuery turns a filter into a query; false if nothing can meet it.
func caseQuery(f mediation.Filter) (Query, bool) {
	q, ok := ledQuery(f)
	also := func(tag string) {
		if ok && !slices.Contains(q.Tags, tag) {
			q.Tags = append(q.Tags, tag)
		}
	}
	if f.Official != "" {
		also(officialTag(f.Official))
	}
	if f.HadBy != "" {
		also(hadTag(f.HadBy))
	}
	if f.Remedies {
		also(remediesTag)
	}
	if f.ToSign {
		also(toSignTag)
	}
	if f.Counted != "" {
		also(countedTag(f.Counted))
	}
	return q, ok
}

// ledQuery is the query with what leads its search.
func ledQuery(f mediation.Filter) (Query, bool) {
	q, ok := seen(f)
	if f.Owner != "" {
		q.Tags = slices.Insert(q.Tags, 0, ownerTag(f.Owner)) // one person's are the fewest
	}
	return q, ok
}

// seen is the query by what the caller sees.
func seen(f mediation.Filter) (Query, bool) {
	q, ok := residue(f)
	streams := streamsOf(f)
	if !ok || f.Visible.None || len(streams) == 0 {
		return q, false
	}
	v := f.Visible
	if f.Number != "" && v.Area != nil && v.Unit == "" {
		return byNumber(q, *v.Area, f)
	}
	switch {
	case f.Lain != "":
		return lain(q, v, f, streams)
	case v.Case != "":
		return q, false // a party has no lists
	case v.Reporter != "":
		return sentToo(lead(q, f.Area, streams, "r:"+v.Reporter), v), true
	case v.Mediator != "":
		return sentToo(lead(q, f.Area, streams, "m:"+v.Mediator), v), true
	case v.Unit != "":
		area, ok := both(*v.Area, f.Area)
		return sentToo(lead(q, area, streams, "u:"+v.Unit), v), ok
	case v.Area != nil && f.Official != "":
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, officialTag(f.Official)), ok
	case v.Area != nil && f.HadBy != "":
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, hadTag(f.HadBy)), ok
	case v.Area != nil && f.Remedies:
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, remediesTag), ok
	case v.Area != nil && f.ToSign:
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, toSignTag), ok
	case v.Area != nil && f.Owner != "":
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, ownerTag(f.Owner)), ok
	case v.Area != nil && f.Unit != "":
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, "u:"+f.Unit), ok
	case v.Area != nil && few(f):
		area, ok := both(*v.Area, f.Area)
		return lead(q, area, streams, countedTag(f.Counted)), ok
	case v.Area != nil:
		return byArea(q, *v.Area, f, streams)
	}
	return q, false
}

// few tells whether the filter asks for a set that few cases are in, so that it may lead. A set of most of them is met soon in an area's stream.
func few(f mediation.Filter) bool {
	set, known := f.Counted.Info()
	return known && !set.Common && f.Cell == ""
}

// streamsOf says which of open ("o:") and ended ("d:") cases the filter can select.
func streamsOf(f mediation.Filter) []string {
	open, over := f.Open == nil || *f.Open, f.Open == nil || !*f.Open
	over = over && f.OverdueAt.IsZero() // the clocks of an ended case stand still
	if len(f.States) > 0 {
		open = open && slices.ContainsFunc(f.States, func(s mediation.State) bool { return !s.Over() })
		over = over && slices.ContainsFunc(f.States, func(s mediation.State) bool { return s.Over() })
	}
	var streams []string
	if open {
		streams = append(streams, streamTag(false))
	}
	if over {
		streams = append(streams, streamTag(true))
	}
	return streams
}

// lead makes a query led by a tag that few cases bear; areas and streams become conditions on the row.
func lead(q Query, area grid.Code, streams []string, tag string) Query {
	narrow(&q, area)
	q.Tags = []string{tag}
	if len(streams) == 1 {
		q.Tags = append(q.Tags, streams[0])
	}
	return q
}

// lain makes a query of what lies in an area and what has lain there, of those that tags are written of; what the caller sees, and what else the
// filter narrows to, are conditions on the row.
func lain(q Query, v mediation.Visible, f mediation.Filter, streams []string) (Query, bool) {
	if v.Area == nil || v.Reporter != "" || v.Mediator != "" || v.Case != "" || leadingArea(f.Lain) != f.Lain {
		return q, false
	}
	area, ok := both(*v.Area, f.Area)
	if !ok {
		return q, false
	}
	narrow(&q, area)
	q.Any = []string{lainTag(f.Lain)}
	for _, stream := range []string{streamTag(false), streamTag(true)} {
		q.Any = append(q.Any, stream+string(f.Lain))
	}
	if len(streams) == 1 {
		q.Tags = append(q.Tags, streams[0])
	}
	if v.Unit != "" {
		q.Tags = append(q.Tags, "u:"+v.Unit)
	}
	return q, true
}

// sentToo adds to a person's or a unit's cases those that rules have sent to them in person.
func sentToo(q Query, v mediation.Visible) Query {
	if v.Sent != "" {
		q.Any, q.Tags = []string{q.Tags[0], sentTag(v.Sent)}, q.Tags[1:]
	}
	return q
}

// byArea makes a query led by the streams of the narrowest area that the filter and the caller's sight leave.
func byArea(q Query, sight grid.Code, f mediation.Filter, streams []string) (Query, bool) {
	area, ok := both(sight, f.Area)
	if !ok {
		return q, false
	}
	led := leadingArea(area)
	if led != area || f.Cell != "" || !f.OverdueAt.IsZero() { // a case transferred out of the caller's sight is left out by its area
		narrow(&q, area)
	}
	for _, stream := range streams {
		place := stream + string(led)
		if f.Cell != "" {
			place = cellTag(stream, f.Cell)
		}
		for _, facet := range facetsOf(f, stream) {
			q.Any = append(q.Any, facet+place)
		}
	}
	return q, true
}

// facetsOf are the facets under which a stream holds all that the filter selects from it, "" being the whole stream.
func facetsOf(f mediation.Filter, stream string) []string {
	over := stream == streamTag(true)
	var facets []string
	switch {
	case f.NeedsHand:
		facets = append(facets, handFacet)
	case over && f.Category != "":
		facets = append(facets, categoryFacet(f.Category))
	case over && len(f.States) > 0:
		for _, s := range f.States {
			if s.Over() {
				facets = append(facets, stateFacet(s))
			}
		}
	case f.Severity >= graveFrom:
		for severity := f.Severity; severity <= graveTo; severity++ {
			facets = append(facets, severityFacet(severity))
		}
	default:
		facets = append(facets, "")
	}
	return facets
}

// byNumber lets the register's own index find the case; sight, area and whether it is open are conditions on the row.
func byNumber(q Query, sight grid.Code, f mediation.Filter) (Query, bool) {
	area, ok := both(sight, f.Area)
	if !ok {
		return q, false
	}
	narrow(&q, area)
	if f.Open != nil {
		var states []any
		for _, s := range mediation.States {
			if s.Over != *f.Open && (len(f.States) == 0 || slices.Contains(f.States, s.State)) {
				states = append(states, string(s.State))
			}
		}
		q.In["state"] = states
	}
	return q, true
}

// both is the ground that two areas share: the narrower one, if one holds the other.
func both(a, b grid.Code) (grid.Code, bool) {
	if a.Contains(b) {
		return b, true
	}
	return a, b.Contains(a)
}

// narrow bounds the row's area, once.
func narrow(q *Query, area grid.Code) {
	if area != "" {
		q.From["area"], q.Until["area"] = areaKey(area), string(area)+"/"
	}
}
