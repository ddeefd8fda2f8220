package slip

import (
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
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
		p := progressOf(&policy.SlipTrigger{Progress: kinds, PetitionSteps: []string{"send", "accept"}}, opened)
		if p.note(x.events); !p.last.Equal(day(x.last)) {
			t.Errorf("%s: the newest progress is of %s, want %s", x.situation, p.last, day(x.last))
		}
	}
}

// A suspension is left out and is no progress, nor is its end; of a petition the steps count that decide something.
func TestPuttingOffIsNoProgress(t *testing.T) {
	opened := time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	event := func(n int, kind, step string, to mediation.State) mediation.Event {
		return mediation.Event{At: opened.AddDate(0, 0, n), Kind: kind, To: to, Data: map[string]string{"step": step}}
	}
	suspend := func(n int) mediation.Event { return event(n, "suspend", "", mediation.Suspended) }
	resume := func(n int) mediation.Event { return event(n, "resume", "", mediation.Mediating) }
	petition := func(n int, step string) mediation.Event { return event(n, "petition", step, mediation.Transferred) }
	for _, x := range []struct {
		situation    string
		events       []mediation.Event
		last, paused int // days
	}{
		{"suspended and resumed at once", []mediation.Event{suspend(43), resume(43), suspend(86), resume(86)}, 0, 0},
		{"suspended for ten days, and twice", []mediation.Event{suspend(10), event(12, "note", "", mediation.Suspended), resume(20), suspend(30), resume(35)}, 0, 15},
		{"progress after a suspension", []mediation.Event{suspend(10), resume(20), event(25, "session", "", mediation.Mediating)}, 25, 0},
		{"progress within one", []mediation.Event{suspend(10), event(15, "session", "", mediation.Suspended), resume(20)}, 15, 5},
		{"still suspended", []mediation.Event{suspend(10)}, 0, 0},
		{"passed on, suspended, taken back", []mediation.Event{event(5, "transfer", "", mediation.Transferred), suspend(10), resume(20), event(30, "take_back", "", mediation.Screened)}, 0, 10},
		{"a petition that is put off", []mediation.Event{petition(1, "accept"), petition(44, "extend")}, 1, 0},
		{"a petition passed on, by a policy that names no steps", []mediation.Event{petition(3, "send")}, 0, 0},
		{"a hearing that begins", []mediation.Event{petition(20, "ask_rereview"), petition(25, "hearing")}, 0, 0},
		{"and ends", []mediation.Event{petition(25, "hearing"), petition(30, "heard")}, 30, 0},
		{"what is decided", []mediation.Event{petition(1, "accept"), petition(30, "opinion"), petition(60, "review"), petition(90, "rereview")}, 90, 0},
	} {
		p := progressOf(&policy.SlipTrigger{Progress: []string{"accept", "transfer", "petition", "session"}}, opened)
		p.note(x.events[:1])
		p.note(x.events[1:])
		var paused time.Duration
		for _, pause := range p.stood() {
			paused += pause.To.Sub(pause.From)
		}
		if got := p.last.Sub(opened); got != time.Duration(x.last)*day || paused != time.Duration(x.paused)*day {
			t.Errorf("%s: the newest progress is of day %s, paused %s since; want day %d and %d", x.situation, got/day, paused, x.last, x.paused)
		}
	}
}
