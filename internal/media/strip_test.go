package media

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"golang.org/x/sync/semaphore"

	"fengqiao/mediation"
)

var china = time.FixedZone("UTC+8", 8*60*60)

func newChecker(l Limits) *checker {
	return &checker{limits: l, zone: china, memory: semaphore.NewWeighted(l.Memory)}
}

func checked(t testing.TB, raw []byte) file {
	t.Helper()
	f, err := newChecker(DefaultLimits).check(t.Context(), raw, "")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tellsNothing fails if a copy holds anything of the metadata.
func tellsNothing(t testing.TB, b []byte) {
	t.Helper()
	for _, trace := range []string{secret, "GPS", "2026:03:01", "adobe", "Photoshop", "MPF", "tEXt", "zTXt", "iTXt", "tIME",
		"ftyp", "PK\x03\x04", string(rational(tagLat, 30, 1, 3, 1, 6, 10).data), string(rational(tagLon, 119, 1, 57, 1, 24, 1).data)} {
		if bytes.Contains(b, []byte(trace)) {
			t.Errorf("the copy still holds %q", trace)
		}
	}
}

func TestCopiesTellNothingButThePicture(t *testing.T) {
	for _, c := range []struct {
		situation string
		raw       []byte
		kind      Kind
	}{
		{"JPEG of a phone", phoneJPEG(t, 64, 48, 1), JPEG},
		{"JPEG of a phone held upright", phoneJPEG(t, 64, 48, 6), JPEG},
		{"PNG of a phone", phonePNG(t, 64, 48, 1), PNG},
		{"PNG of a phone held upright", phonePNG(t, 64, 48, 6), PNG},
	} {
		t.Run(c.situation, func(t *testing.T) {
			f := checked(t, c.raw)
			if f.kind != c.kind {
				t.Fatalf("taken for %s", f.kind)
			}
			tellsNothing(t, f.stored)
			tellsNothing(t, f.thumb)
			if f.origin == nil || !f.origin.Placed {
				t.Fatal("the place was lost before it was read")
			}
			if got := readExif(mustStrip(t, f.stored).exif, china); got.origin != nil {
				t.Errorf("the copy still says %+v", got.origin)
			}
			was, is := decoded(t, f.kind, c.raw), decoded(t, f.kind, f.stored)
			if !samePixels(was, is) {
				t.Error("the picture changed")
			}
		})
	}
}

func TestWhatPicturesNeedIsKept(t *testing.T) {
	j := checked(t, phoneJPEG(t, 64, 48, 1)).stored
	if !bytes.Contains(j, []byte(iccName+"\x01\x01profile")) {
		t.Error("the colour profile of a JPEG is gone")
	}
	if !bytes.Contains(j, []byte(jfifName+"\x01\x01\x00\x00\x01\x00\x01\x00\x00")) {
		t.Error("the JFIF header of a JPEG is gone, or its thumbnail is not")
	}
	if p := checked(t, phonePNG(t, 64, 48, 1)).stored; !bytes.Contains(p, []byte("gAMA")) {
		t.Error("the gamma of a PNG is gone")
	}
}

func TestAPictureIsShownAsItWasHeld(t *testing.T) {
	// Where the red corner, top left as the sensor saw it, is to be seen: x and y as halves.
	corners := map[uint16][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for orientation, corner := range corners {
		for _, raw := range [][]byte{phoneJPEG(t, 800, 400, orientation), phonePNG(t, 800, 400, orientation)} {
			f := checked(t, raw)
			w, h := 800, 400
			if orientation >= 5 {
				w, h = h, w
			}
			if f.width != w || f.height != h {
				t.Errorf("orientation %d: recorded as %d × %d", orientation, f.width, f.height)
			}
			if got := readExif(mustStrip(t, f.stored).exif, china).orientation; got != int(orientation) {
				t.Errorf("%s, orientation %d: the copy says %d", f.kind, orientation, got)
			}
			thumb, err := jpeg.Decode(bytes.NewReader(f.thumb))
			if err != nil {
				t.Fatal(err)
			}
			size := thumb.Bounds()
			if max(size.Dx(), size.Dy()) != 320 || size.Dx() > size.Dy() != (w > h) {
				t.Errorf("orientation %d: thumbnail of %v", orientation, size)
			}
			x, y := 10+corner[0]*(size.Dx()-20), 10+corner[1]*(size.Dy()-20)
			if r, g, b, _ := thumb.At(x, y).RGBA(); r < 0xc000 || g > 0x4000 || b > 0x4000 {
				t.Errorf("%s, orientation %d: no red corner at %d, %d of %v", f.kind, orientation, x, y, size)
			}
		}
	}
}

func TestSmallPicturesDoNotGrow(t *testing.T) {
	thumb, err := jpeg.DecodeConfig(bytes.NewReader(checked(t, plainPNG(t, 7, 3)).thumb))
	if err != nil || thumb.Width != 7 || thumb.Height != 3 {
		t.Fatalf("%+v, %v", thumb, err)
	}
}

func TestPhotosThatAreRefused(t *testing.T) {
	good, goodPNG := plainJPEG(t, 40, 30), plainPNG(t, 40, 30)
	damaged := bytes.Clone(goodPNG)
	damaged[len(damaged)/2] ^= 0xff
	var scan []byte // of a good photo, to be repeated
	if i := bytes.Index(good, []byte{0xff, markSOS}); i > 0 {
		scan = good[i : len(good)-2]
	}
	for _, c := range []struct {
		situation string
		raw       []byte
		code      string
	}{
		{"nothing", nil, CodeEmpty},
		{"HEIC of a phone", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), CodeHEIC},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif"), CodeHEIC},
		{"a film", append([]byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"),
			isoWrite("moov", isoWrite("trak", isoWrite("mdia", isoWrite("hdlr", u32(0, 0), []byte("vide")))))...), CodeKind},
		{"GIF", []byte("GIF89a\x01\x00\x01\x00"), CodeKind},
		{"a page that calls itself a photo", []byte("<html><script>alert(1)</script>"), CodeKind},
		{"SVG", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), CodeKind},
		{"a page behind a JPEG's first bytes", []byte("\xff\xd8\xff<script>alert(1)</script>"), CodeBroken},
		{"a page behind a PNG's first bytes", []byte(pngSignature + "<script>alert(1)</script>"), CodeBroken},
		{"JPEG cut off", good[:len(good)/2], CodeBroken},
		{"JPEG without its end", good[:len(good)-2], CodeBroken},
		{"PNG cut off", goodPNG[:len(goodPNG)/2], CodeBroken},
		{"PNG without its end", goodPNG[:len(goodPNG)-12], CodeBroken},
		{"PNG damaged", damaged, CodeBroken},
		{"PNG that says 100,000 × 100,000", bombPNG(100_000, 100_000), CodePixels},
		{"PNG that says 2 × 20,000,000", bombPNG(2, 20_000_000), CodePixels},
		{"PNG that says 2³¹-1 × 2³¹-1", bombPNG(1<<31-1, 1<<31-1), CodeBroken},
		{"JPEG that says 65,500 × 65,500", resized(good, 65500, 65500), CodePixels},
		{"JPEG with more passes than a picture needs", append(append(good[:len(good)-2:len(good)-2], bytes.Repeat(scan, 100)...), 0xff, markEOI), CodeBroken},
	} {
		t.Run(c.situation, func(t *testing.T) {
			_, err := newChecker(DefaultLimits).check(t.Context(), c.raw, "image/jpeg")
			var e *mediation.Error
			if !errors.As(err, &e) || e.Code != c.code || e.Kind != mediation.Invalid || e.Field != "photo" {
				t.Fatalf("got %v, want %s", err, c.code)
			}
		})
	}
}

