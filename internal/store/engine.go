// Package store keeps the product's records. The ports of the rooms (mediation.Cases, push.Outbox,
// account.Users, …) are each implemented here ONCE, over the small Engine below; internal/sqlite and
// internal/mongo are two Engines and know nothing of cases or users. So both stores behave alike by
// construction, and internal/storetest proves the rest: the suite runs for the Engine and for every port, on both.
// See docs/decisions/0002-one-engine-under-all-ports.md.
package store

import (
	"context"
	"errors"
	"fmt"

	"fengqiao/mediation"
)

// What an Engine answers. Callers compare with errors.Is; an Engine may wrap them with its cause.
var (
	// ErrNotFound: no row of that id in that table.
	ErrNotFound = errors.New("store: not found")
	// ErrExists: Insert met a row of the same id, or a unique key already taken.
	ErrExists = errors.New("store: exists already")
	// ErrConflict: Replace or Delete named a version that is not the stored one. Nothing was written.
	ErrConflict = errors.New("store: version conflict")
	// ErrUnavailable: the store could not be reached or is full or locked; nothing was written. Try again later. It and
	// ErrUncertain carry mediation's kinds, so that they mean the same however far up they get.
	ErrUnavailable = fmt.Errorf("store: %w", mediation.ErrUnavailable)
	// ErrUncertain: the connection or the caller's deadline ended after the write was handed over, so it may or may not
	// have been stored. The caller says "unknown, send again with the same key".
	ErrUncertain = fmt.Errorf("store: outcome unknown: %w", mediation.ErrUncertain)
	// ErrNoBackup: the engine makes no copy of itself. It can be walked, if nobody writes meanwhile.
	ErrNoBackup = errors.New("store: makes no backup of itself")
)

// KeyType is the type of a key column.
type KeyType int

// Key column types. Text compares by bytes, Int by value.
const (
	Text KeyType = iota
	Int
)

// Key is one searchable field of a table besides id, sort and tags.
type Key struct {
	Name string
	Type KeyType
}

// Index is an ordered set of key names (also "sort" and "n") that queries by those keys use. A Unique index refuses a second row
// with the same values; rows in which the first key is empty ("" or 0) are left out of every Index, unique or not, so
// that "no due time" costs nothing and "no name" is not a duplicate.
type Index struct {
	Keys   []string
	Unique bool
}

// Table says how one kind of record is kept. Tables are listed in tables.go and nowhere else.
type Table struct {
	Name    string
	Keys    []Key
	Indexes []Index
	// Tagged tables also keep Row.Tags, findable by Query.Tags in sort order.
	Tagged bool
	// Apart tables are kept and backed up apart from the rest (another file, another database):
	// the wrapped keys of sealed values and the erasure journal.
	Apart bool
}

// Row is one record as an Engine keeps it.
type Row struct {
	ID string
	// Version counts replacements from 1; the Engine sets it. Compared by Replace and Delete.
	Version int64
	// Sort orders lists (milliseconds since 1970 as a rule) and never changes after Insert; ties break by ID.
	Sort int64
	// N is the number that Write.Series issued to this row, 0 if none. It never changes.
	N int64
	// Keys holds a string or int64 per Table.Keys, by name; a missing one is stored as "" or 0.
	Keys map[string]any
	// Tags are short opaque strings, unordered, without duplicates.
	Tags []string
	// Head is a small encoded summary for lists; Body the whole encoded record. Opaque to the Engine.
	Head, Body []byte
}

// Op is what a Write does.
type Op int

const (
	// Insert stores a new row (version 1); ErrExists if the id or a unique key is taken.
	Insert Op = iota
	// Replace overwrites Keys, Tags, Head and Body of the row if its version is still Row.Version (stored as
	// Row.Version+1); ErrNotFound or ErrConflict otherwise. Sort and N stay as they were.
	Replace
	// Delete removes the row if its version is still Row.Version (any version if that is 0); ErrNotFound if absent.
	Delete
	// Ensure inserts the row if no row of that id is there and does nothing otherwise. It never fails for existing.
	// A row that is there already keeps its content.
	Ensure
)

