package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// when reads a moment.
func when(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%q is no time like 2026-09-28T09:00:00+08:00", s)
	}
	return t, nil
}

// length reads a length of time: Go's, with d for whole days of 24 hours before it ("3d", "1d 2h").
func length(s string) (time.Duration, error) {
	var sum time.Duration
	parts := strings.Fields(s)
	for _, part := range parts {
		days, found := strings.CutSuffix(part, "d")
		n, err := strconv.Atoi(days)
		if found && err == nil && n >= 0 && n <= 366 {
			sum += time.Duration(n) * 24 * time.Hour
			continue
		}
		d, err := time.ParseDuration(part)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is no length like 90m, 3d or 1d 2h", s)
		}
		sum += d
	}
	if len(parts) == 0 {
		return 0, errors.New("a length is needed")
	}
	return sum, nil
}

// check tells what is wrong with the advance. A time may stand in a name that is only known later.
func (a *Advance) check() error {
	switch {
	case (a.By == "") == (a.To == ""):
		return errors.New("want exactly one of by and to")
	case a.By != "":
		_, err := length(a.By)
		return err
	case strings.Contains(a.To, "${"):
		return nil
	}
	_, err := when(a.To)
	return err
}
