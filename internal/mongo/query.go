package mongo

import (
	"fmt"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/bson"

	"fengqiao/internal/store"
)

// filter collects the conditions of a query, one entry a field, so that the planner sees equality and range on a field
// together. Fields come in a fixed order, which keeps the number of query shapes small.
type filter struct {
	t      *table
	fields map[string]bson.D
	extra  bson.A
}

// conditions turns a query into a filter document, without After.
func (t *table) conditions(q store.Query) (*filter, error) {
	f := &filter{t: t, fields: map[string]bson.D{}}
	for _, bound := range []struct {
		operator string
		values   map[string]any
	}{{"$eq", q.Eq}, {"$gte", q.From}, {"$lt", q.Until}} {
		for key, v := range bound.values {
			if err := f.add(key, bound.operator, v); err != nil {
				return nil, err
			}
		}
	}
	for key, list := range q.In {
		values := make(bson.A, len(list))
		for i, v := range list {
			checked, err := t.value(key, v)
			if err != nil {
				return nil, err
			}
			values[i] = checked
		}
		f.put(field(key), "$in", values)
	}
	if len(q.Tags)+len(q.Any)+len(q.None) > 0 && !t.def.Tagged {
		return nil, fmt.Errorf("mongo: table %s keeps no tags", t.def.Name)
	}
	if len(q.Any) > 0 {
		f.put("t", "$in", q.Any)
	}
	if len(q.Tags) > 0 {
		// $all takes its index bounds from its first value, which the caller made the most selective one.
		f.put("t", "$all", q.Tags)
	}
	if len(q.None) > 0 {
		f.put("t", "$nin", q.None)
	}
	if q.By == "" {
		return f, nil
	}
	kind, ok := t.types[q.By]
	if !ok {
		return nil, fmt.Errorf("mongo: table %s has no key %q", t.def.Name, q.By)
	}
	if q.By != sortKey {
		f.skipEmpty(q.By, kind)
	}
	return f, nil
}

// skipEmpty leaves out the rows in which the key is empty, as every index that begins with it does. Nothing sorts before
// the empty text, and "greater than" is what lets the server use a partial index.
func (f *filter) skipEmpty(key string, kind store.KeyType) {
	if kind == store.Text {
		f.put(field(key), "$gt", "")
		return
	}
	f.put(field(key), "$ne", int64(0))
}

func (f *filter) add(key, operator string, v any) error {
	v, err := f.t.value(key, v)
	if err != nil {
		return err
	}
	f.put(field(key), operator, v)
	return nil
}

func (f *filter) put(name, operator string, v any) {
	f.fields[name] = append(f.fields[name], bson.E{Key: operator, Value: v})
}

// document is the finished filter.
func (f *filter) document() bson.D {
	doc := bson.D{}
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		operators := f.fields[name]
		slices.SortStableFunc(operators, func(a, b bson.E) int {
			if a.Key < b.Key {
				return -1
			}
			if a.Key > b.Key {
				return 1
			}
			return 0
		})
		doc = append(doc, bson.E{Key: name, Value: operators})
	}
	if len(f.extra) > 0 {
		doc = append(doc, bson.E{Key: "$and", Value: f.extra})
	}
	return doc
}

// after keeps what stands behind a position in the order of the fields. The bound on the first field stands alone as
// well, because an index scan can start there, which it could not from the alternatives.
func (f *filter) after(order []place, desc bool) {
	beyond, from := "$gt", "$gte"
	if desc {
		beyond, from = "$lt", "$lte"
	}
	var alternatives bson.A
	var same bson.D
	for _, p := range order {
		further := append(slices.Clone(same), bson.E{Key: p.field, Value: bson.D{{Key: beyond, Value: p.value}}})
		alternatives = append(alternatives, further)
		same = append(same, bson.E{Key: p.field, Value: p.value})
	}
	first := bson.D{{Key: order[0].field, Value: bson.D{{Key: from, Value: order[0].value}}}}
	f.extra = append(f.extra, first, bson.D{{Key: "$or", Value: alternatives}})
}

// place is a field of an order with the value where a page ended.
type place struct {
	field string
	value any
}

// order is the sort specification of a query and, behind a position, its bound on the filter.
func (f *filter) order(q store.Query) (bson.D, error) {
	fields := []string{"s", "_id"}
	if q.By != "" && q.By != sortKey {
		fields = []string{field(q.By), "s", "_id"}
	}
	desc := q.Desc && q.By == ""
	sort := ascending(fields...)
	if desc {
		for i := range sort {
			sort[i].Value = -1
		}
	}
	if q.After == nil {
		return sort, nil
	}
	places := []place{{"s", q.After.Sort}, {"_id", q.After.ID}}
	if len(fields) == 3 {
		by, err := f.t.value(q.By, q.After.By)
		if err != nil {
			return nil, err
		}
		places = slices.Insert(places, 0, place{field(q.By), by})
	}
	f.after(places, desc)
	return sort, nil
}
