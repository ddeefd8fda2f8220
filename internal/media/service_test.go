package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"fengqiao/mediation"
)

func (r *room) upload(t testing.TB, owner, client string, raw []byte) Photo {
	t.Helper()
	p, err := r.Upload(t.Context(), owner, client, bytes.NewReader(raw), "image/jpeg")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// files counts the blobs in the folder, unfinished ones included.
func (r *room) files(t testing.TB) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(r.path, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func content(t testing.TB, r io.ReadCloser, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func refused(t testing.TB, err error, kind mediation.Kind, code string) {
	t.Helper()
	if !errors.Is(err, &mediation.Error{Kind: kind, Code: code}) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func TestAPhotoIsTakenInAndGivenOut(t *testing.T) {
	r := newRoom(t, Limits{})
	p := r.upload(t, "worker-1", clientID(), phoneJPEG(t, 640, 480, 6))
	if p.State != Ready || p.Kind != JPEG || p.Width != 480 || p.Height != 640 || p.Owner != "worker-1" {
		t.Fatalf("%+v", p)
	}
	got, err := r.Photo(t.Context(), p.ID)
	if err != nil || got.SHA256 != p.SHA256 {
		t.Fatalf("%+v, %v", got, err)
	}
	stored, err := r.Picture(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(stored)) != p.Bytes || fingerprint(stored) != p.SHA256 {
		t.Errorf("%d bytes of %d", len(stored), p.Bytes)
	}
	tellsNothing(t, stored)
	thumb, err := r.Thumb(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{p.BlobID, p.ThumbID} {
		file, err := r.dir.Open(t.Context(), id)
		if lies := content(t, file, err); bytes.Contains(lies, stored[:64]) || bytes.Contains(lies, thumb[:64]) || bytes.Contains(lies, []byte("JFIF")) {
			t.Errorf("blob %s lies open", id)
		}
	}
	if config, err := readConfig(JPEG, thumb); err != nil || config.Height != 320 || config.Width != 240 {
		t.Errorf("thumbnail %+v, %v", config, err)
	}
	if bytes.Contains(p.Exif.Box, []byte("Lon")) {
		t.Error("the place lies open in the record")
	}
	o, said, err := r.Origin(t.Context(), p)
	if err != nil || !said || !o.Placed || !o.Taken.Equal(time.Date(2026, 3, 1, 1, 30, 15, 0, time.UTC)) {
		t.Errorf("origin %+v, %v, %v", o, said, err)
	}
	if plain := r.upload(t, "worker-1", clientID(), plainPNG(t, 4, 4)); !plain.Exif.Empty() {
		t.Error("a photo that says nothing has an origin")
	} else if _, said, err := r.Origin(t.Context(), plain); said || err != nil {
		t.Errorf("said %v, %v", said, err)
	}
}

func TestTheSamePhotoSentAgain(t *testing.T) {
	r := newRoom(t, Limits{})
	raw, client := plainJPEG(t, 40, 30), clientID()
	first := r.upload(t, "worker-1", client, raw)
	files := r.files(t)
	if again := r.upload(t, "worker-1", client, raw); again.ID != first.ID || again.BlobID != first.BlobID {
		t.Errorf("%+v is not %+v", again, first)
	}
	if r.files(t) != files {
		t.Error("it was stored twice")
	}
	_, err := r.Upload(t.Context(), "worker-1", client, bytes.NewReader(plainPNG(t, 40, 30)), "")
	refused(t, err, mediation.Differs, CodeDiffers)
	if other := r.upload(t, "worker-2", client, raw); other.ID == first.ID {
		t.Error("two workers' photos became one")
	}
}

func TestTheSamePhotoSentManyTimesAtOnce(t *testing.T) {
	r := newRoom(t, Limits{})
	raw, client := phoneJPEG(t, 64, 48, 1), clientID()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if p := r.upload(t, "worker-1", client, raw); p.State != Ready {
				t.Errorf("%+v", p)
			}
		})
	}
	group.Wait()
	if n := r.files(t); n != 2 || len(r.drawer.records) != 1 {
		t.Errorf("%d files and %d records", n, len(r.drawer.records))
	}
}

func TestUploadsThatAreRefusedLeaveNothing(t *testing.T) {
	small := DefaultLimits
	small.Bytes, small.Pixels = 4000, 5000
	r := newRoom(t, small)
	for _, c := range []struct {
		situation, owner, client string
		body                     io.Reader
		code, field              string
	}{
		{"too many bytes", "w", "1", bytes.NewReader(make([]byte, 4001)), CodeBytes, "photo"},
		{"too many pixels", "w", "1", bytes.NewReader(plainPNG(t, 100, 51)), CodePixels, "photo"},
		{"no photo", "w", "1", strings.NewReader("words"), CodeKind, "photo"},
		{"line lost", "w", "1", io.MultiReader(strings.NewReader("\xff\xd8\xff"), iotest.ErrReader(io.ErrUnexpectedEOF)), CodeBroken, "photo"},
		{"no client id", "w", "", bytes.NewReader(plainPNG(t, 4, 4)), CodeClientID, "clientId"},
		{"a path for a client id", "w", "../../etc", bytes.NewReader(plainPNG(t, 4, 4)), CodeClientID, "clientId"},
		{"a client id without end", "w", strings.Repeat("1", 65), bytes.NewReader(plainPNG(t, 4, 4)), CodeClientID, "clientId"},
		{"nobody's", "", "1", bytes.NewReader(plainPNG(t, 4, 4)), CodeClientID, "clientId"},
	} {
		t.Run(c.situation, func(t *testing.T) {
			_, err := r.Upload(t.Context(), c.owner, c.client, c.body, "")
			var e *mediation.Error
			if !errors.As(err, &e) || e.Kind != mediation.Invalid || e.Code != c.code || e.Field != c.field {
				t.Fatalf("got %v", err)
			}
		})
	}
	if r.files(t) != 0 || len(r.drawer.records) != 0 {
		t.Error("something was kept")
	}
	r.upload(t, "w", "1", plainPNG(t, 100, 50)) // the id of a refused one is free
}

func TestAnUploadThatWaitsForMemoryCanBeGivenUp(t *testing.T) {
	r := newRoom(t, Limits{})
	if err := r.checker.memory.Acquire(t.Context(), DefaultLimits.Memory); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Upload(ctx, "w", clientID(), bytes.NewReader(plainPNG(t, 4, 4)), "")
	refused(t, err, mediation.Unavailable, CodeBusy)
}

var errStopped = errors.New("stopped here")

// stopAt lets the process end before the n-th write.
func (r *room) stopAt(n int) {
	r.drawer.stop = func(string) error {
		if n--; n < 0 {
			return errStopped
		}
		return nil
	}
}

func TestACrashAfterEachWriteIsMended(t *testing.T) {
	raw := phoneJPEG(t, 64, 48, 1)
	for writes := range 2 {
		r := newRoom(t, Limits{})
		client := clientID()
		r.stopAt(writes)
		if _, err := r.Upload(t.Context(), "w", client, bytes.NewReader(raw), ""); !errors.Is(err, errStopped) {
			t.Fatal(err)
		}
		r.drawer.stop = nil
		if _, err := r.Photo(t.Context(), photoID("w", client)); !errors.Is(err, mediation.ErrNotFound) {
			t.Fatalf("half a photo is seen: %v", err)
		}
		t.Run("by sending again", func(t *testing.T) {
			p := r.upload(t, "w", client, raw)
			if r.files(t) != 2 || p.State != Ready {
				t.Errorf("%d files, %+v", r.files(t), p)
			}
		})
		t.Run("by the sweep", func(t *testing.T) {
			lost := clientID()
			r.stopAt(writes)
			_, _ = r.Upload(t.Context(), "w", lost, bytes.NewReader(raw), "")
			r.drawer.stop = nil
			if n, err := r.Sweep(t.Context(), r.clock.pass(25*time.Hour)); n != writes || err != nil {
				t.Errorf("swept %d, %v", n, err)
			}
			if r.files(t) != 2 {
				t.Errorf("%d files are left", r.files(t))
			}
			if p := r.upload(t, "w", lost, raw); p.State != Ready {
				t.Errorf("swept and sent again: %+v", p)
			}
		})
	}
}

func TestASweepCutShortIsFinishedByTheNext(t *testing.T) {
	for writes := range 3 {
		r := newRoom(t, Limits{})
		client, raw := clientID(), phoneJPEG(t, 64, 48, 1)
		p := r.upload(t, "w", client, raw)
		due := r.clock.pass(31 * 24 * time.Hour)
		r.stopAt(writes)
		if _, err := r.Sweep(t.Context(), due); writes < 2 && err == nil {
			t.Fatal("nothing stopped it")
		}
		r.drawer.stop = nil
		if _, err := r.Sweep(t.Context(), due.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if r.files(t) != 0 {
			t.Errorf("%d files are left", r.files(t))
		}
		if _, _, err := r.Origin(t.Context(), p); !errors.Is(err, mediation.ErrErased) {
			t.Errorf("the origin of a removed photo: %v", err)
		}
		if back := r.upload(t, "w", client, raw); back.ID != p.ID || back.BlobID == p.BlobID || r.files(t) != 2 {
			t.Errorf("sent again after it was removed: %+v", back)
		}
		_, err := r.Upload(t.Context(), "w", client, bytes.NewReader(plainPNG(t, 4, 4)), "")
		refused(t, err, mediation.Differs, CodeDiffers)
	}
}

func TestOnlyWhatBelongsToNoReportIsSwept(t *testing.T) {
	r := newRoom(t, Limits{})
	raw := plainJPEG(t, 40, 30)
	loose, kept := r.upload(t, "w", clientID(), raw), r.upload(t, "w", clientID(), raw)
	if err := r.Attach(t.Context(), "w", []string{kept.ID}, "report-1", ""); err != nil {
		t.Fatal(err)
	}
	if n, err := r.Sweep(t.Context(), r.clock.pass(29*24*time.Hour)); n != 0 || err != nil {
		t.Fatalf("swept %d too early, %v", n, err)
	}
	if n, err := r.Sweep(t.Context(), r.clock.pass(2*24*time.Hour)); n != 1 || err != nil {
		t.Fatalf("swept %d, %v", n, err)
	}
	if _, err := r.Photo(t.Context(), loose.ID); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("the loose one: %v", err)
	}
	if err := r.Attach(t.Context(), "w", []string{loose.ID}, "report-2", ""); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("attaching a removed one: %v", err)
	}
	if body, err := r.Picture(t.Context(), kept); err != nil || len(body) == 0 {
		t.Errorf("the kept one: %v", err)
	}
}

func TestAPhotoStaysWithWhatItWasFirstPartOf(t *testing.T) {
	for what, first := range map[string]struct{ report, caseID string }{
		"a report without a case": {"report-1", ""},
		"a report with its case":  {"report-1", "case-1"},
		"a case alone":            {"", "case-1"},
	} {
		r := newRoom(t, Limits{})
		p, free := r.upload(t, "w", clientID(), plainJPEG(t, 40, 30)), r.upload(t, "w", clientID(), plainJPEG(t, 40, 30))
		if err := r.Attach(t.Context(), "somebody else", []string{p.ID}, first.report, first.caseID); !errors.Is(err, mediation.ErrNotFound) {
			t.Errorf("%s took somebody else's: %v", what, err)
		}
		for range 2 {
			if err := r.Attach(t.Context(), "w", []string{p.ID}, first.report, first.caseID); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		kept, err := r.Photo(t.Context(), p.ID)
		if err != nil || kept.Report != first.report || kept.Case != first.caseID || !kept.Until.IsZero() {
			t.Fatalf("%s: %+v, %v", what, kept, err)
		}
		for _, later := range []struct{ report, caseID string }{{"report-2", ""}, {"report-2", "case-1"}, {"", "case-2"}, {"report-2", "case-2"}} {
			err := r.Attach(t.Context(), "w", []string{free.ID, p.ID}, later.report, later.caseID)
			refused(t, err, mediation.Conflict, CodeAttached)
			if now, err := r.Photo(t.Context(), p.ID); err != nil || !reflect.DeepEqual(now, kept) {
				t.Errorf("%s: %+v took it: %+v, %v", what, later, now, err)
			}
			if now, err := r.Photo(t.Context(), free.ID); err != nil || now.Until.IsZero() {
				t.Errorf("%s: %+v was refused and has bound the other photo: %+v, %v", what, later, now, err)
			}
		}
	}
}
