package media

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"fengqiao/mediation"
)

// A recording in M4A (ISO/IEC 14496-12 and -14) is read for its one track of AAC and written anew: what is kept of the file is
// listed in m4aTrack. So places, times, titles, pictures, further tracks and whatever lies between the samples are not in the copy.

// m4aTrack is what is kept of a recording.
type m4aTrack struct {
	timescale uint32   // units a second
	spans     []uint32 // pairs: so many samples of so many units
	sizes     []uint32 // bytes of each sample
	samples   []byte
	channels  uint16
	rate      uint32 // as 16.16
	decoder   []byte // the esds box's content: how to decode it
}

// m4aDecoderMost bounds the description of the decoder; encoders write some forty bytes.
const m4aDecoderMost = 128

// m4aEpoch is when the format's clock began.
var m4aEpoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)

// isoBox finds the first child box of a name; nil if there is none.
func isoBox(b []byte, name string) []byte {
	var found []byte
	_ = eachBox(b, func(kind string, body []byte) error {
		if found == nil && kind == name {
			found = body
		}
		return nil
	})
	return found
}

// eachBox calls fn for every box; what is no box ends it with an error.
func eachBox(b []byte, fn func(kind string, body []byte) error) error {
	for len(b) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 1 && len(b) >= 16:
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		case size == 0:
			size = uint64(len(b))
		}
		if size < head || size > uint64(len(b)) {
			return broken("m4a: box of %d bytes", size)
		}
		if err := fn(string(b[4:8]), b[head:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

// stripM4A reads the recording and writes its copy.
func stripM4A(b []byte) (sound, error) {
	var movie, track []byte
	err := eachBox(b, func(kind string, body []byte) error {
		switch {
		case kind == "moof":
			return broken("m4a: in fragments")
		case kind == "moov" && movie == nil:
			movie = body
		}
		return nil
	})
	if err == nil && movie == nil {
		err = broken("m4a: no index")
	}
	if err == nil {
		err = eachBox(movie, func(kind string, body []byte) error {
			if kind != "trak" {
				return nil
			}
			handler := isoBox(isoBox(body, "mdia"), "hdlr")
			switch {
			case len(handler) >= 12 && string(handler[8:12]) == "vide":
				return refuse(mediation.Invalid, CodeKind, nil, map[string]string{"declared": "video/mp4"})
			case len(handler) >= 12 && string(handler[8:12]) == "soun" && track == nil:
				track = isoBox(body, "mdia")
			}
			return nil
		})
	}
	if err != nil {
		return sound{}, err
	}
	t, err := readM4ATrack(b, track)
	if err != nil {
		return sound{}, err
	}
	return sound{copy: t.file(), length: t.length(), origin: m4aOrigin(movie)}, nil
}

// readM4ATrack reads the sound of a track whose samples lie somewhere in the file.
func readM4ATrack(file, media []byte) (*m4aTrack, error) {
	head, table := isoBox(media, "mdhd"), isoBox(isoBox(media, "minf"), "stbl")
	t := &m4aTrack{}
	switch {
	case len(head) >= 24 && head[0] == 0:
		t.timescale = binary.BigEndian.Uint32(head[12:])
	case len(head) >= 36 && head[0] == 1:
		t.timescale = binary.BigEndian.Uint32(head[20:])
	}
	if t.timescale == 0 {
		return nil, broken("m4a: no sound")
	}
	if err := t.readEntry(isoBox(table, "stsd")); err != nil {
		return nil, err
	}
	if err := t.readSizes(isoBox(table, "stsz"), len(file)); err != nil {
		return nil, err
	}
	if err := t.readSpans(isoBox(table, "stts")); err != nil {
		return nil, err
	}
	chunks, err := m4aChunks(table)
	if err != nil {
		return nil, err
	}
	return t, t.gather(file, chunks, isoTable(isoBox(table, "stsc"), 3))
}

// isoTable reads a box's table of rows of n numbers: a version and flags, the count of rows, the rows. nil if it is cut off.
func isoTable(b []byte, n int) []uint32 {
	if len(b) < 8 {
		return nil
	}
	count := uint64(binary.BigEndian.Uint32(b[4:]))
	if count*uint64(n)*4 > uint64(len(b)-8) {
		return nil
	}
	out := make([]uint32, count*uint64(n))
	for i := range out {
		out[i] = binary.BigEndian.Uint32(b[8+4*i:])
	}
	return out
}

// readEntry reads what the sound is: AAC, in the one form that phones write.
func (t *m4aTrack) readEntry(b []byte) error {
	if len(b) < 8 {
		return broken("m4a: no sample entry")
	}
	entry := isoBox(b[8:], "mp4a")
	if len(entry) < 28 || binary.BigEndian.Uint16(entry[8:]) != 0 {
		return refuse(mediation.Invalid, CodeKind, nil, map[string]string{"declared": "audio/mp4"})
	}
	t.channels, t.rate = binary.BigEndian.Uint16(entry[16:]), binary.BigEndian.Uint32(entry[24:])
	if t.decoder = isoBox(entry[28:], "esds"); len(t.decoder) < 8 || len(t.decoder) > m4aDecoderMost {
		return broken("m4a: a decoder described in %d bytes", len(t.decoder))
	}
	return nil
}

// readSizes reads how long each sample is. All of them together are no longer than the file, so the copy is not either.
func (t *m4aTrack) readSizes(b []byte, most int) error {
	if len(b) < 12 {
		return broken("m4a: no sample sizes")
	}
	each, count := binary.BigEndian.Uint32(b[4:]), uint64(binary.BigEndian.Uint32(b[8:]))
	if count == 0 || each == 0 && count*4 > uint64(len(b)-12) || count > uint64(most) {
		return broken("m4a: %d samples", count)
	}
	t.sizes = make([]uint32, count)
	total := uint64(0)
	for i := range t.sizes {
		if t.sizes[i] = each; each == 0 {
			t.sizes[i] = binary.BigEndian.Uint32(b[12+4*i:])
		}
		if total += uint64(t.sizes[i]); t.sizes[i] == 0 || total > uint64(most) {
			return broken("m4a: sample %d of %d bytes", i, t.sizes[i])
		}
	}
	return nil
}

// readSpans reads how long the samples last.
func (t *m4aTrack) readSpans(b []byte) error {
	t.spans = isoTable(b, 2)
	samples := uint64(0)
	for i := 0; i < len(t.spans); i += 2 {
		samples += uint64(t.spans[i])
	}
	units := t.units() // no overflow where the samples are as many as there are
	if samples != uint64(len(t.sizes)) || units == 0 || units > math.MaxUint32 {
		return broken("m4a: %d samples of %d last %d units", samples, len(t.sizes), units)
	}
	return nil
}

// units is how long it lasts.
func (t *m4aTrack) units() (sum uint64) {
	for i := 0; i < len(t.spans); i += 2 {
		sum += uint64(t.spans[i]) * uint64(t.spans[i+1])
	}
	return sum
}

func (t *m4aTrack) length() time.Duration {
	return time.Duration(float64(t.units()) / float64(t.timescale) * float64(time.Second))
}

// m4aChunks reads where in the file the runs of samples begin.
func m4aChunks(table []byte) ([]uint64, error) {
	var out []uint64
	if wide := isoTable(isoBox(table, "co64"), 2); wide != nil {
		for i := 0; i < len(wide); i += 2 {
			out = append(out, uint64(wide[i])<<32|uint64(wide[i+1]))
		}
	} else {
		for _, at := range isoTable(isoBox(table, "stco"), 1) {
			out = append(out, uint64(at))
		}
	}
	if len(out) == 0 {
		return nil, broken("m4a: no chunks")
	}
	return out, nil
}

// gather collects the samples in order. runs says from which chunk on (from 1) each has how many samples.
func (t *m4aTrack) gather(file []byte, chunks []uint64, runs []uint32) error {
	next, row := 0, 0
	for c, at := range chunks {
		for row+3 < len(runs) && runs[row+3] <= uint32(c+1) {
			row += 3
		}
		if len(runs) == 0 || runs[row] > uint32(c+1) {
			return broken("m4a: chunk %d has no samples", c+1)
		}
		for range runs[row+1] {
			if next == len(t.sizes) {
				break
			}
			size := uint64(t.sizes[next])
			if at > uint64(len(file)) || size > uint64(len(file))-at {
				return broken("m4a: sample %d lies outside", next)
			}
			t.samples = append(t.samples, file[at:at+size]...)
			at, next = at+size, next+1
		}
	}
	if next != len(t.sizes) {
		return broken("m4a: %d of %d samples", next, len(t.sizes))
	}
	return nil
}

// m4aOrigin reads the recorder's clock, which is UTC, and its place (©xyz, ISO 6709: "+30.0501+119.9567/").
func m4aOrigin(movie []byte) *Origin {
	var o Origin
	head := isoBox(movie, "mvhd")
	seconds := uint64(0)
	switch {
	case len(head) >= 20 && head[0] == 0:
		seconds = uint64(binary.BigEndian.Uint32(head[4:]))
	case len(head) >= 32 && head[0] == 1:
		seconds = binary.BigEndian.Uint64(head[4:])
	}
	// Recorders without a clock write 0, or count from 1970.
	if at := m4aEpoch.Add(time.Duration(min(seconds, math.MaxUint32)) * time.Second); at.Year() >= 1990 {
		o.Taken, o.ZoneSaid = at, true
	}
	_ = eachBox(movie, func(kind string, body []byte) error {
		if said := isoBox(body, "\xa9xyz"); kind == "udta" && len(said) > 4 {
			o.Lat, o.Lon, o.Placed = readISO6709(said[4:])
		}
		return nil
	})
	if !o.Placed && o.Taken.IsZero() {
		return nil
	}
	return &o
}

// readISO6709 reads latitude and longitude in decimal degrees; false for anything else, and for 0° 0°, which is no fix.
func readISO6709(b []byte) (lat, lon float64, ok bool) {
	cut := bytes.IndexAny(b[1:], "+-") + 1
	if cut <= 0 {
		return 0, 0, false
	}
	rest := b[cut:]
	if end := bytes.IndexAny(rest[1:], "+-/\x00"); end >= 0 {
		rest = rest[:end+1]
	}
	lat, errLat := strconv.ParseFloat(string(b[:cut]), 64)
	lon, errLon := strconv.ParseFloat(string(rest), 64)
	if errLat != nil || errLon != nil || !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 180) || lat == 0 && lon == 0 {
		return 0, 0, false
	}
	return lat, lon, true
}
