package media

import (
	"bytes"
	"encoding/binary"
)

// webpCanvas is how many bytes the extended header of a WebP has (RFC 9649, 2.7), and its flags for what is kept here.
const (
	webpCanvas  = 10
	webpEXIF    = 1 << 3
	webpAlpha   = 1 << 4
	webpProfile = 1 << 5
)

// stripWebP keeps the picture with its transparency and its colour profile. EXIF, XMP and chunks of unknown makers go; an
// animation is no photo. The picture's own size has to be the one that the header says, because the header's is what was judged.
func stripWebP(b []byte) (stripped, error) {
	found := map[string][]byte{}
	size := uint64(binary.LittleEndian.Uint32(b[4:])) + 8 // of the file
	if size < 12 || size > uint64(len(b)) {
		return stripped{}, broken("webp: cut off")
	}
	rest := b[12:size]
	for len(rest) >= 8 {
		name, length := string(rest[:4]), uint64(binary.LittleEndian.Uint32(rest[4:]))
		if length > uint64(len(rest)-8) {
			return stripped{}, broken("webp: chunk of %d bytes", length)
		}
		if _, twice := found[name]; !twice {
			found[name] = rest[8 : 8+length]
		}
		rest = rest[min(uint64(len(rest)), 8+length+length%2):]
	}
	name := "VP8 "
	if found[name] == nil {
		name = "VP8L"
	}
	w, h, ok := webpSize(name, found[name])
	switch canvas := found["VP8X"]; {
	case found["ANIM"] != nil || found["ANMF"] != nil:
		return stripped{}, broken("webp: an animation")
	case !ok:
		return stripped{}, broken("webp: no picture")
	case canvas != nil && (len(canvas) != webpCanvas || webpEdge(canvas[4:]) != w || webpEdge(canvas[7:]) != h):
		return stripped{}, broken("webp: the picture has not the size of its header")
	}
	return stripped{exif: bytes.TrimPrefix(found["EXIF"], []byte(exifName)),
		copy: func(orientation int) []byte { return webpCopy(found, name, w, h, orientation) }}, nil
}

// webpSize reads a picture's size: of a key frame of VP8 (RFC 6386, 9.1) or of a lossless picture (RFC 9649, 3.4).
func webpSize(name string, b []byte) (w, h int, ok bool) {
	switch {
	case name == "VP8 " && len(b) >= 10 && bytes.Equal(b[3:6], []byte{0x9d, 0x01, 0x2a}):
		return int(binary.LittleEndian.Uint16(b[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(b[8:]) & 0x3fff), true
	case name == "VP8L" && len(b) >= 5 && b[0] == 0x2f:
		bits := binary.LittleEndian.Uint32(b[1:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, true
	}
	return 0, 0, false
}

// webpEdge is an edge of the canvas: three bytes, less one.
func webpEdge(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 + 1 }

// webpCopy writes a file of the kept chunks, in the order that the format wants.
func webpCopy(found map[string][]byte, picture string, w, h, orientation int) []byte {
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	flags, kept := byte(0), []string{picture}
	if found["ALPH"] != nil && picture == "VP8 " { // a lossless picture has its transparency in itself
		flags, kept = flags|webpAlpha, []string{"ALPH", picture}
	}
	if found["ICCP"] != nil {
		flags, kept = flags|webpProfile, append([]string{"ICCP"}, kept...)
	}
	if orientation > 1 {
		flags |= webpEXIF
	}
	if flags != 0 {
		canvas := make([]byte, webpCanvas)
		canvas[0] = flags
		for i := range 3 {
			canvas[4+i], canvas[7+i] = byte((w-1)>>(8*i)), byte((h-1)>>(8*i))
		}
		out = webpChunk(out, "VP8X", canvas)
	}
	for _, name := range kept {
		out = webpChunk(out, name, found[name])
	}
	if orientation > 1 {
		out = webpChunk(out, "EXIF", orientationTIFF(orientation))
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

func webpChunk(out []byte, name string, data []byte) []byte {
	out = binary.LittleEndian.AppendUint32(append(out, name...), uint32(len(data)))
	out = append(out, data...)
	if len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}
