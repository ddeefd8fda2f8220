package boundary

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"fengqiao/grid"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func shapefile(shp, dbf []byte, prj, cpg string) Reader {
	return NewShapefile(Parts{Shp: bytes.NewReader(shp), Dbf: bytes.NewReader(dbf), Prj: prj, Cpg: cpg})
}

// clockwise and hole are squares, of which the first holds the second.
var (
	clockwise = ring(0, 0, 0, 9, 9, 9, 9, 0, 0, 0)
	hole      = ring(1, 1, 2, 1, 2, 2, 1, 2, 1, 1)
	apart     = ring(20, 0, 20, 9, 29, 9, 29, 0, 20, 0)
	island    = ring(1.2, 1.2, 1.2, 1.8, 1.8, 1.8, 1.8, 1.2, 1.2, 1.2)
	lake      = ring(1.4, 1.4, 1.6, 1.4, 1.6, 1.6, 1.4, 1.6, 1.4, 1.4)
	touching  = ring(0, 0, 2, 1, 1, 2, 0, 0)
	rebel     = ring(50, 0, 59, 0, 59, 9, 50, 9, 50, 0) // a shell against the clock
)

func TestRingsOfAShapefileAreGroupedByTurnAndContainment(t *testing.T) {
	for situation, tc := range map[string]struct {
		rings []orb.Ring
		want  orb.MultiPolygon
	}{
		"a shell":                               {[]orb.Ring{clockwise}, orb.MultiPolygon{{clockwise}}},
		"a hole behind its shell":               {[]orb.Ring{clockwise, hole}, orb.MultiPolygon{{clockwise, hole}}},
		"a hole before its shell":               {[]orb.Ring{hole, clockwise}, orb.MultiPolygon{{clockwise, hole}}},
		"a hole that belongs to the second":     {[]orb.Ring{apart, clockwise, hole}, orb.MultiPolygon{{apart}, {clockwise, hole}}},
		"an island in a hole, with a lake":      {[]orb.Ring{lake, clockwise, hole, island}, orb.MultiPolygon{{clockwise, hole}, {island, lake}}},
		"a hole that touches its shell":         {[]orb.Ring{clockwise, touching}, orb.MultiPolygon{{clockwise, touching}}},
		"a shell that turns the wrong way":      {[]orb.Ring{rebel}, orb.MultiPolygon{{rebel}}},
		"a shell that turns the wrong way, too": {[]orb.Ring{clockwise, rebel}, orb.MultiPolygon{{clockwise}, {rebel}}},
		"no ring":                               {[]orb.Ring{}, orb.MultiPolygon{}},
		"a ring of no area":                     {[]orb.Ring{ring(0, 0, 1, 1)}, orb.MultiPolygon{{ring(0, 0, 1, 1)}}},
	} {
		t.Run(situation, func(t *testing.T) {
			for _, kind := range []uint32{5, 15, 25} {
				list, err := all(shapefile(shpText(kind, tc.rings, []orb.Ring{clockwise}), dbfText(0, [4]string{"a"}, [4]string{"b"}), "", ""))
				if err != nil || len(list) != 2 || list[0].Wrong != nil || !list[0].Shape.Equal(tc.want) || !list[1].Shape.Equal(orb.MultiPolygon{{clockwise}}) {
					t.Fatalf("kind %d: %v, %v", kind, list, err)
				}
			}
		})
	}
}

func TestNoRingOfAShapefileIsLostOrChanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) orb.Ring {
			return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) orb.Point {
				return orb.Point{float64(rapid.IntRange(0, 9).Draw(t, "x")), float64(rapid.IntRange(0, 9).Draw(t, "y"))}
			}), 0, 9).Draw(t, "ring")
		}), 0, 9).Draw(t, "rings")
		list, err := all(shapefile(shpText(5, rings), dbfText(0, [4]string{"a"}), "", ""))
		if err != nil || list[0].Wrong != nil {
			t.Fatal(err, list[0].Wrong)
		}
		want, got := []string{}, []string{}
		for _, r := range rings {
			want = append(want, fmt.Sprint(r))
		}
		for _, p := range list[0].Shape {
			for _, r := range p {
				got = append(got, fmt.Sprint(r))
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%v became %v", want, got)
		}
	})
}

