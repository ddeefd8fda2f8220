package sqlite

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"fengqiao/internal/store"
)

// intake is shaped like a report coming in: the report and its case, bearing eight area and state tags between them.
var intake = []store.Table{
	{Name: "reports", Tagged: true, Keys: []store.Key{{Name: "reporter"}, {Name: "client"}},
		Indexes: []store.Index{{Keys: []string{"reporter", "sort"}}, {Keys: []string{"client"}, Unique: true}}},
	{Name: "cases", Tagged: true, Keys: []store.Key{{Name: "state"}, {Name: "due", Type: store.Int}},
		Indexes: []store.Index{{Keys: []string{"due"}}}},
}

func report(i int64) []store.Write {
	id := fmt.Sprintf("0193c2d0-7e0a-7b11-9c4f-%012x", i*7919%(1<<40))
	area := fmt.Sprintf("area:330111%03d%03d%04d", i%24, i%300, i%2000)
	head, body := make([]byte, 200), make([]byte, 600)
	return []store.Write{
		{Table: "reports", Row: store.Row{ID: id, Sort: i, Head: head, Body: body,
			Keys: map[string]any{"reporter": fmt.Sprintf("worker-%d", i%600), "client": id},
			Tags: []string{area, area[:17], area[:14], "reporter:" + area}}},
		{Table: "cases", Row: store.Row{ID: "case-" + id, Sort: i, Head: head, Body: body,
			Keys: map[string]any{"state": "reported", "due": 1_800_000_000_000 + i},
			Tags: []string{area, area[:17], area[:14], "state:reported"}}},
	}
}

func openForBench(b *testing.B) *Engine {
	e, err := New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	if err := e.Open(context.Background(), intake); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.Close(); err != nil {
			b.Error(err)
		}
	})
	return e
}

// BenchmarkApply stores reports from 64 goroutines, which share commits.
func BenchmarkApply(b *testing.B) {
	e := openForBench(b)
	var next atomic.Int64
	b.SetParallelism((64 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := e.Apply(context.Background(), report(next.Add(1))...); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "applies/s")
}

// BenchmarkApplyOneByOne stores reports one after another: a commit each.
func BenchmarkApplyOneByOne(b *testing.B) {
	e := openForBench(b)
	for i := range b.N {
		if _, err := e.Apply(context.Background(), report(int64(i))...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "applies/s")
}
