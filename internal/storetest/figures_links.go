package storetest

import (
	"context"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// linked follows the links of every figure and every name of formulas: the list that one names holds as many cases as it counts.
func (k *figuresKit) linked(t *testing.T, actor mediation.Actor, q figures.Query) {
	t.Helper()
	if q.Sight.None {
		return
	}
	tally := k.kept.Count(q)
	for _, f := range figures.All {
		above, below := f.Of(&tally)
		if f.Unit == figures.Share {
			k.holds(t, actor, q, f.Key, f.List, above)
			k.holds(t, actor, q, f.Key+" below the line", f.Below, below)
		} else if f.Unit == figures.Count {
			k.holds(t, actor, q, f.Key, f.List, above)
		} else {
			k.holds(t, actor, q, f.Key, f.List, below) // those that were timed
		}
	}
	late := q
	late.Late = true
	tally.NewlyLate = k.kept.Count(late).Received
	for _, term := range figures.Terms {
		if n, _ := term.Value(&tally); term.Unit == figures.Count {
			k.holds(t, actor, q, term.Key, term.List, int(n))
		}
	}
}

// holds follows one link. Where parties or consultations are counted, there are as many in the cases of the list.
func (k *figuresKit) holds(t *testing.T, actor mediation.Actor, q figures.Query, key string, list map[string][]string, want int) {
	t.Helper()
	if list == nil {
		t.Fatalf("%s has no list", key)
	}
	filter := mediation.Filter{Area: q.Area, Category: q.Category, Channel: q.Channel, Unit: q.Unit, HadBy: q.HadBy, Official: q.Official, Opened: [2]time.Time{q.From, q.Until}}
	if q.Source != "" {
		filter.Channels = petitionChannels
	}
	for name, values := range list {
		switch name {
		case "state":
			for _, s := range values {
				filter.States = append(filter.States, mediation.State(s))
			}
		case "open":
			open := true
			filter.Open = &open
		case "overdue":
			filter.OverdueAt = q.Now
		case figures.ByLateness:
			filter.Late, filter.Opened = filter.Opened, [2]time.Time{}
			filter.Counted = mediation.CountedLate
			if q.From.IsZero() && q.Until.IsZero() {
				filter.Late[0] = OfficeStart.AddDate(-1, 0, 0)
			}
		case "counted":
			filter.Counted = mediation.Counted(values[0])
		default:
			t.Fatalf("%s: lists know no filter %q", key, name)
		}
	}
	n, err := k.Count(context.Background(), actor, filter, 1000)
	if err != nil {
		t.Fatal(err)
	}
	found, _, err := k.Service.List(context.Background(), actor, filter, "", 1000)
	if err != nil || len(found) != n {
		t.Fatalf("%s for %s, %+v: %d are counted and %d listed: %v", key, actor.Role, q, n, len(found), err)
	}
	parties := 0
	for i := range found {
		switch key {
		case "satisfied", "satisfaction":
			parties += found[i].Satisfied
		case "dissatisfied":
			parties += found[i].Dissatisfied
		case "satisfaction below the line":
			parties += found[i].Satisfied + found[i].Dissatisfied
		case "consultations":
			parties += found[i].Course.Consultations
		default: // of which cases are counted
			parties++
		}
	}
	if parties != want {
		t.Fatalf("%s for %s, %+v: %d, and its list comes to %d", key, actor.Role, q, want, parties)
	}
}
