package push

import (
	"time"
)

// MaxLetter is the most bytes of words and data that FCM takes in one message.
const MaxLetter = 4096

// Compose writes the letter of a send for a device. The words depend on the kind and the language alone; the data has
// what the app needs to fetch the rest: noticeId (by which it drops what it has seen), caseId, subject where that is what to open, kind, and due (RFC 3339,
// UTC) if the notice speaks of a deadline. A letter longer than MaxLetter is a Permanent error.
func Compose(e Entry, d Device, ttl time.Duration) (Letter, error) {
	style := Manner(e.Notice.Kind)
	text := style.In(e.Lang)
	l := Letter{
		Notice: e.Notice.ID, Of: e.Notice, Vendor: d.Vendor, Token: d.Token,
		Title: text.Title, Body: text.Body,
		Data: map[string]string{
			"noticeId": e.Notice.ID,
			"kind":     string(e.Notice.Kind),
		},
		Urgent: style.Urgent, TTL: ttl, Collapse: style.Collapse,
	}
	if e.Notice.Case != "" {
		l.Data["caseId"] = e.Notice.Case
	}
	if e.Notice.Subject != "" {
		l.Data["subject"] = e.Notice.Subject
	}
	if !e.Notice.Due.IsZero() {
		l.Data["due"] = e.Notice.Due.UTC().Format(time.RFC3339)
	}
	if l.size() > MaxLetter {
		return Letter{}, &Permanent{Reason: "too_long"}
	}
	return l, nil
}

func (l Letter) size() int {
	n := len(l.Title) + len(l.Body)
	for k, v := range l.Data {
		n += len(k) + len(v)
	}
	return n
}

// keep returns how long a vendor should keep the send for a phone that is off, and false if the send has no use any more
// at now. How long that is is told by the notice in case time (from At to Due) and counted in machine time.
func (e Entry) keep(now time.Time) (time.Duration, bool) {
	style := Manner(e.Notice.Kind)
	if !style.UntilDue || e.Notice.Due.IsZero() {
		return style.Keep, true
	}
	left := e.Notice.Due.Sub(e.Notice.At) - now.Sub(e.Since)
	return min(style.Keep, left), left > 0
}
