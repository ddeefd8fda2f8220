package slip

import (
	"testing"
	"time"

	"fengqiao/mediation"
)

// What is passed on and comes back every forty-three days has made no progress.
func TestShuttlingIsNoProgress(t *testing.T) {
	opened := time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return opened.AddDate(0, 0, n) }
	event := func(n int, kind, step string) mediation.Event {
		e := mediation.Event{At: day(n), Kind: kind}
		if step != "" {
			e.Data = map[string]string{"step": step}
		}
		return e
	}
	kinds := []string{"accept", "transfer", "petition", "session", "take_back"}
	for _, x := range []struct {
		situation string
		events    []mediation.Event
		last      int
	}{
		{"nothing", nil, 0},
		{"passed on", []mediation.Event{event(43, "transfer", "")}, 43},
		{"passed on and taken back", []mediation.Event{event(43, "transfer", ""), event(44, "take_back", "")}, 0},
		{"shuttled", []mediation.Event{event(43, "transfer", ""), event(44, "take_back", ""), event(86, "transfer", ""), event(87, "take_back", "")}, 0},
		{"accepted before", []mediation.Event{event(5, "accept", ""), event(43, "transfer", ""), event(44, "take_back", "")}, 5},
		{"the unit did something before it came back", []mediation.Event{event(43, "transfer", ""), event(50, "session", ""), event(60, "take_back", "")}, 50},
		{"passed on twice and taken back", []mediation.Event{event(43, "transfer", ""), event(60, "transfer", ""), event(61, "take_back", "")}, 0},
		{"sent and objected to", []mediation.Event{event(10, "petition", "send"), event(12, "petition", "object"), event(14, "petition", "send"), event(16, "petition", "object")}, 0},
		{"sent again and accepted", []mediation.Event{event(10, "petition", "send"), event(12, "petition", "object"), event(14, "petition", "send"), event(16, "petition", "accept")}, 16},
	} {
		p := progress{kinds: kinds, last: opened}
		if p.note(x.events); !p.last.Equal(day(x.last)) {
			t.Errorf("%s: the newest progress is of %s, want %s", x.situation, p.last, day(x.last))
		}
	}
}
