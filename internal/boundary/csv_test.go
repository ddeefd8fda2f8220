package boundary

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"fengqiao/grid"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func TestWKTIsReadInTheFormsThatWritersUse(t *testing.T) {
	unitShape := orb.MultiPolygon{{unitRing}}
	for _, tc := range []struct {
		text string
		want orb.MultiPolygon
		srid string
	}{
		{"POLYGON((0 0,1 0,1 1,0 0))", unitShape, ""},
		{"  polygon ( ( 0 0 , 1 0,\n1\t1 ,0 0 ) ) ", unitShape, ""},
		{"POLYGON Z ((0 0 5,1 0 5,1 1 5,0 0 5))", unitShape, ""},
		{"POLYGONZM((0 0 5 6,1 0 5 6,1 1 5 6,0 0 5 6))", unitShape, ""},
		{"POLYGON M ((0 0 5,1 0 5,1 1 5,0 0 5))", unitShape, ""},
		{"MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((0 0,1 0,1 1,0 0)))", orb.MultiPolygon{{unitRing}, {unitRing}}, ""},
		{"MultiPolygonZ(((0 0 1,1 0 1,1 1 1,0 0 1),(0 0 1,1 0 1,1 1 1,0 0 1)))", orb.MultiPolygon{{unitRing, unitRing}}, ""},
		{"POLYGON((+0 .0,1. 0e0,1E+0 10e-1,0 0))", unitShape, ""},
		{"SRID=4490;POLYGON((0 0,1 0,1 1,0 0))", unitShape, "4490"},
		{"POLYGON EMPTY", orb.MultiPolygon{}, ""},
		{"MULTIPOLYGON Z EMPTY", orb.MultiPolygon{}, ""},
		{"MULTIPOLYGON(EMPTY,((0 0,1 0,1 1,0 0)))", orb.MultiPolygon{{}, {unitRing}}, ""},
	} {
		s := new(wktReader).read(tc.text)
		if s.reason != "" || !s.shape.Equal(tc.want) || len(s.shape) != len(tc.want) || s.srid != tc.srid {
			t.Errorf("%q: %+v", tc.text, s)
		}
	}
}

func TestWKTThatIsWrongIsRefused(t *testing.T) {
	for text, reason := range map[string]string{
		"": "geometry_type", "POINT(1 2)": "geometry_type", "LINESTRING(0 0,1 1)": "geometry_type", "CURVEPOLYGON((0 0))": "geometry_type",
		"POLYGON": "wkt", "POLYGON(": "wkt", "POLYGON((0 0,1 0": "wkt", "POLYGON((0 0,1 0)": "wkt", "POLYGON((0 0,1 0)))": "wkt", "POLYGON((0))": "wkt",
		"POLYGON((0 0,,1 1))": "wkt", "POLYGON(())": "wkt", "POLYGON((0 0 0 0 0))": "wkt", "POLYGON((NaN 0))": "wkt", "POLYGON((inf 0))": "wkt", "POLYGON((0x10 0))": "wkt",
		"POLYGON((1_0 0))": "wkt", "POLYGON((1-1 0))": "wkt", "POLYGON((a b))": "wkt", "POLYGON(0 0,1 1)": "wkt", "POLYGON(((0 0)))": "wkt", "MULTIPOLYGON((0 0))": "wkt",
		"POLYGON Q ((0 0))": "wkt", "POLYGON((0 0)) x": "wkt", "POLYGON((1e999 0,1 1))": "coordinates", strings.Repeat("MULTIPOLYGON(", 100_000): "wkt",
		"MULTIPOLYGON" + strings.Repeat("(", 1_000_000): "wkt", "POLYGON((" + strings.Repeat("0 0,", MaxPoints) + "0 0))": "too_large",
		"MULTIPOLYGON(" + strings.Repeat("EMPTY,", 2*MaxRings) + "EMPTY)": "too_large",
	} {
		if s := new(wktReader).read(text); s.reason != reason || s.shape != nil {
			t.Errorf("%.40q: %s %s", text, s.reason, s.detail)
		}
	}
}

