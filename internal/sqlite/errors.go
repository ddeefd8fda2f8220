package sqlite

import (
	"context"
	"errors"
	"fmt"

	vendor "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"fengqiao/internal/store"
)

// errClosed is the cause where the engine is not open.
var errClosed = errors.New("sqlite: the engine is not open")

// code is the primary result code of a driver's error, 0 if it is none.
func code(err error) int {
	var e *vendor.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff
}

// taken tells whether err says that an id or a unique key is taken.
func taken(err error) bool {
	var e *vendor.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY, codes.SQLITE_CONSTRAINT_ROWID:
		return true
	}
	return false
}

// outage tells whether err is about the machine (disk, locks, memory) rather than about the statement. SQLite may have
// rolled the whole transaction back by itself then.
func outage(err error) bool {
	switch code(err) {
	case codes.SQLITE_FULL, codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN,
		codes.SQLITE_NOMEM, codes.SQLITE_INTERRUPT, codes.SQLITE_READONLY, codes.SQLITE_PROTOCOL:
		return true
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// fault gives an error of the driver the meaning that store.Engine has for it and keeps the cause. Errors that have a
// meaning already, and those that have none (a malformed file, a bug), stay as they are.
func fault(err error) error {
	switch {
	case err == nil, errors.Is(err, store.ErrUnavailable), errors.Is(err, store.ErrUncertain):
		return err
	case taken(err):
		return fmt.Errorf("%w: %w", store.ErrExists, err)
	case outage(err):
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return err
}
