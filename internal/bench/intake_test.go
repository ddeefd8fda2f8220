package bench

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/mediation"

	"github.com/google/uuid"
)

// words makes a report of about 600 bytes in all, as a phone sends it.
var words = strings.Repeat("楼上漏水，多次协商未果，双方情绪激动。", 8)

// BenchmarkReceive takes reports through the service from 64 goroutines: located, sealed, opened as cases, durable.
func BenchmarkReceive(b *testing.B) {
	w := newWorld(b)
	var next atomic.Int64
	b.SetParallelism((64 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1))
			at := w.place(n)
			actor := mediation.Actor{ID: "worker-" + strconv.Itoa(n%600), Role: mediation.GridWorker, Area: "33.01.11"}
			_, err := w.service.Receive(context.Background(), actor, mediation.ReportInput{ClientID: uuid.NewString(), Channel: "app", Text: words,
				Category: "neighbour", Severity: 2, Point: &at, AccuracyM: 8, PhoneTime: time.Now(), Print: strconv.Itoa(n)})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reports/s")
}
