package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fengqiao/internal/store"
)

// table is a store.Table with the SQL that serves it. A row lies in a table of the same name under an invisible number
// (rid), so that big bodies are appended instead of being spread by random ids; key columns bear the prefix k_, so that
// no key collides with a column of the engine. Tags lie in _tags_<name>, ordered as they are searched.
type table struct {
	store.Table
	types map[string]store.KeyType

	name, tags string // quoted
	columns    string // what scan reads, without body and tags
	led        string // the same where a tag leads
	get        string
	insert     string
	ensure     string
	current    string // the row that a Replace or Delete meets: rid, version, n, sort, tags, keys…
	remove     string
	removeTag  string
	insertTags []string // by number of tags - 1
}

// tagChunk is the most tags that one INSERT adds.
const tagChunk = 16

// maxKeys bounds the key columns, because a set of changed ones is kept in a uint64.
const maxKeys = 60

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// checkName refuses what could not stand in SQL unescaped.
func checkName(what, name string) error {
	if !namePattern.MatchString(name) || strings.HasPrefix(name, "sqlite_") {
		return fmt.Errorf("sqlite: %s %q: a name is made of a-z, 0-9 and _, and begins with a letter", what, name)
	}
	return nil
}

func column(key string) string {
	if key == "sort" || key == "n" {
		return key
	}
	return quoted("k_" + key)
}

// empty is the SQL literal of a key type's empty value.
func empty(kt store.KeyType) string {
	if kt == store.Int {
		return "0"
	}
	return "''"
}

func newTable(def store.Table) (*table, error) {
	t := &table{Table: def, types: map[string]store.KeyType{"sort": store.Int, "n": store.Int}, name: quoted(def.Name), tags: quoted("_tags_" + def.Name)}
	if err := checkName("table", def.Name); err != nil {
		return nil, err
	}
	if len(def.Keys) > maxKeys {
		return nil, fmt.Errorf("sqlite: table %s has %d keys, more than %d", def.Name, len(def.Keys), maxKeys)
	}
	for _, k := range def.Keys {
		if err := checkName("key of "+def.Name, k.Name); err != nil {
			return nil, err
		}
		if _, twice := t.types[k.Name]; twice {
			return nil, fmt.Errorf("sqlite: table %s has the key %q twice, or it bears the name of a column", def.Name, k.Name)
		}
		t.types[k.Name] = k.Type
	}
	for _, index := range def.Indexes {
		if len(index.Keys) == 0 {
			return nil, fmt.Errorf("sqlite: table %s has an index without keys", def.Name)
		}
		for _, k := range index.Keys {
			if _, known := t.types[k]; !known {
				return nil, fmt.Errorf("sqlite: table %s has an index on an unknown key %q", def.Name, k)
			}
		}
	}
	t.write()
	return t, nil
}

// write composes the statements. Rows are inserted OR FAIL: a request that fails is rolled back to its savepoint anyhow, so
// SQLite need not keep what each of its statements overwrites a second time. (Ending such a statement costs as much as the
// request has written before it, which made loading thousands of rows in one request quadratic.)
func (t *table) write() {
	keys := ""
	for _, k := range t.Keys {
		keys += ", " + column(k.Name)
	}
	into := "INSERT OR FAIL INTO " + t.name + "(id, version, sort, n, tags, head, body" + keys + ") VALUES (" + marks(7+len(t.Keys)) + ")"
	t.columns = "t.id, t.version, t.sort, t.n, t.head" + strings.ReplaceAll(keys, ", ", ", t.")
	t.led = "g.id, t.version, g.sort, t.n, t.head" + strings.ReplaceAll(keys, ", ", ", t.")
	t.get = "SELECT " + t.columns + ", t.tags, t.body FROM " + t.name + " t WHERE t.id = ?"
	t.insert = into
	t.ensure = into + " ON CONFLICT(id) DO NOTHING"
	t.current = "SELECT rid, version, n, sort, tags" + keys + " FROM " + t.name + " WHERE id = ?"
	t.remove = "DELETE FROM " + t.name + " WHERE rid = ?"
	t.removeTag = "DELETE FROM " + t.tags + " WHERE tag = ? AND sort = ? AND id = ?"
	for n := range tagChunk {
		text := "INSERT OR FAIL INTO " + t.tags + "(sort, id, rid, tag) VALUES (?1, ?2, ?3, ?4)"
		for i := range n {
			text += fmt.Sprintf(", (?1, ?2, ?3, ?%d)", i+5)
		}
		t.insertTags = append(t.insertTags, text)
	}
}

