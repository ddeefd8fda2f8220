package survey

import "testing"

// 10,000 cells of 28 edges.
func BenchmarkInspect(b *testing.B) {
	cells := newQuilt(1, 100, 100, 7).cells()
	b.ReportAllocs()
	for b.Loop() {
		if found := Inspect(cells, Options{}); len(found) != 0 {
			b.Fatal(found[0])
		}
	}
}

// The same, every cell drawn on its own: no vertex is where the neighbour's is, but within some centimetres.
func BenchmarkInspectDrawnTwice(b *testing.B) {
	q := newQuilt(1, 100, 100, 7)
	cells := drawnTwice(q, 2e-7)
	b.ReportAllocs()
	for b.Loop() {
		if found := Inspect(cells, Options{}); len(found) < 10_000 {
			b.Fatal(len(found))
		}
	}
}

func BenchmarkRepairDrawnTwice(b *testing.B) {
	cells := drawnTwice(newQuilt(1, 100, 100, 7), 2e-7)
	b.ReportAllocs()
	for b.Loop() {
		if _, fixes := Repair(cells, Options{}); len(fixes) < 10_000 {
			b.Fatal(len(fixes))
		}
	}
}
