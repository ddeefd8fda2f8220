package boundary

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

// all reads every feature.
func all(r Reader) ([]*Feature, error) {
	var list []*Feature
	for {
		f, err := r.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, f)
	}
}

func geo(text string) Reader { return NewGeoJSON(strings.NewReader(text), Options{}) }

const unit = `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`

func feature(properties, geometry string) string {
	return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func ring(numbers ...float64) orb.Ring {
	r := orb.Ring{}
	for i := 0; i < len(numbers); i += 2 {
		r = append(r, orb.Point{numbers[i], numbers[i+1]})
	}
	return r
}

var unitRing = ring(0, 0, 1, 0, 1, 1, 0, 0)

func TestShapesAreReadInEveryFormThatRFC7946Allows(t *testing.T) {
	holed := orb.MultiPolygon{{ring(0, 0, 9, 0, 9, 9, 0, 0), ring(1, 1, 2, 2, 2, 1, 1, 1)}}
	for situation, tc := range map[string]struct {
		geometry string
		want     orb.MultiPolygon
	}{
		"a polygon":                     {unit, orb.MultiPolygon{{unitRing}}},
		"coordinates before their type": {`{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}`, orb.MultiPolygon{{unitRing}}},
		"several polygons":              {`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0],[1,0],[1,1],[0,0]]]]}`, orb.MultiPolygon{{unitRing}, {unitRing}}},
		"a hole":                        {`{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,2],[2,1],[1,1]]]}`, holed},
		"heights and measures":          {`{"type":"Polygon","coordinates":[[[0,0,7],[1,0,7.5,8],[1,1,-1e3],[0,0,0]]]}`, orb.MultiPolygon{{unitRing}}},
		"blanks everywhere":             {"{ \"type\" :\t\"Polygon\" ,\r\n \"coordinates\" : [ [ [ 0 , 0 ] ,\n[ 1 , 0 ] , [ 1,1 ] , [0 ,0 ] ] ] }", orb.MultiPolygon{{unitRing}}},
		"members of others":             {`{"bbox":[0,0,1,1],"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"crs":{"a":[{}]}}`, orb.MultiPolygon{{unitRing}}},
		"a ring of nothing":             {`{"type":"Polygon","coordinates":[[]]}`, orb.MultiPolygon{{orb.Ring{}}}},
		"no ring":                       {`{"type":"MultiPolygon","coordinates":[[]]}`, orb.MultiPolygon{{}}},
		"no polygon":                    {`{"type":"MultiPolygon","coordinates":[]}`, orb.MultiPolygon{}},
		"an open ring":                  {`{"type":"Polygon","coordinates":[[[0,0],[1,0]]]}`, orb.MultiPolygon{{ring(0, 0, 1, 0)}}},
	} {
		t.Run(situation, func(t *testing.T) {
			for name, src := range map[string]io.Reader{"at once": strings.NewReader(collection(feature(`{}`, tc.geometry))),
				"byte by byte": iotest.OneByteReader(strings.NewReader(collection(feature(`{}`, tc.geometry))))} {
				list, err := all(NewGeoJSON(src, Options{}))
				if err != nil || len(list) != 1 || list[0].Wrong != nil || !list[0].Shape.Equal(tc.want) || len(list[0].Shape) != len(tc.want) {
					t.Errorf("%s: %v, %v", name, list, err)
				}
			}
		})
	}
}

func TestPropertiesAreTextWithTheirLastValue(t *testing.T) {
	list, err := all(geo(collection(feature(`{"code":"33.01","名称":"富\u9633\uD83D\uDE00\n","n":42.0,"yes":true,"no":false,"none":null,"list":[1,{"a":2}],"twice":1,"twice":"b","gone":"x","gone":null,"":"unnamed"}`, unit))))
	if err != nil {
		t.Fatal(err)
	}
	f := list[0]
	for name, want := range map[string]Property{"code": {Value: "33.01"}, "名称": {Value: "富阳😀\n"}, "n": {Value: "42.0", Number: true}, "yes": {Value: "true"}, "no": {Value: "false"},
		"twice": {Value: "b"}, "": {Value: "unnamed"}} {
		want.Name = name
		if p, ok := f.Property(name); !ok || p != want {
			t.Errorf("%q is %+v, %v", name, p, ok)
		}
	}
	for _, name := range []string{"none", "list", "gone", "nowhere"} {
		if p, ok := f.Property(name); ok {
			t.Errorf("%q is %+v", name, p)
		}
	}
}

func TestAFeatureThatIsWrongIsNamedAndTheNextIsRead(t *testing.T) {
	for situation, tc := range map[string]struct{ feature, reason, detail string }{
		"no object":                    {`7`, "feature", ""},
		"another type":                 {`{"type":"Polygon"}`, "feature", "Polygon"},
		"properties of no object":      {feature(`"x"`, unit), "feature", "properties"},
		"a geometry of no object":      {feature(`{}`, `[1]`), "feature", "geometry"},
		"two geometries":               {`{"type":"Feature","geometry":` + unit + `,"geometry":` + unit + `}`, "feature", `"geometry"`},
		"two coordinates":              {feature(`{}`, `{"type":"Polygon","coordinates":[],"coordinates":[]}`), "feature", "geometry.coordinates"},
		"no geometry":                  {`{"type":"Feature","properties":{}}`, "geometry_type", "null"},
		"a geometry that is null":      {feature(`{}`, `null`), "geometry_type", "null"},
		"a point":                      {feature(`{}`, `{"type":"Point","coordinates":[1,2]}`), "geometry_type", "Point"},
		"a collection of geometries":   {feature(`{}`, `{"type":"GeometryCollection","geometries":[`+unit+`]}`), "geometry_type", "GeometryCollection"},
		"no coordinates":               {feature(`{}`, `{"type":"Polygon"}`), "coordinates", "not an array"},
		"coordinates that are null":    {feature(`{}`, `{"type":"Polygon","coordinates":null}`), "coordinates", "not an array"},
		"a null among the numbers":     {feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0],[1,null],[1,1],[0,0]]]}`), "coordinates", "not an array"},
		"numbers as text":              {feature(`{}`, `{"type":"Polygon","coordinates":[[["0","0"]]]}`), "coordinates", "not an array"},
		"an array among the numbers":   {feature(`{}`, `{"type":"Polygon","coordinates":[[[0,[0]]]]}`), "coordinates", "not an array"},
		"a position of one number":     {feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0],[1]]]}`), "coordinates", "position 1 has 1"},
		"a position of none":           {feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0],[]]]}`), "coordinates", "not an array"},
		"positions of two depths":      {feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0]],[0,0]]}`), "coordinates", "not an array"},
		"a polygon as a multi-polygon": {feature(`{}`, `{"type":"MultiPolygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`), "coordinates", "not an array"},
		"a number beyond all doubles":  {feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0],[1e999,0]]]}`), "coordinates", "1e999"},
	} {
		t.Run(situation, func(t *testing.T) {
			list, err := all(geo(collection(feature(`{}`, unit), tc.feature, feature(`{}`, unit))))
			if err != nil || len(list) != 3 || list[0].Wrong != nil || list[2].Wrong != nil || list[2].Index != 2 {
				t.Fatalf("%v, %v", list, err)
			}
			wrong := list[1].Wrong
			if wrong == nil || wrong.Reason != tc.reason || !strings.Contains(wrong.Detail, tc.detail) || wrong.Feature != 1 || wrong.Offset == 0 || list[1].Shape != nil {
				t.Fatalf("%+v", wrong)
			}
			if en, zh := wrong.Text("en"), wrong.Text("zh-CN"); en == zh || !strings.Contains(en, "feature 1") || !strings.Contains(zh, "第1个要素") {
				t.Errorf("%s / %s", en, zh)
			}
		})
	}
}

func TestAFileThatIsNoGeoJSONIsRefused(t *testing.T) {
	deep := strings.Repeat("[", 1_000_000)
	for situation, tc := range map[string]struct{ text, reason, detail string }{
		"empty":                          {"", "json", "end"},
		"blank":                          {" \n", "json", "end"},
		"a byte-order mark alone":        {"\ufeff", "json", "end"},
		"zeros":                          {"\x00\x00\x00", "json", ""},
		"UTF-16":                         {"\xff\xfe{\x00", "utf8", ""},
		"cut off in a number":            {collection(feature(`{}`, unit))[:100], "json", "feature 0: unexpected end"},
		"cut off in a name":              {`{"type":"FeatureCollection","features":[{"ty`, "json", "feature 0"},
		"cut off behind the features":    {strings.TrimSuffix(collection(feature(`{}`, unit)), "}"), "json", "end"},
		"a lone feature":                 {feature(`{}`, unit), "not_features", "Feature"},
		"a lone geometry":                {unit, "not_features", "Polygon"},
		"features of no array":           {`{"type":"FeatureCollection","features":{}}`, "not_features", ""},
		"features of another type":       {`{"type":"Features","features":[` + feature(`{}`, unit) + `]}`, "not_features", "Features"},
		"two arrays of features":         {`{"type":"FeatureCollection","features":[],"features":[]}`, "json", "features"},
		"no features":                    {collection(), "no_features", ""},
		"no array of features":           {`{"type":"FeatureCollection"}`, "no_features", ""},
		"a comma too many":               {`{"type":"FeatureCollection","features":[` + feature(`{}`, unit) + `,]}`, "json", "feature 1"},
		"a comma too many in a ring":     {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0],]]}`)), "json", ""},
		"a comma too many in a position": {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0,]]]}`)), "json", ""},
		"no comma":                       {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[0,0][1,1]]]}`)), "json", ""},
		"not a number":                   {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[NaN,0]]]}`)), "json", "NaN"},
		"infinity":                       {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[-Infinity,0]]]}`)), "json", "Infinity"},
		"a number of Go":                 {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[0x10,0]]]}`)), "json", ""},
		"a leading zero":                 {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[01,0]]]}`)), "json", ""},
		"a number without end":           {collection(feature(`{}`, `{"type":"Polygon","coordinates":[[[1`+strings.Repeat("0", 300<<10)+`,0]]]}`)), "too_large", "digits"},
		"broken UTF-8 in a name":         {collection(feature("{\"name\":\"\xb8\xbb\xd1\xf4\"}", unit)), "utf8", "feature 0"}, // 富阳 in GBK
		"a line break in a name":         {collection(feature("{\"name\":\"a\nb\"}", unit)), "json", ""},
		"an unknown escape":              {collection(feature(`{"name":"\x"}`, unit)), "json", ""},
		"half an escape":                 {collection(feature(`{"name":"\u12`, ``)), "json", ""},
		"a name without end":             {collection(feature(`{"name":"`+strings.Repeat("x", MaxText+1)+`"}`, unit)), "too_large", "text"},
		"many properties":                {collection(feature(`{"a":1`+strings.Repeat(`,"a":1`, MaxProperties)+`}`, unit)), "too_large", "properties"},
		"deep coordinates":               {collection(feature(`{}`, `{"type":"Polygon","coordinates":`+deep)), "too_deep", "64"},
		"deep properties":                {collection(feature(`{"a":`+deep, ``)), "too_deep", "64"},
		"deep objects":                   {strings.Repeat(`{"a":`, 1_000_000), "too_deep", "64"},
		"a deep array":                   {deep, "too_deep", "64"},
		"an unknown system":              {`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}},"features":[]}`, "crs", "4549"},
		"two systems":                    {`{"type":"FeatureCollection","crs":"EPSG:3857","features":[` + feature(`{}`, unit) + `],"crs":"EPSG:4326"}`, "crs_clash", "epsg3857"},
		"features run together":          {feature(`{}`, unit) + feature(`{}`, unit), "json", "behind"},
		"a frame that is missing":        {"\x1e" + feature(`{}`, unit) + "\n" + feature(`{}`, unit), "json", ""},
		"a frame without a record":       {"\x1e\n", "no_features", ""},
		"a record that is cut off":       {"\x1e" + feature(`{}`, unit) + "\n\x1e{\"type\":\"Fea", "json", "feature 1"},
		"text behind the end":            {collection(feature(`{}`, unit)) + "x", "json", "behind"},
	} {
		t.Run(situation, func(t *testing.T) {
			for name, src := range map[string]io.Reader{"at once": strings.NewReader(tc.text), "in pieces": iotest.HalfReader(strings.NewReader(tc.text))} {
				r := NewGeoJSON(src, Options{})
				_, err := all(r)
				var found Findings
				if !errors.As(err, &found) || found[0].Reason != tc.reason || found[0].Feature != -1 || !strings.Contains(found[0].Detail, tc.detail) {
					t.Fatalf("%s: %v", name, err)
				}
				if _, again := r.Next(); !reflect.DeepEqual(again, err) {
					t.Errorf("%s: then %v", name, again)
				}
				if Reasons[tc.reason] == [2]string{} || found.Text("zh-CN") == found.Text("en") {
					t.Errorf("%s: not told in Chinese: %s", name, found.Text("zh-CN"))
				}
			}
		})
	}
}

