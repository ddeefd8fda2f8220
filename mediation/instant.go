package mediation

import "time"

// Instant is a time as stores keep it: in UTC, and whole milliseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
