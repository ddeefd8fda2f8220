// Package bench holds the tile encoder beside orb's own. It is a module of its own, so that the product does not depend
// on what orb's encoder brings along.
package bench

import (
	stdgzip "compress/gzip"
	"io"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"fengqiao/grid"
	"fengqiao/handlers/internal/mvt/mvttest"
	"fengqiao/handlers/internal/tile"
	"fengqiao/handlers/internal/tile/tiletest"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"
)

var (
	clocks = []string{"green", "amber", "red"}
	kinds  = []string{"fire", "noise", "rubbish", "parking", "water"}
)

// both is one full tile as either side holds it: cells with the same five properties, points with the same five.
type both struct {
	dense   tiletest.Dense
	plan    *grid.Plan
	figures map[int]tile.Figures
	ground  *tile.Ground
	zip     *gzip.Writer
	cells   []*geojson.Feature
	points  []*geojson.Feature
	marks   []tile.Mark
}

func newBoth(t testing.TB) *both {
	x := &both{dense: tiletest.NewDense(), figures: map[int]tile.Figures{}}
	var err error
	if x.plan, err = grid.NewPlan("bench", grid.ChinaSchema(), nil, x.dense.Cells); err != nil {
		t.Fatal(err)
	}
	if x.ground, err = tile.NewGround(0); err != nil { // which keeps the chart and no tile
		t.Fatal(err)
	}
	if x.zip, err = gzip.NewWriterLevel(nil, tile.ZipLevel); err != nil {
		t.Fatal(err)
	}
	bound := maptile.New(uint32(x.dense.X), uint32(x.dense.Y), maptile.Zoom(x.dense.Z)).Bound(64.0 / 4096)
	for i := range x.plan.Len() {
		x.figures[i] = tile.Figures{Cases: 1 + i%7, Emergency: i % 2, Clock: clocks[i%3]}
		cell := x.plan.At(i)
		if !cell.Shape.Bound().Intersects(bound) {
			continue
		}
		f := geojson.NewFeature(cell.Shape[0])
		f.ID = i + 1
		f.Properties = geojson.Properties{"code": string(cell.Code), "name": cell.Name, "level": "microgrid",
			"cases": x.figures[i].Cases, "emergency": x.figures[i].Emergency, "clock": x.figures[i].Clock}
		x.cells = append(x.cells, f)
	}
	for i, pt := range x.dense.Points {
		f := geojson.NewFeature(pt)
		m := mark(i)
		x.marks = append(x.marks, m)
		f.Properties = geojson.Properties{"kind": "case", "id": m.ID, "state": m.State, "category": m.Category, "severity": m.Severity,
			"emergency": m.Emergency, "clock": m.Clock, "opened": int(m.Opened)}
		x.points = append(x.points, f)
	}
	return x
}

func mark(i int) tile.Mark {
	return tile.Mark{ID: strconv.Itoa(i), State: "offered", Category: kinds[i%5], Severity: 1 + i%4, Opened: 1_700_000_000 + int64(i)*37,
		Figures: tile.Figures{Clock: clocks[i%3]}}
}

// ours draws the tile as the server does, its ground anew.
func (x *both) ours(out io.Writer) (plain []byte) {
	at := tile.At{Z: x.dense.Z, X: x.dense.X, Y: x.dense.Y}
	view := grid.View{Zoom: at.Z}
	plot := view.Projection()
	for i, pt := range x.dense.Points {
		x.marks[i].At = plot.At(pt)
	}
	c := tile.NewCanvas()
	defer c.Done()
	c.Areas(x.ground.Sheet(x.plan, at, 7), "", func(grid.Code) string { return "microgrid" }, x.figures, false)
	c.Marks(at, x.marks)
	plain = c.Bytes()
	x.zip.Reset(out)
	_, _ = x.zip.Write(plain)
	_ = x.zip.Close()
	return plain
}

