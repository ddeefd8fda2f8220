package tile

import (
	"strconv"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers/internal/tile/tiletest"

	"github.com/klauspost/compress/gzip"
)

// full is a full tile as the handler draws it: every cell with its figures, and 20,000 marks.
type full struct {
	plan    *grid.Plan
	at      At
	figures map[int]Figures
	points  []Mark
}

var (
	clocks = []string{"green", "amber", "red"}
	kinds  = []string{"fire", "noise", "rubbish", "parking", "water"}
)

func newFull(b *testing.B) *full {
	d := tiletest.NewDense()
	plan, err := grid.NewPlan("bench", grid.ChinaSchema(), nil, d.Cells)
	if err != nil {
		b.Fatal(err)
	}
	f := &full{plan: plan, at: At{Z: d.Z, X: d.X, Y: d.Y}, figures: map[int]Figures{}, points: make([]Mark, len(d.Points))}
	for i := range plan.Len() {
		f.figures[i] = Figures{Cases: i % 7, Clock: clocks[i%3]}
	}
	for i := range f.points {
		f.points[i] = Mark{ID: strconv.Itoa(i), State: "offered", Category: kinds[i%5], Opened: 1_700_000_000 + int64(i)*37}
		f.points[i].Clock, f.points[i].Severity = clocks[i%3], 1+i%4
	}
	return f
}

func BenchmarkTile(b *testing.B) {
	d := tiletest.NewDense()
	f := newFull(b)
	ground, err := NewGround(64 << 20)
	if err != nil {
		b.Fatal(err)
	}
	cold := func(b *testing.B) {
		ground.plan = nil // as after a new edition of the plan
	}
	warm := func(*testing.B) {}
	for _, run := range []struct {
		name  string
		level int
		begin func(*testing.B)
	}{{"cold", 1, cold}, {"kept", 1, warm}, {"cold-gzip2", 2, cold}, {"cold-gzip3", 3, cold}, {"cold-plain", 0, cold}} {
		b.Run(run.name, func(b *testing.B) {
			var w *gzip.Writer
			var out counter
			plain := 0
			for b.Loop() {
				run.begin(b)
				view := f.at.view()
				plot := view.Projection()
				for i, pt := range d.Points {
					f.points[i].At = plot.At(pt)
				}
				c := NewCanvas()
				c.Areas(ground.Sheet(f.plan, f.at, 7), "", func(grid.Code) string { return "microgrid" }, f.figures, false)
				c.Marks(f.at, f.points)
				tile := c.Bytes()
				plain, out = len(tile), 0
				if run.level > 0 {
					if w == nil {
						w, _ = gzip.NewWriterLevel(&out, run.level)
					}
					w.Reset(&out)
					w.Write(tile)
					w.Close()
				}
				c.Done()
			}
			b.ReportMetric(float64(plain), "plain-B")
			b.ReportMetric(float64(out), "gzip-B")
		})
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