func TestLargePicturesMayHaveFewerPasses(t *testing.T) {
	for _, c := range []struct{ w, h, want int }{{40, 30, 64}, {4000, 3000, 53}, {8000, 5000, 16}} {
		if got := DefaultLimits.scans(c.w, c.h); got != c.want {
			t.Errorf("%d × %d: %d passes, want %d", c.w, c.h, got, c.want)
		}
	}
}

// resized writes another size into a JPEG's frame header.
func resized(photo []byte, w, h uint16) []byte {
	out := bytes.Clone(photo)
	at := bytes.Index(out, []byte{0xff, markSOF0, 0x00, 0x11})
	copy(out[at+5:], []byte{byte(h >> 8), byte(h), byte(w >> 8), byte(w)})
	return out
}

func TestStrippingTwiceChangesNothing(t *testing.T) {
	for _, raw := range [][]byte{phoneJPEG(t, 64, 48, 6), phonePNG(t, 64, 48, 6), phoneJPEG(t, 64, 48, 1)} {
		once := checked(t, raw).stored
		if !bytes.Equal(checked(t, once).stored, once) {
			t.Error("a copy's copy differs")
		}
	}
}

func mustStrip(t testing.TB, b []byte) stripped {
	t.Helper()
	kind, err := sniff(b, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := strip(kind, b, DefaultLimits.Scans)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func decoded(t testing.TB, kind Kind, b []byte) image.Image {
	t.Helper()
	img, err := newChecker(DefaultLimits).decode(t.Context(), kind, b, 1)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}

func FuzzStrip(f *testing.F) {
	for _, seed := range [][]byte{phoneJPEG(f, 16, 8, 6), phonePNG(f, 16, 8, 3), plainJPEG(f, 9, 9), plainPNG(f, 3, 3)} {
		f.Add(seed)
	}
	small := DefaultLimits
	small.Pixels, small.Memory = 1<<16, 64<<20
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := newChecker(small).check(t.Context(), raw, "")
		if err != nil {
			var e *mediation.Error
			if !errors.As(err, &e) || e.Kind != mediation.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		again, err := newChecker(small).check(t.Context(), got.stored, "")
		if err != nil {
			t.Fatalf("what was stored is refused: %v", err)
		}
		if again.origin != nil || !bytes.Equal(again.stored, got.stored) {
			t.Fatalf("what was stored still says %+v", again.origin)
		}
	})
}