func TestASequenceIsReadRecordByRecord(t *testing.T) {
	a, b := feature(`{"code":"a"}`, unit), feature(`{"code":"b"}`, unit)
	for situation, tc := range map[string]struct {
		text string
		o    Options
		want int
	}{
		"RFC 8142":                          {"\x1e" + a + "\n\x1e" + b + "\n", Options{}, 2},
		"RFC 8142 with frames twice":        {"\x1e\x1e" + a + "\x1e" + b, Options{}, 2},
		"RFC 8142 with one record":          {"\x1e" + a, Options{}, 1},
		"a feature a line":                  {a + "\n" + b + "\n", Options{}, 2},
		"a feature a line of Windows":       {"\ufeff" + a + "\r\n\r\n" + b, Options{}, 2},
		"one feature in a file named so":    {a + "\n", Options{Sequence: true}, 1},
		"features with names over a buffer": {strings.Repeat(feature(`{"code":"`+strings.Repeat("富", 50_000)+`"}`, unit)+"\n", 9), Options{}, 9},
	} {
		t.Run(situation, func(t *testing.T) {
			list, err := all(NewGeoJSON(strings.NewReader(tc.text), tc.o))
			if err != nil || len(list) != tc.want {
				t.Fatalf("%d features, %v", len(list), err)
			}
			for i, f := range list {
				if f.Index != i || f.Wrong != nil || !f.Shape.Equal(orb.MultiPolygon{{unitRing}}) || !strings.HasPrefix(tc.text[f.Offset:], `{"type":"Feature"`) {
					t.Errorf("%d: %+v", i, f)
				}
			}
		})
	}
}

