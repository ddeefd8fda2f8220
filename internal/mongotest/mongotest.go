// Package mongotest gives tests a server that speaks MongoDB's protocol. It takes the first that can be had of
//
//  1. the server that the environment variable MONGODB_URI names;
//  2. mongod on the path, started as a replica set of one member in a temporary folder;
//  3. Docker with the image mongo:7, started likewise;
//  4. StandIn: de.bwaldvogel:mongo-java-server, brought by Maven and run on a JDK (folder server).
//
// One server serves a test binary; every test has a database of its own in it. Servers that were started here end with
// the process that started them, however it ends.
//
// # What a stand-in cannot show
//
// The stand-in keeps documents in memory and answers as a single server. So with it alone these stay untested: durability
// (majority, journal, a killed server), failover and the driver's repetition of writes, read concern majority, sharding,
// change streams, transactions, the planner's choice of indexes and partial indexes (the stand-in makes full ones), time
// limits on the server's side, and texts whose order by bytes differs from that by UTF-16 units. A replica set of one
// member shows all of these but failover and sharding. The way from mongod and Docker to a URI was itself written where
// neither could be had.
package mongotest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson/primitive"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// AllowNone is the environment variable that, set to 1, lets tests be skipped where no server can be had.
const AllowNone = "FENGQIAO_ALLOW_NO_MONGO"

// shared is the test binary's server. It is never stopped: its process watches a pipe that ends with this one.
var shared = sync.OnceValues(func() (*Server, error) {
	return Start(context.Background(), 0, os.Stderr)
})

// URI returns the server's address without a database. Where no server can be had the test fails, or is skipped if
// AllowNone is set.
func URI(t testing.TB) string {
	t.Helper()
	server, err := shared()
	if err == nil {
		return server.URI
	}
	if os.Getenv(AllowNone) == "1" {
		fmt.Fprintf(os.Stderr, "\n*** NOT TESTED ON MONGODB: %s=1 and no server could be had: %v\n\n", AllowNone, err)
		t.Skipf("no MongoDB (%s=1): %v", AllowNone, err)
	}
	t.Fatalf("no MongoDB could be had (%s=1 would skip this): %v", AllowNone, err)
	return ""
}

// Database returns the address of an empty database of the test's own. It and the one beside it for tables that are
// kept apart (its name with "_keys") are dropped when the test ends.
func Database(t testing.TB) string {
	t.Helper()
	base := URI(t)
	name := "test_" + primitive.NewObjectID().Hex()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := drop(ctx, base, name, name+"_keys"); err != nil {
			t.Errorf("mongotest: drop %s: %v", name, err)
		}
	})
	address, err := withDatabase(base, name)
	if err != nil {
		t.Fatalf("mongotest: %v", err)
	}
	return address
}

// withDatabase puts a database into an address. Who signs in does so where the address said before: at its own
// database, if it had one, and at admin otherwise.
func withDatabase(base, name string) (string, error) {
	address, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	if before := address.Path; address.User != nil && len(before) > 1 {
		query := address.Query()
		if query.Get("authSource") == "" {
			query.Set("authSource", before[1:])
		}
		address.RawQuery = query.Encode()
	} else if query := address.Query(); address.User != nil && query.Get("authSource") == "" {
		query.Set("authSource", "admin")
		address.RawQuery = query.Encode()
	}
	address.Path = "/" + name
	return address.String(), nil
}

func drop(ctx context.Context, uri string, names ...string) error {
	client, err := mongo.Connect(ctx, options.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(ctx) }()
	for _, name := range names {
		if err := client.Database(name).Drop(ctx); err != nil {
			return err
		}
	}
	return nil
}