func TestTextOfAShapefileIsReadInItsEncoding(t *testing.T) {
	long := "一二三四五六七八九十" // cut off by the field in UTF-8
	for situation, tc := range map[string]struct {
		driver         byte
		cpg, raw, want string
		wrong          string
	}{
		"UTF-8 that is declared":           {0, "UTF-8", "富阳", "富阳", ""},
		"UTF-8 by its number":              {0, "65001", "富阳", "富阳", ""},
		"UTF-8 that is not declared":       {0, "", "富阳", "富阳", ""},
		"UTF-8 against the driver":         {0x4d, "utf-8\r\n", "富阳", "富阳", ""},
		"GBK that is declared":             {0, "GBK", gbk("富阳"), "富阳", ""},
		"GBK by its number":                {0x57, "936", gbk("富阳"), "富阳", ""},
		"GBK by the driver":                {0x4d, "", gbk("富阳"), "富阳", ""},
		"GB18030":                          {0, "GB18030", gbk("富阳"), "富阳", ""},
		"UTF-8 cut off by the field":       {0, "UTF-8", long[:20], "一二三四五六", ""},
		"GBK cut off by the field":         {0, "GBK", ("a" + gbk(long))[:20], "a一二三四五六七八九", ""},
		"plain text of an unknown machine": {0x57, "", "Fuyang", "Fuyang", ""},
		"GBK that is not declared":         {0x57, "", gbk("富阳"), "", "encoding"},
		"GBK declared as UTF-8":            {0, "UTF-8", gbk("富阳"), "", "encoding"},
		"UTF-8 declared as GBK":            {0, "GBK", "富1", "", "encoding"},
	} {
		t.Run(situation, func(t *testing.T) {
			list, err := all(shapefile(shpText(5, []orb.Ring{clockwise}), dbfText(tc.driver, [4]string{"33.01", tc.raw}), "", tc.cpg))
			if err != nil {
				t.Fatal(err)
			}
			f := list[0]
			name, _ := f.Property("name")
			if tc.wrong != "" {
				if f.Wrong == nil || f.Wrong.Reason != tc.wrong || f.Shape != nil || !strings.Contains(f.Wrong.Detail, "name") {
					t.Fatalf("%+v", f)
				}
				return
			}
			if f.Wrong != nil || name.Value != tc.want {
				t.Fatalf("%q, %+v", name.Value, f.Wrong)
			}
		})
	}
}

func TestAttributesOfAShapefileAreText(t *testing.T) {
	list, err := all(shapefile(shpText(5, []orb.Ring{clockwise}, []orb.Ring{apart}, nil, []orb.Ring{rebel}), dbfText(0,
		[4]string{" 33.01", "a", "    5.00", "T"}, [4]string{"deleted"}, [4]string{"", "", "********", "?"}, [4]string{"x", "", "-1", "n"}), "", ""))
	if err != nil || len(list) != 3 || list[1].Index != 2 || list[1].Wrong == nil || list[1].Wrong.Detail != "null" {
		t.Fatalf("%v, %v", list, err)
	}
	for i, want := range [][]Property{
		{{Name: "code", Value: "33.01"}, {Name: "name", Value: "a"}, {Name: "n", Value: "5.00", Number: true}, {Name: "ok", Value: "true"}},
		{{Name: "code", Null: true}, {Name: "name", Null: true}, {Name: "n", Value: "********", Number: true, Null: true}, {Name: "ok", Null: true}},
		{{Name: "code", Value: "x"}, {Name: "name", Null: true}, {Name: "n", Value: "-1", Number: true}, {Name: "ok", Value: "false"}},
	} {
		if !slices.Equal(list[i].Properties, want) {
			t.Errorf("%+v", list[i].Properties)
		}
	}
}

