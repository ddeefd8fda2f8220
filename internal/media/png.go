package media

import (
	"encoding/binary"
	"hash/crc32"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks that say how the picture looks (PNG 3rd edition, 11.2 and 11.3). Text, times, EXIF, animation
// and whatever else there is are left out.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "cHRM": true, "gAMA": true, "iCCP": true,
	"sBIT": true, "sRGB": true, "cICP": true, "bKGD": true, "pHYs": true,
}

// stripPNG keeps the chunks of pngKept.
func stripPNG(b []byte) (stripped, error) {
	var out stripped
	var head, body []byte
	rest := b[len(pngSignature):]
	for first := true; ; first = false {
		if len(rest) < 12 {
			return stripped{}, broken("png: cut off")
		}
		length := binary.BigEndian.Uint32(rest)
		if uint64(length) > uint64(len(rest)-12) {
			return stripped{}, broken("png: chunk of %d bytes", length)
		}
		chunk, name := rest[:12+length], string(rest[4:8])
		rest = rest[len(chunk):]
		data, sum := chunk[8:8+length], binary.BigEndian.Uint32(chunk[8+length:])
		if crc32.ChecksumIEEE(chunk[4:8+length]) != sum {
			return stripped{}, broken("png: chunk damaged")
		}
		switch {
		case first && name != "IHDR":
			return stripped{}, broken("png: no header")
		case first:
			head = append([]byte(pngSignature), chunk...)
		case pngKept[name]:
			body = append(body, chunk...)
		case name == "eXIf" && out.exif == nil:
			out.exif = data
		}
		if name == "IEND" {
			out.copy = around(head, body, func(tiff []byte) []byte { return pngChunk("eXIf", tiff) })
			return out, nil
		}
	}
}

func pngChunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}
