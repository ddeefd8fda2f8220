package handlers

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// tagOf is the strong ETag of an answer: the revision, which If-Match compares, and a hash of what this caller was shown,
// which If-None-Match compares: two callers may see different parts of one revision. Without a revision it is the
// hash alone.
func tagOf(revision int64, body []byte) string {
	sum := sha256.Sum256(body)
	hash := base64.RawURLEncoding.EncodeToString(sum[:9])
	if revision == 0 {
		return `"` + hash + `"`
	}
	return `"` + strconv.FormatInt(revision, 10) + "-" + hash + `"`
}

// revisionOf reads If-Match: one strong tag of ours. "*" and lists are refused, because a change must name what it was
// decided on.
func revisionOf(header string) (int64, error) {
	if header == "" {
		return 0, refuse(http.StatusPreconditionRequired, "if_match_required", "")
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(header, `"`), `"`)
	number, _, _ := strings.Cut(inner, "-")
	revision, err := strconv.ParseInt(number, 10, 64)
	if err != nil || revision <= 0 || number != strconv.FormatInt(revision, 10) || header != `"`+inner+`"` || strings.Contains(inner, `"`) {
		return 0, refuse(http.StatusBadRequest, "if_match_malformed", "")
	}
	return revision, nil
}

// fresh tells whether If-None-Match names the tag. Comparison is weak (RFC 9110, 13.1.2).
func fresh(header, tag string) bool {
	if header == "*" {
		return true
	}
	for _, t := range strings.Split(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(t), "W/") == tag {
			return true
		}
	}
	return false
}
