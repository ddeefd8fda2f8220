package media

import (
	"bytes"
	"time"
)

// mp3Frame is the head of one frame (ISO/IEC 11172-3, 2.4.1.3 and 13818-3), layer III alone.
type mp3Frame struct {
	bytes, rate, samples int
	mono                 bool
}

// Rates by version: kilobits a second by index, and samples a second of MPEG 1, of which 2 has half and 2.5 a quarter.
var (
	mp3Bits = map[bool][15]int{
		true:  {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
		false: {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	}
	mp3Rates = [3]int{44100, 48000, 32000}
)

// mp3Least is how many frames in a row make a recording: by chance alone two may be found in anything.
const mp3Least = 4

// readMP3Frame reads a frame's head; false if there is none, or the frame is cut off.
func readMP3Frame(b []byte) (f mp3Frame, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe6 != 0xe2 { // in step, and layer III
		return f, false
	}
	version, bits, rate := b[1]>>3&3, b[2]>>4, b[2]>>2&3
	if version == 1 || bits == 0 || bits == 15 || rate == 3 {
		return f, false
	}
	first := version == 3
	f = mp3Frame{rate: mp3Rates[rate], samples: 1152, mono: b[3]>>6 == 3}
	switch version {
	case 2:
		f.rate, f.samples = f.rate/2, 576
	case 0:
		f.rate, f.samples = f.rate/4, 576
	}
	f.bytes = f.samples/8*mp3Bits[first][bits]*1000/f.rate + int(b[2]>>1&1)
	return f, f.bytes <= len(b)
}

// stripMP3 keeps the frames of sound. Titles, pictures, places and other tags before, between and behind them go, and so does the
// silent frame in which encoders write their name.
func stripMP3(b []byte) (sound, error) {
	var out sound
	var frames, samples, rate int
	for at := 0; at < len(b); {
		run, ok := mp3Run(b[at:], rate)
		if !ok {
			next := bytes.IndexByte(b[at+1:], 0xff)
			if next < 0 {
				break
			}
			at += 1 + next
			continue
		}
		rate = run[0].rate
		for _, f := range run {
			if !mp3Tagged(b[at:at+f.bytes], f) {
				out.copy = append(out.copy, b[at:at+f.bytes]...)
				frames, samples = frames+1, samples+f.samples
			}
			at += f.bytes
		}
	}
	if frames < mp3Least { // without the encoder's notes it is none: the copy would not be known again
		return sound{}, broken("mp3: no sound")
	}
	out.length = time.Duration(samples) * time.Second / time.Duration(rate)
	return out, nil
}

// mp3Run reads frames of one rate that follow each other; false if they are too few.
func mp3Run(b []byte, rate int) ([]mp3Frame, bool) {
	var run []mp3Frame
	for {
		f, ok := readMP3Frame(b)
		if !ok || rate != 0 && f.rate != rate {
			return run, len(run) >= mp3Least
		}
		run, rate, b = append(run, f), f.rate, b[f.bytes:]
	}
}

// mp3Tagged tells a frame that is no sound but the encoder's notes.
func mp3Tagged(b []byte, f mp3Frame) bool {
	side := 32
	switch {
	case f.samples == 1152 && f.mono, f.samples == 576 && !f.mono:
		side = 17
	case f.samples == 576:
		side = 9
	}
	for _, note := range []struct {
		at   int
		name string
	}{{4 + side, "Xing"}, {4 + side, "Info"}, {36, "VBRI"}} {
		if len(b) >= note.at+4 && string(b[note.at:note.at+4]) == note.name {
			return true
		}
	}
	return false
}
