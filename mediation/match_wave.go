package mediation

import (
	"cmp"
	"slices"
	"time"

	"fengqiao/mediation/clock"
	"fengqiao/mediation/policy"
)

// NextWave chooses whom to ask next: for every seat that is a key of candidates and still free, the best of Match's list, up
// to the tier's WaveSize together with the offers that are still open for it. Nobody gets two offers of one case. Seats that
// somebody can fill are not left without anybody while another seat could do with someone else. Wave is the case's wave
// after the one it is in. The time to answer is counted by the calendar that the case is judged by. newID makes one id per offer.
func NextWave(c *Case, candidates map[int][]Candidate, tier policy.Tier, cal *clock.Calendar, now time.Time, newID func() string) []Offer {
	w := newWave(c, candidates, tier.WaveSize)
	for w.round() {
	}
	deadline := cal.After(now, tier.Answer).UTC()
	offers := make([]Offer, 0, len(w.picked))
	for _, p := range w.picked {
		offers = append(offers, Offer{ID: newID(), Mediator: p.Mediator.ID, User: p.Mediator.User, Seat: p.Seat, Tier: c.Tier, Wave: c.Wave + 1,
			Score: p.Score, Metres: p.Metres, Reasons: p.Reasons, State: OfferOpen, Sent: now, Deadline: deadline})
	}
	return offers
}

// wave is a wave being put together.
type wave struct {
	lists  map[int][]Candidate // those who can be asked, best first
	order  []int               // seats, the most important first
	want   map[int]int         // offers still to be made per seat
	used   map[string]bool     // mediators of earlier rounds
	picked []Candidate
}

func newWave(c *Case, candidates map[int][]Candidate, size int) *wave {
	w := &wave{lists: make(map[int][]Candidate), want: make(map[int]int), used: make(map[string]bool)}
	open := make(map[int]int)
	for i := range c.Offers {
		if o := &c.Offers[i]; o.State == OfferOpen {
			open[o.Seat]++
			w.used[o.Mediator] = true
		}
	}
	for seat, list := range candidates {
		if seat < 0 || seat >= len(c.Panel.Seats) || c.Panel.Seats[seat].Mediator != "" {
			continue
		}
		w.order = append(w.order, seat)
		w.want[seat] = size - open[seat]
		w.lists[seat] = slices.DeleteFunc(slices.Clone(list), func(x Candidate) bool { return len(x.Excluded) > 0 })
	}
	slices.SortFunc(w.order, func(a, b int) int {
		x, y := &c.Panel.Seats[a], &c.Panel.Seats[b]
		return cmp.Or(first(x.Lead, y.Lead), first(x.Required, y.Required), cmp.Compare(a, b))
	})
	return w
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// round gives each seat that wants more one mediator at most, as many seats as possible (augmenting paths: H. W. Kuhn, The
// Hungarian method for the assignment problem, 1955), and tells whether it found any.
func (w *wave) round() bool {
	holder := make(map[string]int) // mediator → seat, within this round
	chosen := make(map[int]Candidate)
	for _, seat := range w.order {
		if w.want[seat] > 0 {
			w.place(seat, holder, chosen, make(map[string]bool))
		}
	}
	for _, seat := range w.order {
		if x, ok := chosen[seat]; ok {
			w.picked = append(w.picked, x)
			w.used[x.Mediator.ID] = true
			w.want[seat]--
		}
	}
	return len(chosen) > 0
}

// place finds the seat somebody free, or moves whoever holds them within this round to another seat.
func (w *wave) place(seat int, holder map[string]int, chosen map[int]Candidate, tried map[string]bool) bool {
	for _, moving := range []bool{false, true} { // moving others about only if nobody is free
		for _, x := range w.lists[seat] {
			id := x.Mediator.ID
			other, held := holder[id]
			if w.used[id] || tried[id] || held != moving {
				continue
			}
			tried[id] = true
			if held && !w.place(other, holder, chosen, tried) {
				continue
			}
			holder[id], chosen[seat] = seat, x
			return true
		}
	}
	return false
}
