package mediation

import (
	"testing"
	"time"
)

func TestHowACaseWasFiledIsReadFromItsTimeline(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 4, n, 0, 0, 0, 0, time.UTC) }
	now := &Summary{Area: "33.01.11.003", Category: "labour"}
	events := []Event{
		{At: day(1), Kind: "opened", Data: map[string]string{"category": "neighbour"}},
		{At: day(3), Kind: string(CmdTransfer), Data: map[string]string{"area": "33.01.11.002", "area_before": "33.01.11.001"}},
		{At: day(5), Kind: string(CmdReclassify), Data: map[string]string{"category": "contract", "category_before": "neighbour"}},
		{At: day(5), Kind: string(CmdReclassify), Data: map[string]string{"category": "labour", "category_before": "contract"}},
		{At: day(7), Kind: "rezoned", Data: map[string]string{"area": "33.01.11.003", "area_before": "33.01.11.002"}},
	}
	for name, x := range map[string]struct {
		at   time.Time
		want Filed
	}{
		"before anything moved":                {day(2), Filed{"33.01.11.001", "neighbour"}},
		"just before it is passed on":          {day(3), Filed{"33.01.11.001", "neighbour"}},
		"just after":                           {day(3).Add(1), Filed{"33.01.11.002", "neighbour"}},
		"before both changes of one moment":    {day(5), Filed{"33.01.11.002", "neighbour"}},
		"after them, before a change of plans": {day(6), Filed{"33.01.11.002", "labour"}},
		"now":                                  {day(8), Filed{"33.01.11.003", "labour"}},
	} {
		if got := FiledAt(now, events, x.at); got != x.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
