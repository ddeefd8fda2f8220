package mongo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"
	driver "go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/store"
)

// Blobs keeps photos and recordings in GridFS, in the bucket "blobs" of the main database, so that the vendor's tools
// (mongofiles, mongodump) see ordinary files whose name is the blob's id.
//
// The format is written here rather than by the driver's bucket: that takes 16 MiB of memory an upload, obeys no context,
// and its abort deletes whatever lies under the same id. Here every Put writes under an id of its own and the record,
// written last, decides under a unique index which of two Puts of one blob counts.
type Blobs struct {
	files, chunks *driver.Collection
}

const (
	blobFiles  = "blobs.files"
	blobChunks = "blobs.chunks"
	// blobChunk is GridFS's usual chunk: a little under a power of two, so that a chunk's document fits one.
	blobChunk = 255 << 10
)

// Blobs returns the blob store beside the tables. Open makes its indexes.
func (e *Engine) Blobs() *Blobs {
	return &Blobs{files: e.main.Collection(blobFiles), chunks: e.main.Collection(blobChunks)}
}

// blobRecord is a document of blobs.files. Its id bears the time at which the Put began.
type blobRecord struct {
	ID        primitive.ObjectID `bson:"_id"`
	Length    int64              `bson:"length"`
	ChunkSize int32              `bson:"chunkSize"`
	Uploaded  time.Time          `bson:"uploadDate"`
	Name      string             `bson:"filename"`
}

// blobPart is a document of blobs.chunks.
type blobPart struct {
	File primitive.ObjectID `bson:"files_id"`
	N    int32              `bson:"n"`
	Data []byte             `bson:"data"`
}

// Put stores what r yields until io.EOF under the id and returns its size in bytes. Chunks are written first and the
// record last, so that a blob is there wholly or not at all. store.ErrExists if the id has a blob already, which stays
// as it is; an error of r is returned as it is. What a failed Put leaves behind, Orphans removes.
func (b *Blobs) Put(ctx context.Context, id string, r io.Reader) (int64, error) {
	if _, err := b.record(ctx, id); err == nil {
		return 0, fmt.Errorf("mongo: blob %s: %w", id, store.ErrExists)
	} else if !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	record := blobRecord{ID: primitive.NewObjectID(), ChunkSize: blobChunk, Name: id}
	size, err := b.write(ctx, record.ID, r)
	if err == nil {
		record.Length, record.Uploaded = size, time.Now()
		err = insertOne(ctx, b.files, record)
	}
	if err != nil {
		if !errors.Is(err, store.ErrUncertain) {
			// The caller has its error; chunks that cannot be removed now are left to Orphans.
			_ = b.discard(context.WithoutCancel(ctx), record.ID)
		}
		return 0, fmt.Errorf("mongo: blob %s: %w", id, err)
	}
	return size, nil
}

// write stores the chunks of a file and returns their size. Chunks whose fate is unknown are no danger without a record.
func (b *Blobs) write(ctx context.Context, file primitive.ObjectID, r io.Reader) (int64, error) {
	buffer := make([]byte, blobChunk)
	size := int64(0)
	for n := int32(0); ; n++ {
		filled, err := io.ReadFull(r, buffer)
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return 0, err
		}
		if filled > 0 {
			if err := insertOne(ctx, b.chunks, blobPart{File: file, N: n, Data: buffer[:filled]}); err != nil {
				if errors.Is(err, store.ErrUncertain) {
					err = fmt.Errorf("%w: a part was not confirmed: %v", store.ErrUnavailable, err)
				}
				return 0, err
			}
			size += int64(filled)
		}
		if ended {
			return size, nil
		}
	}
}

func insertOne(ctx context.Context, coll *driver.Collection, doc any) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	_, err := coll.InsertOne(ctx, doc)
	return writeError(err)
}

// record finds the record of a blob; store.ErrNotFound if there is none.
func (b *Blobs) record(ctx context.Context, id string) (blobRecord, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var record blobRecord
	if err := b.files.FindOne(ctx, bson.D{{Key: "filename", Value: id}}).Decode(&record); err != nil {
		return record, fmt.Errorf("mongo: blob %s: %w", id, readError(err))
	}
	return record, nil
}

// Open returns a reader of the blob, to be closed by the caller; store.ErrNotFound if the id has none. The reader obeys
// ctx until it is closed, and answers io.ErrUnexpectedEOF where parts of the blob are missing.
func (b *Blobs) Open(ctx context.Context, id string) (io.ReadCloser, error) {
	record, err := b.record(ctx, id)
	if err != nil {
		return nil, err
	}
	return &blobReader{ctx: ctx, blobs: b, record: record}, nil
}

// blobReader fetches one chunk at a time by its key, which leaves no cursor open on the server while a slow client reads.
type blobReader struct {
	ctx    context.Context // of Open: io.Reader has no other way to be given one
	blobs  *Blobs
	record blobRecord
	next   int32
	read   int64
	rest   []byte
	closed bool
}

