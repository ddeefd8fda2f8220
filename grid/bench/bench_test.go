package bench

import (
	"flag"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

var (
	sizes  = flag.String("cells", "10000,100000", "how many cells, separated by commas")
	points = flag.Int("points", 200_000, "how many points to look up, a tenth as many hard ones beside them")
	seed   = flag.Uint64("seed", 1, "of cells and points")
)

func eachSize(tb testing.TB) (out []int) {
	for text := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 4 {
			tb.Fatalf("-cells %s: %q is no number of cells", *sizes, text)
		}
		out = append(out, n)
	}
	return out
}

// BenchmarkLookup is the time of one lookup (ns/op) with fengqiao, alone and in batches (LocateAll), and with its peers.
//
//	B/cell           live heap after the build: what the lookup keeps, shapes included (fengqiao: codes too)
//	build-s          of the index, from cells in memory
//	wrong, hardwrong answers other than those of orb-grid
//
// The peers: orb-grid is a uniform grid with orb's ring test, made exact; grid is the same with an exact ring test of our own,
// which spares orb's box and divisions; rtree is tidwall/rtree with that.
func BenchmarkLookup(b *testing.B) {
	for _, n := range eachSize(b) {
		b.Run(fmt.Sprintf("cells=%d", n), func(b *testing.B) { lookups(b, n) })
	}
}

func lookups(b *testing.B, n int) {
	pts, hardPts := anywhere(*points, *seed), hard(weave(n, *seed), *points/10, *seed)
	var plan *grid.Plan
	var grids *uniform
	var tree lookup
	weights := map[string]weight{
		"fengqiao": weigh(b, n, func(cells []grid.Cell) { plan = newPlan(b, cells) }),
		"grid":     weigh(b, n, func(cells []grid.Cell) { grids = newUniform(cells) }),
		"rtree":    weigh(b, n, func(cells []grid.Cell) { tree = byRTree(cells) }),
	}
	right, hardRight := answers(grids.byPlanar, pts), answers(grids.byPlanar, hardPts)
	for _, peer := range []struct {
		name, weight string
		all          many
	}{
		{"fengqiao", "fengqiao", each(ours(plan))},
		{"fengqiao-batch", "fengqiao", plan.LocateAll},
		{"orb-grid", "grid", each(grids.byPlanar)},
		{"grid", "grid", each(grids.byRing)},
		{"rtree", "rtree", each(tree)},
	} {
		b.Run("by="+peer.name, func(b *testing.B) {
			wrong, hardWrong := differ(peer.all, pts, right), differ(peer.all, hardPts, hardRight)
			if wrong+hardWrong > 0 {
				b.Errorf("%d of %d answers and %d of %d hard ones differ", wrong, len(pts), hardWrong, len(hardPts))
			}
			out := make([]int32, len(pts))
			b.ReportAllocs()
			b.ResetTimer()
			for left := b.N; left > 0; left -= len(pts) {
				k := min(left, len(pts))
				peer.all(pts[:k], out[:k])
			}
			b.StopTimer()
			b.ReportMetric(weights[peer.weight].bytes, "B/cell")
			b.ReportMetric(weights[peer.weight].seconds, "build-s")
			b.ReportMetric(float64(wrong), "wrong")
			b.ReportMetric(float64(hardWrong), "hardwrong")
		})
	}
}

// many looks up a row of points, as grid.Plan.LocateAll does.
type many func(pts []orb.Point, out []int32)

func each(one lookup) many {
	return func(pts []orb.Point, out []int32) {
		for i, pt := range pts {
			out[i] = one(pt)
		}
	}
}

func ours(plan *grid.Plan) lookup {
	return func(pt orb.Point) int32 {
		if at, ok := plan.Index(pt); ok {
			return int32(at)
		}
		return -1
	}
}

func newPlan(tb testing.TB, cells []grid.Cell) *grid.Plan {
	tb.Helper()
	plan, err := grid.NewPlan("bench", grid.ChinaSchema(), nil, cells)
	if err != nil {
		tb.Fatal(err)
	}
	return plan
}

func answers(one lookup, pts []orb.Point) []int32 {
	out := make([]int32, len(pts))
	each(one)(pts, out)
	return out
}

// differ counts the answers that are not the wanted ones.
func differ(all many, pts []orb.Point, want []int32) (n int) {
	out := make([]int32, len(pts))
	all(pts, out)
	for i := range out {
		if out[i] != want[i] {
			n++
		}
	}
	return n
}

type weight struct{ bytes, seconds float64 } // bytes a cell

// weigh builds an index of cells that nobody else holds: what is alive afterwards is the index with what it keeps of them.
func weigh(b *testing.B, n int, build func([]grid.Cell)) weight {
	before := alive()
	cells := weave(n, *seed)
	count := float64(len(cells))
	runtime.GC()
	began := time.Now()
	build(cells)
	seconds := time.Since(began).Seconds()
	cells = nil
	return weight{float64(alive()-before) / count, seconds}
}

func alive() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
