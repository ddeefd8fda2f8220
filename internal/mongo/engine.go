package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
	"go.mongodb.org/mongo-driver/mongo/readconcern"
	"go.mongodb.org/mongo-driver/mongo/readpref"
	"go.mongodb.org/mongo-driver/mongo/writeconcern"
	"go.mongodb.org/mongo-driver/x/mongo/driver/connstring"

	"fengqiao/internal/store"
)

const (
	// defaultDatabase is used where the URI names none.
	defaultDatabase = "fengqiao"
	// apartSuffix makes the name of the database for tables that are kept apart.
	apartSuffix = "_keys"
	// selectionTime bounds the search for a server and the making of a connection.
	selectionTime = 5 * time.Second
	// operationTime bounds one command where the caller's context has no deadline. The driver has no limit of its own.
	operationTime = 15 * time.Second
	// preparationTime bounds the making of one table's indexes, which can take long on a large collection.
	preparationTime = 30 * time.Minute
)

// Engine is a store.Engine on MongoDB. It is safe for concurrent use.
type Engine struct {
	client      *driver.Client
	main, apart *driver.Database
	tables      map[string]*table
	series      seriesLocks
}

var _ store.Engine = (*Engine)(nil)

// New connects to the server of the URI (mongodb:// or mongodb+srv://), whose path names the database, "fengqiao" if it
// has none. Options in the URI are kept except those that promises depend on: reads go to the primary, writes ask for
// majority and journal. store.ErrUnavailable if no server answers within selectionTime.
func New(ctx context.Context, uri string) (*Engine, error) {
	parsed, err := connstring.ParseAndValidate(uri)
	if err != nil {
		return nil, fmt.Errorf("mongo: URI: %w", err)
	}
	name := parsed.Database
	if name == "" {
		name = defaultDatabase
	}
	journal := true
	opts := options.Client().ApplyURI(uri).
		SetAppName("fengqiao").
		SetReadPreference(readpref.Primary()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: &journal})
	if opts.ServerSelectionTimeout == nil {
		opts.SetServerSelectionTimeout(selectionTime)
	}
	if opts.ConnectTimeout == nil {
		opts.SetConnectTimeout(selectionTime)
	}
	client, err := driver.Connect(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("mongo: connect: %w", err)
	}
	replicated, err := isReplicated(ctx, client)
	if err != nil {
		_ = client.Disconnect(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("mongo: %w", readError(err))
	}
	read := readconcern.Local()
	if replicated {
		read = readconcern.Majority()
	}
	db := options.Database().SetReadConcern(read)
	return &Engine{
		client: client,
		main:   client.Database(name, db),
		apart:  client.Database(name+apartSuffix, db),
		series: newSeriesLocks(),
	}, nil
}

// isReplicated asks the server whether it is a member of a replica set or the router of a cluster; a single server
// refuses read concern majority or cannot promise it.
func isReplicated(ctx context.Context, client *driver.Client) (bool, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var hello struct {
		SetName string `bson:"setName"`
		Msg     string `bson:"msg"`
	}
	admin := client.Database("admin")
	err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello)
	if hasCode(err, []int{commandNotFound}) {
		// Servers before 4.4.2, and those that imitate them, know the command by its old name only.
		err = admin.RunCommand(ctx, bson.D{{Key: "isMaster", Value: 1}}).Decode(&hello)
	}
	return hello.SetName != "" || hello.Msg == "isdbgrid", err
}

const commandNotFound = 59

// bounded gives a context a deadline if it has none.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, operationTime)
}

// Open makes collections and indexes and notes the schema release. ErrNewerSchema if the database was opened by a newer
// release before; nothing is changed then.
func (e *Engine) Open(ctx context.Context, tables []store.Table) error {
	for _, db := range []*driver.Database{e.main, e.apart} {
		if err := claimSchema(ctx, db); err != nil {
			return err
		}
	}
	opened := make(map[string]*table, len(tables))
	for _, def := range tables {
		db := e.main
		if def.Apart {
			db = e.apart
		}
		t, err := newTable(db, def)
		if err != nil {
			return err
		}
		if err := createIndexes(ctx, t.rows, tableIndexes(def)); err != nil {
			return err
		}
		opened[def.Name] = t
	}
	for _, db := range []*driver.Database{e.main, e.apart} {
		if err := createIndexes(ctx, db.Collection(numbersName), numberIndexes()); err != nil {
			return err
		}
	}
	if err := createIndexes(ctx, e.main.Collection(blobFiles), blobFileIndexes()); err != nil {
		return err
	}
	if err := createIndexes(ctx, e.main.Collection(blobChunks), blobChunkIndexes()); err != nil {
		return err
	}
	e.tables = opened
	return nil
}

// Atomic is false: Apply carries out its writes one after another.
func (e *Engine) Atomic() bool { return false }

// Ping asks the primary for an answer.
func (e *Engine) Ping(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	if err := e.client.Ping(ctx, readpref.Primary()); err != nil {
		return fmt.Errorf("%w: mongo: ping: %w", store.ErrUnavailable, err)
	}
	return nil
}

// Backup always fails and names the vendor's tool: a consistent copy of a replica set or a cluster needs its oplog.
func (e *Engine) Backup(context.Context, string, string, func(done, total int64)) error {
	return fmt.Errorf("mongo: %w: on a replica set `mongodump --uri URI --oplog --out DIR` copies all databases at one point in time "+
		"(restore with `mongorestore --oplogReplay`); move the folder %s apart from the folder %s, because it holds the keys; "+
		"on a sharded cluster use the snapshots of its operator", store.ErrNoBackup, e.apart.Name(), e.main.Name())
}

// Drop removes the databases with everything in them. It is for those that were made for a play or a test alone.
func (e *Engine) Drop(ctx context.Context) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	return errors.Join(readError(e.main.Drop(ctx)), readError(e.apart.Drop(ctx)))
}

// Close waits for commands under way and disconnects.
func (e *Engine) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), operationTime)
	defer cancel()
	if err := e.client.Disconnect(ctx); err != nil && !errors.Is(err, driver.ErrClientDisconnected) {
		return fmt.Errorf("mongo: close: %w", err)
	}
	return nil
}

// table finds an opened table.
func (e *Engine) table(name string) (*table, error) {
	t, ok := e.tables[name]
	if !ok {
		return nil, fmt.Errorf("mongo: no table %q", name)
	}
	return t, nil
}
