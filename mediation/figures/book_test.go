package figures

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/mediation"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var day = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)

func sightOf(area grid.Code) mediation.Visible { return mediation.Visible{Area: &area} }

func TestPercentilesAreThoseOfTheSortedTimes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		times := rapid.SliceOfN(rapid.Uint32Range(0, rapid.SampledFrom([]uint32{3, 1000, 1<<32 - 1}).Draw(rt, "most")), 1, rapid.SampledFrom([]int{9, 2000}).Draw(rt, "length")).Draw(rt, "times")
		sorted := slices.Sorted(slices.Values(times))
		// The least value that at least p of a hundred do not exceed.
		least := func(p int) uint32 {
			return sorted[slices.IndexFunc(sorted, func(v uint32) bool {
				n := 0
				for _, x := range times {
					if x <= v {
						n++
					}
				}
				return n*100 >= p*len(times)
			})]
		}
		ps := slices.Sorted(slices.Values([]int{rapid.IntRange(1, 100).Draw(rt, "one"), rapid.IntRange(1, 100).Draw(rt, "other")}))
		one, other := least(ps[0]), least(ps[1])
		if p, q := percentiles(times, ps[0], ps[1]); p != one || q != other {
			rt.Fatalf("percentiles %v of %v are %d and %d, not %d and %d", ps, sorted, p, q, one, other)
		}
	})
}

// moving is a source whose cases a test moves.
type moving struct {
	cases map[string]mediation.Summary
	moved map[string]time.Time
	asked []time.Time
	fail  error
}

func (m *moving) Moved(_ context.Context, t time.Time, fn func(*mediation.Summary) error) error {
	m.asked = append(m.asked, t)
	for id, s := range m.cases {
		if !m.moved[id].Before(t) {
			if err := fn(&s); err != nil {
				return err
			}
		}
	}
	return m.fail
}

func (m *moving) Summaries(_ context.Context, ids []string) (map[string]mediation.Summary, error) {
	found := map[string]mediation.Summary{}
	for _, id := range ids {
		if s, ok := m.cases[id]; ok {
			found[id] = s
		}
	}
	return found, nil
}

func (m *moving) set(id string, at time.Time, state mediation.State) {
	m.cases[id] = mediation.Summary{ID: id, State: state, Area: "33.01", Opened: day, Course: mediation.Course{}}
	m.moved[id] = at
}

func TestAPassAsksForWhatMovedAndNowAndThenForEverything(t *testing.T) {
	m := &moving{cases: map[string]mediation.Summary{}, moved: map[string]time.Time{}}
	now := day
	k := NewKeeper(m, func() time.Time { return now })
	open := func() int { return k.Count(Query{Sight: sightOf("33")}).Open }
	pass := func(after time.Duration, want error) {
		t.Helper()
		now = now.Add(after)
		if err := k.Pass(t.Context()); !errors.Is(err, want) {
			t.Fatalf("pass: %v, not %v", err, want)
		}
	}
	m.set("a", day, mediation.Reported)
	m.set("b", day, mediation.Reported)
	pass(0, nil)
	m.set("a", now.Add(-time.Minute), mediation.Withdrawn) // stored a little after its time
	pass(time.Minute, nil)
	if open() != 1 || k.Len() != 2 || !k.AsOf().Equal(now) {
		t.Fatalf("%d open of %d, as of %s", open(), k.Len(), k.AsOf())
	}
	m.set("b", now.Add(-2*time.Hour), mediation.Withdrawn) // by a clock that is two hours off
	pass(time.Minute, nil)
	if open() != 1 {
		t.Fatal("the test moved nothing past the overlap")
	}
	m.fail = errors.New("the store is away")
	before := k.AsOf()
	pass(WholeEvery, m.fail)
	if !k.AsOf().Equal(before) {
		t.Fatal("a pass that failed is said to be complete")
	}
	m.fail = nil
	pass(time.Second, nil)
	if open() != 0 {
		t.Fatal("what a wrong clock kept back is not made good")
	}
	pass(-time.Hour, nil) // the clock is set back
	if last := m.asked[len(m.asked)-1]; !last.IsZero() {
		t.Fatalf("asked from %s", last)
	}
}

func TestAValueOfNothingIsNone(t *testing.T) {
	for _, f := range All {
		v, ok := f.Value(&Tally{})
		if ok != (f.Unit == Count) || v != 0 {
			t.Errorf("%s of no case: %v, %v", f.Key, v, ok)
		}
	}
	for _, c := range []struct {
		settled, concluded int
		want               float64
	}{{2673, 2756, 0.9699}, {1, 8, 0.125}, {1, 3, 0.3333}, {2, 3, 0.6667}} {
		for _, f := range All {
			if v, _ := f.Value(&Tally{Settled: c.settled, Concluded: c.concluded}); f.Key == "settlementRate" && v != c.want {
				t.Errorf("%d of %d: %v", c.settled, c.concluded, v)
			}
		}
	}
}

