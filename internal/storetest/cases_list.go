package storetest

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"

	"pgregory.net/rapid"
)

// The words of the lists' world: few enough that filters meet cases, and codes that begin alike without one holding the other.
var (
	listAreas = []grid.Code{"33", "33.01", "33.01.11", "33.01.11.001", "33.01.1", "33.011", "33.01.11.0011", "33.01.11.001.-.01",
		"REGION 1", "REGION 1.EAST", "REGION 1 - EAST", "REGION 1 - EAST.NORTH", "REGION 10"}
	listCells = []grid.Code{"", "33.01.11.001.-.01", "33.01.11", "REGION 1.EAST", "REGION 1 - EAST.NORTH"}
	listUnits = []string{"", "住建局", "住建局城南所"}
	listUsers = []string{"w1", "w2", "w3"}
	listSeats = []string{"m1", "m2", "m3"}
	listTexts = []string{"h1", "h2", "h3", "h4"}
)

// listCase is a case as a list should know it, and the words that it is indexed under.
type listCase struct {
	mediation.Case
	words []string
}

// listed makes n cases of all sorts in the store. They lie in years of their own, apart from other situations' cases.
func listed(t *testing.T, k *caseKit, n int) []listCase {
	t.Helper()
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(7, 11))
	some := func(list []string) string { return list[rng.IntN(len(list))] }
	var all []listCase
	for range n {
		c := k.fresh(t, CellA, listDay.Add(time.Duration(rng.IntN(48))*time.Hour)) // many at the same time
		c.State = mediation.States[rng.IntN(len(mediation.States))].State
		c.Area, c.Cell = listAreas[rng.IntN(len(listAreas))], listCells[rng.IntN(len(listCells))]
		c.Category, c.Channel = some([]string{"neighbour", "labour"}), some([]string{"app", "12345"})
		c.Severity, c.Unit, c.NeedsHand = 1+rng.IntN(4), some(listUnits), rng.IntN(4) == 0
		c.Number.Series = some([]string{"33.01.11/2026", "33.011/2026"})
		c.Reporters = []string{some(listUsers)}
		if rng.IntN(3) == 0 {
			c.Reporters = append(c.Reporters, "second-"+some(listUsers))
		}
		c.Panel.Seats[0].Mediator = some(append([]string{""}, listSeats...))
		c.Offers = []mediation.Offer{{ID: "of", Mediator: some(listSeats), State: []mediation.OfferState{mediation.OfferOpen, mediation.OfferDeclined}[rng.IntN(2)]}}
		switch rng.IntN(4) {
		case 0:
			c.Sent = []mediation.Sent{{User: some(listUsers), Lead: true}, {Unit: some(listUnits[1:])}}
		case 1:
			c.Sent = []mediation.Sent{{Role: mediation.GridLeader}}
		}
		if len(all)%2 == 0 {
			c.Petition = &mediation.Petition{State: mediation.PetitionStates[len(all)/2%len(mediation.PetitionStates)].State}
		}
		if c.State.Over() {
			c.Offers[0].State = mediation.OfferWithdrawn // as every end of a case leaves them
		}
		c.StateClock.Due, c.WholeClock.Due = due(rng), due(rng)
		if rng.IntN(5) == 0 {
			c.WholeClock.Paused = c.Opened
		}
		stored, err := k.p.Open(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, w := range listTexts {
			if rng.IntN(2) == 0 {
				words = append(words, w)
			}
		}
		if err := k.p.IndexWords(ctx, c.ID, c.Area, c.Opened, words); err != nil {
			t.Fatal(err)
		}
		all = append(all, listCase{stored, words})
	}
	slices.SortFunc(all, func(a, b listCase) int {
		if d := b.Opened.Compare(a.Opened); d != 0 {
			return d
		}
		return strings.Compare(b.ID, a.ID)
	})
	return all
}

var listDay = time.Date(2031, 5, 1, 0, 0, 0, 0, time.UTC)

func due(rng *rand.Rand) time.Time {
	if rng.IntN(4) == 0 {
		return time.Time{}
	}
	return listDay.Add(time.Duration(rng.IntN(96)) * time.Hour)
}

