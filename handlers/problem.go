package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"fengqiao/internal/account"
	"fengqiao/internal/media"
	"fengqiao/mediation"
	"fengqiao/push"

	"github.com/gofiber/fiber/v2"
)

// Problem is a refusal on its way to the wire. Handlers make them with refuse; errors of the packages below become one
// in problemOf, and nowhere else.
type Problem struct {
	Status int
	Code   string // in messages.go
	Field  string // "parties[0].phone"; "" if it is about the whole
	Params map[string]string
	// Errors are several fields at once; Field and Code are then of the first.
	Errors     []FieldError
	RetryAfter time.Duration
	Cause      error // for the log alone
}

// FieldError is one field that is wrong.
type FieldError struct {
	Field, Code string
	Params      map[string]string
}

func (p *Problem) Error() string {
	return fmt.Sprintf("handlers: %d %s %s: %v", p.Status, p.Code, p.Field, p.Cause)
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

// refuse makes a problem; params are name, value, name, value …
func refuse(status int, code, field string, params ...string) *Problem {
	p := &Problem{Status: status, Code: code, Field: field}
	if len(params) > 0 {
		p.Params = make(map[string]string, len(params)/2)
		for i := 0; i+1 < len(params); i += 2 {
			p.Params[params[i]] = params[i+1]
		}
	}
	return p
}

// invalid is the commonest refusal: a field whose content is wrong.
func invalid(code, field string, params ...string) *Problem {
	return refuse(http.StatusUnprocessableEntity, code, field, params...)
}

// problemOf is the one place where errors become statuses.
func problemOf(err error) *Problem {
	var p *Problem
	var m *mediation.Error
	var a *account.Error
	var f *fiber.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &m):
		return mediationProblem(m)
	case errors.As(err, &a):
		return accountProblem(a, err)
	case errors.As(err, &f):
		return fiberProblem(f)
	case errors.Is(err, push.ErrNotFound):
		return refuse(http.StatusNotFound, "not_found", "")
	case errors.Is(err, push.ErrBadCursor):
		return refuse(http.StatusBadRequest, "bad_cursor", "cursor")
	case errors.Is(err, push.ErrNotDead):
		return refuse(http.StatusConflict, "push.not_dead", "")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		// The request's own time ran out, on a busy machine while it waited for its turn to hash a password, say. How far it
		// came is unknown here; with the same key it may be sent again.
		return &Problem{Status: http.StatusServiceUnavailable, Code: mediation.ErrUncertain.Code, RetryAfter: retrySoon, Cause: err}
	}
	return &Problem{Status: http.StatusInternalServerError, Code: "internal", Cause: err}
}

// kindStatus is the status of each kind of mediation's refusals.
var kindStatus = map[mediation.Kind]int{
	mediation.Invalid:     http.StatusUnprocessableEntity,
	mediation.NotFound:    http.StatusNotFound,
	mediation.Forbidden:   http.StatusForbidden,
	mediation.Conflict:    http.StatusConflict,
	mediation.Stale:       http.StatusPreconditionFailed,
	mediation.Differs:     http.StatusUnprocessableEntity,
	mediation.Erased:      http.StatusGone,
	mediation.Unavailable: http.StatusServiceUnavailable,
	mediation.Uncertain:   http.StatusServiceUnavailable,
}

const retrySoon = 2 * time.Second

func mediationProblem(m *mediation.Error) *Problem {
	p := &Problem{Status: kindStatus[m.Kind], Code: m.Code, Field: m.Field, Params: m.Params, Cause: m}
	if p.Status == 0 {
		p.Status, p.Code = http.StatusInternalServerError, "internal"
	}
	switch {
	case p.Status == http.StatusServiceUnavailable:
		p.RetryAfter = retrySoon
	case p.Code == media.CodeBytes:
		p.Status = http.StatusRequestEntityTooLarge
	case p.Code == "bad_cursor":
		p.Status = http.StatusBadRequest
	}
	return p
}

