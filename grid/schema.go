package grid

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Level is one storey of the hierarchy.
type Level struct {
	Key    string // stable name for code and configuration: "township"
	NameZh string
	NameEn string
	// Width is the number of digits of a segment, which makes the compact form readable; 0 means free text.
	Width int
	// ZeroVoid says that a segment of zeros names no unit at this level. The Chinese division codes (GB/T 2260,
	// GB/T 10114) fill up with zeros: 330100 is Hangzhou as a whole, 441900003 a township of a city without counties.
	ZeroVoid bool
}

// Schema is the list of levels, outermost first. It is a plan's own: China's is only one of them.
type Schema struct {
	Levels []Level
}

// maxSegment bounds a free-text segment in bytes: codes stand in URLs and in every record.
const maxSegment = 64

// maxWidth bounds the digits of a level.
const maxWidth = 18

// ChinaSchema is 省 市 县 乡 村 as in the 12-digit statistical division code (2+2+2+3+3), and below it the grid (网格)
// and the micro-grid (微网格).
func ChinaSchema() Schema {
	return Schema{Levels: []Level{
		{Key: "province", NameZh: "省", NameEn: "province", Width: 2, ZeroVoid: true},
		{Key: "city", NameZh: "市", NameEn: "city", Width: 2, ZeroVoid: true},
		{Key: "county", NameZh: "县（市、区）", NameEn: "county", Width: 2, ZeroVoid: true},
		{Key: "township", NameZh: "乡镇（街道）", NameEn: "township", Width: 3, ZeroVoid: true},
		{Key: "village", NameZh: "村（社区）", NameEn: "village", Width: 3, ZeroVoid: true},
		{Key: "grid", NameZh: "网格", NameEn: "grid", Width: 3},
		{Key: "microgrid", NameZh: "微网格", NameEn: "micro-grid", Width: 2},
	}}
}

// Check tells what is wrong with the schema itself, nil if nothing.
func (s Schema) Check() error {
	if len(s.Levels) == 0 {
		return errors.New("grid: schema has no levels")
	}
	seen := make(map[string]bool, len(s.Levels))
	for i, l := range s.Levels {
		switch {
		case l.Key == "":
			return fmt.Errorf("grid: schema level %d has no key", i+1)
		case seen[l.Key]:
			return fmt.Errorf("grid: schema level %q appears twice", l.Key)
		case l.Width < 0 || l.Width > maxWidth:
			return fmt.Errorf("grid: schema level %q: width %d is outside 0…%d", l.Key, l.Width, maxWidth)
		case l.ZeroVoid && l.Width == 0:
			return fmt.Errorf("grid: schema level %q is free text and cannot give zeros a meaning", l.Key)
		}
		seen[l.Key] = true
	}
	return nil
}

// CheckCode tells why the code is not one of this schema, nil if it is. The empty code (everything) is not a unit and
// fails.
func (s Schema) CheckCode(c Code) error {
	segs := c.Segments()
	if len(segs) == 0 {
		return errors.New("code is empty")
	}
	if len(segs) > len(s.Levels) {
		return fmt.Errorf("code %q has %d segments, the schema only %d levels", c, len(segs), len(s.Levels))
	}
	if segs[len(segs)-1] == Missing {
		return fmt.Errorf("code %q ends in a missing level; leave the %q off", c, Missing)
	}
	for i, seg := range segs {
		if err := s.Levels[i].check(seg); err != nil {
			return fmt.Errorf("code %q: %w", c, err)
		}
	}
	return nil
}

func (l Level) check(seg string) error {
	switch {
	case seg == Missing:
		return nil
	case seg == "":
		return fmt.Errorf("segment of level %s is empty", l.Key)
	case l.Width == 0:
		return l.checkText(seg)
	case len(seg) != l.Width || !isDigits(seg):
		return fmt.Errorf("segment %q of level %s is not %d digits", seg, l.Key, l.Width)
	case l.voids(seg):
		return fmt.Errorf("segment %q of level %s names no unit; write %q for a missing level", seg, l.Key, Missing)
	}
	return nil
}

