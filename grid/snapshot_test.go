package grid

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// test is what a test and a rapid check have in common.
type test interface {
	Helper()
	Fatal(args ...any)
}

func snapshotOf(t test, p *Plan) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteSnapshot(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// reseal gives an altered snapshot the length and checksum that it should have.
func reseal(b []byte) []byte {
	if len(b) < snapshotHead+snapshotSeal {
		return b
	}
	end := len(b) - snapshotSeal
	le.PutUint64(b[snapshotHead-8:], uint64(len(b)))
	le.PutUint32(b[end:], crc32.Checksum(b[:end], castagnoli))
	return b
}

// answers are what a plan says to every kind of question about some points and all its places.
func answers(p *Plan, pts []orb.Point) (said []any) {
	say := func(v ...any) { said = append(said, v...) }
	say(p.Version(), p.Schema(), p.Len(), p.Roots())
	out := make([]int32, len(pts))
	p.LocateAll(pts, out)
	say(out)
	for _, pt := range pts {
		c, in := p.Locate(pt)
		near, metres, ok := p.Nearest(pt, 500)
		say(c, in, near, metres, ok, p.CellsNear(pt, 300))
		say(p.CellsIn(orb.Bound{Min: pt, Max: orb.Point{pt[0] + 0.003, pt[1] + 0.002}}))
	}
	codes := []Code{"", "a", "b", "b.x", "33", "nowhere"}
	for i := range p.Len() {
		codes = append(codes, p.CodeAt(i).Ancestors()...)
		say(p.At(i), p.Neighbours(p.CodeAt(i)))
	}
	for _, code := range codes {
		name, named := p.Name(code)
		centre, ok := p.Centre(code)
		say(name, named, centre, ok, p.Bound(code), p.Path(code), p.Children(code), p.CellsOf(code), p.Within(code))
	}
	for depth := range 4 {
		c := p.Chart(depth)
		var pen Pen
		for i := range c.Len() {
			say(c.Code(i), c.Name(i))
		}
		pen.Draw(c, everywhere(12), func(patch int, rings []Ring) { say(patch, fmt.Sprint(rings)) })
	}
	return said
}

// A plan read back says the same as the one that was written, for ground with and without gaps, drawn with few decimals
// and with all, with cells that cross themselves and each other, with and without names and units.
func TestSnapshotAnswersAsThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []Cell
		schema, units := Schema{Levels: []Level{{Key: "one", NameZh: "一"}, {Key: "two"}}}, []Unit{{"a", "甲"}, {"b", ""}, {"b.x", "empty"}}
		if rapid.Bool().Draw(t, "dirty") {
			cells = dirtyCells(t)
		} else {
			cells = newQuilt(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 6).Draw(t, "cols"), rapid.IntRange(1, 6).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "steps")).cells()
			schema, units = ChinaSchema(), []Unit{{"33", "浙江"}, {"33.01.11", "富阳"}}
			cells[0].Name = "first"
		}
		if rapid.Bool().Draw(t, "decimals") {
			for i := range cells {
				cells[i].Shape = rounded(cells[i].Shape)
			}
		}
		p, err := NewPlan("版本 1", schema, units, cells)
		if err != nil {
			t.Skip(err)
		}
		b := snapshotOf(t, p)
		q, err := ReadSnapshot(b)
		if err != nil {
			t.Fatal(err)
		}
		clear(b) // what was read does not depend on where from
		pts := beside(rand.New(rand.NewPCG(1, 2)), cells, min(len(cells), 1)*40, 1e-5)
		was, is := answers(p, pts), answers(q, pts)
		for i := range was {
			if !reflect.DeepEqual(was[i], is[i]) {
				t.Fatalf("answer %d: %v became %v", i, was[i], is[i])
			}
		}
		if !bytes.Equal(snapshotOf(t, p), snapshotOf(t, q)) {
			t.Fatal("what was read is written otherwise")
		}
		for i := range cells {
			cells[i] = q.At(i)
		}
		again, err := NewPlan(q.Version(), q.Schema(), q.Units(), cells)
		if err != nil || !bytes.Equal(snapshotOf(t, again), snapshotOf(t, q)) {
			t.Fatal("the same units and cells make another plan", err)
		}
	})
}

// rounded is a shape with seven decimals, which are kept as steps.
func rounded(shape orb.MultiPolygon) orb.MultiPolygon {
	out := shape.Clone()
	for _, poly := range out {
		for _, r := range poly {
			for i, pt := range r {
				for axis := range pt {
					r[i][axis] = float64(int64(pt[axis]*1e7)) / 1e7
				}
			}
		}
	}
	return out
}

