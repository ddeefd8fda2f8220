package mongotest

import (
	"context"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

func connect(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	client, err := mongo.Connect(context.Background(), options.Client().ApplyURI(uri).SetServerSelectionTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return client
}

func TestEachTestHasADatabaseOfItsOwnThatGoesWithIt(t *testing.T) {
	ctx := context.Background()
	address := ""
	t.Run("a test that stores something", func(t *testing.T) {
		address = Database(t)
		if other := Database(t); other == address {
			t.Error("two databases have the same name")
		}
		name := databaseOf(t, address)
		if _, err := connect(t, address).Database(name).Collection("c").InsertOne(ctx, bson.M{"a": 1}); err != nil {
			t.Fatal(err)
		}
	})
	left, err := connect(t, address).Database(databaseOf(t, address)).Collection("c").CountDocuments(ctx, bson.D{})
	if left != 0 || err != nil {
		t.Errorf("%d documents are left, %v", left, err)
	}
}

func databaseOf(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(parsed.Path, "/")
}

func TestAServerStartedHereEndsWhenItIsStopped(t *testing.T) {
	URI(t) // fails or skips where there is none
	server, err := Start(context.Background(), 0, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := connect(t, server.URI).Ping(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if server.hold != nil && connect(t, server.URI).Ping(ctx, nil) == nil {
		t.Error("it still answers")
	}
}
