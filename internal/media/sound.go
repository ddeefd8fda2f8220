package media

import "time"

// sound is a recording taken apart: the copy that is kept, and what was found.
type sound struct {
	copy   []byte
	length time.Duration
	origin *Origin // nil if neither place nor time
}

// checkSound examines a recording. It cannot be decoded here, so its copy is built anew from what was understood of it.
func (c *checker) checkSound(kind Kind, raw []byte) (file, error) {
	read := stripMP3
	if kind == M4A {
		read = stripM4A
	}
	s, err := read(raw)
	if err != nil {
		return file{}, err
	}
	return file{kind: kind, stored: s.copy, origin: s.origin, length: s.length}, nil
}
