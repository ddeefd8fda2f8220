package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// nobody is a county without accounts; what the cases cost is asked.
type nobody struct{}

func (nobody) Rezone(context.Context, bool, func(mediation.Zoned) (mediation.Zoned, bool, error)) error {
	return nil
}

// BenchmarkSettle puts an edition in force in which every tenth cell has another code: what looking at it costs, moving a case, and
// a run that finds nothing left.
func BenchmarkSettle(b *testing.B) {
	const cases = 20_000
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		ctx := context.Background()
		before := edition.Drawing{Schema: w.county.Schema, Units: w.county.Units, Cells: w.county.Cells}
		after := edition.Drawing{Schema: before.Schema, Units: before.Units}
		for i, c := range before.Cells {
			if i%10 == 0 {
				c.Code = c.Code.Parent() + grid.Code(fmt.Sprintf(".%02d", 90+i/10%10))
			}
			after.Cells = append(after.Cells, c)
		}
		now, err := grid.NewPlan("after", after.Schema, after.Units, after.Cells)
		if err != nil {
			b.Fatal(err)
		}
		old := w.service.Atlas.Load()
		if err := w.store.Plans().Import(ctx, 0, mediation.NewEdition(old, mediation.Imported, time.Now()), before, old); err != nil {
			b.Fatal(err)
		}
		for n := range cases {
			at := w.place(n)
			worker := mediation.Actor{ID: fmt.Sprint("worker-", n), Role: mediation.GridWorker, Area: w.county.Code} // nobody's doubles join
			_, err := w.service.Receive(ctx, worker, mediation.ReportInput{ClientID: uuid.NewString(), Point: &at, Text: "争吵", Category: "neighbour", Severity: 2, Print: fmt.Sprint(n)})
			if err != nil {
				b.Fatal(err)
			}
		}
		s := &mediation.Surveyor{Service: w.service, Editions: w.store.Plans(), People: nobody{}}
		timed := func(name string, do func() error) time.Duration {
			b.Helper()
			began := time.Now()
			if err := do(); err != nil {
				b.Fatal(err)
			}
			took := time.Since(began)
			b.ReportMetric(float64(took.Milliseconds()), name)
			return took
		}
		timed("ms/preview", func() error { _, _, err := s.Preview(ctx, now); return err })
		if err := w.store.Plans().Import(ctx, mediation.AnyRevision, mediation.NewEdition(now, mediation.Imported, time.Now()), after, now); err != nil {
			b.Fatal(err)
		}
		w.service.Atlas.Swap(now)
		b.StartTimer()
		moved := mediation.Moved{}
		took := timed("ms/run", func() (err error) { moved, err = s.Settle(ctx); return err })
		b.ReportMetric(float64(moved.Cases), "moved")
		b.ReportMetric(float64(took.Microseconds())/float64(moved.Cases), "µs/moved")
		timed("ms/nothing-left", func() error {
			n, err := s.Settle(ctx)
			if n.Cases != 0 {
				b.Fatalf("%d cases were moved twice", n.Cases)
			}
			return err
		})
	}
}
