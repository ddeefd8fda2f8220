package store

import (
	"errors"

	"fengqiao/mediation"
)

// trouble turns an engine's answer into mediation's words; anything else passes as it is, ErrUnavailable and ErrUncertain
// among it, which carry their kinds already.
func trouble(op string, err error) error {
	var known *mediation.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var as *mediation.Error
	switch {
	case errors.Is(err, ErrNotFound):
		as = mediation.ErrNotFound
	case errors.Is(err, ErrExists):
		as = mediation.ErrExists
	case errors.Is(err, ErrConflict):
		as = mediation.ErrStale
	default:
		return err
	}
	return &mediation.Error{Op: op, Kind: as.Kind, Code: as.Code, Cause: err}
}
