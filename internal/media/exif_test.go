package media

import (
	"encoding/binary"
	"math"
	"testing"
	"time"
)

func TestWhatTheCameraSaid(t *testing.T) {
	at := time.Date(2026, 3, 1, 1, 30, 15, 0, time.UTC)
	original := ascii(tagDateTimeOriginal, "2026:03:01 09:30:15")
	north := []entry{ascii(tagLatRef, "N"), rational(tagLat, 30, 1, 3, 1, 6, 10)}
	east := []entry{ascii(tagLonRef, "E"), rational(tagLon, 119, 1, 57, 1, 24, 1)}
	for _, c := range []struct {
		situation   string
		camera, gps []entry
		want        *Origin
	}{
		{"place and time with zone", []entry{original, ascii(tagOffsetOriginal, "+08:00")}, append(north, append(east, rational(tagError, 15, 2))...),
			&Origin{Placed: true, Lat: 30 + 3.0/60 + 0.6/3600, Lon: 119 + 57.0/60 + 24.0/3600, ErrorM: 7.5, Taken: at, ZoneSaid: true}},
		{"time without zone is China's", []entry{original}, nil, &Origin{Taken: at}},
		{"another zone", []entry{original, ascii(tagOffsetOriginal, "-03:30")}, nil, &Origin{Taken: at.Add(11*time.Hour + 30*time.Minute), ZoneSaid: true}},
		{"decimal degrees, south and west", nil, []entry{ascii(tagLatRef, "S"), rational(tagLat, 335, 10), ascii(tagLonRef, "W"), rational(tagLon, 705, 10)},
			&Origin{Placed: true, Lat: -33.5, Lon: -70.5}},
		{"no fix, as the status says", nil, append(north, append(east, ascii(tagStatus, "V"))...), nil},
		{"no fix, zeros over zeros", nil, []entry{ascii(tagLatRef, "N"), rational(tagLat, 0, 0, 0, 0, 0, 0), ascii(tagLonRef, "E"), rational(tagLon, 0, 0, 0, 0, 0, 0)}, nil},
		{"no fix, 0° 0°", nil, []entry{ascii(tagLatRef, "N"), rational(tagLat, 0, 1), ascii(tagLonRef, "E"), rational(tagLon, 0, 1)}, nil},
		{"half a place", nil, north, nil},
		{"no hemisphere", nil, []entry{north[1], east[1]}, nil},
		{"beyond the pole", nil, append([]entry{ascii(tagLatRef, "N"), rational(tagLat, 91, 1)}, east...), nil},
		{"a clock that was never set", []entry{ascii(tagDateTimeOriginal, "0000:00:00 00:00:00")}, nil, nil},
		{"nothing", nil, nil, nil},
	} {
		t.Run(c.situation, func(t *testing.T) {
			got := readExif(exifOf(nil, c.camera, c.gps), china).origin
			switch {
			case got == nil || c.want == nil:
				if got != c.want {
					t.Fatalf("got %+v, want %+v", got, c.want)
				}
			case math.Abs(got.Lat-c.want.Lat) > 1e-9 || math.Abs(got.Lon-c.want.Lon) > 1e-9 || got.Placed != c.want.Placed ||
				got.ErrorM != c.want.ErrorM || !got.Taken.Equal(c.want.Taken) || got.ZoneSaid != c.want.ZoneSaid:
				t.Fatalf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestExifThatPointsAnywhere(t *testing.T) {
	whole := fuyang(6)
	for i := range whole {
		readExif(whole[:i], china) // cut anywhere it must not panic
	}
	loop := []byte("MM\x00\x2a\x00\x00\x00\x08")
	loop = append(loop, ifd(8, long(tagExifIFD, 8), long(tagGPSIFD, 8), short(tagOrientation, 9))...)
	if got := readExif(loop, china); got.orientation != 1 || got.origin != nil {
		t.Errorf("a directory that points at itself said %+v", got)
	}
	far := append([]byte("MM\x00\x2a"), binary.BigEndian.AppendUint32(nil, math.MaxUint32)...)
	if got := readExif(far, china); got.orientation != 1 {
		t.Errorf("got %+v", got)
	}
	huge := append([]byte("MM\x00\x2a\x00\x00\x00\x08"), ifd(8, entry{tagOrientation, typeRational, math.MaxUint32, nil})...)
	if got := readExif(huge, china); got.orientation != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestExifOfTheOtherByteOrder(t *testing.T) {
	b := []byte("II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00")
	if got := readExif(b, china).orientation; got != 8 {
		t.Errorf("orientation %d", got)
	}
}

func FuzzExif(f *testing.F) {
	f.Add(fuyang(6))
	f.Add(orientationTIFF(3))
	f.Add([]byte("II\x2a\x00\x08\x00\x00\x00\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := readExif(b, china)
		if got.orientation < 1 || got.orientation > 8 {
			t.Fatalf("orientation %d", got.orientation)
		}
		o := got.origin
		if o == nil {
			return
		}
		if !o.Placed && o.Taken.IsZero() {
			t.Fatal("an origin that says nothing")
		}
		if math.IsNaN(o.Lat+o.Lon+o.ErrorM) || math.Abs(o.Lat) > 90 || math.Abs(o.Lon) > 180 || o.ErrorM < 0 {
			t.Fatalf("%+v", o)
		}
	})
}