func TestAShapefileThatIsBrokenIsRefused(t *testing.T) {
	shp, dbf := shpText(5, []orb.Ring{clockwise}, []orb.Ring{apart}), dbfText(0, [4]string{"a"}, [4]string{"b"})
	put := func(b []byte, at int, order binary.ByteOrder, v uint32) []byte {
		b = bytes.Clone(b)
		order.PutUint32(b[at:], v)
		return b
	}
	be, le := binary.BigEndian, binary.LittleEndian
	for situation, tc := range map[string]struct {
		shp, dbf []byte
		prj, cpg string
		reason   string
		detail   string
	}{
		"empty":                           {nil, dbf, "", "", "shapefile", "empty"},
		"no .dbf":                         {shp, nil, "", "", "dbf_missing", ""},
		"an empty .dbf":                   {shp, []byte{}, "", "", "truncated", ".dbf"},
		"another file":                    {bytes.Repeat([]byte("PK"), 60), dbf, "", "", "shapefile", "file code"},
		"cut off in its head":             {shp[:50], dbf, "", "", "truncated", ".shp"},
		"cut off in a record's head":      {shp[:104], dbf, "", "", "truncated", "feature 0"},
		"cut off in a shape":              {shp[:len(shp)-8], dbf, "", "", "truncated", "feature 1"},
		"lines":                           {put(shp, 32, le, 3), dbf, "", "", "geometry_type", "PolyLine"},
		"points with Z":                   {put(shp, 32, le, 11), dbf, "", "", "geometry_type", "Point"},
		"MultiPatch":                      {put(shp, 32, le, 31), dbf, "", "", "geometry_type", "MultiPatch"},
		"a shape of another kind":         {put(shp, 108, le, 15), dbf, "", "", "shapefile", "feature 0"},
		"a record longer than the file":   {put(shp, 104, be, 1<<30), dbf, "", "", "shapefile", "feature 0"},
		"a record of no length":           {put(shp, 104, be, 0), dbf, "", "", "shapefile", "feature 0"},
		"more points than bytes":          {put(shp, 148, le, 1<<31-1), dbf, "", "", "shapefile", "points"},
		"more rings than bytes":           {put(shp, 144, le, 1<<32-1), dbf, "", "", "shapefile", "rings"},
		"a length below the head's":       {put(shp, 24, be, 3), dbf, "", "", "shapefile", "length"},
		"no shapes":                       {shpText(5), dbfText(0), "", "", "no_features", ""},
		"all shapes deleted":              {shp, dbfText(0, [4]string{"deleted"}, [4]string{"deleted"}), "", "", "no_features", ""},
		"more shapes than rows":           {shp, dbfText(0, [4]string{"a"}), "", "", "dbf_rows", ""},
		"more rows than shapes":           {shp, dbfText(0, [4]string{"a"}, [4]string{"b"}, [4]string{"c"}), "", "", "dbf_rows", "2 / 3"},
		"a .dbf cut off":                  {shp, dbf[:len(dbf)-9], "", "", "truncated", ".dbf, row 1"},
		"a .dbf with fields over its row": {shp, put(dbf, 32+16, le, 200), "", "", "dbf", "fields"},
		"a .dbf of something else":        {shp, bytes.Repeat([]byte{0x20}, 5000), "", "", "truncated", ".dbf"},
		"a row that is none":              {shp, append(bytes.Clone(dbf[:161]), bytes.Repeat([]byte{'x'}, 84)...), "", "", "dbf", "row 0"},
		"an unknown encoding":             {shp, dbf, "", "BIG5", "encoding_unknown", "BIG5"},
		"an unknown system":               {shp, dbf, `PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000"]]`, "", "crs", "CGCS2000_3_Degree_GK_CM_120E"},
		"a .prj of nothing":               {shp, dbf, "hello", "", "crs", "hello"},
	} {
		t.Run(situation, func(t *testing.T) {
			parts := Parts{Shp: iotest.HalfReader(bytes.NewReader(tc.shp)), Prj: tc.prj, Cpg: tc.cpg}
			if tc.dbf != nil {
				parts.Dbf = bytes.NewReader(tc.dbf)
			}
			_, err := all(NewShapefile(parts))
			var found Findings
			if !errors.As(err, &found) || found[0].Reason != tc.reason || !strings.Contains(found[0].Detail, tc.detail) || found[0].Feature != -1 {
				t.Fatalf("%v", err)
			}
			if found.Text("zh") == found.Text("en") {
				t.Errorf("not told in Chinese: %s", found.Text("zh"))
			}
		})
	}
}

