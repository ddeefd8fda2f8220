package figures

import (
	"cmp"
	"slices"

	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Ranked is a line of a ranking.
type Ranked struct {
	Place int // from 1; equals share one
	Group
	// Shares are by the ranking's measures, in their order.
	Shares []Portion
}

// Portion is a share by its two counts, so that it is compared exactly.
type Portion struct{ Above, Below int }

// Value is the share, rounded; nobody has a portion of nothing.
func (p Portion) Value() float64 { return Rounded(float64(p.Above) / float64(p.Below)) }

func (p Portion) compare(q Portion) int { return cmp.Compare(p.Above*q.Below, q.Above*p.Below) }

// measured are the measures that rankings may use, with the list of the cases above the line. All are of what came in, what was refused among it:
// taking on less never helps.
var measured = map[string]struct {
	of   func(*Tally) int
	list map[string][]string
}{
	policy.RankSettlement: {func(t *Tally) int { return t.Settled }, inSettled},
	policy.RankClosing:    {func(t *Tally) int { return t.Closed }, among(mediation.CountedClosed)},
	policy.RankTimeliness: {func(t *Tally) int { return t.InTime }, among(mediation.CountedInTime)},
}

// MeasureList narrows a list to the cases above a measure's line, ReceivedList to those below any.
func MeasureList(measure string) map[string][]string { return measured[measure].list }

// ReceivedList is the list of all that came in.
func ReceivedList() map[string][]string { return received }

// Competitors are those who are ranked: areas, or units. What one received is what lies with it and what has lain with it; what it achieved lies
// with it now. So a case that it objected to or passed on, or that was taken from it when it was taken up again, stays below its line for good and
// comes above it only by coming back to it: there is nothing to be gained by getting rid of one.
func (b *Book) Competitors(q Query, by By) []Group {
	own := b.Break(q, by, nil)
	switch by {
	case ByUnit:
		return b.withPast(q, ByHad, own)
	case ByArea:
		return b.withPast(q, ByLain, own)
	}
	return own
}

// withPast gives each group what it has received, by what lay with it at any time.
func (b *Book) withPast(q Query, by By, own []Group) []Group {
	of := map[string]*Tally{}
	for i := range own {
		of[own[i].Key] = &own[i].Tally
	}
	only := ""
	if by == ByHad {
		only = cmp.Or(q.Sight.Unit, q.Unit)
		q.Unit, q.HadBy = "", cmp.Or(q.HadBy, only)
	}
	var all []Group
	for _, g := range b.Break(q, by, nil) {
		if only != "" && g.Key != only {
			continue // it is asked for one
		}
		received := g.Received
		if g.Tally = (Tally{}); of[g.Key] != nil {
			g.Tally = *of[g.Key]
		}
		g.Received = received
		all = append(all, g)
	}
	return all
}

// Rank puts groups in order by measures: by the first, where they are equal by the next.
func Rank(groups []Group, measures []string) []Ranked {
	ranked := make([]Ranked, len(groups))
	for i, g := range groups {
		ranked[i].Group = g
		for _, m := range measures {
			ranked[i].Shares = append(ranked[i].Shares, Portion{measured[m].of(&g.Tally), g.Received})
		}
	}
	order := func(a, b Ranked) int { return slices.CompareFunc(b.Shares, a.Shares, Portion.compare) }
	slices.SortStableFunc(ranked, order)
	for i := range ranked {
		ranked[i].Place = i + 1
		if i > 0 && order(ranked[i-1], ranked[i]) == 0 {
			ranked[i].Place = ranked[i-1].Place
		}
	}
	return ranked
}