// drawFilter draws any filter of any caller.
func drawFilter(rt *rapid.T) mediation.Filter {
	var f mediation.Filter
	areas := append([]grid.Code{""}, listAreas...)
	area := rapid.SampledFrom(areas)
	at := area.Draw(rt, "sight")
	switch rapid.SampledFrom([]string{"area", "area", "reporter", "mediator", "unit", "none", "case"}).Draw(rt, "visible") {
	case "area":
		f.Visible.Area = &at
	case "reporter":
		f.Visible.Reporter = rapid.SampledFrom(listUsers).Draw(rt, "reporter")
	case "mediator":
		f.Visible.Mediator = rapid.SampledFrom(listSeats).Draw(rt, "mediator")
	case "unit":
		f.Visible.Area, f.Visible.Unit = &at, rapid.SampledFrom(listUnits[1:]).Draw(rt, "own unit")
	case "none":
		f.Visible.None = true
	}
	if v := &f.Visible; v.Reporter != "" || v.Mediator != "" || v.Unit != "" {
		v.Sent = rapid.SampledFrom(append([]string{""}, listUsers...)).Draw(rt, "on duty")
	}
	maybe := func(name string) bool { return rapid.IntRange(0, 3).Draw(rt, name) == 0 }
	if maybe("states?") {
		for range rapid.IntRange(1, 3).Draw(rt, "states") {
			f.States = append(f.States, rapid.SampledFrom(mediation.States).Draw(rt, "state").State)
		}
	}
	if maybe("open?") {
		open := rapid.Bool().Draw(rt, "open")
		f.Open = &open
	}
	if maybe("category?") {
		f.Category = rapid.SampledFrom([]string{"neighbour", "labour", "none"}).Draw(rt, "category")
	}
	if maybe("severity?") {
		f.Severity = rapid.IntRange(1, 4).Draw(rt, "severity")
	}
	if maybe("area?") {
		f.Area = area.Draw(rt, "area")
	}
	if maybe("cell?") {
		f.Cell = rapid.SampledFrom(listCells).Draw(rt, "cell")
	}
	if maybe("channel?") {
		f.Channel = rapid.SampledFrom([]string{"app", "12345"}).Draw(rt, "channel")
	}
	if maybe("unit?") {
		f.Unit = rapid.SampledFrom(listUnits).Draw(rt, "unit")
	}
	f.Opened = [2]time.Time{listDay, listDay.AddDate(0, 0, 9)}
	if maybe("opened?") {
		f.Opened[0] = listDay.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "from")) * time.Hour)
		f.Opened[1] = f.Opened[0].Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "for")) * time.Hour)
	}
	if maybe("overdue?") {
		f.OverdueAt = listDay.Add(time.Duration(rapid.IntRange(0, 96).Draw(rt, "overdue")) * time.Hour)
	}
	f.NeedsHand, f.Unplaced, f.Remedies = maybe("hand?"), maybe("unplaced?"), maybe("remedies?")
	if rapid.IntRange(0, 7).Draw(rt, "number?") == 0 {
		f.Number = rapid.SampledFrom([]string{"33.01.11/2026/7", "33.01.11/2026/1", "33.011/2026/3", "33.01.11/2026/99999", "7", "33.01.11/2026/", "x/0", "/"}).Draw(rt, "number")
	}
	if maybe("words?") {
		f.WordHashes = rapid.SliceOfNDistinct(rapid.SampledFrom(append(listTexts, "h9")), 1, 3, rapid.ID[string]).Draw(rt, "words")
	}
	return f
}

// inside is containment by segments, told apart from how grid.Code does it.
func inside(area, c grid.Code) bool {
	a, b := area.Segments(), c.Segments()
	return len(a) <= len(b) && slices.Equal(a, b[:len(a)])
}