func TestAShapeOfAShapefileThatIsWrongIsNamedAndTheNextIsRead(t *testing.T) {
	nan := orb.Ring{{0, 0}, {math.NaN(), 1}, {1, 1}, {0, 0}}
	starts := shpText(5, []orb.Ring{clockwise, hole}, []orb.Ring{apart})
	binary.LittleEndian.PutUint32(starts[156:], 99)
	for situation, tc := range map[string]struct {
		shp    []byte
		reason string
	}{
		"not a number":             {shpText(5, []orb.Ring{nan}, []orb.Ring{apart}), "coordinates"},
		"infinity":                 {shpText(5, []orb.Ring{{{math.Inf(-1), 0}}}, []orb.Ring{apart}), "coordinates"},
		"rings beyond the points":  {starts, "coordinates"},
		"null":                     {shpText(5, nil, []orb.Ring{apart}), "geometry_type"},
		"too many points":          {shpText(5, []orb.Ring{make(orb.Ring, MaxPoints+1)}, []orb.Ring{apart}), "too_large"},
		"too many rings":           {shpText(5, make([]orb.Ring, MaxRings+1), []orb.Ring{apart}), "too_large"},
		"holes in too many shells": {shpText(5, nested(20_000), []orb.Ring{apart}), "too_large"},
	} {
		t.Run(situation, func(t *testing.T) {
			list, err := all(shapefile(tc.shp, dbfText(0, [4]string{"a"}, [4]string{"b"}), "", ""))
			if err != nil || len(list) != 2 || list[0].Wrong == nil || list[0].Wrong.Reason != tc.reason || list[0].Shape != nil {
				t.Fatalf("%v, %v", list, err)
			}
			if !list[1].Shape.Equal(orb.MultiPolygon{{apart}}) {
				t.Errorf("the next is %v", list[1])
			}
		})
	}
}

// nested are shells around one place, and as many holes outside of all that lie in all their boxes.
func nested(n int) []orb.Ring {
	var rings []orb.Ring
	for i := range n {
		s := 100 + float64(i)
		rings = append(rings, ring(-s, -s, -s, s, s, s, -s, -s), ring(50, -60, 60, -60, 60, -50, 50, -60))
	}
	return rings
}

