package bench

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
)

// BenchmarkRollout puts a policy in force that applies to open cases (appliesTo: open): what the preview costs, the run, and a run that
// finds nothing left. FENGQIAO_BENCH_OPEN says over how many cases.
func BenchmarkRollout(b *testing.B) {
	cases := howManyOpen(b, 5_000)
	src, err := fixtures.Policy("fuyang")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		ctx := context.Background()
		for n := range cases {
			at := w.place(n)
			worker := mediation.Actor{ID: fmt.Sprint("worker-", n), Role: mediation.GridWorker, Area: w.county.Code} // nobody's doubles join
			if _, err := w.service.Receive(ctx, worker, mediation.ReportInput{ClientID: uuid.NewString(), Point: &at, Text: "争吵", Category: "neighbour", Severity: 2, Print: fmt.Sprint(n)}); err != nil {
				b.Fatal(err)
			}
		}
		open := append([]byte("appliesTo: open\n"), bytes.Replace(src, []byte("whole: {within: 60d"), []byte("whole: {within: 50d"), 1)...)
		pol, err := policy.Load("open.yaml", open, mediation.PolicyVocabulary())
		if err != nil {
			b.Fatal(err)
		}
		timed := func(name string, do func() error) {
			b.Helper()
			began := time.Now()
			if err := do(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(began).Milliseconds()), name)
		}
		timed("ms/preview", func() error {
			f, err := w.service.Forecast(ctx, pol, nil)
			if f.Cases != cases {
				b.Fatalf("%+v", f)
			}
			return err
		})
		if _, err := w.policies.Import(ctx, mediation.AnyRevision, "open.yaml", open); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		timed("ms/run", func() error {
			n, err := w.service.RollOut(ctx, nil)
			if n != cases {
				b.Fatalf("%d of %d cases went over", n, cases)
			}
			return err
		})
		timed("ms/nothing-left", func() error {
			n, err := w.service.RollOut(ctx, nil)
			if n != 0 {
				b.Fatalf("%d cases were changed twice", n)
			}
			return err
		})
	}
}