// update composes the statement that replaces a row: the columns of changed keys alone are named, since SQLite touches
// an index wherever one of its columns is named, changed or not.
func (t *table) update(changed uint64) string {
	var b strings.Builder
	b.WriteString("UPDATE " + t.name + " SET version = ?, tags = ?, head = ?, body = ?")
	for i, k := range t.Keys {
		if changed&(1<<i) != 0 {
			b.WriteString(", " + column(k.Name) + " = ?")
		}
	}
	b.WriteString(" WHERE rid = ?")
	return b.String()
}

// value checks a key's value against its type.
func (t *table) value(key string, v any) (any, error) {
	kt, known := t.types[key]
	if !known {
		return nil, fmt.Errorf("sqlite: table %s has no key %q", t.Name, key)
	}
	switch v.(type) {
	case string:
		if kt == store.Text {
			return v, nil
		}
	case int64:
		if kt == store.Int {
			return v, nil
		}
	}
	return nil, fmt.Errorf("sqlite: table %s: key %q cannot be a %T", t.Name, key, v)
}

// values lists a row's keys in the order of the table, missing ones empty, behind those in args.
func (t *table) values(args []any, keys map[string]any) ([]any, error) {
	found := 0
	for _, k := range t.Keys {
		v, given := keys[k.Name]
		if !given {
			if v = any(""); k.Type == store.Int {
				v = int64(0)
			}
			args = append(args, v)
			continue
		}
		found++
		v, err := t.value(k.Name, v)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	if found < len(keys) {
		for name := range keys {
			if _, known := t.types[name]; !known || column(name) == name {
				return nil, fmt.Errorf("sqlite: table %s has no key %q", t.Name, name)
			}
		}
	}
	return args, nil
}

// scan reads a row: t.columns, then tags and body if the statement has them.
func (t *table) scan(v []driver.Value) (store.Row, error) {
	var row store.Row
	row.ID, _ = v[0].(string)
	row.Version, _ = v[1].(int64)
	row.Sort, _ = v[2].(int64)
	row.N, _ = v[3].(int64)
	row.Head, _ = v[4].([]byte)
	row.Keys = make(map[string]any, len(t.Keys))
	for i, k := range t.Keys {
		row.Keys[k.Name] = v[5+i]
	}
	if rest := v[5+len(t.Keys):]; len(rest) == 2 {
		var err error
		if row.Tags, err = unpackTags(rest[0]); err != nil {
			return row, fmt.Errorf("sqlite: %s %s: %w", t.Name, row.ID, err)
		}
		row.Body, _ = rest[1].([]byte)
	}
	return row, nil
}

// distinct returns the tags in order and each once, without changing the caller's.
func distinct(tags []string) []string {
	tags = slices.Clone(tags)
	slices.Sort(tags)
	return slices.Compact(tags)
}

// packTags writes tags into one value, each behind its length: they are opaque, so no separator would be safe.
func packTags(tags []string) []byte {
	var b []byte
	for _, t := range tags {
		b = binary.AppendUvarint(b, uint64(len(t)))
		b = append(b, t...)
	}
	return b
}

func unpackTags(v driver.Value) ([]string, error) {
	b, _ := v.([]byte)
	var tags []string
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, errors.New("stored tags are malformed")
		}
		b = b[size:]
		tags = append(tags, string(b[:n]))
		b = b[n:]
	}
	return tags, nil
}
