package mongo_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/mongo"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
)

// rawDatabase reaches past the engine, as an administrator or a crash does.
func rawDatabase(t *testing.T, uri string) *driver.Database {
	t.Helper()
	client, err := driver.Connect(context.Background(), options.Client().ApplyURI(uri))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	address, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	return client.Database(strings.TrimPrefix(address.Path, "/"))
}

func TestADatabaseOfANewerReleaseIsRefusedAndLeftAlone(t *testing.T) {
	ctx := context.Background()
	for _, which := range []string{"", "_keys"} {
		uri := mongotest.Database(t)
		openAt(t, uri, papers)
		db := rawDatabase(t, uri)
		newer := db.Client().Database(db.Name() + which)
		if _, err := newer.Collection("_meta").UpdateByID(ctx, "schema", bson.M{"$set": bson.M{"release": 1000}}); err != nil {
			t.Fatal(err)
		}
		e, err := mongo.New(ctx, uri)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		if err := e.Open(ctx, []store.Table{{Name: "later"}}); !errors.Is(err, mongo.ErrNewerSchema) || !strings.Contains(err.Error(), newer.Name()+" has schema 1000") {
			t.Errorf("opening gave %v", err)
		}
		names, err := db.ListCollectionNames(ctx, bson.D{})
		if err != nil || strings.Contains(strings.Join(names, " "), "later") {
			t.Errorf("collections are %v, %v", names, err)
		}
	}
}

func TestABadAddressIsToldApartFromASilentServer(t *testing.T) {
	ctx := context.Background()
	if _, err := mongo.New(ctx, "postgres://somewhere"); err == nil || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("an address of another kind gave %v", err)
	}
	if _, err := mongo.New(ctx, "mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=200"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("nobody there gave %v", err)
	}
}
