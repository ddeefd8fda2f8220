package store

import (
	"encoding/base64"
	"strconv"
	"strings"

	"fengqiao/mediation"
)

// A cursor is the (sort, id) of the last row of a page, in a form that clients cannot take for anything but opaque.
func writePosition(r Row) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(r.Sort, 10) + ":" + r.ID))
}

func readPosition(text string) (*Position, error) {
	if text == "" {
		return nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	sort, id, ok := strings.Cut(string(raw), ":")
	n, numErr := strconv.ParseInt(sort, 10, 64)
	if err != nil || !ok || numErr != nil {
		return nil, &mediation.Error{Op: "page", Kind: mediation.Invalid, Code: "bad_cursor", Field: "cursor"}
	}
	return &Position{Sort: n, ID: id}, nil
}
