package sqlite

import (
	"context"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fengqiao/internal/store"
)

// migrations holds the steps of the engine's own schema. A file's number is the release of the schema that it leads to;
// a step that has been published is never changed, only followed by another.
//
//go:embed schema/*.sql
var migrations embed.FS

// steps lists the migrations in order.
func steps() ([]string, error) {
	entries, err := migrations.ReadDir("schema") // sorted by name
	if err != nil {
		return nil, err
	}
	var texts []string
	for i, e := range entries {
		number, _, _ := strings.Cut(e.Name(), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("sqlite: migration %s should be number %d", e.Name(), i+1)
		}
		text, err := migrations.ReadFile("schema/" + e.Name())
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

// fitVersion refuses an SQLite that can corrupt a database in WAL mode: the WAL-reset bug was mended in 3.51.3, and
// 3.52.0 was withdrawn (SQLite release history).
func fitVersion(version string) error {
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return fmt.Errorf("sqlite: version %q is unreadable: %w", version, err)
	}
	old := slices.Compare([]int{major, minor, patch}, []int{3, 51, 3}) < 0
	if old || major == 3 && minor == 52 && patch == 0 {
		return fmt.Errorf("sqlite: the linked SQLite %s can corrupt a database in WAL mode; 3.51.3 or 3.53.0 and later are needed", version)
	}
	return nil
}

// prepareFile brings a file's schema up to date, all or nothing.
func prepareFile(ctx context.Context, c *conn, path string, tables []*table) (err error) {
	version := ""
	err = c.query(ctx, func(v []driver.Value) error {
		version, _ = v[0].(string)
		return nil
	}, "SELECT sqlite_version()")
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, fault(err))
	}
	if err := fitVersion(version); err != nil {
		return err
	}
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("sqlite: %s: %w", path, fault(err))
	}
	defer func() {
		if err != nil {
			_, undo := c.exec("ROLLBACK")
			err = errors.Join(fmt.Errorf("sqlite: %s: %w", path, fault(err)), undo)
		}
		c.forget()
	}()
	if err := migrate(ctx, c); err != nil {
		return err
	}
	for _, t := range tables {
		if err := extend(ctx, c, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	_, err = c.exec("COMMIT")
	return err
}

// migrate carries out the steps that a file has not had yet.
func migrate(ctx context.Context, c *conn) error {
	texts, err := steps()
	if err != nil {
		return err
	}
	had, err := c.integer(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = '_meta'")
	if err != nil {
		return err
	}
	release := int64(0)
	if had > 0 {
		if release, err = c.integer(ctx, "SELECT value FROM _meta WHERE name = 'schema'"); err != nil {
			return err
		}
	}
	if release > int64(len(texts)) {
		return fmt.Errorf("the database was written by a newer release (schema %d; this one knows %d): start that release, or restore a backup from before the upgrade", release, len(texts))
	}
	for i := release; i < int64(len(texts)); i++ {
		if err := c.script(texts[i]); err != nil {
			return fmt.Errorf("migration %d: %w", i+1, err)
		}
	}
	_, err = c.exec("INSERT INTO _meta(name, value) VALUES ('schema', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", int64(len(texts)))
	return err
}

// extend creates a table or adds the key columns and indexes that it lacks. Nothing is ever dropped: an older release may
// still read the file. Rows that were there before a key was added have it empty until they are replaced.
func extend(ctx context.Context, c *conn, t *table) error {
	create := "CREATE TABLE IF NOT EXISTS " + t.name + ` (
		rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, sort INTEGER NOT NULL,
		n INTEGER NOT NULL DEFAULT 0, `
	for _, k := range t.Keys {
		create += keyColumn(k) + ", "
	}
	create += "tags BLOB, head BLOB, body BLOB) STRICT"
	if err := c.script(create); err != nil {
		return err
	}
	if t.Tagged {
		if err := c.script("CREATE TABLE IF NOT EXISTS " + t.tags + ` (tag TEXT NOT NULL, sort INTEGER NOT NULL, id TEXT NOT NULL,
			rid INTEGER NOT NULL, PRIMARY KEY (tag, sort, id)) WITHOUT ROWID, STRICT`); err != nil {
			return err
		}
	}
	for _, k := range t.Keys {
		n, err := c.integer(ctx, "SELECT count(*) FROM pragma_table_info(?) WHERE name = ?", t.Name, "k_"+k.Name)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if err := c.script("ALTER TABLE " + t.name + " ADD COLUMN " + keyColumn(k)); err != nil {
			return err
		}
	}
	for _, index := range t.Indexes {
		if err := c.script(t.index(index)); err != nil {
			return fmt.Errorf("index on %s: %w", strings.Join(index.Keys, ", "), err)
		}
	}
	return nil
}

func keyColumn(k store.Key) string {
	kind := "TEXT"
	if k.Type == store.Int {
		kind = "INTEGER"
	}
	return column(k.Name) + " " + kind + " NOT NULL DEFAULT " + empty(k.Type)
}

// index composes the statement that creates an index. All but unique ones end with sort and id, so that walking them
// gives a Query's order without sorting. The index leaves out rows whose first key is empty, as store.Index wants.
func (t *table) index(index store.Index) string {
	keys := slices.Clone(index.Keys)
	kind, prefix := "INDEX", "i."
	if index.Unique {
		kind, prefix = "UNIQUE INDEX", "u."
	} else if !slices.Contains(keys, "sort") {
		keys = append(keys, "sort")
	}
	var columns []string
	for _, k := range keys {
		columns = append(columns, column(k))
	}
	if !index.Unique {
		columns = append(columns, "id")
	}
	text := "CREATE " + kind + " IF NOT EXISTS " + quoted(prefix+t.Name+"."+strings.Join(index.Keys, ".")) +
		" ON " + t.name + "(" + strings.Join(columns, ", ") + ")"
	if first := index.Keys[0]; first != "sort" {
		text += " WHERE " + t.filled(first)
	}
	return text
}

// filled is the condition of the partial indexes. A query must repeat it word by word for SQLite to use such an index.
func (t *table) filled(key string) string {
	return column(key) + " <> " + empty(t.types[key])
}
