package mongo

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// schemaRelease is the form in which this release keeps documents. It grows when an older release could no longer read
// or safely write what this one stores; new tables, keys and indexes alone do not change it.
const schemaRelease = 1

const (
	metaName = "_meta"
	schemaID = "schema"
)

// Exists tells whether a release of the program ever opened the database. It makes nothing.
func (e *Engine) Exists(ctx context.Context) (bool, error) {
	release, err := knownRelease(ctx, e.main)
	return release > 0, err
}

// knownRelease reads the release that the database belongs to, 0 if there is none.
func knownRelease(ctx context.Context, db *driver.Database) (int64, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var found struct {
		Release int64 `bson:"release"`
	}
	err := db.Collection(metaName).FindOne(ctx, bson.D{{Key: "_id", Value: schemaID}}).Decode(&found)
	if err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return 0, fmt.Errorf("mongo: schema of %s: %w", db.Name(), readError(err))
	}
	return found.Release, nil
}

// claimSchema reads the release that the database belongs to, refuses a newer one and otherwise notes ours.
func claimSchema(ctx context.Context, db *driver.Database) error {
	found, err := knownRelease(ctx, db)
	if err != nil {
		return err
	}
	if found > schemaRelease {
		return fmt.Errorf("%w: database %s has schema %d, this program knows up to %d",
			ErrNewerSchema, db.Name(), found, schemaRelease)
	}
	if found == schemaRelease {
		return nil
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	// $max, because a newer instance may be starting at the same moment and must win.
	_, err = db.Collection(metaName).UpdateOne(ctx, bson.D{{Key: "_id", Value: schemaID}},
		bson.D{{Key: "$max", Value: bson.D{{Key: "release", Value: int64(schemaRelease)}}}}, options.Update().SetUpsert(true))
	if err != nil && !driver.IsDuplicateKeyError(err) {
		return fmt.Errorf("mongo: schema of %s: %w", db.Name(), writeError(err))
	}
	return nil
}
