package handlers_test

import (
	"testing"
	"time"

	"fengqiao/handlers/apptest"
)

func TestASuspensionKeepsNoWarningAway(t *testing.T) {
	apptest.OnBoth(t, aSuspensionKeepsNoWarningAway)
}

// Two visits are accepted the same day. One is suspended and resumed at once, time and again, and warned of with the other; and not anew,
// though it goes on being suspended. A third is suspended for twenty days, and warned of twenty days later.
func aSuspensionKeepsNoWarningAway(t *testing.T, fresh apptest.Fresh) {
	a := fresh(t)
	under(t, a, "liandu")
	still, juggled, court := visit(t, a, "visit", "contract"), visit(t, a, "visit", "damage"), visit(t, a, "visit", "labour")
	for _, id := range []string{still, juggled, court} {
		do(t, a, id, "accept", obj{})
	}
	pause := func(id string) {
		do(t, a, id, "suspend", obj{"reason": "court"})
		later(t, a, 0)
		do(t, a, id, "resume", obj{})
		sweepSlips(t, a)
	}
	want := func(day, s, j, c int) {
		t.Helper()
		if got := [3]int{warnings(t, a, still), warnings(t, a, juggled), warnings(t, a, court)}; got != [3]int{s, j, c} {
			t.Fatalf("day %d: %v warnings, want %v", day, got, [3]int{s, j, c})
		}
	}
	const day = 24 * time.Hour
	later(t, a, 20*day)
	do(t, a, court, "suspend", obj{"reason": "court"})
	later(t, a, 20*day)
	do(t, a, court, "resume", obj{})
	later(t, a, 3*day)
	pause(juggled)
	want(43, 0, 0, 0)
	later(t, a, 7*day) // past the 45th, be it a day off or not
	want(50, 1, 1, 0)
	later(t, a, 13*day)
	pause(juggled)
	want(63, 1, 1, 0)
	later(t, a, 9*day)
	want(72, 1, 1, 1)
	later(t, a, 40*day)
	pause(juggled)
	later(t, a, 50*day)
	want(162, 1, 1, 1)
}
