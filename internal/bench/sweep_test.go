package bench

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/clock"

	"github.com/google/uuid"
)

// dueAtOnce is how many deadlines end in each hour of the bench.
const dueAtOnce = 1000

// BenchmarkSweep sweeps hour after hour over a store of many open cases, each with a deadline, of which a thousand have just run out: each is
// found, noted in its timeline and told to whoever has it. Then ended cases are added, five for each open one, and it is asked again.
// FENGQIAO_BENCH_ROWS says how many are open beside a small store.
func BenchmarkSweep(b *testing.B) {
	for _, n := range storedSizes(b) {
		w, from := newWorld(b), time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
		w.watch.Batch = 2 * dueAtOnce
		hour := 0
		w.deadlines(b, n, from)
		sweep := func(b *testing.B) {
			began := processorTime(b)
			for b.Loop() {
				if hour++; hour > n/dueAtOnce {
					b.Fatalf("%d deadlines are not enough for so many runs", n)
				}
				got, err := w.watch.Sweep(b.Context(), from.Add(time.Duration(hour)*time.Hour))
				if err != nil || got.Cases != dueAtOnce || got.Failed > 0 {
					b.Fatalf("%+v, %v", got, err)
				}
			}
			b.ReportMetric(float64((processorTime(b)-began).Milliseconds())/float64(b.N), "cpu-ms/op")
		}
		b.Run(fmt.Sprintf("open-%d", n), sweep)
		if n == storedSizes(b)[0] {
			w.ended(b, 5*n, from)
			b.Run(fmt.Sprintf("open-%d/ended-%d", n, 5*n), sweep)
		}
	}
}

// BenchmarkSweepBesideEnded sweeps three stores of 20,000 open cases hour after hour, one after the other and in turn the other way round:
// one holds nothing else, the others ended cases beside them. What a busy machine costs falls on all of them alike. FENGQIAO_BENCH_ENDED says
// how many ended ones the last has; the other has a quarter of them.
func BenchmarkSweepBesideEnded(b *testing.B) {
	const open = 20_000
	most := 40_000
	if text := os.Getenv("FENGQIAO_BENCH_ENDED"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		most = n
	}
	from := time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
	ended := []int{0, most / 4, most}
	worlds := make([]*world, len(ended))
	for i, n := range ended {
		worlds[i] = newWorld(b)
		worlds[i].watch.Batch = 2 * dueAtOnce
		worlds[i].deadlines(b, open, from)
		worlds[i].ended(b, n, from)
	}
	took, worked := make([][]float64, len(ended)), make([][]float64, len(ended))
	hour := 0
	for b.Loop() {
		if hour++; hour > open/dueAtOnce {
			b.Fatalf("%d deadlines are not enough for so many runs", open)
		}
		for turn := range worlds {
			i := turn
			if hour%2 == 0 {
				i = len(worlds) - 1 - turn
			}
			began, cpu := time.Now(), processorTime(b)
			got, err := worlds[i].watch.Sweep(b.Context(), from.Add(time.Duration(hour)*time.Hour))
			if err != nil || got.Cases != dueAtOnce || got.Failed > 0 {
				b.Fatalf("%+v, %v", got, err)
			}
			took[i], worked[i] = append(took[i], float64(time.Since(began).Milliseconds())), append(worked[i], float64((processorTime(b)-cpu).Milliseconds()))
		}
	}
	for i, n := range ended {
		slices.Sort(took[i])
		slices.Sort(worked[i])
		b.ReportMetric(took[i][len(took[i])/2], fmt.Sprintf("ms/ended-%d", n))
		b.ReportMetric(worked[i][len(worked[i])/2], fmt.Sprintf("cpu-ms/ended-%d", n))
	}
}

// deadlines adds n open cases whose deadlines end a thousand an hour.
func (w *world) deadlines(b *testing.B, n int, from time.Time) {
	w.fill(b, n, from, func(i int, c *mediation.Case) {
		due := from.Add(time.Duration(i/dueAtOnce)*time.Hour + 30*time.Minute)
		c.StateClock = mediation.Clock{Since: due.Add(-24 * time.Hour), Due: due, Reminded: 1}
		c.WholeClock = mediation.Clock{Since: c.StateClock.Since, Due: due.AddDate(1, 0, 0)}
		c.NextDue = due
	})
}

// ended adds n cases that are over.
func (w *world) ended(b *testing.B, n int, from time.Time) {
	w.fill(b, n, from, func(_ int, c *mediation.Case) {
		c.State, c.NextDue = mediation.Settled, time.Time{}
	})
}

// fill adds n cases as a report opens them, changed by fn, in the stored form and many at once.
func (w *world) fill(b *testing.B, n int, from time.Time, fn func(i int, c *mediation.Case)) {
	ctx := context.Background()
	load := &loader{Engine: w.store.Engine, rows: map[string][]store.Row{}, numbers: map[string]int64{}}
	s, err := store.New(ctx, readyEngine{load})
	if err != nil {
		b.Fatal(err)
	}
	pol, err := w.policies.Current(ctx)
	if err != nil {
		b.Fatal(err)
	}
	r, series := mediation.Rules{Policy: pol, Calendar: clock.Of(pol)}, "bench/"+uuid.NewString()
	for i := range n {
		cell := w.county.Cells[i%len(w.county.Cells)].Code
		rep := mediation.Report{ID: uuid.NewString(), Reporter: fmt.Sprint("worker-", i%600), Channel: "app", Category: "neighbour", Severity: 2, Cell: cell, Home: cell.Parent(),
			Key: "key", Text: mediation.Sealed{Key: "key", Box: make([]byte, 60)}, Received: from}
		c, err := mediation.OpenCase(&rep, mediation.Opening{ID: uuid.NewString(), At: from, Actor: mediation.Actor{ID: rep.Reporter, Role: mediation.GridWorker, Area: cell.Parent()}}, r)
		if err != nil {
			b.Fatal(err)
		}
		c.Number.Series, c.Chores, c.Unsent = series, nil, nil
		fn(i, &c)
		if _, err := s.Cases().Open(ctx, c); err != nil {
			b.Fatal(err)
		}
	}
	for table := range load.rows {
		if err := load.flush(ctx, table); err != nil {
			b.Fatal(err)
		}
	}
}

// readyEngine is an engine that has been opened already.
type readyEngine struct{ store.Engine }

func (readyEngine) Open(context.Context, []store.Table) error { return nil }