func (r *blobReader) Read(p []byte) (int, error) {
	switch {
	case r.closed:
		return 0, io.ErrClosedPipe
	case len(p) == 0:
		return 0, nil
	case len(r.rest) == 0 && r.read == r.record.Length:
		return 0, io.EOF
	}
	if len(r.rest) == 0 {
		if err := r.fetch(); err != nil {
			return 0, fmt.Errorf("mongo: blob %s: %w", r.record.Name, err)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// fetch reads the next chunk, which must be as long as the record's length says.
func (r *blobReader) fetch() error {
	ctx, cancel := bounded(r.ctx)
	defer cancel()
	var part blobPart
	err := r.blobs.chunks.FindOne(ctx, bson.D{{Key: "files_id", Value: r.record.ID}, {Key: "n", Value: r.next}}).Decode(&part)
	if err != nil && !errors.Is(err, driver.ErrNoDocuments) {
		return readError(err)
	}
	if want := min(int64(r.record.ChunkSize), r.record.Length-r.read); err != nil || int64(len(part.Data)) != want {
		return fmt.Errorf("part %d is missing or cut: %w", r.next, io.ErrUnexpectedEOF)
	}
	r.rest = part.Data
	r.read += int64(len(part.Data))
	r.next++
	return nil
}

func (r *blobReader) Close() error {
	r.closed = true
	return nil
}

// Delete removes the blob; store.ErrNotFound if the id has none. The record goes first, so that nobody opens a blob
// whose parts are half gone; parts that remain are removed by Orphans.
func (b *Blobs) Delete(ctx context.Context, id string) error {
	bound, cancel := bounded(ctx)
	defer cancel()
	var record blobRecord
	err := b.files.FindOneAndDelete(bound, bson.D{{Key: "filename", Value: id}}).Decode(&record)
	if errors.Is(err, driver.ErrNoDocuments) {
		return fmt.Errorf("mongo: blob %s: %w", id, store.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("mongo: blob %s: %w", id, writeError(err))
	}
	// The blob is gone as far as anybody can see.
	_ = b.discard(ctx, record.ID)
	return nil
}

// discard removes the chunks of a file that has no record.
func (b *Blobs) discard(ctx context.Context, file primitive.ObjectID) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	_, err := b.chunks.DeleteMany(ctx, bson.D{{Key: "files_id", Value: file}})
	return writeError(err)
}

// orphanBatch is the most files that one question of Orphans asks after.
const orphanBatch = 500

// Orphans removes chunks without a record whose Put began before the given time and returns how many files they were of.
// The time must lie further back than any Put can take: a Put that is still writing has no record yet.
func (b *Blobs) Orphans(ctx context.Context, before time.Time) (int, error) {
	removed := 0
	last := primitive.NilObjectID
	until := primitive.NewObjectIDFromTimestamp(before)
	for {
		files, err := b.filesBehind(ctx, last, until)
		if err != nil || len(files) == 0 {
			return removed, err
		}
		last = files[len(files)-1]
		missing, err := b.unrecorded(ctx, files)
		if err != nil {
			return removed, err
		}
		for _, file := range missing {
			if err := b.discard(ctx, file); err != nil {
				return removed, fmt.Errorf("mongo: orphaned blobs: %w", err)
			}
			removed++
		}
	}
}

// filesBehind lists the next files that have chunks, in order. The index on files_id and n answers it alone.
func (b *Blobs) filesBehind(ctx context.Context, last, until primitive.ObjectID) ([]primitive.ObjectID, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	filter := bson.D{{Key: "files_id", Value: bson.D{{Key: "$gt", Value: last}, {Key: "$lt", Value: until}}}}
	cursor, err := b.chunks.Find(ctx, filter, options.Find().SetSort(ascending("files_id", "n")).
		SetProjection(bson.D{{Key: "files_id", Value: 1}, {Key: "_id", Value: 0}}))
	if err != nil {
		return nil, fmt.Errorf("mongo: orphaned blobs: %w", readError(err))
	}
	defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }() // what it would say, the query has said
	var files []primitive.ObjectID
	for len(files) < orphanBatch && cursor.Next(ctx) {
		file, ok := cursor.Current.Lookup("files_id").ObjectIDOK()
		if ok && (len(files) == 0 || files[len(files)-1] != file) {
			files = append(files, file)
		}
	}
	return files, readError(cursor.Err())
}

// unrecorded returns those of the files that have no record.
func (b *Blobs) unrecorded(ctx context.Context, files []primitive.ObjectID) ([]primitive.ObjectID, error) {
	ctx, cancel := bounded(ctx)
	defer cancel()
	cursor, err := b.files.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: files}}}},
		options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
	if err != nil {
		return nil, fmt.Errorf("mongo: orphaned blobs: %w", readError(err))
	}
	var records []blobRecord
	if err := cursor.All(ctx, &records); err != nil {
		return nil, fmt.Errorf("mongo: orphaned blobs: %w", readError(err))
	}
	known := make(map[primitive.ObjectID]bool, len(records))
	for _, record := range records {
		known[record.ID] = true
	}
	var missing []primitive.ObjectID
	for _, file := range files {
		if !known[file] {
			missing = append(missing, file)
		}
	}
	return missing, nil
}
