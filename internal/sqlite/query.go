package sqlite

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fengqiao/internal/store"
)

// search is a Query written as SQL. There are three ways to walk, and each gives the order without sorting: along a tag
// (_tags_<table> is ordered by tag, sort, id), along the By key's index (tags are then looked up), or along the index of
// an equal key, which ends with sort and id. The conditions are written so that SQLite finds that walk:
//   - the first tag leads through a CROSS JOIN, which SQLite does not reorder; the other tags are looked up per row;
//   - the condition of the partial indexes is repeated wherever a condition implies it;
//   - of a lower bound and a position to continue behind, only the stricter one is written, because SQLite starts the
//     walk at one of them and would filter by the other.
type search struct {
	t     *table
	led   bool // the first tag leads
	where []string
	args  []any
	none  bool // no row can meet the conditions
	keyed bool // some condition needs the row itself
}

// reader is the alias of the table that sort and id are read from: g for the leading tag, t for the row.
func (s *search) reader() string {
	if s.led {
		return "g"
	}
	return "t"
}

// columns is what a row is read from. Id and sort come from where the walk has them in order.
func (s *search) columns() string {
	if s.led {
		return s.t.led
	}
	return s.t.columns
}

func (s *search) add(condition string, args ...any) {
	s.where = append(s.where, condition)
	s.args = append(s.args, args...)
}

// field is a key as it stands in a condition.
func (s *search) field(key string) string {
	if key == "sort" {
		return s.reader() + ".sort"
	}
	s.keyed = true
	return "t." + column(key)
}

// fill repeats the condition of the partial indexes.
func (s *search) fill(key string) {
	if key != "sort" {
		s.add("t." + s.t.filled(key))
	}
}

// blank tells whether a value is the empty one of its type.
func blank(v any) bool { return v == "" || v == int64(0) }

// newSearch writes the conditions of q; paged ones carry its position and order too.
func newSearch(t *table, q store.Query, paged bool) (*search, error) {
	s := &search{t: t, led: len(q.Tags) > 0 && !(paged && ordered(q))}
	if len(q.Tags)+len(q.Any)+len(q.None) > 0 && !t.Tagged {
		return nil, fmt.Errorf("sqlite: table %s keeps no tags", t.Name)
	}
	lower, upper, err := s.bounds(q, paged)
	if err != nil {
		return nil, err
	}
	for i, tag := range q.Tags {
		if i == 0 && s.led {
			s.add("g.tag = ?", tag)
			continue
		}
		s.bears("EXISTS", []string{tag})
	}
	if len(q.Any) > 0 {
		s.bears("EXISTS", q.Any)
	}
	if len(q.None) > 0 {
		s.bears("NOT EXISTS", q.None)
	}
	if err := s.equal(q); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(lower)) {
		v := lower[key]
		s.add(s.field(key)+" >= ?", v)
		if positive(v) {
			s.fill(key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(upper)) {
		s.add(s.field(key)+" < ?", upper[key])
	}
	return s, nil
}

// bears writes that the row has, or has not, one of the tags.
func (s *search) bears(exists string, tags []string) {
	values := make([]any, len(tags))
	for i, tag := range tags {
		values[i] = tag
	}
	r := s.reader()
	s.add(exists+" (SELECT 1 FROM "+s.t.tags+" x WHERE x.tag IN ("+marks(len(tags))+") AND x.sort = "+r+".sort AND x.id = "+r+".id)", values...)
}

// arms are the searches whose answers together are the query's, none in two of them. Where any of several tags will do,
// each leads a search of its own, so that each walks its order; SQLite merges them as it reads.
func arms(t *table, q store.Query, paged bool) ([]*search, error) {
	if len(q.Any) == 0 || paged && ordered(q) {
		s, err := newSearch(t, q, paged)
		return []*search{s}, err
	}
	any := distinct(q.Any)
	list := make([]*search, len(any))
	for i, tag := range any {
		one := q
		one.Any, one.Tags = nil, append([]string{tag}, q.Tags...)
		s, err := newSearch(t, one, paged)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			s.bears("NOT EXISTS", any[:i])
		}
		list[i] = s
	}
	return list, nil
}

// union writes searches as one, each selecting the columns.
func union(list []*search, columns func(*search) string, rows bool) (text string, args []any, none bool) {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = "SELECT " + columns(s) + s.from(rows)
		args = append(args, s.args...)
		none = none || s.none
	}
	return strings.Join(parts, " UNION ALL "), args, none
}