// samplePlan is a small plan with some of everything: two levels, names, a hole, steps or raw coordinates, cells that lie on
// each other so that the index needs lists.
func samplePlan(t testing.TB, nudge float64) *Plan {
	cells := []Cell{
		cell("a.1", orb.Polygon{box(119.9, 30, 119.91+nudge, 30.01), box(119.903, 30.003, 119.906, 30.006)}),
		cell("a.2", orb.Polygon{box(119.91+nudge, 30, 119.92, 30.01)}),
		{Code: "b", Name: "乙", Shape: orb.MultiPolygon{{box(119.903, 30.003, 119.906, 30.006)}, {box(119.93, 30, 119.94, 30.01)}}},
	}
	for i := range maxChoice + 1 {
		cells = append(cells, cell(Code(fmt.Sprintf("c.%02d", i)), orb.Polygon{box(119.94, 30, 119.95, 30.01)}))
	}
	return mustPlan(t, Schema{Levels: []Level{{Key: "one", NameZh: "一", NameEn: "one"}, {Key: "two"}}}, []Unit{{"a", "甲"}, {"c", "丙"}}, cells)
}

// leadsOn tells whether a plan has lines that lead to a block.
func leadsOn(p *Plan) bool {
	return slices.ContainsFunc(p.raster.lines, func(l leaf) bool { return l.head().count() == countBlock })
}

// TestSnapshotFormat fails if the layout changes and SnapshotFormat does not: raise it, then write down what this says.
func TestSnapshotFormat(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors multiply and add without rounding between, so the last digit of a centre may differ")
	}
	for _, c := range []struct {
		nudge float64
		want  string
	}{{0, "2:57757:93734626"}, {1.0 / 3e5, "2:58333:e6e34631"}} {
		p := samplePlan(t, c.nudge)
		if len(p.raster.lists) == 0 || !leadsOn(p) || (p.ground.raw == nil) != (c.nudge == 0) {
			t.Fatal("the sample has not everything that a plan may have")
		}
		b := snapshotOf(t, p)
		if got := fmt.Sprintf("%d:%d:%s", SnapshotFormat, len(b), hex.EncodeToString(b[len(b)-snapshotSeal:])); got != c.want {
			t.Errorf("format, length and checksum are %s, not %s", got, c.want)
		}
	}
}

func TestSnapshotRefusesEveryAlteredByte(t *testing.T) {
	b := snapshotOf(t, samplePlan(t, 0))
	for i := range b {
		for _, flip := range []byte{1, 0x80, 0xff} {
			b[i] ^= flip
			if _, err := ReadSnapshot(b); err == nil {
				t.Fatalf("byte %d of %d altered by %#x is not noticed", i, len(b), flip)
			}
			b[i] ^= flip
		}
	}
	for n := range b {
		if _, err := ReadSnapshot(b[:n]); !errors.Is(err, ErrSnapshotTruncated) {
			t.Fatalf("%d bytes of %d: %v", n, len(b), err)
		}
	}
}

func TestSnapshotSaysWhyItIsRefused(t *testing.T) {
	sound := snapshotOf(t, samplePlan(t, 0))
	with := func(do func(b []byte) []byte) []byte { return do(bytes.Clone(sound)) }
	for _, c := range []struct {
		name string
		b    []byte
		want error
		says string
	}{
		{"nothing", nil, ErrSnapshotTruncated, "empty"},
		{"a boundary file", []byte(`{"type":"FeatureCollection","features":[]}`), ErrNoSnapshot, "no snapshot"},
		{"one sent as text", with(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }), ErrNoSnapshot, "no snapshot"},
		{"of a later release", with(func(b []byte) []byte { b[8]++; return reseal(b) }), ErrSnapshotFormat, "format 3, a newer one"},
		{"of an earlier release", with(func(b []byte) []byte { b[8]--; return reseal(b) }), ErrSnapshotFormat, "format 1, an older one"},
		{"cut off", sound[:len(sound)/2], ErrSnapshotTruncated, fmt.Sprintf("%d of %d bytes", len(sound)/2, len(sound))},
		{"with something behind it", with(func(b []byte) []byte { return append(b, 0) }), ErrSnapshotDamaged, "should have"},
		{"altered", with(func(b []byte) []byte { b[len(b)/2]++; return b }), ErrSnapshotDamaged, "checksum"},
		{"made up", reseal(append([]byte(snapshotMagic), append([]byte{SnapshotFormat, 0, 0, 0}, bytes.Repeat([]byte{0xff}, 40)...)...)), ErrSnapshotDamaged, "longer than the whole"},
	} {
		_, err := ReadSnapshot(c.b)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := new(Plan).WriteSnapshot(new(bytes.Buffer)); err == nil {
		t.Error("the zero Plan is written")
	}
}

// Whoever makes a snapshot by hand, checksum and all, may get wrong answers, but no crash and no more memory than its
// size asks for.
func FuzzSnapshot(f *testing.F) {
	for _, nudge := range []float64{0, 1.0 / 3e5} {
		b := snapshotOf(f, samplePlan(f, nudge))
		f.Add(b)
		for _, at := range []int{len(b) / 5, len(b) / 3, len(b) / 2, len(b) * 3 / 4} {
			f.Add(append(bytes.Clone(b[:at]), b[at+1:]...))
		}
	}
	f.Add([]byte(snapshotMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		tryAltered(t, b)
		tryAltered(t, reseal(bytes.Clone(b)))
	})
}