// sees is what the permission table says of a case, for one kind of caller.
func sees(v mediation.Visible, c *listCase) bool {
	onDuty := v.Sent != "" && slices.ContainsFunc(c.Sent, func(s mediation.Sent) bool { return s.User == v.Sent })
	ofUnit := func(unit string) bool {
		return c.Unit == unit || slices.ContainsFunc(c.Sent, func(s mediation.Sent) bool { return s.Unit == unit })
	}
	switch {
	case v.None:
		return false
	case v.Reporter != "":
		return onDuty || slices.Contains(c.Reporters, v.Reporter)
	case v.Mediator != "":
		return onDuty || c.Panel.Seated(v.Mediator) || slices.ContainsFunc(c.Offers, func(o mediation.Offer) bool {
			return o.Mediator == v.Mediator && o.State == mediation.OfferOpen
		})
	case v.Area != nil:
		return inside(*v.Area, c.Area) && (v.Unit == "" || onDuty || ofUnit(v.Unit))
	}
	return false
}

// meets is the filter in plain words.
func meets(f mediation.Filter, c *listCase) bool {
	number := c.Number.Series + "/" + strconv.FormatInt(c.Number.N, 10)
	overdue := false
	for _, clock := range []mediation.Clock{c.StateClock, c.WholeClock} {
		overdue = overdue || !c.State.Over() && !clock.Due.IsZero() && clock.Paused.IsZero() && clock.Due.Before(f.OverdueAt)
	}
	return sees(f.Visible, c) &&
		(len(f.States) == 0 || slices.Contains(f.States, c.State)) &&
		(f.Open == nil || *f.Open != c.State.Over()) &&
		(f.Category == "" || f.Category == c.Category) &&
		f.Severity <= c.Severity &&
		inside(f.Area, c.Area) &&
		(f.Cell == "" || f.Cell == c.Cell) &&
		(f.Channel == "" || f.Channel == c.Channel) &&
		(f.Unit == "" || f.Unit == c.Unit) &&
		!c.Opened.Before(f.Opened[0]) && c.Opened.Before(f.Opened[1]) &&
		(f.OverdueAt.IsZero() || overdue) &&
		(!f.NeedsHand || c.NeedsHand) &&
		(!f.Unplaced || c.Cell == "") &&
		(!f.Remedies || c.Petition != nil && !c.Petition.State.Over() && c.State.Over() && c.State != mediation.Joined) &&
		(f.Number == "" || f.Number == number) &&
		!slices.ContainsFunc(f.WordHashes, func(w string) bool { return !slices.Contains(c.words, w) })
}

// allPages reads a list page by page.
func (k *caseKit) allPages(t failer, f mediation.Filter, limit int, between func()) []mediation.Summary {
	t.Helper()
	var all []mediation.Summary
	for cursor := ""; ; {
		page, next, err := k.p.List(context.Background(), f, cursor, limit)
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		if len(page) > limit || next != "" && len(page) < limit {
			t.Fatalf("a page of %d has %d cases, next %q", limit, len(page), next)
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			return all
		}
		between()
	}
}

func caseLists(t *testing.T, k *caseKit) {
	all := listed(t, k, 150)
	rapid.Check(t, func(rt *rapid.T) {
		f := drawFilter(rt)
		var want []string
		for i := range all {
			if meets(f, &all[i]) {
				want = append(want, all[i].ID)
			}
		}
		limit := rapid.SampledFrom([]int{1, 3, 20, 200}).Draw(rt, "limit")
		if got := summaryIDs(k.allPages(rt, f, limit, func() {})); !slices.Equal(got, want) {
			rt.Fatalf("listed %q\nwant   %q", got, want)
		}
		most := rapid.SampledFrom([]int{1, 10, 1000}).Draw(rt, "most")
		if n, err := k.p.Count(context.Background(), f, most); err != nil || n != min(len(want), most) {
			rt.Fatalf("counted %d of %d, at most %d: %v", n, len(want), most, err)
		}
	})
	t.Run("a summary is the case's own", func(t *testing.T) {
		root := grid.Code("")
		list := k.allPages(t, mediation.Filter{Visible: mediation.Visible{Area: &root}, Opened: [2]time.Time{listDay, listDay.AddDate(0, 0, 9)}}, 50, func() {})
		for i, sum := range list {
			if want := all[i].Summarise(); shown(sum) != shown(want) {
				t.Fatalf("listed %+v\nwant   %+v", sum, want)
			}
		}
	})
	t.Run("words that are indexed anew replace the old ones", func(t *testing.T) { caseWords(t, k) })
	t.Run("a cursor that was not made here is refused", func(t *testing.T) {
		root := grid.Code("")
		for _, text := range forged(":") {
			_, _, err := k.p.List(context.Background(), mediation.Filter{Visible: mediation.Visible{Area: &root}}, text, 10)
			refused(t, err, &mediation.Error{Kind: mediation.Invalid, Code: "bad_cursor"})
		}
	})
}

