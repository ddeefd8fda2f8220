package bench

import (
	"fmt"
	"testing"
	"time"

	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// BenchmarkUpdateWithEvents writes one more event into cases whose timelines are of very different length. The cases take
// turns, so that a timeline stays about as long as its name says.
func BenchmarkUpdateWithEvents(b *testing.B) {
	engine, err := sqlite.New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	s, err := store.New(b.Context(), engine)
	if err != nil {
		b.Fatal(err)
	}
	cases := s.Cases()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	event := func(c *mediation.Case) {
		seq := c.Spilled + len(c.Events) + 1
		c.Events = append(c.Events, mediation.Event{Seq: seq, At: at.Add(time.Duration(seq) * time.Second), Actor: "mediator-17", Role: mediation.MediatorRole,
			Kind: "note", From: mediation.Mediating, To: mediation.Mediating, Place: "33.01.11.001.002.003", Prev: make([]byte, 32), Hash: make([]byte, 32)})
	}
	for _, n := range []int{10, 10_000} {
		ids := make([]string, 64)
		for i := range ids {
			ids[i] = uuid.NewString()
			c := mediation.Case{ID: ids[i], Number: mediation.Number{Series: "33.01.11/2026"}, Area: "33.01.11.001", State: mediation.Mediating,
				Category: "neighbour", Reporter: "worker", Opened: at, Words: mediation.Sealed{Key: "k", Box: make([]byte, 300)}}
			c.Spilled = max(0, n/16*16-16) // what has been spilled is read by nobody here
			for c.Spilled+len(c.Events) < n-i%16+8 {
				event(&c)
			}
			if _, err := cases.Open(b.Context(), c); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(fmt.Sprintf("at-%d", n), func(b *testing.B) {
			b.ReportAllocs()
			began, i := processorTime(b), 0
			for b.Loop() {
				i++
				if _, err := cases.Update(b.Context(), ids[i%len(ids)], func(c *mediation.Case) error { event(c); return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