func (l Level) checkText(seg string) error {
	switch {
	case len(seg) > maxSegment:
		return fmt.Errorf("segment of level %s is longer than %d bytes", l.Key, maxSegment)
	case !utf8.ValidString(seg):
		return fmt.Errorf("segment %q of level %s is not valid UTF-8", seg, l.Key)
	case strings.TrimSpace(seg) != seg:
		return fmt.Errorf("segment %q of level %s begins or ends with a space", seg, l.Key)
	}
	for _, r := range seg {
		if !unicode.IsPrint(r) || r == '.' {
			return fmt.Errorf("segment %q of level %s has the character %q", seg, l.Key, r)
		}
	}
	return nil
}

func (l Level) voids(seg string) bool { return l.ZeroVoid && strings.Trim(seg, "0") == "" }

// Parse reads a code that a person or a file wrote. Two forms are understood:
//
//   - the dotted path, "33.01.11.001.002", with "-" for a level that the place does not have;
//   - the compact form, "330111001002", where the widths are fixed and the length falls on a level's end. A missing
//     level is "-" ("330383-001"), or zeros where the level says so (Level.ZeroVoid); zeros at the end are filling:
//     "330111000000" is 33.01.11. Pseudo-units are kept as given: "330383198001" is 33.03.83.198.001.
//
// The error says which level and what was expected.
func (s Schema) Parse(text string) (Code, error) {
	if err := s.Check(); err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return "", errors.New("grid: code is empty")
	}
	c := Code(text)
	if !strings.Contains(text, ".") && s.Levels[0].Width > 0 {
		var err error
		if c, err = s.expand(text); err != nil {
			return "", fmt.Errorf("grid: %w", err)
		}
	}
	if err := s.CheckCode(c); err != nil {
		return "", fmt.Errorf("grid: %w", err)
	}
	return c, nil
}

// expand turns the compact form into a path.
func (s Schema) expand(text string) (Code, error) {
	var segs []string
	rest := text
	for rest != "" {
		if len(segs) == len(s.Levels) {
			return "", fmt.Errorf("compact code %q is too long: %s", text, s.lengths())
		}
		l := s.Levels[len(segs)]
		var seg string
		switch {
		case rest[0] == Missing[0]:
			seg = Missing
		case l.Width == 0:
			return "", fmt.Errorf("code %q: level %s is free text; write the dotted path", text, l.Key)
		case len(rest) < l.Width && isDigits(rest):
			return "", fmt.Errorf("compact code %q ends inside level %s: %s", text, l.Key, s.lengths())
		case len(rest) < l.Width || !isDigits(rest[:l.Width]):
			return "", fmt.Errorf("compact code %q: level %s needs %d digits, not %q", text, l.Key, l.Width, rest)
		default:
			seg = rest[:l.Width]
		}
		rest = rest[len(seg):]
		if l.voids(seg) {
			seg = Missing
		}
		segs = append(segs, seg)
	}
	// Only zeros are filling; a written "-" at the end is a mistake that CheckCode reports.
	if !strings.HasSuffix(text, Missing) {
		for len(segs) > 0 && segs[len(segs)-1] == Missing {
			segs = segs[:len(segs)-1]
		}
	}
	if len(segs) == 0 {
		return "", fmt.Errorf("compact code %q names no unit", text)
	}
	return Code(strings.Join(segs, ".")), nil
}

// lengths spells where a compact code may end.
func (s Schema) lengths() string {
	var b strings.Builder
	b.WriteString("levels end after")
	sum := 0
	for i, l := range s.Levels {
		if l.Width == 0 {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		sum += l.Width
		fmt.Fprintf(&b, " %d", sum)
	}
	b.WriteString(" digits")
	return b.String()
}

// Compact is the code without dots, which Parse reads back to the same code. A missing level becomes zeros where
// zeros name no unit, else "-". A code that has no compact form (a free-text level, a code of another schema) comes
// back as its dotted path.
func (s Schema) Compact(c Code) string {
	if s.CheckCode(c) != nil {
		return string(c)
	}
	var b strings.Builder
	for i, seg := range c.Segments() {
		l := s.Levels[i]
		switch {
		case l.Width == 0:
			return string(c)
		case seg == Missing && l.ZeroVoid:
			b.WriteString(strings.Repeat("0", l.Width))
		default:
			b.WriteString(seg)
		}
	}
	return b.String()
}

// LevelOf is the level that the code's last segment stands at; false for the empty code and for one too deep.
func (s Schema) LevelOf(c Code) (Level, bool) {
	d := c.Depth()
	if d == 0 || d > len(s.Levels) {
		return Level{}, false
	}
	return s.Levels[d-1], true
}

func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