func caseWords(t *testing.T, k *caseKit) {
	ctx := context.Background()
	c := k.open(t, nil)
	root := grid.Code("")
	find := func(words ...string) []string {
		return summaryIDs(k.allPages(t, mediation.Filter{Visible: mediation.Visible{Area: &root}, WordHashes: words}, 10, func() {}))
	}
	index := func(words ...string) {
		if err := k.p.IndexWords(ctx, c.ID, c.Area, c.Opened, words); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range []struct {
		index       []string
		find, leave string
	}{{[]string{"v1", "v2", "v2"}, "v2", "v3"}, {[]string{"v3"}, "v3", "v1"}, {nil, "", "v3"}, {nil, "", "v1"}, {[]string{"v1"}, "v1", "v3"}} {
		index(x.index...)
		if x.find != "" && !slices.Equal(find(x.find), []string{c.ID}) || len(find(x.leave)) > 0 {
			t.Fatalf("indexed %q: %s finds %q, %s finds %q", x.index, x.find, find(x.find), x.leave, find(x.leave))
		}
	}
}

// caseListsUnderWrites changes cases, and opens new ones, between and during the pages.
func caseListsUnderWrites(t *testing.T, k *caseKit) {
	const area grid.Code = "44.01.11.001"
	day := listDay.AddDate(3, 0, 0)
	var ids []string
	for i := range 40 {
		c := k.fresh(t, area+".001.001.01", day.Add(time.Duration(i/3)*time.Minute))
		if _, err := k.p.Open(context.Background(), c); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, c.ID)
	}
	var stop atomic.Bool
	done := make(chan error, 1)
	go func() {
		for i := 0; !stop.Load(); i++ {
			if err := k.stir(t, ids[i%len(ids)], i, day); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	sight := area
	for round := range 10 {
		got := map[string]int{}
		for _, sum := range k.allPages(t, mediation.Filter{Visible: mediation.Visible{Area: &sight}, Opened: [2]time.Time{day, {}}}, 1+round, func() {}) {
			got[sum.ID]++
		}
		for _, id := range ids {
			if got[id] != 1 {
				t.Errorf("in pages of %d the case %s was shown %d times", 1+round, id, got[id])
			}
		}
	}
	stop.Store(true)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// stir ends or reopens a case, and now and then opens another in front of and behind the rest.
func (k *caseKit) stir(t failer, id string, i int, day time.Time) error {
	ctx := context.Background()
	_, err := k.p.Update(ctx, id, func(c *mediation.Case) error {
		if c.State.Over() {
			c.State = mediation.Reported
		} else {
			c.State = mediation.Settled
		}
		return nil
	})
	if err == nil && i%5 == 0 {
		_, err = k.p.Open(ctx, k.fresh(t, "44.01.11.001.001.001.01", day.Add(time.Duration(i%20)*time.Minute)))
	}
	if err != nil {
		return fmt.Errorf("change %d: %w", i, err)
	}
	return nil
}

// forged are cursors that no list made, in the form of a sort key and an id with something between: without an id, with one that is
// no text, with a number written otherwise, with bits or ends of lines that mean nothing.
func forged(between string) []string {
	good := encoded("17" + between + "ab")
	return []string{"no cursor", encoded("17" + between), encoded("17"), encoded("17" + between + "\xff\xfe"), encoded("+17" + between + "ab"), good + "\n",
		good[:len(good)-1] + string(good[len(good)-1]+1)}
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