// tryAltered asks everything of what can be read.
func tryAltered(t *testing.T, b []byte) {
	p, err := ReadSnapshot(b)
	if err != nil {
		return
	}
	pts := []orb.Point{p.Bound("").Center()}
	for i := range 64 {
		pts = append(pts, orb.Point{119.899 + float64(i)*0.0008, 30.0001 + float64(i%11)*0.001})
	}
	answers(p, pts)
}

// The same without a fuzzer's patience: words of the body, in turn, become one that leads astray.
func TestSnapshotMadeByHandDoesNotCrash(t *testing.T) {
	for _, nudge := range []float64{0, 1.0 / 3e5} {
		b := snapshotOf(t, samplePlan(t, nudge))
		read := 0
		for at := snapshotHead; at+4 < len(b)-snapshotSeal; at += 11 {
			was := le.Uint32(b[at:])
			for _, v := range []uint32{0, was + 1, was ^ 3, was << 8, 1 << 30, 1<<32 - 1} {
				le.PutUint32(b[at:], v)
				if p, err := ReadSnapshot(reseal(b)); err == nil {
					read++
					if read%7 == 0 { // all questions take a while
						tryAltered(t, b)
					}
					p.LocateAll([]orb.Point{{119.905, 30.005}}, make([]int32, 1))
				}
			}
			le.PutUint32(b[at:], was)
		}
		if read == 0 {
			t.Error("nothing was read, so nothing was asked")
		}
	}
}

// What leads astray is refused for what it is, each kind by itself.
func TestSnapshotThatLeadsAstrayIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(p *Plan){
		"a tile whose blocks are not there":  func(p *Plan) { p.raster.tiles[0] = newTile(len(p.raster.blocks), 0) },
		"a tile that is cut too often":       func(p *Plan) { p.raster.tiles[0] = newTile(0, mostCuts+1) },
		"a block whose lines are not there":  func(p *Plan) { p.raster.blocks[0].first = uint32(len(p.raster.lines)) },
		"a block that begins in its middle":  func(p *Plan) { p.raster.blocks[0].starts &^= 1 },
		"a line that leads to itself":        func(p *Plan) { p.raster.lines[1] = blockLine(block{1, 1}) },
		"a line that leads to one before it": func(p *Plan) { p.raster.lines[1] = blockLine(block{1, 0}) },
		"a line that leads too far":          func(p *Plan) { p.raster.lines[1] = blockLine(block{1, uint32(len(p.raster.lines))}) },
		"lines without end": func(p *Plan) {
			for range lastCut {
				next := uint32(len(p.raster.lines) + 1)
				p.raster.lines = append(p.raster.lines, blockLine(block{1, next}))
			}
			p.raster.lines = append(p.raster.lines, leaf{})
		},
		"a leaf of a cell too many":       func(p *Plan) { p.raster.lines[0] = newLeaf(p.Len()) },
		"a leaf with edges and no points": func(p *Plan) { p.raster.lines[0] = leaf{1: 1} },
		"a list from its middle":          func(p *Plan) { p.raster.lines[0] = listLine(1) },
		"a list that is not there":        func(p *Plan) { p.raster.lines[0] = listLine(len(p.raster.lists)) },
		"a list without end":              func(p *Plan) { p.raster.lists[0] = 1 << 31 },
		"a list of a cell too many":       func(p *Plan) { p.raster.lists[1] = uint32(p.Len()) },
		"too few tiles":                   func(p *Plan) { p.raster.tiles = p.raster.tiles[1:] },
		"a border that is not there":      func(p *Plan) { p.ground.refs[1] = ref(len(p.ground.arcs)) << refBits },
		"a border of one vertex":          func(p *Plan) { p.ground.arcs[1] = 1 },
		"a cell without borders":          func(p *Plan) { p.ground.cells[1] = 0 },
		"a cell that begins inside":       func(p *Plan) { p.ground.refs[0] &^= refRing },
		"a vertex off the earth":          func(p *Plan) { p.ground.steps[3][1] = 1<<32 - 5 },
		"vertices of another size":        func(p *Plan) { p.ground.per = 0 },
		"codes out of order":              func(p *Plan) { p.labels.codes.all = "b" + p.labels.codes.all[1:] },
		"a centre too few":                func(p *Plan) { p.centres = p.centres[1:] },
		"a centre that is no point":       func(p *Plan) { p.centres[0][0] = math.NaN() },
		"an area of cells too many":       func(p *Plan) { p.tree.nodes["a"].last = p.Len() + 1 },
		"an area below nothing":           func(p *Plan) { p.tree.nodes["x.y"] = &area{unit: Unit{Code: "x.y"}} },
		"levels of one name":              func(p *Plan) { p.schema.Levels[1].Key = "one" },
	} {
		p := samplePlan(t, 0)
		spoil(p)
		if _, err := ReadSnapshot(snapshotOf(t, p)); !errors.Is(err, ErrSnapshotDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
