package simulate

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// Longer: go test ./internal/simulate -run DiskIsFull -matters 600 -fills 8 -full 5s
var (
	fillsFlag = flag.Int("fills", 2, "how often the disk is full")
	fullFlag  = flag.Duration("full", time.Second, "how long it is full each time, at least")
)

// The disk fills up while people report, send photos and work, and has room again later. Meanwhile everybody hears "not now" and can read on; then
// all goes on by itself, and what was answered is there, every photo whole.
func TestNothingIsLostWhileTheDiskIsFull(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	in := newInstallation(t)
	d := smallDisk(t, in)
	w := open(ctx, in)
	album := &album{s: w.workers[0], sent: map[string]image.Image{}}
	// While nobody else writes: its record finds room, the photo itself does not.
	d.fill(1 << 20)
	if err := album.add(ctx, large); !refusedAs(err, http.StatusServiceUnavailable) || d.left() == 0 {
		t.Fatalf("a photo larger than the room that is left: %v; %d bytes are left", err, d.left())
	}
	d.free()
	w.start(ctx)
	for fill := range *fillsFlag {
		w.until(ctx, fill+1, *fillsFlag+1)
		if err := album.add(ctx, small); err != nil {
			t.Fatal("a photo while there was room:", err)
		}
		d.fill(0)
		w.phase("the disk is full")
		photos, reports := w.meetsFull(ctx, album)
		w.readsOn(ctx)
		d.free()
		w.phase(fmt.Sprintf("there is room again, after %d photos and %d reports were refused", photos, reports))
		if err := album.untilAdded(ctx); err != nil {
			t.Fatal("a photo when there was room again:", err)
		}
	}
	album.check(ctx, t)
	w.settle(ctx)
}

// meetsFull sends photos until both kinds of files have met the full disk: a photo's, and the database's under somebody's report. The log of the
// database may have some room within itself, which each photo's record makes less.
func (w *work) meetsFull(ctx context.Context, a *album) (photos, reports int) {
	w.t.Helper()
	before := w.witness.notNow("POST /api/v1/reports")
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := a.add(ctx, small)
		switch {
		case refusedAs(err, http.StatusServiceUnavailable):
			photos++
		case err != nil:
			w.t.Fatal("a photo on the full disk:", err)
		}
		_, err = w.sendLast(ctx)
		if err != nil && !refusedAs(err, http.StatusServiceUnavailable) {
			w.t.Fatal("a report on the full disk:", err)
		}
		if reports = w.witness.notNow("POST /api/v1/reports") - before; photos > 0 && reports > 0 && time.Since(began) >= *fullFlag {
			return photos, reports
		}
		if time.Since(began) > time.Minute+*fullFlag {
			w.t.Fatalf("a minute on a full disk, and %d photos and %d reports were refused", photos, reports)
		}
	}
}

// readsOn reads what leaves no trace of its reader; a reading that has to be put on record is a write.
func (w *work) readsOn(ctx context.Context) {
	w.t.Helper()
	for _, s := range w.audit.Sessions {
		path := "/api/v1/reports?limit=20"
		if s.Role == "county_staff" {
			path = "/api/v1/cases?limit=20"
		} else if s.Role != "grid_worker" {
			continue
		}
		// One look, not repeated: it must be answered now.
		if _, _, err := s.client.once(ctx, request{method: http.MethodGet, path: path, token: s.Tokens.Access}, nil, nil); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := fetch(ctx, "http://"+w.address+"/healthz", &struct{}{}); err != nil {
		w.t.Fatal(err)
	}
}

// album is a worker's photos.
type album struct {
	s    *Session
	made int
	sent map[string]image.Image // by id, those that were answered
}

// Widths of pictures: 32 kB, and 2.4 MB.
const (
	small = 120
	large = 1000
)

// add sends another photo once.
func (a *album) add(ctx context.Context, width int) error {
	a.made++
	picture := noise(a.made, width)
	var body bytes.Buffer
	if err := png.Encode(&body, picture); err != nil {
		return err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, a.s.client.base+"/api/v1/media?clientId=photo-"+strconv.Itoa(a.made), &body)
	if err != nil {
		return err
	}
	token, err := a.s.token(ctx, "")
	if err != nil {
		return err
	}
	q.Header.Set("Authorization", "Bearer "+token)
	q.Header.Set("Content-Type", "image/png")
	res, err := a.s.client.http.Do(q)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusCreated {
		return refusal(res, request{method: q.Method, path: q.URL.Path}, text)
	}
	var made ref
	if err := json.Unmarshal(text, &made); err != nil {
		return err
	}
	a.sent[made.ID] = picture
	return nil
}

// untilAdded sends photos until one is taken.
func (a *album) untilAdded(ctx context.Context) error {
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := a.add(ctx, small)
		if err == nil || !refusedAs(err, http.StatusServiceUnavailable) || time.Since(began) > time.Minute {
			return err
		}
	}
}

// check reads every photo that was answered and compares it point by point.
func (a *album) check(ctx context.Context, t *testing.T) {
	t.Helper()
	for id, want := range a.sent {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, a.s.client.base+"/api/v1/media/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		token, err := a.s.token(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+token)
		res, err := a.s.client.http.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(res.Body)
		if err = errors.Join(err, res.Body.Close()); err != nil {
			t.Errorf("photo %s: %s, %v", id, res.Status, err)
			continue
		}
		for i := range want.Bounds().Dx() * want.Bounds().Dy() {
			x, y := i%want.Bounds().Dx(), i/want.Bounds().Dx()
			if color.NRGBAModel.Convert(got.At(x, y)) != color.NRGBAModel.Convert(want.At(x, y)) {
				t.Errorf("photo %s has changed at %d, %d", id, x, y)
				break
			}
		}
	}
	t.Logf("%d photos were answered, and all are whole", len(a.sent))
}

// noise is a picture that does not compress, no two alike.
func noise(n, width int) image.Image {
	p := image.NewNRGBA(image.Rect(0, 0, width, width*4/5))
	state := uint64(n)*0x9E3779B97F4A7C15 + 1
	for i := 0; i < len(p.Pix); i += 4 {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		binary.LittleEndian.PutUint32(p.Pix[i:], uint32(state)|0xFF000000)
	}
	return p
}