// accountStatus is the status of each of account's refusals.
var accountStatus = map[string]int{
	account.ErrBadCredentials.Code:      http.StatusUnauthorized,
	account.ErrLockedOut.Code:           http.StatusTooManyRequests,
	account.ErrLocked.Code:              http.StatusForbidden,
	account.ErrMustChange.Code:          http.StatusForbidden,
	account.ErrPasswordExpired.Code:     http.StatusForbidden,
	account.ErrWeakPassword.Code:        http.StatusUnprocessableEntity,
	account.ErrBusy.Code:                http.StatusServiceUnavailable,
	account.ErrTokenExpired.Code:        http.StatusUnauthorized,
	account.ErrTokenInvalid.Code:        http.StatusUnauthorized,
	account.ErrSessionEnded.Code:        http.StatusUnauthorized,
	account.ErrReused.Code:              http.StatusUnauthorized,
	account.ErrLoginTaken.Code:          http.StatusConflict,
	account.ErrInvalid.Code:             http.StatusUnprocessableEntity,
	account.ErrNotFound.Code:            http.StatusNotFound,
	account.ErrStale.Code:               http.StatusPreconditionFailed,
	account.ErrLastAdministrator.Code:   http.StatusConflict,
	account.ErrAdministratorExists.Code: http.StatusConflict,
	account.ErrCodeInvalid.Code:         http.StatusUnprocessableEntity,
	account.ErrNoRecord.Code:            http.StatusUnprocessableEntity,
	account.ErrRecordTaken.Code:         http.StatusUnprocessableEntity,
	account.ErrUnavailable.Code:         http.StatusServiceUnavailable,
	account.ErrUncertain.Code:           http.StatusServiceUnavailable,
}

func accountProblem(e *account.Error, whole error) *Problem {
	p := &Problem{Status: accountStatus[e.Code], Code: e.Code, RetryAfter: e.RetryAfter, Cause: whole}
	switch e.Code {
	case account.ErrInvalid.Code:
		p.Code, p.Field = "invalid_value", e.Reason
		if e.Reason == "cursor" {
			p.Status, p.Code = http.StatusBadRequest, "bad_cursor"
		}
	case account.ErrWeakPassword.Code:
		p.Code, p.Field = "weak_password."+e.Reason, "password"
		p.Params = map[string]string{"min": strconv.Itoa(account.MinPassword)}
	case account.ErrNoRecord.Code, account.ErrRecordTaken.Code:
		p.Field = "mediator"
	case account.ErrUncertain.Code:
		p.Code, p.RetryAfter = mediation.ErrUncertain.Code, retrySoon
	}
	if p.Status == 0 {
		p.Status, p.Code = http.StatusInternalServerError, "internal"
	}
	return p
}

// fiberProblem is for what Fiber or fasthttp refuse before any handler runs.
func fiberProblem(f *fiber.Error) *Problem {
	code := map[int]string{
		http.StatusNotFound:                    "no_route",
		http.StatusMethodNotAllowed:            "method_not_allowed",
		http.StatusRequestTimeout:              "request_timeout",
		http.StatusRequestEntityTooLarge:       "body_too_large",
		http.StatusRequestHeaderFieldsTooLarge: "headers_too_large",
	}[f.Code]
	switch {
	case code != "":
		return &Problem{Status: f.Code, Code: code, Cause: f}
	case f.Code >= 400 && f.Code < 500:
		return &Problem{Status: http.StatusBadRequest, Code: "bad_request", Cause: f}
	}
	return &Problem{Status: http.StatusInternalServerError, Code: "internal", Cause: f}
}

// wireProblem is a problem as RFC 9457 writes it.
type wireProblem struct {
	Type      string           `json:"type"`
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail,omitempty"`
	Code      string           `json:"code"`
	Field     string           `json:"field,omitempty"`
	Errors    []wireFieldError `json:"errors,omitempty"`
	RequestID string           `json:"requestId"`
}

type wireFieldError struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// wire words a problem in a language.
func (p *Problem) wire(lang, requestID string) wireProblem {
	m := messageOf(p.Code)
	w := wireProblem{Type: "about:blank", Title: m.title(lang), Status: p.Status, Detail: m.detail(lang, p.Field, p.Params), Code: p.Code, Field: p.Field, RequestID: requestID}
	for _, e := range p.Errors {
		w.Errors = append(w.Errors, wireFieldError{e.Field, e.Code, messageOf(e.Code).detail(lang, e.Field, e.Params)})
	}
	return w
}

// retrySeconds is the Retry-After of a delay: whole seconds, at least one.
func retrySeconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}
