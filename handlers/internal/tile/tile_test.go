package tile

import (
	"fmt"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers/internal/mvt/mvttest"
	"fengqiao/handlers/internal/tile/tiletest"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

var quilt = tiletest.Quilt{West: 119.9, South: 30, Size: 0.004, Cols: 30, Rows: 25, Steps: 6, Seed: 2}

func planOf(t testing.TB, cells []grid.Cell) *grid.Plan {
	t.Helper()
	p, err := grid.NewPlan("v", grid.ChinaSchema(), nil, cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// ground keeps so many bytes.
func ground(t testing.TB, most int64) *Ground {
	t.Helper()
	g, err := NewGround(most)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// drawn is a tile's areas as a client reads them.
func drawn(t testing.TB, sheet *Sheet, own grid.Code) []mvttest.Feature {
	t.Helper()
	c := NewCanvas()
	defer c.Done()
	c.Areas(sheet, own, func(grid.Code) string { return "level" }, nil, false)
	layers, err := mvttest.Decode(c.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) == 0 {
		return nil
	}
	return layers[0].Features
}

// tilesOf are the tiles that a plan lies in.
func tilesOf(p *grid.Plan, zoom int) (out []At) {
	v := grid.View{Zoom: zoom}
	b := p.Bound("")
	nw, se := v.At(orb.Point{b.Min[0], b.Max[1]}), v.At(orb.Point{b.Max[0], b.Min[1]})
	for x := nw.X / grid.TilePixels; x <= se.X/grid.TilePixels; x++ {
		for y := nw.Y / grid.TilePixels; y <= se.Y/grid.TilePixels; y++ {
			out = append(out, At{Z: zoom, X: int(x), Y: int(y)})
		}
	}
	return out
}

const low, high = -buffer, grid.TilePixels + buffer

// rimmed tells whether an edge runs along the rim of what a tile holds.
func rimmed(a, b [2]int) bool {
	for axis := range 2 {
		if a[axis] == b[axis] && (a[axis] == low || a[axis] == high) {
			return true
		}
	}
	return false
}

func TestNeighboursShareTheirEdgesInEveryTile(t *testing.T) {
	p := planOf(t, quilt.Cells())
	g := ground(t, 1<<20)
	v := grid.View{}
	for _, zoom := range []int{9, 11, 12, 13, 14, 15} {
		v.Zoom = zoom
		b := p.Bound("")
		nw, se := v.At(orb.Point{b.Min[0], b.Max[1]}), v.At(orb.Point{b.Max[0], b.Min[1]})
		for _, at := range tilesOf(p, zoom) {
			o := at.origin()
			edges := map[[2][2]int]int{}
			for _, f := range drawn(t, g.Sheet(p, at, Depth(7, zoom, "")), "") {
				for _, ring := range f.Parts {
					for i, a := range ring {
						b := ring[(i+1)%len(ring)]
						if a[0] < low || a[0] > high || a[1] < low || a[1] > high {
							t.Fatalf("%v: %v is beyond the rim", at, a)
						}
						edges[[2][2]int{a, b}]++
						edges[[2][2]int{b, a}]--
					}
				}
			}
			for e, n := range edges {
				outer := func(p [2]int) bool {
					x, y := int32(p[0])+o.X, int32(p[1])+o.Y
					return x <= nw.X+1 || x >= se.X-1 || y <= nw.Y+1 || y >= se.Y-1
				}
				if n > 0 && !rimmed(e[0], e[1]) && !(outer(e[0]) && outer(e[1])) {
					t.Errorf("%v: the edge %v has no neighbour", at, e)
				}
			}
		}
	}
}

// crossings are where a tile's edges cross an upright line, in world pixels.
func crossings(features []mvttest.Feature, at At, x int) map[int]bool {
	out := map[int]bool{}
	o := at.origin()
	for _, f := range features {
		for _, ring := range f.Parts {
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				ax, bx := a[0]+int(o.X), b[0]+int(o.X)
				if ax == bx || (ax <= x) == (bx <= x) {
					continue
				}
				out[a[1]+int(o.Y)+(b[1]-a[1])*(x-ax)/(bx-ax)] = true
			}
		}
	}
	return out
}

func TestTilesMeetWithoutASeam(t *testing.T) {
	p := planOf(t, quilt.Cells())
	g := ground(t, 1<<20)
	seen := 0
	for _, zoom := range []int{12, 13, 14, 16} {
		for _, west := range tilesOf(p, zoom) {
			east := west
			east.X++
			x := east.X * grid.TilePixels
			a := crossings(drawn(t, g.Sheet(p, west, 7), ""), west, x)
			b := crossings(drawn(t, g.Sheet(p, east, 7), ""), east, x)
			near := func(set map[int]bool, y int) bool { return set[y-1] || set[y] || set[y+1] }
			// Beyond the tiles' own rows their buffers may hold other parts.
			inside := func(y int) bool { return y > west.Y*grid.TilePixels && y < (west.Y+1)*grid.TilePixels }
			for y := range a {
				if seen++; inside(y) && !near(b, y) {
					t.Errorf("%v ends at %d, where %v has nothing", west, y, east)
				}
			}
			for y := range b {
				if inside(y) && !near(a, y) {
					t.Errorf("%v ends at %d, where %v has nothing", east, y, west)
				}
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d borders cross from tile to tile", seen)
	}
}

func TestHolesAreHolesInTheTile(t *testing.T) {
	around := func(x, y, size float64) orb.Ring {
		return orb.Ring{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}, {x, y}}
	}
	hole := around(120.02, 30.02, 0.02)
	hole.Reverse()
	p := planOf(t, []grid.Cell{
		{Code: "33.01.11.001.001.001.01", Shape: orb.MultiPolygon{{around(120, 30, 0.06), hole}, {around(120.07, 30, 0.01)}}},
		{Code: "33.01.11.001.001.001.02", Shape: orb.MultiPolygon{{around(120.02, 30.02, 0.02)}}},
	})
	v := grid.View{Zoom: 9}
	px := v.At(orb.Point{120.03, 30.03})
	at := At{Z: 9, X: int(px.X / grid.TilePixels), Y: int(px.Y / grid.TilePixels)}
	features := drawn(t, ground(t, 1<<20).Sheet(p, at, 7), "")
	if len(features) != 2 {
		t.Fatalf("%d features", len(features))
	}
	var signs string
	for _, ring := range features[0].Parts {
		signs += map[bool]string{true: "+", false: "-"}[mvttest.Area(ring) > 0]
	}
	if signs != "+-+" {
		t.Errorf("the cell with a hole and an exclave is drawn as %s", signs)
	}
	island := features[1].Parts
	if len(island) != 1 || mvttest.Area(island[0]) != -mvttest.Area(features[0].Parts[1]) {
		t.Errorf("the island %v does not fill the hole %v", island, features[0].Parts[1])
	}
	v.Zoom = 16
	px = v.At(orb.Point{120.03, 30.03})
	inside := At{Z: 16, X: int(px.X / grid.TilePixels), Y: int(px.Y / grid.TilePixels)}
	if got := drawn(t, ground(t, 1<<20).Sheet(p, inside, 7), ""); len(got) != 1 || got[0].Text("code") != "33.01.11.001.001.001.02" || mvttest.Area(got[0].Parts[0]) != 2*(high-low)*(high-low) {
		t.Errorf("inside the island there is %v", got)
	}
}

func TestWhereAnEdgeIsCutDoesNotDependOnWhoCutsIt(t *testing.T) {
	const world = grid.TilePixels << grid.MaxZoom
	pixel := rapid.Custom(func(t *rapid.T) grid.Pixel {
		return grid.Pixel{X: rapid.Int32Range(0, world).Draw(t, "x"), Y: rapid.Int32Range(0, world).Draw(t, "y")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := pixel.Draw(t, "a"), pixel.Draw(t, "b")
		if a.X != b.X {
			x := rapid.Int32Range(min(a.X, b.X), max(a.X, b.X)).Draw(t, "at x")
			p := upright(a, b, x)
			if p != upright(b, a, x) || p.Y < min(a.Y, b.Y) || p.Y > max(a.Y, b.Y) {
				t.Fatalf("%v or %v", p, upright(b, a, x))
			}
		}
		if a.Y != b.Y {
			y := rapid.Int32Range(min(a.Y, b.Y), max(a.Y, b.Y)).Draw(t, "at y")
			p := level(a, b, y)
			if p != level(b, a, y) || p.X < min(a.X, b.X) || p.X > max(a.X, b.X) {
				t.Fatalf("%v or %v", p, level(b, a, y))
			}
		}
	})
}

func TestOnlyTheCallersOwnAreaIsDrawn(t *testing.T) {
	p := planOf(t, quilt.Cells())
	g := ground(t, 1<<20)
	own := grid.Code("33.01.11.001.002")
	all, mine := 0, 0
	for _, at := range tilesOf(p, 13) {
		sheet := g.Sheet(p, at, 7)
		all += len(drawn(t, sheet, ""))
		for _, f := range drawn(t, sheet, own) {
			if mine++; !own.Contains(grid.Code(f.Text("code"))) {
				t.Errorf("%s is drawn", f.Text("code"))
			}
		}
	}
	if mine == 0 || mine == all {
		t.Errorf("%d of %d", mine, all)
	}
}

func TestTheGroundKeptStaysWithinItsBytes(t *testing.T) {
	p := planOf(t, quilt.Cells())
	const most = 40_000
	g := ground(t, most)
	for range 2 {
		for _, at := range tilesOf(p, 14) {
			g.Sheet(p, at, 7)
			if held := g.Held(); held > most || held < 0 {
				t.Fatalf("%d bytes are kept", held)
			}
		}
	}
	at := tilesOf(p, 14)[0]
	first := g.Sheet(p, at, 7)
	if g.Sheet(p, at, 7) != first {
		t.Error("what was just drawn is drawn again")
	}
	if again := g.Sheet(planOf(t, quilt.Cells()), at, 7); again == first {
		t.Error("another plan shows the old one's ground")
	}
	whole := g.Held()
	if none := ground(t, 0); none.Sheet(p, at, 7) == nil || none.Held() != 0 || whole <= 0 {
		t.Errorf("%d bytes, and %d where none may be kept", whole, none.Held())
	}
}

func TestTheLevelFollowsTheZoom(t *testing.T) {
	for _, tt := range []struct {
		levels, zoom int
		own          grid.Code
		want         int
	}{
		{7, 0, "", 3}, {7, 8, "", 3}, {7, 9, "", 4}, {7, 10, "", 4}, {7, 11, "", 5}, {7, 13, "", 6}, {7, 14, "", 7}, {7, 18, "", 7},
		{7, 3, "33.01.11.001", 4}, {7, 3, "33.01.11.001.001.001", 6}, {7, 14, "33.01", 7},
		{2, 0, "", 1}, {2, 13, "", 1}, {2, 14, "", 2}, {1, 5, "", 1},
	} {
		if got := Depth(tt.levels, tt.zoom, tt.own); got != tt.want {
			t.Errorf("%d levels at zoom %d for %q: %d, want %d", tt.levels, tt.zoom, tt.own, got, tt.want)
		}
	}
}

func TestATileHoldsWhatNoOtherDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		px := grid.Pixel{X: rapid.Int32Range(0, 8*grid.TilePixels-1).Draw(t, "x"), Y: rapid.Int32Range(0, 8*grid.TilePixels-1).Draw(t, "y")}
		var holders []string
		for x := range 8 {
			for y := range 8 {
				if (At{Z: 3, X: x, Y: y}).Holds(px) {
					holders = append(holders, fmt.Sprint(x, y))
				}
			}
		}
		if len(holders) != 1 {
			t.Fatalf("%v is held by %v", px, holders)
		}
	})
}
