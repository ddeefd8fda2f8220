package store

import (
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"fengqiao/mediation"
)

// A cursor is the (sort, id) of the last row of a page, in a form that clients cannot take for anything but opaque.
func writePosition(r Row) string { return writeCursor(r, ":") }

func readPosition(text string) (*Position, error) {
	if text == "" {
		return nil, nil
	}
	p, ok := readCursor(text, ":")
	if !ok {
		return nil, &mediation.Error{Op: "page", Kind: mediation.Invalid, Code: "bad_cursor", Field: "cursor"}
	}
	return p, nil
}

func writeCursor(r Row, between string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(r.Sort, 10) + between + r.ID))
}

// readCursor reads what writeCursor wrote, and nothing else: base64 and numbers can be written in several ways, and an id that is no
// text is none that a store should be asked for.
func readCursor(text, between string) (*Position, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	sort, id, _ := strings.Cut(string(raw), between)
	n, errSort := strconv.ParseInt(sort, 10, 64)
	r := Row{Sort: n, ID: id}
	return &Position{Sort: n, ID: id}, err == nil && errSort == nil && id != "" && utf8.ValidString(id) && writeCursor(r, between) == text
}
