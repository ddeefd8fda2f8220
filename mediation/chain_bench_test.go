package mediation

import (
	"bytes"
	"testing"
	"time"
)

// BenchmarkChain puts an event of an intake's size on a case's chain.
func BenchmarkChain(b *testing.B) {
	e := Event{At: time.Now(), Actor: "worker-1", Role: GridWorker, Kind: "reported", To: Reported, Place: "33.01.11.001.010.001",
		Data: map[string]string{"category": "neighbour", "severity": "2"}, Words: Sealed{Key: "key", Box: bytes.Repeat([]byte{1}, 600)}, Cmd: "key"}
	b.ReportAllocs()
	for b.Loop() {
		c := Case{Head: make([]byte, 32)}
		c.log(e)
	}
}
