package mongo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/bson/primitive"

	"fengqiao/internal/mongo"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/store"
)

func content(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}

func readBlob(t *testing.T, b *mongo.Blobs, id string) []byte {
	t.Helper()
	r, err := b.Open(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBlobsOfEverySizeComeBackAsTheyWere(t *testing.T) {
	b := open(t).Blobs()
	for _, size := range []int{0, 1, 255<<10 - 1, 255 << 10, 255<<10 + 1, 3 << 20} {
		id := fmt.Sprint(size)
		n, err := b.Put(context.Background(), id, bytes.NewReader(content(size)))
		if err != nil || n != int64(size) {
			t.Fatalf("put %d bytes: %d, %v", size, n, err)
		}
		if got := readBlob(t, b, id); !bytes.Equal(got, content(size)) {
			t.Errorf("%d bytes came back as %d others", size, len(got))
		}
	}
}

func TestAnIDTakesOneBlobAndKeepsTheFirst(t *testing.T) {
	b := open(t).Blobs()
	ctx := context.Background()
	if _, err := b.Put(ctx, "photo", bytes.NewReader(content(400000))); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Put(ctx, "photo", bytes.NewReader(nil)); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second put gave %v", err)
	}
	if got := readBlob(t, b, "photo"); !bytes.Equal(got, content(400000)) {
		t.Error("the first photo has changed")
	}
}

func TestOfSeveralPutsAtOnceOneCountsWhollyAndLeavesNoOrphans(t *testing.T) {
	b := open(t).Blobs()
	ctx := context.Background()
	var wg sync.WaitGroup
	var mu sync.Mutex
	winners := 0
	for i := range 8 {
		wg.Go(func() {
			_, err := b.Put(ctx, "photo", bytes.NewReader(bytes.Repeat([]byte{byte(i)}, 600000+rand.IntN(9))))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				winners++
			} else if !errors.Is(err, store.ErrExists) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := readBlob(t, b, "photo")
	if winners != 1 || !bytes.Equal(got, bytes.Repeat(got[:1], len(got))) {
		t.Errorf("%d winners, or the blob is of several", winners)
	}
	if n, err := b.Orphans(ctx, time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("%d orphans, %v", n, err)
	}
}

// broken yields some bytes and then an error, as an upload does whose phone lost the network.
type broken struct{ left int }

var errLost = errors.New("connection lost")

func (r *broken) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, errLost
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}

func TestABrokenUploadLeavesNothingAndCanBeRepeated(t *testing.T) {
	b := open(t).Blobs()
	ctx := context.Background()
	if _, err := b.Put(ctx, "photo", &broken{left: 700000}); !errors.Is(err, errLost) {
		t.Fatalf("the reader's error came back as %v", err)
	}
	if _, err := b.Open(ctx, "photo"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("half a photo can be opened: %v", err)
	}
	if _, err := b.Put(ctx, "photo", bytes.NewReader(content(10))); err != nil {
		t.Error(err)
	}
}

func TestADeletedBlobIsGoneAndItsIDFree(t *testing.T) {
	b := open(t).Blobs()
	ctx := context.Background()
	for range 2 {
		if _, err := b.Put(ctx, "photo", bytes.NewReader(content(300000))); err != nil {
			t.Fatal(err)
		}
		if err := b.Delete(ctx, "photo"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Open(ctx, "photo"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("opening gave %v", err)
		}
		if err := b.Delete(ctx, "photo"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("deleting again gave %v", err)
		}
	}
	if n, err := b.Orphans(ctx, time.Now().Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("%d orphans, %v", n, err)
	}
}

func TestTheSweepRemovesWhatACrashLeftAndNothingElse(t *testing.T) {
	uri := mongotest.Database(t)
	b := openAt(t, uri).Blobs()
	ctx := context.Background()
	if _, err := b.Put(ctx, "kept", bytes.NewReader(content(600000))); err != nil {
		t.Fatal(err)
	}
	chunks := rawDatabase(t, uri).Collection("blobs.chunks")
	now := time.Now()
	for i := range 700 { // more than one batch of the sweep
		file := primitive.NewObjectIDFromTimestamp(now.Add(-48 * time.Hour))
		file[11], file[10] = byte(i), byte(i>>8)
		if _, err := chunks.InsertOne(ctx, bson.M{"files_id": file, "n": 0, "data": []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	young := primitive.NewObjectID()
	if _, err := chunks.InsertOne(ctx, bson.M{"files_id": young, "n": 0, "data": []byte("still coming")}); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Orphans(ctx, now.Add(-24*time.Hour)); n != 700 || err != nil {
		t.Errorf("removed %d files, %v", n, err)
	}
	if n, err := chunks.CountDocuments(ctx, bson.M{"files_id": young}); n != 1 || err != nil {
		t.Errorf("of an upload under way %d chunks are left, %v", n, err)
	}
	if got := readBlob(t, b, "kept"); !bytes.Equal(got, content(600000)) {
		t.Error("a recorded blob has changed")
	}
}

func TestABlobThatMissesAPartSaysSo(t *testing.T) {
	uri := mongotest.Database(t)
	b := openAt(t, uri).Blobs()
	ctx := context.Background()
	if _, err := b.Put(ctx, "photo", bytes.NewReader(content(600000))); err != nil {
		t.Fatal(err)
	}
	if _, err := rawDatabase(t, uri).Collection("blobs.chunks").DeleteOne(ctx, bson.M{"n": 1}); err != nil {
		t.Fatal(err)
	}
	r, err := b.Open(ctx, "photo")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); !errors.Is(err, io.ErrUnexpectedEOF) || len(got) != 255<<10 {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}
