package mediation

import (
	"testing"
	"time"
)

func TestTheLightIsThatOfTheWorseClock(t *testing.T) {
	at := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		state, whole Clock
		stages       []Stage
		want         Light
	}{
		"no limits":                       {want: Green},
		"in time":                         {state: Clock{Due: at}, whole: Clock{Due: at}, want: Green},
		"reminded of the state's end":     {state: Clock{Due: at, Reminded: 1}, whole: Clock{Due: at}, want: Amber},
		"reminded of the whole's end":     {whole: Clock{Due: at, Reminded: 2}, want: Amber},
		"one reminded, the other run out": {state: Clock{Reminded: 1}, whole: Clock{Breached: at}, want: Red},
		"run out":                         {state: Clock{Due: at, Reminded: 1, Breached: at}, want: Red},
		"due while it is paused, in time": {state: Clock{Due: at, Paused: at.Add(-time.Hour)}, want: Green},
		"a stage reminded":                {state: Clock{Due: at}, stages: []Stage{{Clock: Clock{Since: at, Due: at, Reminded: 1}}}, want: Amber},
		"a stage run out":                 {state: Clock{Due: at}, stages: []Stage{{Clock: Clock{Since: at, Due: at, Breached: at}}}, want: Red},
		"a stage done, late":              {state: Clock{Due: at}, stages: []Stage{{Clock: Clock{Since: at, Due: at, Breached: at}, Ended: at}}, want: Green},
	} {
		s := (&Case{StateClock: tt.state, WholeClock: tt.whole, Stages: tt.stages}).Summarise()
		if got := s.Light(); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
	for _, tt := range [][3]Light{{"", Green, Green}, {Green, "", Green}, {Amber, Green, Amber}, {Green, Amber, Amber}, {Red, Amber, Red}, {Amber, Red, Red}} {
		if got := tt[0].Worse(tt[1]); got != tt[2] {
			t.Errorf("of %q and %q the worse is %q", tt[0], tt[1], got)
		}
	}
}
