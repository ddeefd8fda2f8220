package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"fengqiao/mediation"
)

// phoneM4A is what a phone records: the tone with the place, the time, a title and a free box full of words.
func phoneM4A(t testing.TB) []byte {
	t.Helper()
	var out []byte
	err := eachBox(sample(t, "tone.m4a"), func(kind string, body []byte) error {
		if kind == "moov" {
			body = bytes.Clone(body)
			at := bytes.Index(body, []byte("mvhd"))
			binary.BigEndian.PutUint32(body[at+8:], uint32(time.Date(2026, 3, 1, 1, 30, 15, 0, time.UTC).Sub(m4aEpoch).Seconds()))
			place := isoWrite("\xa9xyz", []byte("\x00\x12\x15\xc7+30.0501+119.9567/"))
			body = append(body, isoWrite("udta", place, isoWrite("\xa9nam", []byte(secret)))...)
		}
		out = append(out, isoWrite(kind, body)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(out, isoWrite("free", []byte(secret))...) // behind the samples, whose places in the file are written down
}

// phoneMP3 is the tone with what taggers add before and behind it, and with junk in the middle.
func phoneMP3(t testing.TB) []byte {
	t.Helper()
	raw := sample(t, "tone.mp3")
	raw = append(raw, "TAG"+secret...)
	return append(raw, "APETAGEX"+secret+"+30.0501+119.9567/"...)
}

func TestARecordingTellsNothingButItsSound(t *testing.T) {
	for _, c := range []struct {
		situation string
		raw       []byte
		kind      Kind
		placed    bool
	}{{"M4A", phoneM4A(t), M4A, true}, {"MP3", phoneMP3(t), MP3, false}} {
		t.Run(c.situation, func(t *testing.T) {
			f := checked(t, c.raw)
			if f.kind != c.kind || f.thumb != nil || f.length < 950*time.Millisecond || f.length > 1300*time.Millisecond {
				t.Fatalf("%s of %s", f.kind, f.length)
			}
			for _, trace := range []string{secret, "30.0501", "ID3", "TAG", "Lavf", "Xing", "Info", "udta"} {
				if bytes.Contains(f.stored, []byte(trace)) {
					t.Errorf("the copy still holds %q", trace)
				}
			}
			if got := f.origin != nil && f.origin.Placed; got != c.placed {
				t.Errorf("origin %+v", f.origin)
			}
			if o := f.origin; o != nil && (o.Lat != 30.0501 || o.Lon != 119.9567 || !o.Taken.Equal(time.Date(2026, 3, 1, 1, 30, 15, 0, time.UTC))) {
				t.Errorf("origin %+v", o)
			}
			again := checked(t, f.stored)
			if !bytes.Equal(again.stored, f.stored) || again.length != f.length || again.origin != nil {
				t.Errorf("a copy of the copy differs, or says %+v", again.origin)
			}
		})
	}
}

// Every sample has to come over, in order: the copy's index and samples are held against those of the recording.
func TestTheSoundOfARecordingIsKeptWhole(t *testing.T) {
	read := func(b []byte) *m4aTrack {
		track, err := readM4ATrack(b, isoBox(isoBox(isoBox(b, "moov"), "trak"), "mdia"))
		if err != nil {
			t.Fatal(err)
		}
		return track
	}
	raw := phoneM4A(t)
	was, is := read(raw), read(checked(t, raw).stored)
	if !bytes.Equal(was.samples, is.samples) || len(was.sizes) != len(is.sizes) || was.rate != is.rate || !bytes.Equal(was.decoder, is.decoder) {
		t.Errorf("%d samples of %d bytes became %d of %d", len(was.sizes), len(was.samples), len(is.sizes), len(is.samples))
	}
	frames := func(b []byte) (n int) {
		for at := 0; at < len(b); {
			f, ok := readMP3Frame(b[at:])
			if !ok {
				at++
				continue
			}
			n, at = n+1, at+f.bytes
		}
		return n
	}
	torn := sample(t, "tone.mp3")
	half := len(torn) / 2
	torn = append(torn[:half:half], append(bytes.Repeat([]byte{0}, 500), torn[half:]...)...) // some noise on the way
	whole := checked(t, sample(t, "tone.mp3"))
	if f := checked(t, torn); frames(f.stored) < frames(whole.stored)-2 || f.length < whole.length/2 {
		t.Errorf("of %d frames %d are left after a flaw", frames(whole.stored), frames(f.stored))
	}
}

func TestRecordingsThatAreRefused(t *testing.T) {
	good := phoneM4A(t)
	film := bytes.ReplaceAll(good, []byte("soun"), []byte("vide"))
	other := bytes.ReplaceAll(good, []byte("mp4a"), []byte("alac"))
	outside := bytes.Clone(good)
	at := bytes.Index(outside, []byte("stco"))
	binary.BigEndian.PutUint32(outside[at+12:], uint32(len(outside)))
	many := bytes.Clone(good)
	at = bytes.Index(many, []byte("stsz"))
	binary.BigEndian.PutUint32(many[at+8:], 1<<20) // each sample a megabyte
	long := bytes.Clone(good)
	at = bytes.Index(long, []byte("stts"))
	binary.BigEndian.PutUint32(long[at+8:], 1<<31)
	frame := append([]byte{0xff, 0xf3, 0x18, 0xc4}, make([]byte, 32)...) // 8 kbit/s at 16 kHz
	notes := bytes.Clone(frame)
	copy(notes[13:], "Info")
	for _, c := range []struct {
		situation, code string
		raw             []byte
	}{
		{"a film", CodeKind, film},
		{"a form that not every phone plays", CodeKind, other},
		{"in fragments", CodeBroken, append(bytes.Clone(good), isoWrite("moof")...)},
		{"no index", CodeBroken, good[:40]},
		{"cut off", CodeBroken, good[:len(good)/2]},
		{"samples outside", CodeBroken, outside},
		{"more bytes of samples than of file", CodeBroken, many},
		{"a table longer than its box", CodeBroken, long},
		{"tags alone", CodeBroken, append([]byte("ID3\x04\x00\x00\x00\x00\x00\x20"), make([]byte, 64)...)},
		{"three frames", CodeKind, bytes.Repeat(frame, 3)},
		{"three frames behind the encoder's notes", CodeBroken, append(notes, bytes.Repeat(frame, 3)...)},
	} {
		_, err := newChecker(DefaultLimits).check(t.Context(), c.raw, "")
		t.Run(c.situation, func(t *testing.T) { refused(t, err, mediation.Invalid, c.code) })
	}
}

func TestARecordingIsKeptLikeAPhoto(t *testing.T) {
	r := newRoom(t, Limits{})
	p := r.upload(t, "worker-1", clientID(), phoneM4A(t))
	if p.State != Ready || p.Kind != M4A || p.ThumbID != "" || p.Millis < 950 || r.files(t) != 1 {
		t.Fatalf("%+v, %d files", p, r.files(t))
	}
	stored, err := r.Picture(t.Context(), p)
	if err != nil || int64(len(stored)) != p.Bytes {
		t.Fatalf("%d bytes of %d, %v", len(stored), p.Bytes, err)
	}
	if _, err := r.Thumb(t.Context(), p); err != mediation.ErrNotFound {
		t.Errorf("a small picture of a sound: %v", err)
	}
	other, err := NewDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := Copy(t.Context(), p, r.dir, other); err != nil {
		t.Fatal(err)
	}
	if err := Verify(t.Context(), p, other); err != nil {
		t.Error(err)
	}
	if err := r.Erase(t.Context(), p.ID); err != nil || r.files(t) != 0 {
		t.Errorf("erased, %d files are left: %v", r.files(t), err)
	}
}

func FuzzRecordings(f *testing.F) {
	f.Add(phoneM4A(f))
	f.Add(phoneMP3(f))
	f.Add(phoneWebP(f, "scene-alpha.webp", 3))
	c := newChecker(DefaultLimits)
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := c.check(t.Context(), raw, "")
		if err != nil {
			var e *mediation.Error
			if !errors.As(err, &e) || e.Kind != mediation.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if len(got.stored) > len(raw)+4096 {
			t.Errorf("%d bytes became %d", len(raw), len(got.stored))
		}
		again, err := c.check(t.Context(), got.stored, "")
		if err != nil {
			t.Fatalf("what was stored is refused: %v", err)
		}
		if again.origin != nil || !bytes.Equal(again.stored, got.stored) {
			t.Fatalf("what was stored still says %+v", again.origin)
		}
	})
}
