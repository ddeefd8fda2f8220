// Package mongo keeps rows in MongoDB: it is a store.Engine and knows no cases, users or other records.
//
// # What is asked of the server
//
// Single-document atomicity alone. No multi-document transaction and no change stream is used, so a replica set, a
// sharded cluster and a single server all serve. Writes ask for majority and journal; reads go to the primary, with
// read concern majority where the server is a replica set or a cluster. The driver repeats a write by itself only where
// the server can tell a repetition (replica set, cluster), never on a single server.
//
// # Documents
//
// One row is one document: _id, v (version), s (sort), n (number), k (keys by name), t (tags), u (unique values, see
// indexes.go), h (head), b (body). A replacement is an update filtered on _id and v. Beside the tables stand _numbers
// (which row holds which number of a series, see numbers.go), _meta (the schema release) and the GridFS bucket "blobs".
// Tables that are kept apart live, with their own _numbers, in a second database: NAME_keys beside NAME.
//
// # Sharding
//
// The shard key that suits every table is {_id: "hashed"}: every write and every read of one row filters on _id, ids do
// not cluster, and no area or day makes a hot shard. Lists and counts ask all shards, each of which has the indexes.
// Shard the tables that grow (cases, reports, events, outbox …) and blobs.chunks by {files_id: "hashed"}.
//
// A cluster can keep a unique index other than _id only on a collection that is not sharded on something else. So these
// stay unsharded, whole on the primary shard of their database: every table with a Unique index (Unsharded lists them
// from the table definitions), _numbers, _meta and blobs.files. They are small beside the rest: accounts, people's
// names, devices, numbers of a few bytes.
//
// Sharding, failover and majority cannot be seen on the stand-in servers of internal/mongotest: its comment says what
// stays untested where no mongod can be had.
package mongo
