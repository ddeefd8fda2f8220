package sqlite

import (
	"context"
	"database/sql/driver"
	"time"
)

// How the log is kept short.
//
// A commit appends to the write-ahead log; a checkpoint copies the log into the file, and the next commit starts the log
// anew if nobody reads from it. SQLite's automatic checkpoint never waits for readers, so where reads overlap without a
// pause the log grows for ever, and once it is over its limit every commit tries again, at the price of two more fsyncs.
// So the writer looks after the log itself: every checkpointPages it copies what it can; where the log has become twice
// as long in spite of that, it lets the pooled readers finish, which takes them milliseconds, and keeps them back during
// the copy: those that come afterwards read from the file. Walks and backups may take long and are not waited for; the
// log starts anew behind them.

const (
	checkpointPages = 4000 // 16 MB
	// patience bounds the wait for the pooled readers.
	patience = 100 * time.Millisecond
)

// checkpointPragmas belong to the writing connection: no automatic checkpoints, and a log that grew longer during a
// backup gives its room back when it starts anew.
var checkpointPragmas = []string{"wal_autocheckpoint(0)", "journal_size_limit(33554432)"}

// tidy checkpoints if the log has grown enough since the last attempt. A failure is not the callers' whose commit came
// before; the next commit tries again, and meets the disk's error itself if there is one.
func (w *writer) tidy() {
	length, err := w.logLength("NOOP")
	if err != nil {
		return
	}
	if length < w.attempted {
		w.attempted = 0 // the log has started anew
	}
	if length-w.attempted < w.every {
		return
	}
	if length >= 2*w.every {
		defer w.readers.hold(patience)()
	}
	if _, err := w.logLength("PASSIVE"); err == nil {
		w.attempted = length
	}
}

// logLength carries out a checkpoint of a mode and returns the length of the log in pages.
func (w *writer) logLength(mode string) (int64, error) {
	var length int64
	err := w.c.query(context.Background(), func(v []driver.Value) error {
		length, _ = v[1].(int64)
		return nil
	}, "PRAGMA wal_checkpoint("+mode+")")
	return length, err
}
