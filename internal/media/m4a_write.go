package media

import "encoding/binary"

// file writes the track as a file of its own, the index in front so that it plays while it comes in.
func (t *m4aTrack) file() []byte {
	kind := isoWrite("ftyp", []byte("M4A \x00\x00\x00\x00M4A mp42isom"))
	// The index has the same length wherever the samples begin.
	at := len(kind) + len(t.index(0)) + 8
	out := append(kind, t.index(uint32(at))...)
	return append(out, isoWrite("mdat", t.samples)...)
}

// index writes the moov box for samples that begin at a place of the file.
func (t *m4aTrack) index(at uint32) []byte {
	units := uint32(t.units())
	entry := isoWrite("mp4a", make([]byte, 6), u16(1), make([]byte, 8), u16(t.channels, 16, 0, 0), u32(t.rate), isoWrite("esds", t.decoder))
	spans := append(u32(0, uint32(len(t.spans)/2)), u32(t.spans...)...)
	sizes := append(u32(0, 0, uint32(len(t.sizes))), u32(t.sizes...)...)
	table := isoWrite("stbl",
		isoWrite("stsd", u32(0, 1), entry), isoWrite("stts", spans),
		isoWrite("stsc", u32(0, 1, 1, uint32(len(t.sizes)), 1)), isoWrite("stsz", sizes), isoWrite("stco", u32(0, 1, at)))
	here := isoWrite("dinf", isoWrite("dref", u32(0, 1), isoWrite("url ", u32(1)))) // the samples are in this file
	media := isoWrite("mdia",
		isoWrite("mdhd", u32(0, 0, 0, t.timescale, units), u16(0x55c4, 0)), // of no said language
		isoWrite("hdlr", u32(0, 0), []byte("soun"), make([]byte, 13)),
		isoWrite("minf", isoWrite("smhd", u32(0, 0)), here, table))
	track := isoWrite("trak",
		isoWrite("tkhd", u32(7, 0, 0, 1, 0, units, 0, 0), u16(0, 0, 0x0100, 0), isoUnity, u32(0, 0)), media)
	return isoWrite("moov",
		isoWrite("mvhd", u32(0, 0, 0, t.timescale, units, 0x00010000), u16(0x0100), make([]byte, 10), isoUnity, make([]byte, 24), u32(2)), track)
}

// isoUnity is the matrix that turns nothing.
var isoUnity = u32(0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000)

func isoWrite(kind string, parts ...[]byte) []byte {
	b := append([]byte{0, 0, 0, 0}, kind...)
	for _, p := range parts {
		b = append(b, p...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

func u16(vs ...uint16) []byte {
	var b []byte
	for _, v := range vs {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

func u32(vs ...uint32) []byte {
	var b []byte
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}
