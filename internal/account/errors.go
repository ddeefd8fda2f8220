package account

import (
	"fmt"
	"time"
)

// Error is what this package refuses with. Code is stable and is what clients, the table of problem details and
// errors.Is go by; Message is for logs and developers.
type Error struct {
	Code    string
	Message string
	// Reason narrows the code down by a word of its own: what is wrong with a password, which field is invalid.
	Reason string
	// RetryAfter is how long to wait before trying again; 0 where waiting does not help.
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	s := "account: " + e.Message
	if e.Reason != "" {
		s += " (" + e.Reason + ")"
	}
	if e.RetryAfter > 0 {
		s += fmt.Sprintf(", try again in %s", e.RetryAfter.Round(time.Second))
	}
	return s
}

// Is makes errors with the same code equal, whatever their reason or delay.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

func (e *Error) because(reason string) *Error {
	c := *e
	c.Reason = reason
	return &c
}

func (e *Error) after(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// The refusals. Compare with errors.Is; read Reason and RetryAfter with errors.As.
var (
	// ErrBadCredentials: unknown login or wrong password; which of the two is never told.
	ErrBadCredentials = &Error{Code: "bad_credentials", Message: "login or password is wrong"}
	// ErrLockedOut: too many failures; RetryAfter says how long.
	ErrLockedOut = &Error{Code: "locked_out", Message: "too many failed attempts"}
	// ErrLocked: an administrator locked the account. Told only to who knows the password.
	ErrLocked = &Error{Code: "account_locked", Message: "the account is locked"}
	// ErrMustChange: the password is right but one-time; ChangePassword comes first.
	ErrMustChange = &Error{Code: "must_change_password", Message: "the password must be changed first"}
	// ErrPasswordExpired: the one-time password was right but was not used in time.
	ErrPasswordExpired = &Error{Code: "password_expired", Message: "the one-time password has expired"}
	// ErrWeakPassword: Reason is one of too_short, too_long, bad_characters, contains_login, common, phone_number, unchanged.
	ErrWeakPassword = &Error{Code: "weak_password", Message: "the new password is too easy to guess"}
	// ErrBusy: more are signing in than can be served; RetryAfter says when to come back.
	ErrBusy = &Error{Code: "sign_in_busy", Message: "too many sign-ins at once"}
	// ErrTokenExpired: the token was good once. Refresh it.
	ErrTokenExpired = &Error{Code: "token_expired", Message: "the token has expired"}
	// ErrTokenInvalid: not a token of ours, or not for this use.
	ErrTokenInvalid = &Error{Code: "token_invalid", Message: "the token is invalid"}
	// ErrSessionEnded: signed out, locked, moved, or a new password was set. Sign in again.
	ErrSessionEnded = &Error{Code: "session_ended", Message: "the session has ended"}
	// ErrReused: a refresh token was used a second time; its session has ended.
	ErrReused = &Error{Code: "refresh_reused", Message: "the refresh token was used before, the session has ended"}
	// ErrLoginTaken: another user has this login.
	ErrLoginTaken = &Error{Code: "login_taken", Message: "the login is taken"}
	// ErrInvalid: Reason names the field.
	ErrInvalid = &Error{Code: "invalid_user", Message: "the user is not valid"}
	// ErrNotFound: no such user, session, key or code.
	ErrNotFound = &Error{Code: "not_found", Message: "not found"}
	// ErrExists: a port's Create or Add met a record of the same id.
	ErrExists = &Error{Code: "exists", Message: "exists already"}
	// ErrStale: the user was changed since the caller read it.
	ErrStale = &Error{Code: "stale", Message: "the user was changed meanwhile"}
	// ErrLastAdministrator: nobody would be left to administer.
	ErrLastAdministrator = &Error{Code: "last_administrator", Message: "the last administrator stays"}
	// ErrAdministratorExists: a bootstrap code makes the first administrator only.
	ErrAdministratorExists = &Error{Code: "administrator_exists", Message: "there is an administrator already"}
	// ErrCodeInvalid: the one-time code is wrong, used or expired.
	ErrCodeInvalid = &Error{Code: "code_invalid", Message: "the one-time code is wrong or expired"}
	// ErrNoRecord: there is no such mediator's record where the orderer may give one away.
	ErrNoRecord = &Error{Code: "no_such_mediator", Message: "there is no such mediator's record"}
	// ErrRecordTaken: the mediator's record is another user's.
	ErrRecordTaken = &Error{Code: "mediator_taken", Message: "the mediator's record is another user's"}
	// ErrUnavailable: the store did not answer and nothing was changed. Try again later.
	ErrUnavailable = &Error{Code: "unavailable", Message: "the store is not available", RetryAfter: 2 * time.Second}
	// ErrUncertain: the store may or may not have stored the change. Send it again.
	ErrUncertain = &Error{Code: "outcome_unknown", Message: "the outcome is unknown, send it again"}
)
