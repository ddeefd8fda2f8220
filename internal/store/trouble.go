package store

import (
	"errors"

	"fengqiao/mediation"
)

// trouble turns an engine's answer into mediation's words; anything else passes as it is.
func trouble(op string, err error) error {
	if err == nil {
		return nil
	}
	var known *mediation.Error
	if errors.As(err, &known) {
		return err
	}
	kind, code := mediation.Kind(0), ""
	switch {
	case errors.Is(err, ErrNotFound):
		kind, code = mediation.NotFound, "not_found"
	case errors.Is(err, ErrExists):
		kind, code = mediation.Conflict, "exists"
	case errors.Is(err, ErrConflict), errors.Is(err, ErrUnavailable):
		// A version race lost fifty times over is no fault of the caller's revision: nothing was written, try again.
		kind, code = mediation.Unavailable, "unavailable"
	case errors.Is(err, ErrUncertain):
		kind, code = mediation.Uncertain, "uncertain"
	default:
		return err
	}
	return &mediation.Error{Op: op, Kind: kind, Code: code, Cause: err}
}
