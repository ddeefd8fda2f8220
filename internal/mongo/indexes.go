package mongo

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/bson"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/store"
)

// This file lists every index there is. Those of a table follow from its definition:
//
//   - s, _id: lists in sort order (descending ones read it backwards);
//   - t, s, _id, if the table is tagged: lists by tag; the tag leads, order follows;
//   - per store.Index its keys, then s and _id: queries by those keys and By. Where the first key is a text, rows in which
//     it is empty are left out (partial index). Integer keys cannot say "not zero" in a partial index; their zeros stay
//     in it, which costs a few bytes a row and nothing else;
//   - per unique store.Index one more, sparse and unique, on the single field u.NAME. That field holds the key values as
//     one string and is missing where the first key is empty. A unique partial index on the keys themselves would say the
//     same on MongoDB, but servers that speak its protocol without partial indexes would then refuse the second row
//     with an empty key; a sparse index on one field means the same everywhere.

// index is one index to be made.
type index struct {
	keys           bson.D
	unique, sparse bool
	partial        bson.D
}

func tableIndexes(def store.Table) []index {
	list := []index{{keys: ascending("s", "_id")}}
	if def.Tagged {
		list = append(list, index{keys: ascending("t", "s", "_id")})
	}
	types := make(map[string]store.KeyType, len(def.Keys))
	for _, k := range def.Keys {
		types[k.Name] = k.Type
	}
	for _, ix := range def.Indexes {
		fields := make([]string, 0, len(ix.Keys)+2)
		ordered := false
		for _, key := range ix.Keys {
			fields = append(fields, field(key))
			ordered = ordered || key == sortKey
		}
		if !ordered {
			fields = append(fields, "s")
		}
		made := index{keys: ascending(append(fields, "_id")...)}
		if first := ix.Keys[0]; first != sortKey && types[first] == store.Text {
			made.partial = bson.D{{Key: field(first), Value: bson.D{{Key: "$gt", Value: ""}}}}
		}
		// A table may ask for what every table has; a server may refuse the same index twice in one command.
		if !slices.ContainsFunc(list, func(other index) bool { return slices.Equal(other.keys, made.keys) }) {
			list = append(list, made)
		}
		if ix.Unique {
			list = append(list, index{keys: ascending("u." + uniqueName(ix)), unique: true, sparse: true})
		}
	}
	return list
}

// numberIndexes: the highest number of a series, and one number per series and owner.
func numberIndexes() []index {
	return []index{{keys: ascending("s", "n")}, {keys: ascending("s", "o"), unique: true}}
}

// blobFileIndexes: one record per blob id, which GridFS calls the file's name. Its usual index has the date behind it.
func blobFileIndexes() []index {
	return []index{{keys: ascending("filename"), unique: true}, {keys: ascending("filename", "uploadDate")}}
}

// blobChunkIndexes is what GridFS asks for.
func blobChunkIndexes() []index {
	return []index{{keys: ascending("files_id", "n"), unique: true}}
}

func ascending(fields ...string) bson.D {
	keys := make(bson.D, len(fields))
	for i, f := range fields {
		keys[i] = bson.E{Key: f, Value: 1}
	}
	return keys
}

// createIndexes makes what is missing; what is there already costs nothing.
func createIndexes(ctx context.Context, coll *driver.Collection, list []index) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, preparationTime)
		defer cancel()
	}
	models := make([]driver.IndexModel, len(list))
	for i, ix := range list {
		opts := options.Index()
		if ix.unique {
			opts.SetUnique(true)
		}
		if ix.sparse {
			opts.SetSparse(true)
		}
		if ix.partial != nil {
			opts.SetPartialFilterExpression(ix.partial)
		}
		models[i] = driver.IndexModel{Keys: ix.keys, Options: opts}
	}
	if _, err := coll.Indexes().CreateMany(ctx, models); err != nil {
		return fmt.Errorf("mongo: indexes of %s.%s: %w", coll.Database().Name(), coll.Name(), readError(err))
	}
	return nil
}

// uniqueName is the name of a unique index's field below u.
func uniqueName(ix store.Index) string { return strings.Join(ix.Keys, "+") }

// uniqueValues is the field u of a row: per unique index whose first key is not empty, all its values as one string in
// which no two different lists of values look alike.
func uniqueValues(def store.Table, keys bson.D) bson.D {
	byName := make(map[string]any, len(keys))
	for _, k := range keys {
		byName[k.Key] = k.Value
	}
	values := bson.D{}
	for _, ix := range def.Indexes {
		if first := byName[ix.Keys[0]]; !ix.Unique || first == "" || first == int64(0) {
			continue
		}
		var b strings.Builder
		for _, key := range ix.Keys {
			part := fmt.Sprint(byName[key])
			b.WriteString(strconv.Itoa(len(part)) + ":" + part)
		}
		values = append(values, bson.E{Key: uniqueName(ix), Value: b.String()})
	}
	return values
}

// Unsharded names the tables that must stay whole on a cluster's primary shard, because they have a unique index that
// is not on _id (see the package comment).
func Unsharded(tables []store.Table) []string {
	var names []string
	for _, def := range tables {
		for _, ix := range def.Indexes {
			if ix.Unique {
				names = append(names, def.Name)
				break
			}
		}
	}
	return names
}
