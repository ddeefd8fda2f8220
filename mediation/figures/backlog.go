package figures

import (
	"cmp"
	"math"
	"slices"
	"time"

	"fengqiao/mediation"

	"github.com/google/uuid"
)

// The backlog (积案) is the cases that are neither over nor closed: what still has to be done. Those that are closed and wait for the
// return visit are no part of it.

// Turns is how the times that a case was reopened are told apart: never, once, twice, more often.
const Turns = 4

// Pile is one line of the backlog: for every band of age, the youngest first, the cases that were reopened so often.
type Pile struct {
	Key   string
	Bands [][Turns]int
}

// Total is how many cases there are.
func (p *Pile) Total() int {
	n := 0
	for _, band := range p.Bands {
		for _, cases := range band {
			n += cases
		}
	}
	return n
}

// Cuts are the moments at which the bands end: a case opened at one of them, or later, is younger than the age. Whole seconds, so that lists
// cut where figures do.
func Cuts(now time.Time, ages []time.Duration) []time.Time {
	cuts := make([]time.Time, len(ages))
	for i, age := range ages {
		cuts[i] = now.Truncate(time.Second).Add(-age)
	}
	return cuts
}

// bandOf is the band that a case lies in by when it was opened; cuts descend.
func bandOf(opened uint32, cuts []uint32) int {
	for i, cut := range cuts {
		if opened >= cut {
			return i
		}
	}
	return len(cuts)
}

// waits tells of every state whether a case in it is backlog.
var waits = func() (of [256]bool) {
	for _, s := range mediation.States {
		of[stateCode[s.State]] = !s.Over && s.State != mediation.Closed
	}
	return of
}()

// Backlog counts the backlog among a query's cases by groups, those without a case left out, in the order of their keys. ages are those
// at which a band begins, ascending.
func (b *Book) Backlog(q Query, by By, ages []time.Duration) []Pile {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok := b.sieve(q, by, nil)
	if !ok {
		return nil
	}
	cuts := secondsOf(Cuts(q.Now, ages))
	piles := make([]Pile, len(s.keys))
	for i, key := range s.keys {
		piles[i] = Pile{Key: key, Bands: make([][Turns]int, len(ages)+1)}
	}
	groups := make([]int32, blockRows)
	for n, k := range b.blocks {
		s.groups(k, b.filled(n), groups)
		for i, g := range groups[:b.filled(n)] {
			kind := &b.kinds.all[k.kind[i]]
			if !waits[kind.state] {
				continue
			}
			if g >= 0 {
				piles[g].Bands[bandOf(k.opened[i], cuts)][turnOf(kind.repeats)]++
			}
		}
	}
	piles = slices.DeleteFunc(piles, func(p Pile) bool { return p.Total() == 0 })
	slices.SortFunc(piles, func(x, y Pile) int { return cmp.Compare(x.Key, y.Key) })
	return piles
}

func turnOf(repeats uint8) int { return min(int(repeats), Turns-1) }

func secondsOf(times []time.Time) []uint32 {
	out := make([]uint32, len(times))
	for i, t := range times {
		out[i] = seconds(t)
	}
	return out
}

// Pick is some cells of the backlog's table; -1 is all.
type Pick struct{ Band, Turn int }

// Place is a case in the order of the backlog, the oldest first.
type Place struct {
	Opened uint32 // seconds since 1970
	ID     string
}

func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Opened, q.Opened), cmp.Compare(p.ID, q.ID))
}

// Oldest is the cases behind the backlog's figures, the oldest first, after a place (its zero is before all), at most limit.
func (b *Book) Oldest(q Query, ages []time.Duration, pick Pick, after Place, limit int) []Place {
	b.mu.RLock()
	defer b.mu.RUnlock()
	s, ok := b.sieve(q, Whole, nil)
	if !ok {
		return nil
	}
	cuts := secondsOf(Cuts(q.Now, ages))
	var found []Place
	latest := uint32(math.MaxUint32) // beyond it nothing can be on this page
	groups := make([]int32, blockRows)
	for n, k := range b.blocks {
		s.groups(k, b.filled(n), groups)
		for i, g := range groups[:b.filled(n)] {
			opened, kind := k.opened[i], &b.kinds.all[k.kind[i]]
			if opened < after.Opened || opened > latest || g < 0 || !waits[kind.state] {
				continue
			}
			if pick.Band >= 0 && bandOf(opened, cuts) != pick.Band || pick.Turn >= 0 && turnOf(kind.repeats) != pick.Turn {
				continue
			}
			p := Place{opened, uuid.UUID(k.id[i]).String()} // a case's id is a UUID
			if p.compare(after) <= 0 {
				continue
			}
			if found = append(found, p); len(found) >= 2*limit+64 {
				slices.SortFunc(found, Place.compare)
				found = found[:limit]
				latest = found[limit-1].Opened
			}
		}
	}
	slices.SortFunc(found, Place.compare)
	return found[:min(limit, len(found))]
}

// Shows tells whether a sight that figures are counted by still shows a case: it may have moved since the book was filled.
func Shows(v mediation.Visible, s *mediation.Summary) bool {
	return !v.None && v.Area != nil && v.Area.Contains(s.Area) && (v.Unit == "" || v.Unit == s.Unit) && !mediation.Withholds(s.KeptFrom, v.Except)
}