func TestMembersBesideTheFeaturesAreKeptWhereverTheyStand(t *testing.T) {
	text := `{"name":"x","version":"v1","type":"FeatureCollection","other":{"a":[1]},"features":[` + feature(`{}`, unit) + `],"units":[ {"code":"a"} ],"crs":"EPSG:3857"}`
	r := NewGeoJSON(iotest.OneByteReader(strings.NewReader(text)), Options{Members: []string{"version", "units", "schema"}})
	if _, err := all(r); err != nil {
		t.Fatal(err)
	}
	want := Head{CRS: grid.WebMercator, Members: map[string][]byte{"version": []byte(`"v1"`), "units": []byte(`[ {"code":"a"} ]`)}}
	if got := r.Head(); !reflect.DeepEqual(got, want) {
		t.Errorf("%s %v", got.Members, got.CRS)
	}
}

func TestAShapeOfTooManyPointsIsRefusedWithoutKeepingThem(t *testing.T) {
	points := func(n int) io.Reader {
		return io.MultiReader(strings.NewReader(`{"type":"Feature","properties":{"code":"big"},"geometry":{"type":"Polygon","coordinates":[[[0,0]`),
			io.LimitReader(&repeated{text: ",[1,1]"}, int64(n*len(",[1,1]"))), strings.NewReader("]]}}"))
	}
	src := io.MultiReader(strings.NewReader(`{"type":"FeatureCollection","features":[`), points(10_000_000), strings.NewReader(","), points(MaxPoints-1), strings.NewReader(`]}`))
	r := NewGeoJSON(src, Options{}).(*geoReader)
	list, err := all(r)
	if err != nil || len(list) != 2 || list[0].Wrong == nil || list[0].Wrong.Reason != "too_large" || list[1].Wrong != nil || len(list[1].Shape[0][0]) != MaxPoints {
		t.Fatalf("%v", err)
	}
	if len(r.buf) > 1<<20 || cap(r.outline.points) > 2*MaxPoints {
		t.Errorf("%d bytes and %d points are held", len(r.buf), cap(r.outline.points))
	}
}

