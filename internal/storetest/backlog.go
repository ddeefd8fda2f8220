package storetest

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"fengqiao/mediation"
	"fengqiao/mediation/figures"
)

// petitionChannels are the channels of the source "petition" in these histories; the others are the source "people".
var petitionChannels = []string{"12345", "petition"}

func sourceOf(channel string) string {
	if slices.Contains(petitionChannels, channel) {
		return "petition"
	}
	return "people"
}

// bands are short, so that random histories of some weeks fill every one.
var bands = []time.Duration{2 * 24 * time.Hour, 12 * 24 * time.Hour, 30 * 24 * time.Hour}

// backlog holds the backlog of a query to a recount by plain code, and the lists behind its cells to the cells.
func (k *figuresKit) backlog(t *testing.T, cases []counted, actor mediation.Actor, q figures.Query) {
	t.Helper()
	var among []counted
	for _, c := range cases {
		if !c.State.Over() && c.State != mediation.Closed && len(recount([]counted{c}, actor, q, figures.Whole, nil)) == 1 {
			among = append(among, c)
		}
	}
	for _, by := range []figures.By{figures.Whole, figures.ByArea, figures.ByUnit, figures.BySource} {
		want := map[string][][figures.Turns]int{}
		for i := range among {
			c := &among[i]
			key, _ := groupOf(c, actor, q, by, nil)
			if want[key] == nil {
				want[key] = make([][figures.Turns]int, len(bands)+1)
			}
			want[key][ageBand(c, q.Now)][min(c.Repeats, 3)]++
		}
		got := map[string][][figures.Turns]int{}
		for _, p := range k.kept.Backlog(q, by, bands) {
			got[p.Key] = p.Bands
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("backlog of %s by %q: %v, counted %v", actor.Role, by, got, want)
		}
	}
	for band := -1; band <= len(bands); band++ {
		for turn := -1; turn < figures.Turns; turn++ {
			k.behind(t, among, q, figures.Pick{Band: band, Turn: turn})
		}
	}
}

func ageBand(c *counted, now time.Time) int {
	band := 0
	for _, age := range bands {
		if c.Opened.Before(now.Truncate(time.Second).Add(-age)) {
			band++
		}
	}
	return band
}

// behind pages the list of a cell and compares it with the cases, the oldest first.
func (k *figuresKit) behind(t *testing.T, among []counted, q figures.Query, pick figures.Pick) {
	t.Helper()
	var want []figures.Place
	for i := range among {
		c := &among[i]
		if (pick.Band < 0 || ageBand(c, q.Now) == pick.Band) && (pick.Turn < 0 || min(c.Repeats, 3) == pick.Turn) {
			want = append(want, figures.Place{Opened: uint32(c.Opened.Unix()), ID: c.ID})
		}
	}
	slices.SortFunc(want, func(a, b figures.Place) int { return cmp.Or(cmp.Compare(a.Opened, b.Opened), cmp.Compare(a.ID, b.ID)) })
	var got []figures.Place
	for at := (figures.Place{}); ; {
		page := k.kept.Oldest(q, bands, pick, at, 3)
		got = append(got, page...)
		if len(page) < 3 {
			break
		}
		at = page[2]
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the list of %+v: %v, want %v", pick, got, want)
	}
	if pick.Band >= 0 && pick.Turn >= 0 {
		k.piled += len(got)
		if pick.Turn > 0 {
			k.again += len(got)
		}
	}
	ids := make([]string, len(got))
	for i, p := range got {
		ids[i] = p.ID
	}
	found, err := k.Store.Figures().Summaries(context.Background(), ids)
	if err != nil || len(found) != len(got) {
		t.Fatalf("%d of %d cases are found by their ids: %v", len(found), len(got), err)
	}
	for _, s := range found {
		if !figures.Shows(q.Sight, &s) {
			t.Fatalf("%s is counted for who does not see it", s.ID)
		}
	}
}
