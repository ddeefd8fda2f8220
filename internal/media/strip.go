package media

import (
	"bytes"
	"encoding/binary"
)

// stripped is a photo taken apart: the parts that are kept, and the metadata that was found.
type stripped struct {
	// copy puts the kept parts together. An orientation other than upright is said in an EXIF of our own, with that one field, so
	// that the picture need not be encoded anew.
	copy        func(orientation int) []byte
	exif        []byte // a TIFF structure, nil if there is none
	progressive bool
}

// strip takes a photo apart without touching its picture. What follows its end is left out: another file that hides
// there, or the film of a "moving photo".
func strip(kind Kind, b []byte, scans int) (stripped, error) {
	switch kind {
	case PNG:
		return stripPNG(b)
	case WebP:
		return stripWebP(b)
	}
	return stripJPEG(b, scans)
}

// around puts an orientation between a photo's head and its body.
func around(head, body []byte, said func(tiff []byte) []byte) func(orientation int) []byte {
	return func(orientation int) []byte {
		var turned []byte
		if orientation > 1 {
			turned = said(orientationTIFF(orientation))
		}
		return bytes.Join([][]byte{head, turned, body}, nil)
	}
}

// orientationTIFF is a TIFF structure with one entry (TIFF 6.0, section 2; tag 0x0112, SHORT).
func orientationTIFF(orientation int) []byte {
	b := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01")
	b = binary.BigEndian.AppendUint16(b, tagOrientation)
	b = binary.BigEndian.AppendUint16(b, typeShort)
	b = binary.BigEndian.AppendUint32(b, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(orientation))
	return append(b, 0, 0, 0, 0, 0, 0) // the rest of the value, and no further directory
}
