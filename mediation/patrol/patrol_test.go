package patrol

import (
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

var (
	came  = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC) // a Tuesday, noon in Fuyang
	rules = policy.Intake{ClockSkew: 5 * time.Minute, ClockOld: 30 * 24 * time.Hour}
)

func TestAVisitIsOfThePhonesTimeWhereThatCanBeBelieved(t *testing.T) {
	for _, c := range []struct {
		name   string
		phone  time.Time
		at     time.Time
		marked bool
	}{
		{"the phone says nothing", time.Time{}, came, false},
		{"sent a day later", came.Add(-24 * time.Hour), came.Add(-24 * time.Hour), false},
		{"as old as policy believes", came.Add(-30 * 24 * time.Hour), came.Add(-30 * 24 * time.Hour), false},
		{"a moment older", came.Add(-30*24*time.Hour - time.Millisecond), came, true},
		{"a little ahead", came.Add(5 * time.Minute), came, false},
		{"further ahead than clocks drift", came.Add(5*time.Minute + time.Millisecond), came, true},
	} {
		k := Checkin{PhoneTime: c.phone, Received: came}
		k.timed(rules)
		if !k.At.Equal(c.at) || slices.Contains(k.Marks, mediation.ClockDoubtful) != c.marked || !k.Counts() {
			t.Errorf("%s: at %s, marks %v", c.name, k.At, k.Marks)
		}
	}
}

func TestAMicroGridIsOverdueAfterItsTimeAndNotBefore(t *testing.T) {
	cal, err := clock.New(policy.Calendar{Zone: "Asia/Shanghai", Opens: 510, Closes: 1050})
	if err != nil {
		t.Fatal(err)
	}
	p := policy.Patrols{Every: policy.Span{Clock: 48 * time.Hour}, Places: []policy.PatrolPlace{
		{Area: "33.01.11.001", Every: policy.Span{Clock: 24 * time.Hour}},
		{Area: "33.01.11.001.002.003.04", Every: policy.Span{Clock: time.Hour}},
	}}
	for _, c := range []struct {
		name, cell string
		last       time.Time
		overdue    bool
	}{
		{"by the rule for all, at its end", "33.01.11.002.001.001.01", came.Add(-48 * time.Hour), false},
		{"by the rule for all, after it", "33.01.11.002.001.001.01", came.Add(-48*time.Hour - time.Millisecond), true},
		{"by its township's rule", "33.01.11.001.001.001.01", came.Add(-25 * time.Hour), true},
		{"by its own rule, though its township has one", "33.01.11.001.002.003.04", came.Add(-61 * time.Minute), true},
		{"one whose code only begins alike", "33.01.11.0011.001.001.01", came.Add(-25 * time.Hour), false},
		{"nobody was ever there", "33.01.11.002.001.001.01", time.Time{}, true},
	} {
		if got := stand("33", c.last, policy.Patrols{Every: p.EveryIn(c.cell)}, cal, came); got.Overdue != c.overdue {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