// theirs is what a plain user of orb would write.
func (x *both) theirs(t testing.TB) []byte {
	cells, points := geojson.NewFeatureCollection(), geojson.NewFeatureCollection()
	for _, f := range x.cells {
		g := *f
		g.Geometry = orb.Clone(f.Geometry) // it projects in place
		cells.Append(&g)
	}
	for _, f := range x.points {
		g := *f
		points.Append(&g)
	}
	layers := mvt.Layers{mvt.NewLayer("areas", cells), mvt.NewLayer("cases", points)}
	for _, l := range layers {
		l.Version = 2
	}
	layers.ProjectToTile(maptile.New(uint32(x.dense.X), uint32(x.dense.Y), maptile.Zoom(x.dense.Z)))
	layers.Clip(orb.Bound{Min: orb.Point{-64, -64}, Max: orb.Point{4096 + 64, 4096 + 64}})
	layers.Simplify(simplify.DouglasPeucker(1))
	layers.RemoveEmpty(1, 1)
	out, err := mvt.MarshalGzipped(layers)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// cpu is the process's own time: what the collector takes counts, what others on the machine take does not.
func cpu() time.Duration {
	var ts syscall.Timespec
	_, _, _ = syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 2, uintptr(unsafe.Pointer(&ts)), 0)
	return time.Duration(ts.Nano())
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// BenchmarkTile draws the tile as often with either, each paying for its own garbage.
func BenchmarkTile(b *testing.B) {
	x := newBoth(b)
	var size counter
	theirs := 0
	mine := timed(b.N, func() { size = 0; x.ours(&size) })
	other := timed(b.N, func() { theirs = len(x.theirs(b)) })
	b.ReportMetric(mine, "ours-ms")
	b.ReportMetric(other, "orb-ms")
	b.ReportMetric(other/mine, "times-faster")
	b.ReportMetric(float64(size), "ours-B")
	b.ReportMetric(float64(theirs), "orb-B")
	b.ReportMetric(float64(size)/float64(theirs), "bytes-ratio")
}

// BenchmarkZip compresses the tile with the library and level in use, and with others.
func BenchmarkZip(b *testing.B) {
	x := newBoth(b)
	plain := slices.Clone(x.ours(io.Discard))
	ours := func(level int) zipper { w, _ := gzip.NewWriterLevel(nil, level); return w }
	standard := func(level int) zipper { w, _ := stdgzip.NewWriterLevel(nil, level); return w }
	for _, run := range []struct {
		name string
		zip  zipper
	}{
		{"in-use", ours(tile.ZipLevel)}, {"level-1", ours(1)}, {"level-3", ours(3)}, {"standard-1", standard(1)}, {"standard-6", standard(6)},
	} {
		b.Run(run.name, func(b *testing.B) {
			var size counter
			took := timed(b.N, func() {
				size = 0
				run.zip.Reset(&size)
				_, _ = run.zip.Write(plain)
				_ = run.zip.Close()
			})
			b.ReportMetric(took, "cpu-ms")
			b.ReportMetric(float64(size), "B")
		})
	}
}

// zipper is a gzip writer of either make.
type zipper interface {
	io.WriteCloser
	Reset(io.Writer)
}

// timed is what one run takes of the processor, in milliseconds.
func timed(n int, do func()) float64 {
	do()
	runtime.GC()
	began := cpu()
	for range n {
		do()
	}
	return float64(cpu()-began) / 1e6 / float64(n)
}

func TestOrbReadsWhatWeWrite(t *testing.T) {
	x := newBoth(t)
	plain := slices.Clone(x.ours(io.Discard))
	layers, err := mvt.Unmarshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	strict, err := mvttest.Decode(plain)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range layers {
		if l.Name != strict[i].Name || len(l.Features) != len(strict[i].Features) {
			t.Errorf("%s: orb reads %d features, we wrote %d", l.Name, len(l.Features), len(strict[i].Features))
		}
		for k, f := range l.Features {
			for key, v := range strict[i].Features[k].Tags {
				if n, ok := v.(uint64); ok {
					v = float64(n) // as orb reads all numbers
				}
				if f.Properties[key] != v {
					t.Fatalf("%s: %v, want %v", key, f.Properties[key], v)
				}
			}
		}
	}
	if n := len(layers[1].Features); n != len(x.points) {
		t.Errorf("%d points of %d", n, len(x.points))
	}
	if n, want := len(layers[0].Features), len(x.cells); n > want || n < want-10 {
		t.Errorf("%d cells of %d", n, want)
	}
}
