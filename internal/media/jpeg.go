package media

import (
	"bytes"
	"encoding/binary"
)

// Markers of ITU-T T.81, table B.1.
const (
	markTEM  = 0x01
	markSOF0 = 0xc0 // baseline; up to SOF15 but for DHT, JPG and DAC
	markSOF2 = 0xc2 // progressive
	markDHT  = 0xc4
	markJPG  = 0xc8
	markDAC  = 0xcc
	markRST0 = 0xd0
	markRST7 = 0xd7
	markSOI  = 0xd8
	markEOI  = 0xd9
	markSOS  = 0xda
	markDQT  = 0xdb
	markDNL  = 0xdc
	markDRI  = 0xdd
	markAPP0 = 0xe0
	markAPP1 = 0xe1
	markAPP2 = 0xe2
	markAdob = 0xee // APP14
)

const (
	jfifName  = "JFIF\x00"
	exifName  = "Exif\x00\x00"
	iccName   = "ICC_PROFILE\x00"
	adobeName = "Adobe"
)

// jpegReader walks over a JPEG's segments.
type jpegReader struct {
	b          []byte
	at         int
	out        stripped
	jfif, body []byte
	scans      int
}

// stripJPEG keeps what a decoder needs, the JFIF header without its thumbnail, the colour profile and Adobe's colour
// transform. Everything else goes: EXIF, XMP, IPTC, comments, makers' notes, further pictures.
func stripJPEG(b []byte, scans int) (stripped, error) {
	r := jpegReader{b: b, at: 2}
	for {
		mark, err := r.next()
		if err != nil {
			return stripped{}, err
		}
		if mark == markEOI {
			break
		}
		if mark == markTEM || mark >= markRST0 && mark <= markRST7 {
			continue // stands alone and means nothing here
		}
		payload, err := r.payload()
		if err != nil {
			return stripped{}, err
		}
		r.segment(mark, payload)
		if mark != markSOS {
			continue
		}
		if r.scans++; r.scans > scans {
			return stripped{}, broken("jpeg: more than %d scans", scans)
		}
		r.entropy()
	}
	if r.scans == 0 {
		return stripped{}, broken("jpeg: no picture")
	}
	r.out.copy = around(append([]byte{0xff, markSOI}, r.jfif...), append(r.body, 0xff, markEOI),
		func(tiff []byte) []byte { return segment(markAPP1, append([]byte(exifName), tiff...)) })
	return r.out, nil
}

// next finds the next marker. Stray bytes before it are left out, as decoders do.
func (r *jpegReader) next() (byte, error) {
	for {
		i := bytes.IndexByte(r.b[r.at:], 0xff)
		if i < 0 {
			return 0, broken("jpeg: cut off")
		}
		r.at += i
		for r.at < len(r.b) && r.b[r.at] == 0xff { // fill bytes
			r.at++
		}
		if r.at == len(r.b) {
			return 0, broken("jpeg: cut off")
		}
		mark := r.b[r.at]
		r.at++
		switch mark {
		case 0:
			continue
		case markSOI:
			return 0, broken("jpeg: begins twice")
		}
		return mark, nil
	}
}

func (r *jpegReader) payload() ([]byte, error) {
	if len(r.b)-r.at < 2 {
		return nil, broken("jpeg: cut off")
	}
	length := int(binary.BigEndian.Uint16(r.b[r.at:]))
	if length < 2 || length > len(r.b)-r.at {
		return nil, broken("jpeg: segment of %d bytes", length)
	}
	payload := r.b[r.at+2 : r.at+length]
	r.at += length
	return payload, nil
}

// segment keeps a segment or leaves it out.
func (r *jpegReader) segment(mark byte, payload []byte) {
	switch {
	case mark == markAPP0 && bytes.HasPrefix(payload, []byte(jfifName)) && len(payload) >= 14 && r.jfif == nil:
		header := append([]byte(nil), payload[:14]...)
		header[12], header[13] = 0, 0 // no thumbnail
		r.jfif = segment(mark, header)
	case mark == markAPP1 && bytes.HasPrefix(payload, []byte(exifName)) && r.out.exif == nil:
		r.out.exif = payload[len(exifName):]
	case mark == markAPP2 && bytes.HasPrefix(payload, []byte(iccName)):
		r.keep(mark, payload)
	case mark == markAdob && bytes.HasPrefix(payload, []byte(adobeName)) && len(payload) >= 12:
		r.keep(mark, payload[:12])
	case mark == markDQT, mark == markDHT, mark == markDAC, mark == markDRI, mark == markDNL, mark == markSOS:
		r.keep(mark, payload)
	case mark >= markSOF0 && mark < markRST0 && mark != markJPG:
		r.out.progressive = r.out.progressive || mark == markSOF2
		r.keep(mark, payload)
	}
}

func (r *jpegReader) keep(mark byte, payload []byte) {
	r.body = append(r.body, segment(mark, payload)...)
}

// entropy copies a scan's data up to the next marker; a zero after 0xff and restarts belong to the data.
func (r *jpegReader) entropy() {
	start := r.at
	for r.at < len(r.b) {
		i := bytes.IndexByte(r.b[r.at:], 0xff)
		if i < 0 || r.at+i+1 >= len(r.b) {
			r.at = len(r.b)
			break
		}
		r.at += i
		if mark := r.b[r.at+1]; mark != 0 && (mark < markRST0 || mark > markRST7) {
			break
		}
		r.at += 2
	}
	r.body = append(r.body, r.b[start:r.at]...)
}

func segment(mark byte, payload []byte) []byte {
	b := append([]byte{0xff, mark}, 0, 0)
	binary.BigEndian.PutUint16(b[2:], uint16(len(payload)+2))
	return append(b, payload...)
}
