package boundary

import (
	"unicode/utf16"
	"unicode/utf8"
)

// skip reads over a value, and checks that it is JSON. depth is how deep the value stands.
func (s *scanner) skip(depth int) error {
	var open []byte // the brackets that wait to be closed
	for {
		c := s.peek()
		if c == '{' || c == '[' {
			if depth+len(open) >= MaxDepth {
				return s.fault("too_deep", atMost(MaxDepth, "levels"))
			}
			s.pos++
			open = append(open, c+2) // '{' + 2 is '}', '[' + 2 is ']'
			if s.peek() != c+2 {
				if err := s.key(c); err != nil {
					return err
				}
				continue
			}
		} else if err := s.scalar(c); err != nil {
			return err
		}
		more, err := s.closing(&open)
		if err != nil || !more {
			return err
		}
	}
}

// closing reads the brackets that close behind a value, and the comma; false if the outermost has closed.
func (s *scanner) closing(open *[]byte) (more bool, err error) {
	for len(*open) > 0 {
		last := (*open)[len(*open)-1]
		switch s.peek() {
		case last:
			s.pos++
			*open = (*open)[:len(*open)-1]
		case ',':
			s.pos++
			return true, s.key(last - 2)
		default:
			return false, s.unexpected("',' or '" + string(rune(last)) + "'")
		}
	}
	return false, nil
}

// key reads over the name of a member if the bracket is an object's.
func (s *scanner) key(bracket byte) error {
	if bracket != '{' {
		return nil
	}
	if _, err := s.text(); err != nil {
		return err
	}
	return s.take(':')
}

// scalar reads over a value that is neither array nor object and begins so.
func (s *scanner) scalar(c byte) (err error) {
	switch c {
	case '"':
		_, err = s.text()
	case 't':
		err = s.literal("true")
	case 'f':
		err = s.literal("false")
	case 'n':
		err = s.literal("null")
	default:
		_, _, err = s.number()
	}
	return err
}

// members reads an object: each is called with a member's name, which is good until it reads, and reads the value.
func (s *scanner) members(each func(name []byte) error) error {
	if err := s.take('{'); err != nil {
		return err
	}
	for first := true; ; first = false {
		switch c := s.peek(); {
		case c == '}':
			s.pos++
			return nil
		case first:
		case c == ',':
			s.pos++
		default:
			return s.unexpected("',' or '}'")
		}
		if err := s.member(each); err != nil {
			return err
		}
	}
}

func (s *scanner) member(each func(name []byte) error) error {
	name, err := s.text()
	if err != nil {
		return err
	}
	if s.pos == s.end || s.buf[s.pos] != ':' { // to look further may move the window, and the name with it
		s.str = append(s.str[:0], name...)
		name = s.str
	}
	if err := s.take(':'); err != nil {
		return err
	}
	return each(name)
}

// raw reads over a value and gives its bytes.
func (s *scanner) raw(depth int) ([]byte, error) {
	s.peek()
	s.mark = s.pos
	err := s.skip(depth)
	raw := s.buf[s.mark:s.pos]
	s.mark = -1
	return raw, err
}

// escape reads an escape. Halves of a pair that stand alone become U+FFFD, as encoding/json has it.
func (s *scanner) escape() (rune, error) {
	if !s.need(2) {
		return 0, s.cut()
	}
	if c := s.buf[s.pos+1]; c != 'u' {
		const names, meant = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
		for i := range len(names) {
			if names[i] == c {
				s.pos += 2
				return rune(meant[i]), nil
			}
		}
		return 0, s.unexpected("an escape")
	}
	r, ok := s.unit()
	if !ok {
		return 0, s.unexpected("an escape")
	}
	s.pos += 6
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if low, ok := s.unit(); ok {
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			s.pos += 6
			return pair, nil
		}
	}
	return utf8.RuneError, nil
}

// unit is the UTF-16 unit that is written next; it is not read.
func (s *scanner) unit() (rune, bool) {
	if !s.need(6) || s.buf[s.pos] != '\\' || s.buf[s.pos+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s.buf[s.pos+2 : s.pos+6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
