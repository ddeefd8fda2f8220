package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// uses holds what is told of petitions, the use of the app and satisfaction, by areas and months, to a plain recount.
func (k *figuresKit) uses(t *testing.T, anew *figures.Keeper, cases []counted, actor mediation.Actor, q figures.Query, cuts []time.Time) {
	t.Helper()
	if q.Source != "" || q.Official != "" || q.HadBy != "" {
		return
	}
	m := figures.Measure{Petitions: []string{"12345", "petition"}, Residents: []string{"12345"}, Workers: []string{"app"}}
	got, ok := k.kept.Uses(q, m, cuts)
	if !ok {
		t.Fatalf("%+v: too many", q)
	}
	of := map[string][]figures.Use{}
	for i := range cases {
		c := &cases[i]
		late := !q.From.IsZero() && c.Opened.Before(q.From) || !q.Until.IsZero() && !c.Opened.Before(q.Until) || c.Opened.Before(cuts[0])
		other := q.Category != "" && c.Category != q.Category || q.Channel != "" && c.Channel != q.Channel || q.Unit != "" && c.Unit != q.Unit
		if late || other || joinedAway(c) || !q.Area.Contains(c.Area) || !mediation.MayCase(actor, mediation.StatsRead, &c.Case) {
			continue
		}
		area, _ := groupOf(c, actor, q, figures.ByArea, nil)
		if of[area] == nil {
			of[area] = make([]figures.Use, len(cuts))
		}
		month := 0
		for i, cut := range cuts {
			if !c.Opened.Before(cut) {
				month = i
			}
		}
		use := figures.Use{Received: 1}
		for list, n := range map[*[]string]*int{&m.Petitions: &use.Petitions, &m.Residents: &use.Residents, &m.Workers: &use.Workers} {
			if slices.Contains(*list, c.Channel) {
				*n = 1
			}
		}
		for _, id := range c.Reports {
			use.Reports++
			if channel := k.channelOf(t, id); channel == "app" || channel == "12345" {
				use.ReportsByApp++
			}
			if k.channelOf(t, id) != c.Channel {
				k.otherwise++
			}
		}
		for _, p := range c.Parties {
			if p.Satisfied != nil {
				use.SaidEither++
			}
			if p.Satisfied != nil && p.Satisfied.Yes {
				use.Satisfied++
			}
		}
		of[area][month].Add(&use)
	}
	told := map[string][]figures.Use{}
	for _, u := range got {
		told[u.Area] = u.Months
	}
	if !reflect.DeepEqual(told, of) || len(got) != len(of) {
		t.Fatalf("%s, %+v:\n got %+v\nwant %+v", actor.Role, q, got, of)
	}
	if again, _ := anew.Uses(q, m, cuts); !reflect.DeepEqual(again, got) {
		t.Fatalf("%s: made anew %+v, kept %+v", actor.Role, again, got)
	}
}

// channelOf is by which channel a report came, by the report itself.
func (k *figuresKit) channelOf(t *testing.T, id string) string {
	t.Helper()
	channel, known := k.channels[id]
	if !known {
		rep, err := k.Store.Reports().Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		channel = rep.Channel
		k.channels[id] = channel
	}
	return channel
}
