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

// BenchmarkReceive takes reports through the service from 64 goroutines: located, sealed, opened as cases, durable; and the same with
// everything stored in clear, which tells what sealing costs.
func BenchmarkReceive(b *testing.B) {
	b.Run("sealed", func(b *testing.B) { receive(b, newWorld(b)) })
	b.Run("in clear", func(b *testing.B) {
		w := newWorld(b)
		w.service.Sealer = inClear{}
		receive(b, w)
	})
}

func receive(b *testing.B, w *world) {
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

// inClear keeps everything as it is: no keys, no encryption, no hashes.
type inClear struct{}

func (inClear) NewKey(context.Context) (string, error) { return "key", nil }

func (inClear) Seal(_ context.Context, key string, plain []byte) (mediation.Sealed, error) {
	if len(plain) == 0 {
		return mediation.Sealed{}, nil
	}
	return mediation.Sealed{Key: key, Box: plain}, nil
}

func (inClear) Open(_ context.Context, s mediation.Sealed) ([]byte, error) { return s.Box, nil }

func (inClear) Hash(_, value string) string { return value }