// repeated gives a text without end.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func TestWhatTheSourceSaysIsPassedOn(t *testing.T) {
	broken := errors.New("the line is dead")
	for _, text := range []string{"", `{"type":"FeatureCollection","features":[{"ty`, collection(feature(`{}`, unit)), feature(`{}`, unit) + "\n", collection(feature(`{}`, unit))[:101], `{"type":"FeatureCollection","features":[tr`} {
		if _, err := all(NewGeoJSON(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), Options{})); !errors.Is(err, broken) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPlaceTurnsShapesIntoWGS84(t *testing.T) {
	for _, tc := range []struct {
		situation string
		crs       grid.CRS
		pt, want  orb.Point
		err       error
	}{
		{"undeclared", "", orb.Point{120, 30}, orb.Point{120, 30}, nil},
		{"CGCS2000", grid.CGCS2000, orb.Point{120, 30}, orb.Point{120, 30}, nil},
		{"metres of web maps", grid.WebMercator, orb.Point{20037508.342789244, 0}, orb.Point{180, 0}, nil},
		{"a Chinese map's", grid.GCJ02, orb.Point{121.531541859215, 31.17530398364597}, orb.Point{121.5272106, 31.1774276}, nil},
		{"metres as degrees", "", orb.Point{13346000, 3503000}, orb.Point{}, grid.ErrOutOfRange},
		{"not a number", grid.WebMercator, orb.Point{math.NaN(), 0}, orb.Point{}, grid.ErrNotFinite},
	} {
		shape := orb.MultiPolygon{{{orb.Point{0, 0}, tc.pt}}}
		err := Place(shape, tc.crs)
		if !errors.Is(err, tc.err) {
			t.Errorf("%s: %v", tc.situation, err)
		}
		if got := shape[0][0][1]; err == nil && math.Hypot(got[0]-tc.want[0], got[1]-tc.want[1]) > 1e-9 {
			t.Errorf("%s: %v", tc.situation, got)
		}
		if err != nil && !strings.Contains(fmt.Sprint(err), "position 1") {
			t.Errorf("%s: %v", tc.situation, err)
		}
	}
}

// A number has a bound, which does not depend on how much of it lies in the window.
func TestTooLongANumberIsRefusedHoweverItIsRead(t *testing.T) {
	long := "1" + strings.Repeat("0", 20) + "." + strings.Repeat("3", maxNumber)
	for name, text := range map[string]string{
		"a property":        collection(feature(`{"n":`+long+`}`, unit)),
		"a first ordinate":  collection(feature(`{}`, strings.Replace(unit, "[0,0]", "["+long+",0]", 1))),
		"a second ordinate": collection(feature(`{}`, strings.Replace(unit, "[0,0]", "[0,"+long+"]", 1))),
		"what is no value":  "\x1e" + long + "-",
	} {
		if !strings.Contains(text, long) {
			t.Fatalf("%s: there is none", name)
		}
		for how, r := range map[string]io.Reader{"at once": strings.NewReader(text), "byte by byte": iotest.OneByteReader(strings.NewReader(text))} {
			_, err := all(NewGeoJSON(r, Options{}))
			if found := (Findings{}); !errors.As(err, &found) || found[0].Reason != "too_large" {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
	}
}
