package grid

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkSnapshot writes and reads a plan of 10,000 cells, and beside it builds the same from its cells; with
// CELLBENCH_DIR set (see BenchmarkPeer) that tessellation too.
func BenchmarkSnapshot(b *testing.B) {
	b.Run("quilt", func(b *testing.B) { snapshotBench(b, newQuilt(1, 100, 100, 7).cells()) })
	if dir := os.Getenv("CELLBENCH_DIR"); dir != "" {
		b.Run("peer", func(b *testing.B) { snapshotBench(b, peerCells(b, filepath.Join(dir, "cells.geojson"))) })
	}
}

func snapshotBench(b *testing.B, cells []Cell) {
	p := mustPlan(b, ChinaSchema(), nil, cells)
	var whole bytes.Buffer
	if err := p.WriteSnapshot(&whole); err != nil {
		b.Fatal(err)
	}
	b.Run("build", func(b *testing.B) {
		for b.Loop() {
			mustPlan(b, ChinaSchema(), nil, cells)
		}
	})
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(whole.Len()))
		for b.Loop() {
			if err := p.WriteSnapshot(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(whole.Len()))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := ReadSnapshot(whole.Bytes()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(whole.Len())/float64(len(cells)), "B/cell")
	})
}