func TestASystemIsKnownByItsName(t *testing.T) {
	for prj, want := range map[string]grid.CRS{
		`GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`: grid.WGS84,
		`GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]]],AUTHORITY["EPSG","4326"]]`:                     grid.WGS84,
		`GEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble"],ID["EPSG",4326]]`:                                                                 grid.WGS84,
		`GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000"]]`:                                                                         grid.CGCS2000,
		`GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000"],AUTHORITY["EPSG","4490"]]`:                                                      grid.CGCS2000,
		`PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]],PROJECTION["Mercator_Auxiliary_Sphere"]]`:               grid.WebMercator,
		"\ufeff" + ` PROJCS["WGS 84 / Pseudo-Mercator",GEOGCS["WGS 84",AUTHORITY["EPSG","4326"]],AUTHORITY["EPSG","3857"]]`:                                 grid.WebMercator,
		`PROJCS["WGS_1984_UTM_Zone_50N",GEOGCS["GCS_WGS_1984"]]`:                                                                                            "",
		`PROJCS["WGS 84",GEOGCS["WGS 84",AUTHORITY["EPSG","4326"]],AUTHORITY["EPSG","32650"]]`:                                                              "",
		`PROJCS["WGS 84",GEOGCS["WGS 84"]]`:                  "",
		`GEOGCS["GCS_Beijing_1954",DATUM["D_Beijing_1954"]]`: "",
		`GEOGCS["Xian 1980",AUTHORITY["EPSG","4610"]]`:       "",
		`GEOGCS[`:                        "",
		strings.Repeat(`GEOGCS["`, 1000): "",
	} {
		if _, got, ok := projection(prj); ok != (want != "") || ok && got != want {
			t.Errorf("%.60s: %v, %v", prj, got, ok)
		}
	}
	for name, want := range map[string]grid.CRS{
		"EPSG:4326": grid.WGS84, "urn:ogc:def:crs:OGC:1.3:CRS84": grid.WGS84, "urn:ogc:def:crs:EPSG::4490": grid.CGCS2000, "http://www.opengis.net/def/crs/EPSG/0/3857": grid.WebMercator,
		"urn:ogc:def:crs:EPSG:6.9:3857": grid.WebMercator, "ESRI:102100": grid.WebMercator, "GCJ-02": grid.GCJ02, "bd09": grid.BD09, "CGCS2000": grid.CGCS2000, " wgs84 ": grid.WGS84,
		"EPSG:4214": "", "EPSG:14326": "", "EPSG:": "", "Mars": "", "": "",
	} {
		if got, ok := namedCRS(name); ok != (want != "") || got != want {
			t.Errorf("%q: %v, %v", name, got, ok)
		}
	}
}

func FuzzShapefile(f *testing.F) {
	f.Add(shpText(5, []orb.Ring{clockwise, hole}, nil), dbfText(0x4d, [4]string{"a", gbk("富阳"), "1", "T"}, [4]string{"deleted"}), `GEOGCS["GCS_WGS_1984"]`, "GBK")
	f.Add(shpText(15, []orb.Ring{hole, clockwise}), dbfText(0, [4]string{"a", "富阳"}), "", "")
	f.Fuzz(func(t *testing.T, shp, dbf []byte, prj, cpg string) {
		list, err := all(shapefile(shp, dbf, prj, cpg))
		pieces, err2 := all(NewShapefile(Parts{Shp: iotest.OneByteReader(bytes.NewReader(shp)), Dbf: iotest.OneByteReader(bytes.NewReader(dbf)), Prj: prj, Cpg: cpg}))
		if (err == nil) != (err2 == nil) || len(list) != len(pieces) {
			t.Fatalf("%v at once, %v byte by byte", err, err2)
		}
		for _, f := range list {
			if f.Wrong != nil {
				continue
			}
			for _, r := range slices.Concat(f.Shape...) {
				for _, pt := range r {
					if pt[0]-pt[0] != 0 || pt[1]-pt[1] != 0 {
						t.Fatalf("%v is accepted", pt)
					}
				}
			}
		}
	})
}

func TestWhatASourceOfAShapefileSaysIsPassedOn(t *testing.T) {
	broken := errors.New("the disk is dead")
	shp, dbf := shpText(5, []orb.Ring{clockwise}), dbfText(0, [4]string{"a"})
	for cut := range len(shp) {
		if _, err := all(NewShapefile(Parts{Shp: io.MultiReader(bytes.NewReader(shp[:cut]), iotest.ErrReader(broken)), Dbf: bytes.NewReader(dbf)})); !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", cut, err)
		}
	}
	for cut := range len(dbf) - 1 {
		if _, err := all(NewShapefile(Parts{Shp: bytes.NewReader(shp), Dbf: io.MultiReader(bytes.NewReader(dbf[:cut]), iotest.ErrReader(broken))})); !errors.Is(err, broken) {
			t.Fatalf("after %d bytes of the .dbf: %v", cut, err)
		}
	}
}