// Write is one change to one row.
type Write struct {
	Table string
	Op    Op
	Row   Row
	// Series, with Insert, issues the next number (1, 2, 3 …) of that series to the row and stores it as Row.N.
	// Per series numbers have no gaps: a register holds series, number and row id; where the insert fails the number is
	// not used up (SQLite) or stays registered to this row id and is given to it again (MongoDB).
	Series string
}

// Query asks for rows of one table. All conditions must hold. Order is by Sort then ID, ascending, or both descending
// with Desc; with By it is by that key, then Sort, then ID, always ascending.
type Query struct {
	Table string
	// Eq: key name → value that must be equal ("n" for Row.N). In: key name → any of the values.
	Eq map[string]any
	In map[string][]any
	// From and Until: key name → inclusive lower, exclusive upper bound ("sort" may be named too).
	From, Until map[string]any
	// Tags: the row must bear every one of them. Put the most selective first: the first leads the search.
	Tags []string
	// Any: the row must bear at least one of these as well; none asks nothing. It is one search, not several after one
	// another: a row that loses one of them and gets another meanwhile is not overlooked.
	Any []string
	// None: the row must bear none of these. It leads no search.
	None []string
	// By names the key that orders the rows (an Index must begin with it). Empty: Sort, ID.
	By   string
	Desc bool
	// After continues behind this position (a row's own By value, Sort and ID); nil starts at the beginning.
	After *Position
	// Limit is the most rows to return; it must be positive.
	Limit int
	// HeadsOnly leaves Body and Tags out of the answer, which is what lists want.
	HeadsOnly bool
}

// Position is a place between rows in a Query's order.
type Position struct {
	By   any
	Sort int64
	ID   string
}

// Engine is what a store must be able to do. All methods are safe for concurrent use and obey ctx.
type Engine interface {
	// Open prepares the tables (migrations, indexes). It is called once before anything else.
	Open(ctx context.Context, tables []Table) error
	// Get returns one row. ErrNotFound if absent.
	Get(ctx context.Context, table, id string) (Row, error)
	// GetMany returns those of the ids that exist, in no given order.
	GetMany(ctx context.Context, table string, ids []string) ([]Row, error)
	// Find returns rows in order. An empty answer is not an error.
	Find(ctx context.Context, q Query) ([]Row, error)
	// Count counts rows that meet the query (Limit, After, By and order are ignored), stopping at max.
	Count(ctx context.Context, q Query, max int) (int, error)
	// Apply carries out the writes in their order and returns the rows' new versions and numbers in the same order. Where
	// Atomic is true all or none are stored. Where it is false the writes are carried out one after another, each
	// atomic by itself, and the first that fails ends the call: what came before it STAYS. So callers put the owner
	// document where a sweep can find what is missing behind it. Durable when it returns nil.
	// One Apply never mixes Apart tables with others.
	Apply(ctx context.Context, writes ...Write) ([]Applied, error)
	// Atomic tells whether Apply is all or nothing.
	Atomic() bool
	// Walk calls fn for every row of a table in id order, in one consistent view where the store has such a thing;
	// an error of fn ends it and is returned. For copying, verifying and backing up.
	Walk(ctx context.Context, table string, fn func(Row) error) error
	// Load writes rows as they are, version, sort and number included, replacing rows of the same id: for copy and
	// restore. Numbers that rows carry are registered again under the series in their "series" key, if the table has one.
	Load(ctx context.Context, table string, rows []Row) error
	// Ping says whether the store answers; ErrUnavailable with the cause otherwise.
	Ping(ctx context.Context) error
	// Backup writes a consistent copy into dir (made by the caller, empty), Apart tables into apart. Engines whose
	// vendor has tools for that return ErrNoBackup with a word that names them.
	Backup(ctx context.Context, dir, apart string, progress func(done, total int64)) error
	// Close waits for what was handed over and closes.
	Close() error
}

// Applied is what a Write became.
type Applied struct {
	Version int64
	N       int64
	// Done is false where Ensure found the row there already.
	Done bool
}
