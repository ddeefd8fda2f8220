package tile

import (
	"bytes"
	stdgzip "compress/gzip"
	"io"
	"strconv"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers/internal/tile/tiletest"

	"github.com/klauspost/compress/gzip"
)

// full is a full tile as the handler draws it: every cell with its figures, and 20,000 cases on their spots.
type full struct {
	tiletest.Dense
	plan    *grid.Plan
	at      At
	figures map[int]Figures
	marks   []Mark
}

func newFull(b *testing.B) *full {
	clocks, kinds := []string{"green", "amber", "red"}, []string{"fire", "noise", "rubbish", "parking", "water"}
	f := &full{Dense: tiletest.NewDense(), figures: map[int]Figures{}}
	f.plan, f.at = planOf(b, f.Cells), At{Z: f.Z, X: f.X, Y: f.Y}
	for i := range f.plan.Len() {
		f.figures[i] = Figures{Cases: 1 + i%7, Emergency: i % 2, Clock: clocks[i%3]}
	}
	for i := range f.Points {
		f.marks = append(f.marks, Mark{ID: strconv.Itoa(i), State: "offered", Category: kinds[i%5], Severity: 1 + i%4,
			Opened: 1_700_000_000 + int64(i)*37, Figures: Figures{Clock: clocks[i%3]}})
	}
	return f
}

func (f *full) draw(c *Canvas, g *Ground) []byte {
	plot := f.at.Projection()
	for i, pt := range f.Points {
		f.marks[i].At = plot.At(pt)
	}
	c.Areas(g.Sheet(f.plan, f.at, 7), "", func(grid.Code) string { return "microgrid" }, f.figures, false)
	c.Marks(f.at, f.marks)
	return c.Bytes()
}

// zipper is a gzip writer of either make.
type zipper interface {
	io.WriteCloser
	Reset(io.Writer)
}

// BenchmarkTile draws a tile of 5,000 cells and 20,000 points: its ground drawn anew or kept, then compressed, by the
// library and level in use and by others. handlers/bench holds it beside orb's encoder.
func BenchmarkTile(b *testing.B) {
	f := newFull(b)
	ours, standard := func(level int) zipper { w, _ := gzip.NewWriterLevel(nil, level); return w }, func(level int) zipper { w, _ := stdgzip.NewWriterLevel(nil, level); return w }
	for _, run := range []struct {
		name string
		keep int64
		zip  zipper
	}{
		{"anew", 0, ours(ZipLevel)}, {"kept", 64 << 20, ours(ZipLevel)}, {"anew/plain", 0, nil}, {"kept/plain", 64 << 20, nil},
		{"anew/level-1", 0, ours(1)}, {"anew/level-3", 0, ours(3)}, {"anew/standard-1", 0, standard(1)}, {"anew/standard-6", 0, standard(6)},
	} {
		b.Run(run.name, func(b *testing.B) {
			g := ground(b, run.keep)
			g.Sheet(f.plan, f.at, 7) // the chart is made once a plan
			var out bytes.Buffer
			plain := 0
			b.ReportAllocs()
			for b.Loop() {
				c := NewCanvas()
				tile := f.draw(c, g)
				plain = len(tile)
				if out.Reset(); run.zip != nil {
					run.zip.Reset(&out)
					_, _ = run.zip.Write(tile)
					_ = run.zip.Close()
				}
				c.Done()
			}
			b.ReportMetric(float64(plain), "plain-B")
			b.ReportMetric(float64(out.Len()), "gzip-B")
		})
	}
}
