package mediation

import (
	"testing"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// A clock that is reckoned anew, and one that is explained, ends where it says it does: whatever the machine's clock showed meanwhile.
func TestAClockGainsNothingByWhatLiesBeforeItBegan(t *testing.T) {
	r := rulesFor(fuyang(t))
	since := matchNow
	for name, x := range map[string]struct{ from, to, later time.Duration }{
		"wholly before, the machine's clock was set back": {-time.Hour, -57 * time.Minute, 0},
		"up to its beginning":                             {-time.Hour, 0, 0},
		"partly before":                                   {-time.Hour, 2 * time.Hour, 2 * time.Hour},
		"within":                                          {time.Hour, 3 * time.Hour, 2 * time.Hour},
		"begun when it had run out":                       {24 * time.Hour, 30 * time.Hour, 0},
		"ended before it began":                           {3 * time.Hour, time.Hour, 0},
	} {
		limit := policy.Span{Clock: 24 * time.Hour}
		k := Clock{Since: since, Due: since.Add(24 * time.Hour)}
		k.stood(clock.Pause{From: since.Add(x.from), To: since.Add(x.to)}, limit, r)
		if got := k.Due.Sub(since) - 24*time.Hour; got != x.later {
			t.Errorf("%s: it ends %s later, want %s", name, got, x.later)
		}
		if again := r.Calendar.AfterPaused(k.Since, limit, k.Pauses); !again.Equal(k.Due) {
			t.Errorf("%s: due %s, reckoned anew %s", name, k.Due, again)
		}
	}
}
