package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
	"fengqiao/mediation"
)

// Media holds an opened, empty store and its blobs to the contracts of media's ports, and takes photos in through them.
func Media(t *testing.T, s *store.Store, blobs media.Blobs) {
	t.Run("a record's life", func(t *testing.T) { mediaRecordLife(t, s.Photos()) })
	t.Run("records under contention", func(t *testing.T) { mediaContention(t, s.Photos()) })
	t.Run("orphans", func(t *testing.T) { mediaOrphans(t, s.Photos()) })
	t.Run("blobs", func(t *testing.T) { mediaBlobs(t, blobs) })
	t.Run("one of many puts wins", func(t *testing.T) { mediaBlobRace(t, blobs) })
	t.Run("photos", func(t *testing.T) { mediaPhotos(t, s, blobs) })
}

func mediaOK(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mediaFails(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

var mediaDay = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func mediaPhoto(id string, until time.Time) media.Photo {
	return media.Photo{
		ID: id, Owner: "worker-1", ClientID: "client " + id, Print: "p", State: media.Pending, Kind: media.JPEG, Bytes: 7,
		Width: 3, Height: 4, SHA256: "s", BlobID: "b", ThumbID: "t", Key: "k",
		Exif: mediation.Sealed{Key: "k", Box: []byte{1, 0xff, 0}}, Created: mediaDay, Until: until, Version: 1,
	}
}

func mediaRecordLife(t *testing.T, r media.Records) {
	ctx := t.Context()
	_, err := r.Get(ctx, "life")
	mediaFails(t, err, mediation.ErrNotFound)
	_, err = r.Update(ctx, "life", func(*media.Photo) error { return nil })
	mediaFails(t, err, mediation.ErrNotFound)

	want := mediaPhoto("life", mediaDay.Add(time.Hour))
	mediaOK(t, r.Create(ctx, want))
	mediaFails(t, r.Create(ctx, mediaPhoto("life", mediaDay)), mediation.ErrExists)
	got, err := r.Get(ctx, "life")
	mediaOK(t, err)
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}

	no := errors.New("no")
	_, err = r.Update(ctx, "life", func(p *media.Photo) error { p.State = media.Gone; return no })
	mediaFails(t, err, no)
	done, err := r.Update(ctx, "life", func(p *media.Photo) error {
		p.State, p.Until, p.Report = media.Ready, time.Time{}, "report-1"
		return nil
	})
	mediaOK(t, err)
	want.State, want.Until, want.Report, want.Version = media.Ready, time.Time{}, "report-1", 2
	got, err = r.Get(ctx, "life")
	mediaOK(t, err)
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(done, want) {
		t.Fatalf("got  %+v\nsaid %+v\nwant %+v", got, done, want)
	}
}

func mediaContention(t *testing.T, r media.Records) {
	ctx := t.Context()
	var won atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			switch err := r.Create(ctx, mediaPhoto("contended", time.Time{})); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, mediation.ErrExists):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 {
		t.Fatalf("%d created one record", won.Load())
	}
	for range 50 {
		group.Go(func() {
			if _, err := r.Update(ctx, "contended", func(p *media.Photo) error { p.Width++; return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got, err := r.Get(ctx, "contended"); err != nil || got.Width != 53 {
		t.Fatalf("width %d after 50 updates of 3, %v", got.Width, err)
	}
}

func mediaOrphans(t *testing.T, r media.Records) {
	ctx := t.Context()
	due := mediaDay.Add(24 * time.Hour)
	for i := range 5 {
		mediaOK(t, r.Create(ctx, mediaPhoto(fmt.Sprint("due-", i), due.Add(-time.Duration(i)*time.Minute))))
	}
	mediaOK(t, r.Create(ctx, mediaPhoto("later", due.Add(time.Millisecond))))
	mediaOK(t, r.Create(ctx, mediaPhoto("kept", time.Time{})))
	ids := func(limit int) (out []string) {
		t.Helper()
		got, err := r.Orphans(ctx, due, limit)
		mediaOK(t, err)
		for _, p := range got {
			out = append(out, p.ID)
		}
		return out
	}
	if got := ids(100); !reflect.DeepEqual(got, []string{"due-4", "due-3", "due-2", "due-1", "due-0"}) {
		t.Errorf("due: %v", got)
	}
	if got := ids(2); !reflect.DeepEqual(got, []string{"due-4", "due-3"}) {
		t.Errorf("the first two: %v", got)
	}
	_, err := r.Update(ctx, "due-4", func(p *media.Photo) error { p.Until = time.Time{}; return nil })
	mediaOK(t, err)
	_, err = r.Update(ctx, "due-3", func(p *media.Photo) error { p.Until = due.Add(time.Hour); return nil })
	mediaOK(t, err)
	if got := ids(100); !reflect.DeepEqual(got, []string{"due-2", "due-1", "due-0"}) {
		t.Errorf("after one was attached and one postponed: %v", got)
	}
}

func mediaRead(t *testing.T, b media.Blobs, id string) []byte {
	t.Helper()
	r, err := b.Open(t.Context(), id)
	mediaOK(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	mediaOK(t, err)
	return got
}

func mediaBlobs(t *testing.T, b media.Blobs) {
	ctx := t.Context()
	_, err := b.Open(ctx, "absent")
	mediaFails(t, err, mediation.ErrNotFound)
	mediaOK(t, b.Delete(ctx, "absent"))
	for i, size := range []int{0, 1, 255 << 10, 1<<20 + 1} { // none, one, a full chunk of GridFS, some and a bit
		id, want := fmt.Sprint("blob-", i), bytes.Repeat([]byte{byte(i + 1), 0, 0xff}, size)[:size]
		n, err := b.Put(ctx, id, bytes.NewReader(want))
		if err != nil || n != int64(size) {
			t.Fatalf("Put of %d bytes = %d, %v", size, n, err)
		}
		_, err = b.Put(ctx, id, strings.NewReader("other"))
		mediaFails(t, err, mediation.ErrExists)
		if got := mediaRead(t, b, id); !bytes.Equal(got, want) {
			t.Fatalf("%d bytes came back as %d others", size, len(got))
		}
		for range 2 {
			mediaOK(t, b.Delete(ctx, id))
		}
		_, err = b.Open(ctx, id)
		mediaFails(t, err, mediation.ErrNotFound)
	}

	lost := errors.New("the line was lost")
	half := bytes.Repeat([]byte("x"), 600<<10)
	_, err = b.Put(ctx, "torn", io.MultiReader(bytes.NewReader(half), iotest.ErrReader(lost)))
	mediaFails(t, err, lost)
	_, err = b.Open(ctx, "torn")
	mediaFails(t, err, mediation.ErrNotFound)
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := b.Put(ended, "torn", bytes.NewReader(half)); err == nil {
		t.Fatal("stored for a caller who had left")
	}
	_, err = b.Put(ctx, "torn", strings.NewReader("whole")) // its id is free
	mediaOK(t, err)
	if got := mediaRead(t, b, "torn"); string(got) != "whole" {
		t.Fatalf("got %d bytes", len(got))
	}
}

func mediaBlobRace(t *testing.T, b media.Blobs) {
	var won atomic.Int32
	var winner atomic.Value
	var group sync.WaitGroup
	for i := range 10 {
		group.Go(func() {
			words := strings.Repeat(fmt.Sprint(i), 300<<10)
			switch _, err := b.Put(t.Context(), "raced", strings.NewReader(words)); {
			case err == nil:
				won.Add(1)
				winner.Store(words)
			case !errors.Is(err, mediation.ErrExists):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 || string(mediaRead(t, b, "raced")) != winner.Load() {
		t.Fatalf("%d won, and what is there is not the winner's", won.Load())
	}
}

func mediaPhotos(t *testing.T, s *store.Store, blobs media.Blobs) {
	ctx := t.Context()
	ring := mediaRing(t, s)
	now := mediaDay.Add(1000 * 24 * time.Hour) // what the other tests left is due
	service := media.New(s.Photos(), blobs, ring, media.Options{Now: func() time.Time { return now }})
	_, err := service.Sweep(ctx, now)
	mediaOK(t, err)
	var raw bytes.Buffer
	mediaOK(t, png.Encode(&raw, image.NewGray(image.Rect(0, 0, 400, 300))))
	photos := make([]media.Photo, 8)
	var group sync.WaitGroup
	for i := range photos {
		group.Go(func() {
			var err error
			if photos[i], err = service.Upload(ctx, "worker-1", fmt.Sprint("p", i/2), bytes.NewReader(raw.Bytes()), ""); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i := 0; i < len(photos); i += 2 {
		if photos[i].ID != photos[i+1].ID || photos[i].State != media.Ready {
			t.Fatalf("sent twice at once: %+v and %+v", photos[i], photos[i+1])
		}
	}
	kept, loose := photos[0], photos[2]
	mediaOK(t, service.Attach(ctx, "worker-1", []string{kept.ID}, "report-1", "case-1"))
	if n, err := service.Sweep(ctx, now.Add(31*24*time.Hour)); err != nil || n != 3 {
		t.Errorf("swept %d of 3 loose photos, %v", n, err)
	}
	got, err := service.Photo(ctx, kept.ID)
	mediaOK(t, err)
	picture, err := service.Picture(ctx, got)
	if mediaOK(t, err); int64(len(picture)) != got.Bytes || bytes.Contains(mediaRead(t, blobs, got.BlobID), picture) {
		t.Errorf("%d bytes of %d are left of the kept photo, or they lie open", len(picture), got.Bytes)
	}
	_, err = service.Photo(ctx, loose.ID)
	mediaFails(t, err, mediation.ErrNotFound)
	_, err = blobs.Open(ctx, loose.BlobID)
	mediaFails(t, err, mediation.ErrNotFound)
	seen := map[string]media.State{}
	mediaOK(t, s.EachPhoto(ctx, func(p media.Photo) error { seen[p.ID] = p.State; return nil }))
	if seen[kept.ID] != media.Ready || seen[loose.ID] != media.Gone {
		t.Errorf("a walk over all records saw %v and %v", seen[kept.ID], seen[loose.ID])
	}
	mediaOK(t, media.Verify(ctx, got, blobs))
	back, err := service.Upload(ctx, "worker-1", loose.ClientID, bytes.NewReader(raw.Bytes()), "")
	if err != nil || back.ID != loose.ID || back.State != media.Ready {
		t.Errorf("sent again after it was swept: %+v, %v", back, err)
	}
}

// mediaRing is a keyring on the store itself.
func mediaRing(t *testing.T, s *store.Store) *seal.Keyring {
	t.Helper()
	kek, err := seal.ParseInstallationKey(seal.NewInstallationKey())
	mediaOK(t, err)
	ring, err := seal.New(t.Context(), s.Wraps(), s.Erasures(), kek, seal.Options{})
	mediaOK(t, err)
	t.Cleanup(func() { _ = ring.Close() })
	return ring
}