func TestWKTOfAnyShapeComesBackBitForBit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Float64().Draw(t, "x"), rapid.Float64().Draw(t, "y")
		if x-x != 0 || y-y != 0 {
			return
		}
		s := new(wktReader).read(fmt.Sprintf("POLYGON((%v %v))", x, y))
		if pt := s.shape[0][0][0]; math.Float64bits(pt[0]) != math.Float64bits(x) || math.Float64bits(pt[1]) != math.Float64bits(y) {
			t.Fatalf("%v %v became %v", x, y, pt)
		}
	})
}

func TestATableWithWKTIsRead(t *testing.T) {
	const wkt = `"POLYGON((0 0,1 0,1 1,0 0))"`
	for situation, tc := range map[string]struct {
		text string
		o    Options
		crs  grid.CRS
		line int
	}{
		"the usual column":         {"code,name,WKT\n33.01,富阳," + wkt + "\n", Options{}, "", 2},
		"a column by its content":  {"code,name,border\n33.01,富阳," + wkt + "\n", Options{}, "", 2},
		"a column that was told":   {"wkt,code,name,border\nPOINT(0 0),33.01,富阳," + wkt + "\n", Options{Geometry: "border"}, "", 2},
		"semicolons, as in Europe": {"code;name;wkt\r\n33.01;富阳;POLYGON((0 0,1 0,1 1,0 0))\r\n", Options{}, "", 2},
		"tabs":                     {"code\tname\twkt\n33.01\t富阳\tPOLYGON((0 0,1 0,1 1,0 0))\n", Options{}, "", 2},
		"a byte-order mark":        {"\ufeffcode,name,wkt\n33.01,富阳," + wkt, Options{}, "", 2},
		"a shape over two lines":   {"code,name,wkt\n\n33.01,富阳,\"POLYGON((0 0,\n1 0,1 1,0 0))\"\n", Options{}, "", 3},
		"PostGIS":                  {"code,name,geom\n33.01,富阳,\"SRID=3857;POLYGON((0 0,1 0,1 1,0 0))\"\n", Options{}, grid.WebMercator, 2},
	} {
		t.Run(situation, func(t *testing.T) {
			r := NewCSV(iotest.HalfReader(strings.NewReader(tc.text)), tc.o)
			list, err := all(r)
			if err != nil || len(list) != 1 || r.Head().CRS != tc.crs {
				t.Fatalf("%v, %v, %v", list, err, r.Head())
			}
			f := list[0]
			code, _ := f.Property("code")
			name, _ := f.Property("name")
			if code.Value != "33.01" || name.Value != "富阳" || f.Wrong != nil || !f.Shape.Equal(orb.MultiPolygon{{unitRing}}) || f.Line != tc.line {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestARowThatIsWrongIsNamedByItsLineAndTheNextIsRead(t *testing.T) {
	list, err := all(NewCSV(strings.NewReader("code,wkt\n1,\"POLYGON((0 0,1 0,1 1,0 0))\"\n2,POINT(1 1)\n3,\"POLYGON((0 0,x 1))\"\n4,\"POLYGON((0 0,1 0,1 1,0 0))\"\n"), Options{}))
	if err != nil || len(list) != 4 || list[0].Wrong != nil || list[3].Wrong != nil {
		t.Fatalf("%v, %v", list, err)
	}
	if w := list[1].Wrong; w == nil || w.Reason != "geometry_type" || w.Line != 3 || !strings.Contains(w.Text("zh"), "第3行") {
		t.Errorf("%+v", w)
	}
	if w := list[2].Wrong; w == nil || w.Reason != "wkt" || w.Feature != 2 || !strings.Contains(w.Text("en"), "line 4") || !strings.Contains(w.Detail, `"x"`) {
		t.Errorf("%+v", w)
	}
}

func TestATableThatIsNoneIsRefused(t *testing.T) {
	const good = "code,wkt\n1,\"POLYGON((0 0,1 0,1 1,0 0))\"\n"
	for situation, tc := range map[string]struct {
		src    io.Reader
		o      Options
		reason string
		line   int
	}{
		"empty":                   {strings.NewReader(""), Options{}, "csv", 0},
		"a byte-order mark alone": {strings.NewReader("\ufeff"), Options{}, "csv", 0},
		"lines of nothing":        {strings.NewReader("\n\n"), Options{}, "csv", 0},
		"a header alone":          {strings.NewReader("code,wkt\n"), Options{}, "no_features", 0},
		"no column with WKT":      {strings.NewReader("code,name\n1,a\n"), Options{}, "no_wkt", 0},
		"no such column":          {strings.NewReader(good), Options{Geometry: "border"}, "no_wkt", 0},
		"a row too short":         {strings.NewReader(good + "2\n"), Options{}, "csv", 3},
		"a quote without end":     {strings.NewReader(good + "2,\"POLYGON((0 0"), Options{}, "csv", 3},
		"names in GBK":            {strings.NewReader("code,name,wkt\n1,\xb8\xbb\xd1\xf4,\"POLYGON((0 0,1 0,1 1,0 0))\"\n"), Options{}, "utf8", 2},
		"a header in GBK":         {strings.NewReader("\xb1\xe0\xc2\xeb,wkt\n1,\"POLYGON((0 0,1 0,1 1,0 0))\"\n"), Options{}, "utf8", 1},
		"an unknown system":       {strings.NewReader("code,wkt\n1,\"SRID=4549;POLYGON((0 0,1 0,1 1,0 0))\"\n"), Options{}, "crs", 2},
		"two systems":             {strings.NewReader("code,wkt\n1,\"SRID=4326;POLYGON((0 0,1 0,1 1,0 0))\"\n2,\"SRID=3857;POLYGON((0 0,1 0,1 1,0 0))\"\n"), Options{}, "crs_clash", 3},
		"a row without end":       {io.MultiReader(strings.NewReader(good+`2,"POLYGON((0 0`), &repeated{text: ",1 1"}), Options{}, "too_large", 0},
	} {
		t.Run(situation, func(t *testing.T) {
			_, err := all(NewCSV(tc.src, tc.o))
			var found Findings
			if !errors.As(err, &found) || found[0].Reason != tc.reason || found[0].Line != tc.line || found[0].Feature != -1 {
				t.Fatalf("%v", err)
			}
			if found.Text("zh") == found.Text("en") {
				t.Errorf("not told in Chinese: %s", found.Text("zh"))
			}
		})
	}
	broken := errors.New("the line is dead")
	if _, err := all(NewCSV(io.MultiReader(strings.NewReader(good), iotest.ErrReader(broken)), Options{})); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func FuzzCSV(f *testing.F) {
	for _, text := range []string{"code,wkt\n1,\"POLYGON((0 0,1 0,1 1,0 0))\"\n", "a;b;c\n1;2;SRID=4326;MULTIPOLYGON Z(((0 0 1,1e-7 .5 2)))\n", "x\ty\nPOLYGON EMPTY\t\"a\"\"\n\"\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := all(NewCSV(strings.NewReader(text), Options{}))
		pieces, err2 := all(NewCSV(iotest.OneByteReader(strings.NewReader(text)), Options{}))
		if (err == nil) != (err2 == nil) || len(list) != len(pieces) {
			t.Fatalf("%v at once, %v byte by byte", err, err2)
		}
		for _, f := range list {
			for _, polygon := range f.Shape {
				for _, ring := range polygon {
					for _, pt := range ring {
						if pt[0]-pt[0] != 0 || pt[1]-pt[1] != 0 {
							t.Fatalf("%v is accepted", pt)
						}
					}
				}
			}
		}
	})
}
