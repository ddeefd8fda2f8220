package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// This file builds photos as phones write them, byte by byte.

// entry is one field of a directory; data longer than four bytes goes behind it.
type entry struct {
	tag, kind uint16
	count     uint32
	data      []byte
}

func short(tag, v uint16) entry {
	return entry{tag, typeShort, 1, binary.BigEndian.AppendUint16(nil, v)}
}

func long(tag uint16, v uint32) entry {
	return entry{tag, typeLong, 1, binary.BigEndian.AppendUint32(nil, v)}
}

func ascii(tag uint16, s string) entry {
	return entry{tag, typeASCII, uint32(len(s) + 1), append([]byte(s), 0)}
}

func rational(tag uint16, parts ...uint32) entry {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint32(b, p)
	}
	return entry{tag, typeRational, uint32(len(parts) / 2), b}
}

// ifd lays a directory out at an offset, its long values behind it.
func ifd(at uint32, entries ...entry) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(entries)))
	behind := at + 2 + 12*uint32(len(entries)) + 4
	var tail []byte
	for _, e := range entries {
		b = binary.BigEndian.AppendUint16(b, e.tag)
		b = binary.BigEndian.AppendUint16(b, e.kind)
		b = binary.BigEndian.AppendUint32(b, e.count)
		if len(e.data) > 4 {
			b = binary.BigEndian.AppendUint32(b, behind+uint32(len(tail)))
			tail = append(tail, e.data...)
		} else {
			b = append(b, append(e.data, 0, 0, 0, 0)[:4]...)
		}
	}
	return append(append(b, 0, 0, 0, 0), tail...)
}

// exifOf builds an EXIF with the three directories, each at an offset with room for the one before.
func exifOf(main, camera, gps []entry) []byte {
	const cameraAt, gpsAt = 512, 1024
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	b = append(b, ifd(8, append(main, long(tagExifIFD, cameraAt), long(tagGPSIFD, gpsAt))...)...)
	b = append(b, make([]byte, cameraAt-len(b))...)
	b = append(b, ifd(cameraAt, camera...)...)
	b = append(b, make([]byte, gpsAt-len(b))...)
	return append(b, ifd(gpsAt, gps...)...)
}

// secret is a word in the metadata that must be found in no copy.
const secret = "HUAWEI-SECRET"

// fuyang is what a phone at 30°03′00.6″N 119°57′24″E wrote on 1 March 2026 at 09:30:15.
func fuyang(orientation uint16) []byte {
	return exifOf(
		[]entry{ascii(0x010f, secret), short(tagOrientation, orientation)},
		[]entry{ascii(tagDateTimeOriginal, "2026:03:01 09:30:15"), ascii(tagOffsetOriginal, "+08:00")},
		[]entry{
			ascii(tagLatRef, "N"), rational(tagLat, 30, 1, 3, 1, 6, 10),
			ascii(tagLonRef, "E"), rational(tagLon, 119, 1, 57, 1, 24, 1),
			ascii(tagStatus, "A"), rational(tagError, 15, 2),
		})
}

// scene is a picture whose corner tells how it was turned: red top left, else a gradient.
func scene(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{B: uint8(x * 255 / w), G: uint8(y * 255 / h), A: 255}
			if x < w/4 && y < h/4 {
				c = color.RGBA{R: 255, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func plainJPEG(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, scene(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func plainPNG(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, scene(w, h)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withSegments puts segments behind a JPEG's beginning.
func withSegments(photo []byte, segments ...[]byte) []byte {
	return bytes.Join([][]byte{photo[:2], bytes.Join(segments, nil), photo[2:]}, nil)
}

// phoneJPEG is a photo with all that phones add: EXIF, XMP, IPTC, a comment, a thumbnail in JFIF, a colour profile, a
// second picture and a film behind the end.
func phoneJPEG(t testing.TB, w, h int, orientation uint16) []byte {
	photo := withSegments(plainJPEG(t, w, h),
		segment(markAPP0, []byte(jfifName+"\x01\x01\x00\x00\x01\x00\x01\x01\x01"+"\x01\x02\x03"+secret)),
		segment(markAPP1, append([]byte(exifName), fuyang(orientation)...)),
		segment(markAPP1, []byte("http://ns.adobe.com/xap/1.0/\x00<x exif:GPSLatitude='30,3.01N'/>"+secret)),
		segment(markAPP2, []byte(iccName+"\x01\x01profile")),
		segment(markAPP2, []byte("MPF\x00"+secret)),
		segment(0xed, []byte("Photoshop 3.0\x00"+secret)),
		segment(0xfe, []byte(secret)),
	)
	return append(photo, "ftypmp42 film "+secret...)
}

// withChunks puts chunks behind a PNG's header.
func withChunks(photo []byte, chunks ...[]byte) []byte {
	const header = len(pngSignature) + 25
	return bytes.Join([][]byte{photo[:header], bytes.Join(chunks, nil), photo[header:]}, nil)
}

func phonePNG(t testing.TB, w, h int, orientation uint16) []byte {
	photo := withChunks(plainPNG(t, w, h),
		pngChunk("eXIf", fuyang(orientation)),
		pngChunk("tEXt", []byte("Comment\x00"+secret)),
		pngChunk("zTXt", []byte("Comment\x00\x00"+secret)),
		pngChunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00<x exif:GPSLatitude='30,3.01N'/>"+secret)),
		pngChunk("tIME", []byte{0x07, 0xea, 3, 1, 9, 30, 15}),
		pngChunk("gAMA", []byte{0, 0, 0xb1, 0x8f}),
		pngChunk("prVt", []byte(secret)),
	)
	return append(photo, "PK\x03\x04 "+secret...)
}

// bombPNG says it is that large and has no pixels.
func bombPNG(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return append([]byte(pngSignature), pngChunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
}