func TestRefusingIntakeRaisesNoFigure(t *testing.T) {
	all := func(refused int) Tally {
		b := &Book{}
		for i := range 10 {
			s := mediation.Summary{ID: fmt.Sprint(i), State: mediation.Settled, Area: "33.01", Opened: day, Closed: day.Add(time.Hour), Course: mediation.Course{}, PetitionKind: mediation.FirstPetition}
			if i < refused {
				s.State, s.Closed = mediation.NotAccepted, time.Time{}
			}
			b.Put(&s)
		}
		return b.Count(Query{Sight: sightOf("33")})
	}
	honest, refusing := all(0), all(6)
	for _, f := range All {
		if f.Unit != Share {
			continue
		}
		was, _ := f.Value(&honest)
		if v, ok := f.Value(&refusing); ok && v > was {
			t.Errorf("%s rises from %v to %v where six of ten are turned away", f.Key, was, v)
		}
	}
}

// filled is a book of n cases over a county of ten thousand cells.
func filled(n int) *Book {
	b := &Book{}
	for i := range n {
		opened := day.Add(time.Duration(i%365) * 24 * time.Hour)
		s := mediation.Summary{ID: uuid.NewSHA1(uuid.Nil, fmt.Append(nil, i)).String(), State: mediation.Settled, Opened: opened,
			Area: grid.Code(fmt.Sprintf("33.01.11.%03d.%03d.%02d", i%20, i/20%50, i/1000%10)), Category: fmt.Sprint("c", i%12), Channel: fmt.Sprint("ch", i%5), Unit: fmt.Sprint("u", i%30),
			Closed: opened.Add(time.Duration(i*7919%2_000_000) * time.Second), Satisfied: 1,
			Course: mediation.Course{Accepted: opened.Add(time.Duration(i*104729%90_000) * time.Second), Agreed: opened.Add(time.Duration(i*1299709%900_000) * time.Second)}}
		if i%10 == 0 {
			s.State, s.Closed = mediation.Mediating, time.Time{}
		}
		b.Put(&s)
	}
	return b
}

func TestAScanAllocatesNothingForItsRows(t *testing.T) {
	q := Query{Sight: sightOf("33.01.11")}
	allocations := func(n int) float64 {
		b := filled(n)
		b.Count(q) // the room for times is lent from here on
		return testing.AllocsPerRun(20, func() { b.Count(q) })
	}
	// The dictionaries of both are of one size, so only the rows could make the difference.
	if few, many := allocations(20_000), allocations(60_000); many > few+2 {
		t.Errorf("%v allocations over 20,000 rows, %v over 60,000", few, many)
	}
}

// BenchmarkMillion counts 1,000,000 cases: one figure alone, all figures with their percentiles, and breakdowns.
func BenchmarkMillion(b *testing.B) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	book := filled(1_000_000)
	runtime.GC()
	runtime.ReadMemStats(&after)
	perRow := float64(after.HeapAlloc-before.HeapAlloc) / 1e6
	q := Query{Sight: sightOf("33.01.11"), Now: day}
	b.Run("backlog", func(b *testing.B) {
		q, ages := Query{Sight: q.Sight, Now: day.AddDate(1, 0, 0)}, []time.Duration{30 * 24 * time.Hour, 90 * 24 * time.Hour, 180 * 24 * time.Hour}
		for b.Loop() {
			if piles := book.Backlog(q, ByUnit, ages); len(piles) == 0 {
				b.Fatal("nothing was counted")
			}
			if page := book.Oldest(q, ages, Pick{-1, -1}, Place{}, 20); len(page) != 20 {
				b.Fatal("no page")
			}
		}
	})
	for _, by := range []By{Whole, ByArea} { // as a dashboard asks, with the period before beside it
		b.Run("request="+string(by), func(b *testing.B) {
			for b.Loop() {
				for _, from := range []time.Time{day.AddDate(0, 6, 0), day} {
					q.From, q.Until = from, from.AddDate(0, 6, 0)
					if len(book.Break(q, by, nil)) == 0 {
						b.Fatal("nothing was counted")
					}
				}
			}
		})
	}
	q.From, q.Until = time.Time{}, time.Time{}
	b.Run("uses", func(b *testing.B) { // a year by months and areas, with the year before beside it
		var months []time.Time
		for i := range 12 {
			months = append(months, day.AddDate(0, i, 0))
		}
		m := Measure{Petitions: []string{"petition"}, Residents: []string{"12345"}, Workers: []string{"app"}}
		for b.Loop() {
			for _, cuts := range [][]time.Time{months, months[:1]} {
				if units, ok := book.Uses(q, m, cuts); !ok || len(units) == 0 {
					b.Fatal("nothing was counted")
				}
			}
		}
	})
	for _, by := range []By{Whole, ByArea, ByCategory, ByUnit} {
		b.Run("by="+string(by), func(b *testing.B) {
			for b.Loop() {
				if len(book.Break(q, by, nil)) == 0 {
					b.Fatal("nothing was counted")
				}
			}
			b.ReportMetric(perRow, "bytes/row")
		})
	}
}
