package mediation

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/mediation/clock"
)

// ids numbers offers.
func ids() func() string {
	n := 0
	return func() string { n++; return "o" + strconv.Itoa(n) }
}

func TestNextWave(t *testing.T) {
	pol := fuyang(t)
	tier := pol.Tiers[0]
	person := func(id, kind string, metres float64) Mediator {
		m := sunDe()
		m.ID, m.User, m.Kind = id, "u-"+id, kind
		m.Point[1] += metres / 110_850
		return m
	}
	pool := []Mediator{person("ft", "fulltime", 100), person("ft2", "fulltime", 200), person("ft3", "fulltime", 300), person("ft4", "fulltime", 400),
		person("la", "lawyer", 100), person("po", "police", 100)}
	lists := func(c *Case, pool []Mediator) map[int][]Candidate {
		out := map[int][]Candidate{}
		for _, seat := range c.Panel.Free() {
			out[seat] = Match(c, seat, pool, Ground{Rules: rulesFor(pol), Tier: tier, At: &matchSpot, Now: matchNow})
		}
		return out
	}
	show := func(offers []Offer) string {
		var s []string
		for _, o := range offers {
			s = append(s, fmt.Sprintf("%d:%s", o.Seat, o.Mediator))
		}
		return strings.Join(s, " ")
	}
	for _, x := range []struct {
		situation, category string
		severity            int
		pool                []Mediator
		change              func(c *Case)
		want                string
	}{
		{"the three best of four are asked", "neighbour", 1, pool[:4], nil, "0:ft 0:ft2 0:ft3"},
		{"every seat gets its own", "neighbour", 4, pool, nil, "0:ft 1:la 2:po 0:ft2 0:ft3"},
		{"one offer is still open", "neighbour", 1, pool[:4], func(c *Case) { c.Offers = []Offer{{Mediator: "ft", State: OfferOpen}} }, "0:ft2 0:ft3"},
		{"enough offers are open", "neighbour", 1, pool[:4], func(c *Case) {
			c.Offers = []Offer{{Mediator: "a", State: OfferOpen}, {Mediator: "b", State: OfferOpen}, {Mediator: "c", State: OfferOpen}}
		}, ""},
		{"the lead is found, the rest is not", "neighbour", 4, pool, func(c *Case) { c.Panel.Seats[0].Mediator = "ft" }, "1:la 2:po"},
		{"nobody is left", "neighbour", 1, nil, nil, ""},
		{"the one who fits two seats goes where nobody else does", "neighbour", 4, []Mediator{person("po", "police", 100), person("de", "department", 900)},
			func(c *Case) {
				c.Panel.Seats[0].Kinds = []string{"police"}
				c.Panel.Seats[2].Kinds = []string{"police", "department"}
			}, "0:po 2:de"},
		{"the best for the lead makes way when only they fit the other seat", "neighbour", 4, []Mediator{person("po", "police", 100), person("de", "department", 900)},
			func(c *Case) {
				c.Panel.Seats[0].Kinds = []string{"police", "department"}
				c.Panel.Seats[2].Kinds = []string{"police"}
			}, "0:de 2:po"},
	} {
		t.Run(x.situation, func(t *testing.T) {
			c := quarrel(t, pol, x.category, x.severity)
			c.Wave = 1
			if x.change != nil {
				x.change(c)
			}
			got := NextWave(c, lists(c, x.pool), tier, clock.Of(pol), matchNow, ids())
			if show(got) != x.want {
				t.Errorf("asked %q, want %q", show(got), x.want)
			}
			for _, o := range got {
				if o.ID == "" || o.User != "u-"+o.Mediator || o.State != OfferOpen || !o.Deadline.Equal(matchNow.Add(2*time.Hour)) || o.Wave != 2 || len(o.Reasons) == 0 {
					t.Errorf("%+v", o)
				}
			}
		})
	}
}
