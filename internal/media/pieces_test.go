package media

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"fengqiao/mediation"
)

// noisy is a photo of several pieces.
func noisy(t testing.TB) []byte {
	t.Helper()
	raw := withSegments(plainJPEG(t, 64, 48), segment(markAPP1, append([]byte(exifName), fuyang(1)...)))
	for len(raw) < 3*pieceBytes {
		raw = withSegments(raw, segment(0xfe, bytes.Repeat([]byte(secret), 5000)))
	}
	return raw
}

var errLine = errors.New("the line broke")

// cut gives the first n bytes, and then the line breaks.
func cut(b []byte, n int) io.Reader {
	return io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(errLine))
}

func TestAPhotoThatBreaksOffGoesOnWhereItStopped(t *testing.T) {
	r, raw := newRoom(t, Limits{}), noisy(t)
	p, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
	if err != nil || p.State != Arriving || p.Arrived() != 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	at := int64(0)
	for _, n := range []int{1000, pieceBytes, 2*pieceBytes + 77} {
		p, err := r.Append(t.Context(), "worker-1", p.ID, at, cut(raw[at:], n-int(at)))
		if err != nil || p.Arrived() != int64(n) {
			t.Fatalf("%d of %d came: %v", p.Arrived(), n, err)
		}
		at = int64(n)
		if again, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw))); err != nil || again.Arrived() != at {
			t.Errorf("announced again it is at %d: %v", again.Arrived(), err)
		}
	}
	if _, err := r.Photo(t.Context(), p.ID); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("it is seen before it is whole: %v", err)
	}
	done, err := r.Append(t.Context(), "worker-1", p.ID, at, bytes.NewReader(raw[at:]))
	if err != nil || done.State != Ready || done.Arrived() != int64(len(raw)) {
		t.Fatalf("%+v, %v", done, err)
	}
	if n := r.files(t); n != 2 {
		t.Errorf("%d files are left, pieces among them", n)
	}
	whole := newRoom(t, Limits{}).upload(t, "worker-1", "p-1", raw)
	if done.ID != whole.ID || done.SHA256 != whole.SHA256 || done.Print != whole.Print {
		t.Error("it is not what it would be if it had come at once")
	}
	if o, said, err := r.Origin(t.Context(), done); err != nil || !said || !o.Placed {
		t.Errorf("origin %+v, %v", o, err)
	}
	if again := r.upload(t, "worker-1", "p-1", raw); again.BlobID != done.BlobID {
		t.Error("sent at once it is another")
	}
	if again, err := r.Append(t.Context(), "worker-1", p.ID, int64(len(raw)), bytes.NewReader(nil)); err != nil || again.State != Ready {
		t.Errorf("the last answer was lost, and now: %+v, %v", again, err)
	}
}

