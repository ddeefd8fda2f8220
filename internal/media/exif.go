package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// This reader knows the few fields that matter (CIPA DC-008, Exif 3.0) and is made for hostile input: it reads three
// directories at known places, follows no other pointer, and takes what it cannot read as not said. The libraries at
// hand are either no longer kept up or read everything there is.

// Tags, by directory.
const (
	tagOrientation = 0x0112 // of the picture
	tagExifIFD     = 0x8769
	tagGPSIFD      = 0x8825

	tagDateTimeOriginal = 0x9003 // of the camera
	tagOffsetOriginal   = 0x9011

	tagLatRef = 0x0001 // of the position
	tagLat    = 0x0002
	tagLonRef = 0x0003
	tagLon    = 0x0004
	tagStatus = 0x0009
	tagError  = 0x001f
)

// Types of values (TIFF 6.0, section 2).
const (
	typeASCII    = 2
	typeShort    = 3
	typeLong     = 4
	typeRational = 5
)

var typeSize = map[uint16]uint64{typeASCII: 1, typeShort: 2, typeLong: 4, typeRational: 8}

// maxEntries bounds one directory; cameras write some dozens.
const maxEntries = 512

// said is what a photo's EXIF said.
type said struct {
	orientation int     // 1–8, 1 is upright
	origin      *Origin // nil if neither place nor time
}

type tiff struct {
	b     []byte
	order binary.ByteOrder
}

// field is a value within its type's and count's bytes.
type field struct {
	kind uint16
	data []byte
}

type directory map[uint16]field

// readExif reads a TIFF structure; anything unreadable in it counts as not said. zone is that of cameras that do not say theirs.
func readExif(b []byte, zone *time.Location) said {
	out := said{orientation: 1}
	t := tiff{b: b}
	switch {
	case len(b) < 8:
		return out
	case bytes.HasPrefix(b, []byte("II\x2a\x00")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("MM\x00\x2a")):
		t.order = binary.BigEndian
	default:
		return out
	}
	main := t.directory(t.order.Uint32(b[4:]))
	if n, ok := t.number(main[tagOrientation]); ok && n >= 1 && n <= 8 {
		out.orientation = int(n)
	}
	var o Origin
	if at, ok := t.number(main[tagExifIFD]); ok {
		o.Taken, o.ZoneSaid = t.taken(t.directory(at), zone)
	}
	if at, ok := t.number(main[tagGPSIFD]); ok {
		t.position(t.directory(at), &o)
	}
	if o.Placed || !o.Taken.IsZero() {
		out.origin = &o
	}
	return out
}

// directory reads the fields of one directory; of a tag that is there twice the first.
func (t tiff) directory(at uint32) directory {
	size := uint64(len(t.b))
	start := uint64(at)
	if start < 8 || start+2 > size {
		return nil
	}
	n := min(int(t.order.Uint16(t.b[start:])), maxEntries)
	d := directory{}
	for i := range n {
		e := start + 2 + uint64(i)*12
		if e+12 > size {
			break
		}
		entry := t.b[e : e+12]
		kind, count := t.order.Uint16(entry[2:]), uint64(t.order.Uint32(entry[4:]))
		bytes := typeSize[kind] * count // at most 2³⁵
		data := entry[8:12]
		if bytes > 4 {
			from := uint64(t.order.Uint32(data))
			if from+bytes > size {
				continue
			}
			data = t.b[from:]
		}
		tag := t.order.Uint16(entry)
		if _, twice := d[tag]; !twice && bytes > 0 {
			d[tag] = field{kind: kind, data: data[:bytes]}
		}
	}
	return d
}

func (t tiff) number(f field) (uint32, bool) {
	switch {
	case f.kind == typeShort && len(f.data) >= 2:
		return uint32(t.order.Uint16(f.data)), true
	case f.kind == typeLong && len(f.data) >= 4:
		return t.order.Uint32(f.data), true
	}
	return 0, false
}

func (t tiff) text(f field) string {
	if f.kind != typeASCII {
		return ""
	}
	return string(bytes.TrimRight(f.data, "\x00 "))
}

// rationals reads up to three fractions; one with a zero below ends them.
func (t tiff) rationals(f field) []float64 {
	if f.kind != typeRational {
		return nil
	}
	var out []float64
	for i := 0; i+8 <= len(f.data) && len(out) < 3; i += 8 {
		above, below := t.order.Uint32(f.data[i:]), t.order.Uint32(f.data[i+4:])
		if below == 0 {
			break
		}
		out = append(out, float64(above)/float64(below))
	}
	return out
}

func (t tiff) taken(d directory, zone *time.Location) (time.Time, bool) {
	const layout = "2006:01:02 15:04:05"
	words := t.text(d[tagDateTimeOriginal])
	if at, err := time.Parse(layout+"-07:00", words+t.text(d[tagOffsetOriginal])); err == nil {
		return at.UTC(), true
	}
	at, err := time.ParseInLocation(layout, words, zone)
	if err != nil {
		return time.Time{}, false
	}
	return at.UTC(), false
}

// position reads the place. A camera without a fix says so in the status, writes 0/0, or says 0° 0°.
func (t tiff) position(d directory, o *Origin) {
	lat, okLat := t.degrees(d[tagLat], t.text(d[tagLatRef]), "N", "S", 90)
	lon, okLon := t.degrees(d[tagLon], t.text(d[tagLonRef]), "E", "W", 180)
	if !okLat || !okLon || lat == 0 && lon == 0 || t.text(d[tagStatus]) == "V" {
		return
	}
	o.Placed, o.Lat, o.Lon = true, lat, lon
	if e := t.rationals(d[tagError]); len(e) > 0 {
		o.ErrorM = e[0]
	}
}

func (t tiff) degrees(f field, ref, positive, negative string, most float64) (float64, bool) {
	parts := t.rationals(f)
	if len(parts) == 0 || ref != positive && ref != negative {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for _, p := range parts {
		sum += p * unit
		unit /= 60
	}
	if ref == negative {
		sum = -sum
	}
	return sum, math.Abs(sum) <= most
}
