package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Spans are bounded so that no arithmetic on them can overflow: ten years.
const maxSpan = 10 * 366 * 24 * time.Hour

var spanForm = regexp.MustCompile(`^([0-9]{1,8})(m|h|d|wd)$`)

// ParseSpan reads a length of time as policies write it: "30m", "24h", "15d" (calendar days), "5wd" (working days).
func ParseSpan(s string) (Span, error) {
	n, unit, err := amount(s)
	if err != nil {
		return Span{}, err
	}
	switch unit {
	case "m":
		return Span{Clock: time.Duration(n) * time.Minute}, nil
	case "h":
		return Span{Clock: time.Duration(n) * time.Hour}, nil
	case "d":
		return Span{Days: n}, nil
	default:
		return Span{WorkingDays: n}, nil
	}
}

// ParseDuration reads "30m", "24h" or "30d", a day being 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	n, unit, err := amount(s)
	if err != nil {
		return 0, err
	}
	if unit == "wd" {
		return 0, fmt.Errorf("policy: %q: working days have no fixed length", s)
	}
	return time.Duration(n) * nominal[unit], nil
}

// nominal is roughly how long a unit is, for comparing spans of different units.
var nominal = map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "wd": 24 * time.Hour}

func amount(s string) (int, string, error) {
	m := spanForm.FindStringSubmatch(s)
	if m == nil {
		return 0, "", fmt.Errorf("policy: %q is not a span: a whole number and m, h, d or wd", s)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || time.Duration(n) > maxSpan/nominal[m[2]] {
		return 0, "", fmt.Errorf("policy: %q is longer than ten years", s)
	}
	return n, m[2], nil
}

// String writes the span as ParseSpan reads it; a mixed span, which no policy can hold, is written part by part.
func (s Span) String() string {
	var out string
	if s.Days != 0 {
		out += strconv.Itoa(s.Days) + "d"
	}
	if s.WorkingDays != 0 {
		out += strconv.Itoa(s.WorkingDays) + "wd"
	}
	switch {
	case s.Clock != 0 && s.Clock%time.Hour == 0:
		out += strconv.FormatInt(int64(s.Clock/time.Hour), 10) + "h"
	case s.Clock != 0 || out == "":
		out += strconv.FormatInt(int64(s.Clock/time.Minute), 10) + "m"
	}
	return out
}

// rough is about how long the span is, for comparing spans of different units.
func (s Span) rough() time.Duration {
	return s.Clock + time.Duration(s.Days)*nominal["d"] + time.Duration(s.WorkingDays)*nominal["wd"]
}
