package media

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/webp"

	"fengqiao/mediation"
)

// sample is a file of testdata.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// phoneWebP adds to a WebP what a phone would: EXIF, XMP and a chunk of its maker.
func phoneWebP(t testing.TB, name string, orientation uint16) []byte {
	t.Helper()
	b := sample(t, name)
	if string(b[12:16]) != "VP8X" {
		kind := string(b[12:16])
		w, h, ok := webpSize(kind, b[20:])
		if !ok {
			t.Fatalf("%s is no picture", name)
		}
		found := map[string][]byte{kind: b[20:], "ICCP": []byte("profile")}
		b = webpCopy(found, kind, w, h, 1)
	}
	b[20] |= webpEXIF | 1<<2
	b = webpChunk(b, "EXIF", append([]byte(exifName), fuyang(orientation)...))
	b = webpChunk(b, "XMP ", []byte("<x exif:GPSLatitude='30,3.01N'/>"+secret))
	b = webpChunk(b, "MakR", []byte(secret))
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return append(b, "PK\x03\x04 "+secret...)
}

func TestAWebPTellsNothingButThePicture(t *testing.T) {
	for _, name := range []string{"scene.webp", "scene-lossless.webp", "scene-alpha.webp"} {
		t.Run(name, func(t *testing.T) {
			raw := phoneWebP(t, name, 6)
			f := checked(t, raw)
			tellsNothing(t, f.stored)
			if f.kind != WebP || f.origin == nil || !f.origin.Placed || f.width*2 != f.height {
				t.Errorf("%s, %d × %d, origin %+v", f.kind, f.width, f.height, f.origin)
			}
			if said := readExif(mustStripKind(t, WebP, f.stored).exif, china); said.orientation != 6 || said.origin != nil {
				t.Errorf("the copy says %+v", said)
			}
			was, err := webp.Decode(bytes.NewReader(sample(t, name)))
			if err != nil {
				t.Fatal(err)
			}
			is, err := webp.Decode(bytes.NewReader(f.stored))
			if err != nil || !samePixels(was, is) {
				t.Errorf("the picture changed: %v", err)
			}
			thumb, err := jpeg.Decode(bytes.NewReader(f.thumb))
			if err != nil {
				t.Fatal(err)
			}
			if r, g, b, _ := thumb.At(thumb.Bounds().Dx()-5, 5).RGBA(); r < 0xb000 || g > 0x5000 || b > 0x5000 {
				t.Error("it is not shown as it was held")
			}
		})
	}
	if kept := checked(t, phoneWebP(t, "scene.webp", 1)).stored; !bytes.Contains(kept, []byte("ICCP")) {
		t.Error("the colour profile is gone")
	}
}

func mustStripKind(t testing.TB, kind Kind, b []byte) stripped {
	t.Helper()
	s, err := strip(kind, b, usualScans)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWebPsThatAreRefused(t *testing.T) {
	good := sample(t, "scene.webp")
	w, h, _ := webpSize("VP8 ", good[20:])
	bomb := webpCopy(map[string][]byte{"VP8 ": good[20:], "ICCP": {1}}, "VP8 ", w, h, 1)
	bomb[24], bomb[25] = 7, 0 // a canvas of 8 pixels about the picture of 800
	large := bytes.Clone(good)
	binary.LittleEndian.PutUint16(large[26:], 0x3fff)
	binary.LittleEndian.PutUint16(large[28:], 0x3fff)
	for _, c := range []struct {
		situation, code string
		raw             []byte
	}{
		{"an animation", CodeBroken, sample(t, "animation.webp")},
		{"cut off", CodeBroken, good[:len(good)/2]},
		{"nothing behind its name", CodeBroken, good[:12]},
		{"no picture in it", CodeBroken, []byte("RIFF\x0e\x00\x00\x00WEBPEXIF\x02\x00\x00\x00ab")},
		{"a small header before a large picture", CodeBroken, bomb},
		{"more pixels than are taken", CodePixels, large},
	} {
		_, err := newChecker(DefaultLimits).check(t.Context(), c.raw, "")
		t.Run(c.situation, func(t *testing.T) { refused(t, err, mediation.Invalid, c.code) })
	}
}