func TestPiecesThatAreRefused(t *testing.T) {
	r, raw := newRoom(t, Limits{}), noisy(t)
	length := int64(len(raw))
	begin := func(client string, length int64) Photo {
		p, err := r.Begin(t.Context(), "worker-1", client, length)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := begin("p-1", length)
	_, err := r.Begin(t.Context(), "worker-1", "p-1", length+1)
	refused(t, err, mediation.Differs, CodeDiffers)
	_, err = r.Begin(t.Context(), "worker-1", "p-2", DefaultLimits.Bytes+1)
	refused(t, err, mediation.Invalid, CodeBytes)
	_, err = r.Begin(t.Context(), "worker-1", "p-2", 0)
	refused(t, err, mediation.Invalid, CodeEmpty)
	_, err = r.Append(t.Context(), "worker-1", p.ID, 5, bytes.NewReader(raw))
	refused(t, err, mediation.Conflict, CodeOffset)
	if _, err := r.Append(t.Context(), "worker-2", p.ID, 0, bytes.NewReader(raw)); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("somebody else's: %v", err)
	}
	_, err = r.Append(t.Context(), "worker-1", begin("p-3", 100).ID, 0, bytes.NewReader(raw))
	refused(t, err, mediation.Invalid, CodeBytes)
	page := bytes.Repeat([]byte("<html>"), 200)
	_, err = r.Append(t.Context(), "worker-1", begin("p-4", int64(len(page))).ID, 0, bytes.NewReader(page))
	refused(t, err, mediation.Invalid, CodeKind)
	broken := raw[:len(raw)-2]
	_, err = r.Append(t.Context(), "worker-1", begin("p-5", int64(len(broken))).ID, 0, bytes.NewReader(broken))
	refused(t, err, mediation.Invalid, CodeBroken)
	if again := begin("p-5", length); again.State != Arriving || again.Arrived() != 0 {
		t.Errorf("a better one under the same id: %+v", again)
	}
	if n := r.files(t); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

func TestTwoSendersOfOnePhotoDoNotMixItUp(t *testing.T) {
	r, raw := newRoom(t, Limits{}), noisy(t)
	p, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	ends := make(chan error)
	for range 4 {
		go func() {
			_, err := r.Append(t.Context(), "worker-1", p.ID, 0, bytes.NewReader(raw))
			ends <- err
		}()
	}
	for range 4 {
		if err := <-ends; err != nil && !errors.Is(err, &mediation.Error{Code: CodeOffset}) && !errors.Is(err, &mediation.Error{Code: CodeBusy}) {
			t.Error(err)
		}
	}
	for { // whoever is left goes on
		now, err := r.Arriving(t.Context(), "worker-1", p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if now.State == Ready {
			break
		}
		if _, err := r.Append(t.Context(), "worker-1", p.ID, now.Arrived(), bytes.NewReader(raw[now.Arrived():])); err != nil {
			t.Fatal(err)
		}
	}
	if want := newRoom(t, Limits{}).upload(t, "worker-1", "p-1", raw); want.SHA256 != mustPhoto(t, r, p.ID).SHA256 || r.files(t) != 2 {
		t.Errorf("it came out as another, or %d files are left", r.files(t))
	}
}

func mustPhoto(t testing.TB, r *room, id string) Photo {
	t.Helper()
	p, err := r.Photo(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The process ends after each write in turn; the phone goes on, and what is left of it all is the photo, or nothing.
func TestAKillAtAnyWriteOfPiecesLosesNothing(t *testing.T) {
	raw := noisy(t)
	for kill := 1; ; kill++ {
		r := newRoom(t, Limits{})
		writes := 0
		r.drawer.stop = func(string) error {
			if writes++; writes == kill {
				return mediation.ErrUnavailable
			}
			return nil
		}
		var done Photo
		for try := 0; done.State != Ready; try++ {
			p, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
			if err == nil && p.State != Ready {
				p, err = r.Append(t.Context(), "worker-1", p.ID, p.Arrived(), bytes.NewReader(raw[p.Arrived():]))
			}
			if done = p; err != nil && try > 2 {
				t.Fatalf("killed at write %d: %v", kill, err)
			}
		}
		if n := r.files(t); n != 2 {
			t.Errorf("killed at write %d: %d files are left", kill, n)
		}
		if writes < kill {
			return
		}
	}
}

func TestPiecesThatNobodyGoesOnWithAreSwept(t *testing.T) {
	r, raw := newRoom(t, Limits{}), noisy(t)
	p, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
	if err == nil {
		_, err = r.Append(t.Context(), "worker-1", p.ID, 0, cut(raw, pieceBytes+5))
	}
	if err != nil || r.files(t) != 2 {
		t.Fatalf("%d pieces, %v", r.files(t), err)
	}
	if n, err := r.Sweep(t.Context(), r.clock.pass(pendingFor-time.Minute)); n != 0 || err != nil {
		t.Errorf("swept %d too early, %v", n, err)
	}
	if n, err := r.Sweep(t.Context(), r.clock.pass(time.Hour)); n != 1 || err != nil || r.files(t) != 0 {
		t.Errorf("swept %d, %d files are left, %v", n, r.files(t), err)
	}
}

// Two requests may find all pieces there. The one that comes late must not take away what the other is about to finish.
func TestWhoComesLateToAssembleLeavesThePhotoToWhoIsAtIt(t *testing.T) {
	r, raw := newRoom(t, Limits{}), noisy(t)
	p, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	writes, pieces := 0, (len(raw)+pieceBytes-1)/pieceBytes
	r.drawer.stop = func(string) error {
		if writes++; writes == pieces+2 { // behind the pieces and the making of a pending record: when it is to become ready
			return mediation.ErrUnavailable
		}
		return nil
	}
	if _, err := r.Append(t.Context(), "worker-1", p.ID, 0, bytes.NewReader(raw)); !errors.Is(err, mediation.ErrUnavailable) {
		t.Fatal(err)
	}
	pending, err := r.Arriving(t.Context(), "worker-1", p.ID)
	if err != nil || pending.State != Pending {
		t.Fatalf("%+v, %v", pending, err)
	}
	late := pending
	late.State = Arriving // as it was read before
	_, err = r.assemble(t.Context(), late)
	refused(t, err, mediation.Unavailable, CodeBusy)
	if done, err := r.Append(t.Context(), "worker-1", p.ID, int64(len(raw)), bytes.NewReader(nil)); err != nil || done.State != Ready {
		t.Errorf("%+v, %v", done, err)
	}
	_, err = r.assemble(t.Context(), late)
	refused(t, err, mediation.Unavailable, CodeBusy)
	mustPhoto(t, r, p.ID)
}

func TestPiecesThatAreLostAreSentAnew(t *testing.T) {
	r, raw := newRoom(t, Limits{}), noisy(t)
	p, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
	if err == nil {
		p, err = r.Append(t.Context(), "worker-1", p.ID, 0, cut(raw, pieceBytes))
	}
	if err == nil {
		err = r.dir.Delete(t.Context(), p.Pieces[0].ID) // a backup has none of what was on its way
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Append(t.Context(), "worker-1", p.ID, p.Arrived(), bytes.NewReader(raw[p.Arrived():])); !errors.Is(err, mediation.ErrNotFound) {
		t.Errorf("%v", err)
	}
	again, err := r.Begin(t.Context(), "worker-1", "p-1", int64(len(raw)))
	if err != nil || again.Arrived() != 0 {
		t.Fatalf("%+v, %v", again, err)
	}
	if done, err := r.Append(t.Context(), "worker-1", p.ID, 0, bytes.NewReader(raw)); err != nil || done.State != Ready || r.files(t) != 2 {
		t.Errorf("%+v, %d files, %v", done, r.files(t), err)
	}
}
