package mongo

import (
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"

	"fengqiao/internal/store"
)

// sortKey and numberKey are the names by which indexes and conditions speak of Row.Sort and Row.N.
const (
	sortKey   = "sort"
	numberKey = "n"
)

// table is one opened table: its definition and where its rows and numbers lie.
type table struct {
	def   store.Table
	types map[string]store.KeyType
	rows  *driver.Collection
	// latest reads what the primary has, confirmed by a majority or not: for deciding why a write was refused, which
	// must be judged by the same data as the write itself.
	latest  *driver.Collection
	numbers *driver.Collection
}

func newTable(db *driver.Database, def store.Table) (*table, error) {
	t := &table{def: def, types: map[string]store.KeyType{sortKey: store.Int, numberKey: store.Int}}
	for _, k := range def.Keys {
		if _, twice := t.types[k.Name]; twice || k.Name == "" || strings.ContainsAny(k.Name, ".$+\x00") {
			return nil, fmt.Errorf("mongo: table %s: key %q stands there twice or cannot name a field", def.Name, k.Name)
		}
		t.types[k.Name] = k.Type
	}
	for _, index := range def.Indexes {
		if len(index.Keys) == 0 || index.Unique && (slices.Contains(index.Keys, sortKey) || slices.Contains(index.Keys, numberKey)) {
			return nil, fmt.Errorf("mongo: table %s: an index needs keys, and a unique one cannot hold %q or %q", def.Name, sortKey, numberKey)
		}
		for _, name := range index.Keys {
			if _, ok := t.types[name]; !ok {
				return nil, fmt.Errorf("mongo: table %s: index on an unknown key %q", def.Name, name)
			}
		}
	}
	local := options.Collection().SetReadConcern(readconcern.Local())
	t.rows = db.Collection(def.Name)
	t.latest = db.Collection(def.Name, local)
	t.numbers = db.Collection(numbersName, local)
	return t, nil
}

// field is where a key lies in a document.
func field(key string) string {
	switch key {
	case sortKey:
		return "s"
	case numberKey:
		return "n"
	}
	return "k." + key
}

// value checks a key's value against the type of its column.
func (t *table) value(key string, v any) (any, error) {
	kind, ok := t.types[key]
	if !ok {
		return nil, fmt.Errorf("mongo: table %s has no key %q", t.def.Name, key)
	}
	switch v.(type) {
	case string:
		ok = kind == store.Text
	case int64:
		ok = kind == store.Int
	default:
		ok = false
	}
	if !ok {
		return nil, fmt.Errorf("mongo: table %s: key %q cannot be a %T", t.def.Name, key, v)
	}
	return v, nil
}

// empty is the value of a key that a row does not name.
func empty(kind store.KeyType) any {
	if kind == store.Text {
		return ""
	}
	return int64(0)
}

// keys lists a row's keys in the order of the table, missing ones empty.
func (t *table) keys(row store.Row) (bson.D, error) {
	found := 0
	keys := make(bson.D, len(t.def.Keys))
	for i, k := range t.def.Keys {
		keys[i] = bson.E{Key: k.Name, Value: empty(k.Type)}
		given, ok := row.Keys[k.Name]
		if !ok {
			continue
		}
		found++
		v, err := t.value(k.Name, given)
		if err != nil {
			return nil, err
		}
		keys[i].Value = v
	}
	if found == len(row.Keys) {
		return keys, nil
	}
	for name := range row.Keys {
		if _, known := t.types[name]; !known || name == sortKey || name == numberKey {
			return nil, fmt.Errorf("mongo: table %s has no key %q", t.def.Name, name)
		}
	}
	return keys, nil
}

// content is the part of a document that a replacement changes.
func (t *table) content(row store.Row) (bson.D, error) {
	if len(row.Tags) > 0 && !t.def.Tagged {
		return nil, fmt.Errorf("mongo: table %s keeps no tags", t.def.Name)
	}
	keys, err := t.keys(row)
	if err != nil {
		return nil, err
	}
	doc := bson.D{
		{Key: "k", Value: keys},
		{Key: "u", Value: uniqueValues(t.def, keys)},
		{Key: "h", Value: orEmpty(row.Head)},
		{Key: "b", Value: orEmpty(row.Body)},
	}
	if t.def.Tagged {
		doc = append(doc, bson.E{Key: "t", Value: distinct(row.Tags)})
	}
	return doc, nil
}

// distinct returns the tags in order and each once, without changing the caller's; never nil.
func distinct(tags []string) []string {
	tags = append([]string{}, tags...)
	slices.Sort(tags)
	return slices.Compact(tags)
}

// document is a whole row as it is inserted.
func (t *table) document(row store.Row) (bson.D, error) {
	content, err := t.content(row)
	if err != nil {
		return nil, err
	}
	return append(bson.D{
		{Key: "_id", Value: row.ID},
		{Key: "v", Value: row.Version},
		{Key: "s", Value: row.Sort},
		{Key: "n", Value: row.N},
	}, content...), nil
}

// orEmpty keeps nil from becoming a null in the document.
func orEmpty(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// stored is a document as it is read.
type stored struct {
	ID      string   `bson:"_id"`
	Version int64    `bson:"v"`
	Sort    int64    `bson:"s"`
	N       int64    `bson:"n"`
	Keys    bson.Raw `bson:"k"`
	Tags    []string `bson:"t"`
	Head    []byte   `bson:"h"`
	Body    []byte   `bson:"b"`
}

// row turns a document into a row; keys that the document has not are empty, as in a table that got a key later.
func (t *table) row(raw bson.Raw) (store.Row, error) {
	var doc stored
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return store.Row{}, fmt.Errorf("mongo: table %s: document: %w", t.def.Name, err)
	}
	row := store.Row{ID: doc.ID, Version: doc.Version, Sort: doc.Sort, N: doc.N, Head: doc.Head, Body: doc.Body}
	if len(doc.Tags) > 0 {
		row.Tags = doc.Tags
	}
	row.Keys = make(map[string]any, len(t.def.Keys))
	for _, k := range t.def.Keys {
		v := doc.Keys.Lookup(k.Name)
		if k.Type == store.Int {
			n, _ := v.AsInt64OK()
			row.Keys[k.Name] = n
		} else {
			s, _ := v.StringValueOK()
			row.Keys[k.Name] = s
		}
	}
	return row, nil
}
