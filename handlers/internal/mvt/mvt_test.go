package mvt_test

import (
	"reflect"
	"testing"

	"fengqiao/grid"
	"fengqiao/handlers/internal/mvt"
	"fengqiao/handlers/internal/mvt/mvttest"

	"pgregory.net/rapid"
)

func decode(t interface {
	Fatal(...any)
	Helper()
}, tile []byte) []mvttest.Layer {
	t.Helper()
	layers, err := mvttest.Decode(tile)
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

// The example of the specification, 4.3.5: a polygon and then one with a hole.
func TestThePolygonsOfTheSpecificationAreWrittenAsItSays(t *testing.T) {
	p := mvt.Begin(nil, grid.Pixel{})
	p.Ring([]grid.Pixel{{X: 0, Y: 0}, {X: 10, Y: 0}, {X: 10, Y: 10}, {X: 0, Y: 10}}, false)
	p.Ring([]grid.Pixel{{X: 11, Y: 11}, {X: 20, Y: 11}, {X: 20, Y: 20}, {X: 11, Y: 20}}, false)
	p.Ring([]grid.Pixel{{X: 13, Y: 13}, {X: 17, Y: 13}, {X: 17, Y: 17}, {X: 13, Y: 17}}, true)
	want := []byte{9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15, 9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15}
	if !reflect.DeepEqual(p.Bytes(), want) {
		t.Errorf("got  %v\nwant %v", p.Bytes(), want)
	}
}

func TestPlacesAreToldFromTheTilesOwnCorner(t *testing.T) {
	p := mvt.Begin(nil, grid.Pixel{X: 1000, Y: 2000})
	p.Point(grid.Pixel{X: 1025, Y: 2017}) // the specification's 4.3.5.1: at 25, 17
	if want := []byte{9, 50, 34}; !reflect.DeepEqual(p.Bytes(), want) {
		t.Errorf("got %v, want %v", p.Bytes(), want)
	}
}

func TestALayerComesBackAsItWasWritten(t *testing.T) {
	l := mvt.NewLayer("层", "text", "own", "number", "flag")
	rapid.Check(t, func(t *rapid.T) {
		l.Clear()
		n := rapid.IntRange(1, 40).Draw(t, "features")
		var want []map[string]any
		for i := range n {
			tags := map[string]any{}
			if rapid.Bool().Draw(t, "has text") {
				v := rapid.SampledFrom([]string{"", "a", "微网格", "b", "c", "d", "e", "f", "g"}).Draw(t, "text")
				l.Text(0, v)
				tags["text"] = v
			}
			if rapid.Bool().Draw(t, "has own") {
				v := rapid.String().Draw(t, "own")
				l.Unique(1, v)
				tags["own"] = v
			}
			v := rapid.Uint64().Draw(t, "number")
			if rapid.Bool().Draw(t, "unique") {
				l.UniqueNumber(2, v)
			} else {
				l.Number(2, v)
			}
			tags["number"] = v
			flag := rapid.Bool().Draw(t, "flag")
			l.Flag(3, flag)
			tags["flag"] = flag
			p := mvt.Begin(nil, grid.Pixel{})
			p.Point(grid.Pixel{X: int32(i), Y: rapid.Int32Range(-5000, 5000).Draw(t, "y")})
			l.Put(uint64(i), mvt.Point, p.Bytes())
			want = append(want, tags)
		}
		layers := decode(t, l.AppendTo(nil))
		if len(layers) != 1 || layers[0].Name != "层" || layers[0].Extent != mvt.Extent || len(layers[0].Features) != n {
			t.Fatalf("%d layers", len(layers))
		}
		for i, f := range layers[0].Features {
			if f.ID != uint64(i) || f.Parts[0][0][0] != i || !reflect.DeepEqual(f.Tags, want[i]) {
				t.Fatalf("feature %d is %v, want %v", i, f, want[i])
			}
		}
	})
}

func TestALayerWithoutFeaturesIsLeftOut(t *testing.T) {
	l := mvt.NewLayer("areas", "code")
	l.Text(0, "of a feature without ground")
	l.Put(1, mvt.Polygon, nil)
	if got := l.AppendTo([]byte{1}); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	p := mvt.Begin(nil, grid.Pixel{})
	p.Point(grid.Pixel{})
	l.Put(0, mvt.Point, p.Bytes())
	if tags := decode(t, l.AppendTo(nil))[0].Features[0].Tags; len(tags) != 0 {
		t.Errorf("the next feature has its tags: %v", tags)
	}
}

func TestAFeatureCostsNoMemoryOfItsOwn(t *testing.T) {
	l := mvt.NewLayer("areas", "code", "cases")
	path := mvt.Begin(nil, grid.Pixel{})
	path.Ring([]grid.Pixel{{X: 0, Y: 0}, {X: 10, Y: 0}, {X: 10, Y: 10}}, false)
	write := func() {
		l.Clear()
		for i := range 1000 {
			l.Unique(0, "33.01.11.001")
			l.Number(1, uint64(i%7))
			l.Put(uint64(i)+1, mvt.Polygon, path.Bytes())
		}
	}
	write()
	if n := testing.AllocsPerRun(10, write); n != 0 {
		t.Errorf("%g allocations for 1000 features", n)
	}
}