// equal writes the conditions on single values.
func (s *search) equal(q store.Query) error {
	for _, key := range slices.Sorted(maps.Keys(q.Eq)) {
		v, err := s.t.value(key, q.Eq[key])
		if err != nil {
			return err
		}
		s.add(s.field(key)+" = ?", v)
		if !blank(v) {
			s.fill(key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(q.In)) {
		given := q.In[key]
		if len(given) == 0 {
			s.none = true
			return nil
		}
		var values []any
		for _, v := range given {
			v, err := s.t.value(key, v)
			if err != nil {
				return err
			}
			values = append(values, v)
		}
		s.in(s.field(key), values)
		if !slices.ContainsFunc(values, blank) {
			s.fill(key)
		}
	}
	return nil
}

// in writes that a field has any of the values. Repeating the last value up to a power of two keeps the number of
// different statements small.
func (s *search) in(field string, values []any) {
	n := len(values)
	for n&(n-1) != 0 {
		n++
	}
	for len(values) < n {
		values = append(values, values[len(values)-1])
	}
	s.add(field+" IN ("+marks(n)+")", values...)
}

// ordered tells whether a query is ordered by a key, whose index then leads.
func ordered(q store.Query) bool { return q.By != "" && q.By != "sort" }

// positive tells whether a lower bound leaves out the empty value.
func positive(v any) bool {
	switch v := v.(type) {
	case string:
		return v != ""
	case int64:
		return v > 0
	}
	return false
}

// bounds returns the ranges of q that remain to be written, after adding its position and what By demands.
func (s *search) bounds(q store.Query, paged bool) (lower, upper map[string]any, err error) {
	lower, upper = maps.Clone(q.From), maps.Clone(q.Until)
	for _, ranges := range []map[string]any{lower, upper} {
		for key, v := range ranges {
			if ranges[key], err = s.t.value(key, v); err != nil {
				return nil, nil, err
			}
		}
	}
	if !paged {
		return lower, upper, nil
	}
	if ordered(q) {
		if _, known := s.t.types[q.By]; !known {
			return nil, nil, fmt.Errorf("sqlite: table %s has no key %q", s.t.Name, q.By)
		}
		s.keyed = true
		s.fill(q.By) // what has no value stands in no order by it
	}
	if q.After == nil {
		return lower, upper, nil
	}
	return lower, upper, s.after(q, lower, upper)
}

// after adds the position, or leaves it out where a bound is stricter; the weaker of the two goes.
func (s *search) after(q store.Query, lower, upper map[string]any) error {
	at := q.After
	r := s.reader()
	if ordered(q) {
		by, err := s.t.value(q.By, at.By)
		if err != nil {
			return err
		}
		if from, bounded := lower[q.By]; bounded && order(from, by) > 0 {
			return nil
		}
		delete(lower, q.By)
		s.add("("+s.field(q.By)+", t.sort, t.id) > (?, ?, ?)", by, at.Sort, at.ID)
		return nil
	}
	if q.Desc && q.By == "" {
		if until, bounded := upper["sort"]; bounded && order(until, at.Sort) <= 0 {
			return nil
		}
		delete(upper, "sort")
		s.add("("+r+".sort, "+r+".id) < (?, ?)", at.Sort, at.ID)
		return nil
	}
	if from, bounded := lower["sort"]; bounded && order(from, at.Sort) > 0 {
		return nil
	}
	delete(lower, "sort")
	s.add("("+r+".sort, "+r+".id) > (?, ?)", at.Sort, at.ID)
	return nil
}

// order compares two values of one key.
func order(a, b any) int {
	if x, isText := a.(string); isText {
		y, _ := b.(string)
		return strings.Compare(x, y)
	}
	x, _ := a.(int64)
	y, _ := b.(int64)
	return cmp.Compare(x, y)
}

// from writes FROM and WHERE. Where only tags and sort matter, the rows themselves need not be read.
func (s *search) from(rows bool) string {
	var b strings.Builder
	switch {
	case !s.led:
		b.WriteString(" FROM " + s.t.name + " t")
	case rows || s.keyed:
		b.WriteString(" FROM " + s.t.tags + " g CROSS JOIN " + s.t.name + " t ON t.rid = g.rid")
	default:
		b.WriteString(" FROM " + s.t.tags + " g")
	}
	for i, condition := range s.where {
		if i == 0 {
			b.WriteString(" WHERE ")
		} else {
			b.WriteString(" AND ")
		}
		b.WriteString(condition)
	}
	return b.String()
}

// composed is a search in SQL.
type composed struct {
	text string
	args []any
	none bool // no row can meet the conditions
}

// find writes the statement of Engine.Find.
func find(t *table, q store.Query) (composed, error) {
	if q.Limit <= 0 {
		return composed{}, errors.New("sqlite: a Query needs a positive Limit")
	}
	list, err := arms(t, q, true)
	if err != nil {
		return composed{}, err
	}
	text, args, none := union(list, func(s *search) string {
		if q.HeadsOnly {
			return s.columns()
		}
		return s.columns() + ", t.tags, t.body"
	}, true)
	// Columns are named by their place, as a union's order wants it: 1 is the id, 3 the sort.
	switch {
	case ordered(q):
		text += " ORDER BY " + list[0].field(q.By) + ", 3, 1"
	case q.Desc && q.By == "":
		text += " ORDER BY 3 DESC, 1 DESC"
	default:
		text += " ORDER BY 3, 1"
	}
	return composed{text + " LIMIT ?", append(args, int64(q.Limit)), none}, nil
}

// count writes the statement of Engine.Count.
func count(t *table, q store.Query, most int) (composed, error) {
	list, err := arms(t, q, false)
	if err != nil {
		return composed{}, err
	}
	text, args, none := union(list, func(*search) string { return "1" }, false)
	return composed{"SELECT count(*) FROM (" + text + " LIMIT ?)", append(args, int64(most)), none}, nil
}
