package boundary

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// wktReader reads the WKT of one shape: POLYGON or MULTIPOLYGON, with Z and M left out, and in front of it the "SRID=…;" of
// PostGIS.
type wktReader struct {
	text    string
	at      int
	outline outline
}

// wktShape is what one text of WKT says.
type wktShape struct {
	shape          orb.MultiPolygon
	srid           string // "" if none stands there
	reason, detail string // why there is no shape, "" if there is one
}

func (w *wktReader) read(text string) (s wktShape) {
	w.text, w.at = text, 0
	w.outline.reset()
	if rest, found := cutPrefixFold(strings.TrimSpace(text), "SRID="); found {
		s.srid, w.text, _ = strings.Cut(rest, ";")
		s.srid = strings.TrimSpace(s.srid)
	}
	kind := w.word()
	levels := 0
	switch plainKind(kind) {
	case "POLYGON":
		levels = 2
	case "MULTIPOLYGON":
		levels = 3
	default:
		s.reason, s.detail = "geometry_type", orNull(kind)
		return s
	}
	next := w.word()
	if dims := strings.ToUpper(next); dims == "Z" || dims == "M" || dims == "ZM" {
		next = w.word()
	}
	switch {
	case strings.EqualFold(next, "EMPTY"):
		s.shape = orb.MultiPolygon{}
	case next != "":
		return w.fail(s, "unexpected "+strconv.Quote(next))
	default:
		if wrong := w.list(levels, levels); wrong != "" {
			return w.fail(s, wrong)
		}
		s.shape, s.reason, s.detail = w.outline.shape(levels + 1)
	}
	if w.blank(); w.at < len(w.text) && s.reason == "" {
		return w.fail(s, "text behind the end")
	}
	return s
}

func (w *wktReader) fail(s wktShape, detail string) wktShape {
	s.shape, s.reason, s.detail = nil, "wkt", fmt.Sprintf("%s, at character %d", detail, w.at)
	return s
}

func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
		return text[len(prefix):], true
	}
	return text, false
}

// plainKind is the kind without the dimensions that some writers put right behind it.
func plainKind(kind string) string {
	kind = strings.ToUpper(kind)
	return strings.TrimSuffix(strings.TrimSuffix(kind, "M"), "Z")
}

func (w *wktReader) blank() {
	for w.at < len(w.text) && (w.text[w.at] == ' ' || w.text[w.at] == '\t' || w.text[w.at] == '\n' || w.text[w.at] == '\r') {
		w.at++
	}
}

// word reads letters, at most as many as any keyword has.
func (w *wktReader) word() string {
	w.blank()
	from := w.at
	for w.at < len(w.text) && w.at-from < 32 && (w.text[w.at]|0x20 >= 'a' && w.text[w.at]|0x20 <= 'z') {
		w.at++
	}
	return w.text[from:w.at]
}

// list reads "(…, …)" of lists or, at the innermost, of positions; it says what is wrong, "" for nothing. EMPTY may stand for
// a list within another.
func (w *wktReader) list(level, levels int) string {
	if w.blank(); w.at >= len(w.text) || w.text[w.at] != '(' {
		if level < levels && strings.EqualFold(w.word(), "EMPTY") {
			w.outline.close(levels - level + 1)
			return ""
		}
		return "'(' should stand"
	}
	w.at++
	for {
		if level == 1 {
			if wrong := w.position(levels + 1); wrong != "" {
				return wrong
			}
		} else if wrong := w.list(level-1, levels); wrong != "" {
			return wrong
		}
		w.blank()
		switch {
		case w.at < len(w.text) && w.text[w.at] == ',':
			w.at++
		case w.at < len(w.text) && w.text[w.at] == ')':
			w.at++
			w.outline.close(levels - level + 1)
			return ""
		default:
			return "',' or ')' should stand"
		}
	}
}

// position reads two to four numbers.
func (w *wktReader) position(depth int) string {
	var pt orb.Point
	count := 0
	for ; count < 4; count++ {
		if w.blank(); w.at >= len(w.text) || w.text[w.at] == ',' || w.text[w.at] == ')' {
			break
		}
		v, wrong := w.number()
		if wrong != "" {
			return wrong
		}
		if count < 2 {
			pt[count] = v
		}
	}
	if count < 2 {
		return fmt.Sprintf("a position of %d numbers", count)
	}
	w.outline.add(pt, depth)
	return ""
}

// number reads a number up to a blank, comma or bracket. WKT allows forms that JSON does not, as "+1" and ".5".
func (w *wktReader) number() (float64, string) {
	from := w.at
	if v, n := number([]byte(w.text[from:min(from+32, len(w.text))])); n > 0 && from+n < len(w.text) && ends(w.text[from+n]) && !math.IsInf(v, 0) {
		w.at += n
		return v, ""
	}
	for w.at < len(w.text) && !ends(w.text[w.at]) {
		w.at++
	}
	token := w.text[from:w.at]
	v, err := parseNumber(token)
	if err != nil {
		return 0, strconv.Quote(token[:min(len(token), 32)]) + " is no number"
	}
	if math.IsInf(v, 0) {
		w.outline.wrong = token[:min(len(token), 32)] + " is beyond all numbers"
	}
	return v, ""
}

// ends tells what may stand behind a number.
func ends(c byte) bool {
	return c == ' ' || c == ',' || c == ')' || c == '(' || c == '\t' || c == '\n' || c == '\r'
}

// parseNumber is strconv.ParseFloat without its words and hexadecimal forms; beyond all doubles it is infinite.
func parseNumber(token string) (float64, error) {
	for i := range len(token) {
		if c := token[i]; c-'0' > 9 && c != '-' && c != '+' && c != '.' && c|0x20 != 'e' {
			return 0, strconv.ErrSyntax
		}
	}
	v, err := strconv.ParseFloat(token, 64)
	if math.IsInf(v, 0) {
		err = nil
	}
	return v, err
}
