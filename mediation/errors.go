package mediation

import (
	"fmt"
	"strings"
)

// Kind says what sort of failure an Error is; handlers turn it into a status, in one table.
type Kind int

// The kinds of failure.
const (
	Invalid     Kind = iota + 1 // the input is wrong: Field and Reason say where and why
	NotFound                    // there is no such thing for this caller
	Forbidden                   // the caller sees it but may not do this
	Conflict                    // the state does not allow it now
	Stale                       // the caller acted on an older revision
	Differs                     // the same id was used before with other content
	Erased                      // the words are gone for good
	Unavailable                 // try again later
	Uncertain                   // may or may not have been stored: send again with the same key
)

// Error is a refusal with two readers: Code and Params make the safe text for the app (message table in messages.go);
// Op and Cause tell the log what happened.
type Error struct {
	Op     string
	Kind   Kind
	Code   string // stable, e.g. "case.state", listed in messages.go
	Field  string // the input field in question, "" if none
	Params map[string]string
	Cause  error
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mediation: %s: %s", e.Op, e.Code)
	if e.Field != "" {
		fmt.Fprintf(&b, " (%s)", e.Field)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is matches another *Error by Kind and, where the target names one, Code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && (t.Kind == 0 || t.Kind == e.Kind) && (t.Code == "" || t.Code == e.Code)
}

// Sentinels for errors.Is; stores return these (wrapped or not).
var (
	ErrNotFound    = &Error{Op: "find", Kind: NotFound, Code: "not_found"}
	ErrExists      = &Error{Op: "create", Kind: Conflict, Code: "exists"}
	ErrStale       = &Error{Op: "change", Kind: Stale, Code: "stale"}
	ErrErased      = &Error{Op: "open", Kind: Erased, Code: "erased"}
	ErrUnavailable = &Error{Op: "store", Kind: Unavailable, Code: "unavailable"}
	ErrUncertain   = &Error{Op: "store", Kind: Uncertain, Code: "uncertain"}
)

// Refusal makes an Error of a code; params are names and values in turn. The rooms beside the core refuse by it, too.
func Refusal(op string, kind Kind, code, field string, params ...string) *Error {
	e := &Error{Op: op, Kind: kind, Code: code, Field: field}
	if len(params) > 0 {
		e.Params = make(map[string]string, len(params)/2)
		for i := 0; i+1 < len(params); i += 2 {
			e.Params[params[i]] = params[i+1]
		}
	}
	return e
}
