package boundary

import (
	"fmt"
	"io"
	"unicode/utf8"
)

// maxNumber is the most bytes of a number that are read.
const maxNumber = 1024

// scanner reads JSON from a window that moves over the source. Its methods leave pos behind what they read; slices that
// they give out are good until the next call.
type scanner struct {
	src      io.Reader
	buf      []byte
	pos, end int   // the window is buf[pos:end]
	base     int64 // offset of buf[0] in the source
	mark     int   // what stands from here on is kept as well; -1 for nothing
	eof      bool
	err      error // why the source ended, nil at its end
	str      []byte
	feature  int // the feature that is being read, -1 for none, for what errors say
}

func newScanner(src io.Reader) scanner {
	return scanner{src: src, buf: make([]byte, 256<<10), mark: -1, feature: -1}
}

func (s *scanner) offset() int64 { return s.base + int64(s.pos) }

// fill brings more of the source into the window; false at its end, or where more would be held than is allowed.
func (s *scanner) fill() bool {
	if s.eof {
		return false
	}
	from := s.pos
	if s.mark >= 0 {
		from, s.mark = s.mark, 0
	}
	copy(s.buf, s.buf[from:s.end])
	s.base += int64(from)
	s.pos, s.end = s.pos-from, s.end-from
	if s.end == len(s.buf) {
		if s.end >= MaxMember {
			s.eof, s.err = true, s.fault("too_large", atMost(MaxMember, "bytes"))
			return false
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.src.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.err = err
			}
		}
		if n > 0 || s.eof {
			return n > 0
		}
	}
	s.eof, s.err = true, io.ErrNoProgress
	return false
}

// need tells whether n bytes are in the window, and brings them there.
func (s *scanner) need(n int) bool {
	for s.end-s.pos < n {
		if !s.fill() {
			return false
		}
	}
	return true
}

// fault is an error about the file at the place that was reached.
func (s *scanner) fault(reason, detail string) error {
	if s.feature >= 0 {
		detail = fmt.Sprintf("feature %d: %s", s.feature, detail)
	}
	return Findings{{Feature: -1, Reason: reason, Detail: detail, Offset: s.offset()}}
}

// cut is the error where the source ended too early.
func (s *scanner) cut() error {
	if s.err != nil {
		return s.err
	}
	return s.fault("json", "unexpected end")
}

// unexpected is the error where the grammar wants something else.
func (s *scanner) unexpected(want string) error {
	if !s.need(1) || s.err != nil {
		return s.cut()
	}
	if s.buf[s.pos] >= utf8.RuneSelf {
		s.need(utf8.UTFMax)
		if r, n := utf8.DecodeRune(s.buf[s.pos:s.end]); r == utf8.RuneError && n <= 1 {
			return s.fault("utf8", "")
		}
	}
	shown := s.buf[s.pos:min(s.end, s.pos+12)]
	return s.fault("json", fmt.Sprintf("%q where %s should stand", string(shown), want))
}

// peek is the next byte that is no white space; 0 at the end.
func (s *scanner) peek() byte {
	for {
		for i := s.pos; i < s.end; i++ {
			if c := s.buf[i]; c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
				s.pos = i
				return c
			}
		}
		s.pos = s.end
		if !s.fill() {
			return 0
		}
	}
}

// take reads one byte that must come next.
func (s *scanner) take(want byte) error {
	if s.peek() != want {
		return s.unexpected("'" + string(rune(want)) + "'")
	}
	s.pos++
	return nil
}

// text reads a string.
func (s *scanner) text() ([]byte, error) {
	if err := s.take('"'); err != nil {
		return nil, err
	}
	var high byte
	for i := s.pos; i < s.end; i++ {
		c := s.buf[i]
		if c == '"' && i-s.pos <= MaxText {
			t := s.buf[s.pos:i]
			if high >= utf8.RuneSelf && !utf8.Valid(t) {
				break // the slow way finds the place
			}
			s.pos = i + 1
			return t, nil
		}
		if c == '\\' || c < ' ' {
			break
		}
		high |= c
	}
	return s.slowText()
}

// slowText reads on in a string that has escapes, or reaches beyond the window.
func (s *scanner) slowText() ([]byte, error) {
	s.str = s.str[:0]
	for {
		if !s.need(1) {
			return nil, s.cut()
		}
		switch c := s.buf[s.pos]; {
		case len(s.str) > MaxText:
			return nil, s.fault("too_large", atMost(MaxText, "bytes of text"))
		case c == '"':
			s.pos++
			return s.str, nil
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return nil, err
			}
			s.str = utf8.AppendRune(s.str, r)
		case c < ' ':
			return nil, s.unexpected("text")
		default:
			if c >= utf8.RuneSelf {
				s.need(utf8.UTFMax)
			}
			r, n := utf8.DecodeRune(s.buf[s.pos:s.end])
			if r == utf8.RuneError && n <= 1 {
				return nil, s.fault("utf8", "")
			}
			s.str = append(s.str, s.buf[s.pos:s.pos+n]...)
			s.pos += n
		}
	}
}

// literal reads true, false or null.
func (s *scanner) literal(word string) error {
	s.need(len(word))
	if s.end-s.pos < len(word) || string(s.buf[s.pos:s.pos+len(word)]) != word {
		return s.unexpected("a value")
	}
	s.pos += len(word)
	return nil
}

// number reads a number; digits, until the next call, are how it stands in the file.
func (s *scanner) number() (value float64, digits []byte, err error) {
	for {
		value, n := number(s.buf[s.pos:s.end])
		switch {
		case n > maxNumber: // whether all of it is in the window or not
			return 0, nil, s.fault("too_large", atMost(maxNumber, "digits of a number"))
		case n > 0 && (n < s.end-s.pos || s.eof):
			digits = s.buf[s.pos : s.pos+n]
			s.pos += n
			return value, digits, nil
		case s.end-s.pos > maxNumber || !s.fill():
			return 0, nil, s.unexpected("a value")
		}
	}
}
