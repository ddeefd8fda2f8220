package handlers

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/internal/boundary"

	"github.com/paulmach/orb"
)

const square = `[[[119.9,30],[119.91,30],[119.91,30.01],[119.9,30.01],[119.9,30]]]`

// file is a collection of one feature, with more members in front.
func file(members, properties, geometry string) string {
	return fmt.Sprintf(`{"type":"FeatureCollection",%s"features":[{"type":"Feature","properties":%s,"geometry":%s}]}`, members, properties, geometry)
}

func polygon(coordinates string) string {
	return `{"type":"Polygon","coordinates":` + coordinates + `}`
}

func TestTheSampleCountysPlanComesBackAsItWasWritten(t *testing.T) {
	county, err := fixtures.Fuyang(1)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := county.WritePlan(&text); err != nil {
		t.Fatal(err)
	}
	in, found, err := ReadPlan(&text, PlanOptions{})
	if err != nil || len(found) > 0 {
		t.Fatalf("%v, %v", err, found)
	}
	if in.Version != county.Version || len(in.Units) != len(county.Units) || len(in.Cells) != len(county.Cells) {
		t.Fatalf("%s: %d units and %d cells, want %d and %d", in.Version, len(in.Units), len(in.Cells), len(county.Units), len(county.Cells))
	}
	for i, cell := range in.Cells {
		if cell.Code != county.Cells[i].Code || cell.Name != county.Cells[i].Name || !cell.Shape.Equal(county.Cells[i].Shape) {
			t.Fatalf("cell %d: %s %s", i, cell.Code, cell.Name)
		}
	}
	if _, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells); err != nil {
		t.Fatal(err)
	}
}

func TestAPlanFileOfAnotherMakeIsReadByItsProperties(t *testing.T) {
	src := `{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"nc_id":"6","name":"ARLETA NC","service_re":"REGION 1 - NORTH EAST VALLEY"},"geometry":` + polygon(square) + `},
		{"type":"Feature","properties":{"nc_id":42,"name":"ARROYO SECO NC","service_re":"REGION 8 - N.E. LA"},"geometry":` + polygon(square) + `},
		{"type":"Feature","properties":{"nc_id":43,"name":"NOBODY'S","service_re":null},"geometry":` + polygon(square) + `}]}`
	in, found, err := ReadPlan(strings.NewReader(src), PlanOptions{Code: "nc_id", Parent: "service_re", Levels: "region,council", Version: "2018"})
	if err != nil || len(found) > 0 {
		t.Fatalf("%v, %v", err, found)
	}
	want := []string{"region-1-north-east-valley.6", "region-8-n-e-la.42", "-.43"}
	for i, cell := range in.Cells {
		if string(cell.Code) != want[i] {
			t.Errorf("cell %d is %s, want %s", i, cell.Code, want[i])
		}
	}
	if len(in.Units) != 2 || in.Units[1].Name != "REGION 8 - N.E. LA" || in.Version != "2018" {
		t.Errorf("units %v, version %s", in.Units, in.Version)
	}
	if _, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells); err != nil {
		t.Fatal(err)
	}
}

func TestAPlansHierarchyMayStandBehindItsFeatures(t *testing.T) {
	src := strings.Replace(file("", `{"code":"a.b","name":"x"}`, polygon(square)), `}]}`,
		`}],"schema":{"levels":[{"key":"one"},{"key":"two"}]},"units":[{"code":"a","name":"A"}]}`, 1)
	in, found, err := ReadPlan(strings.NewReader(src), PlanOptions{})
	if err != nil || len(found) > 0 || in.Cells[0].Code != "a.b" || in.Units[0].Name != "A" {
		t.Fatalf("%+v, %v, %v", in, found, err)
	}
}

func TestAPlanFileThatCannotBeReadIsRefusedAsAWhole(t *testing.T) {
	good := polygon(square)
	tests := map[string]struct{ src, reason, detail string }{
		"nothing":                   {"", "json", ""},
		"no JSON":                   {"code,name\n1,2", "json", ""},
		"cut off":                   {`{"type":"FeatureCollection","features":[{"type":"Feat`, "json", ""},
		"something behind the end":  {file("", `{"code":"33.01"}`, good) + "x", "json", ""},
		"broken UTF-8":              {file("", "{\"code\":\"33.01\",\"name\":\"\xff\xfe\"}", good), "utf8", ""},
		"a lone feature":            {`{"type":"Feature","properties":{},"geometry":` + good + `}`, "not_features", "Feature"},
		"an array":                  {`[1,2]`, "not_features", ""},
		"no features":               {`{"type":"FeatureCollection","features":[]}`, "no_features", ""},
		"metres of a zone":          {file(`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4549"}},`, `{"code":"33.01"}`, good), "crs", "EPSG::4549"},
		"another system of degrees": {file(`"crs":"EPSG:4214",`, `{"code":"33.01"}`, good), "crs", "EPSG:4214"},
		"levels that clash":         {file(`"schema":{"levels":[{"key":"a"},{"key":"a"}]},`, `{"code":"33.01"}`, good), "levels", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := ReadPlan(strings.NewReader(tt.src), PlanOptions{})
			var found PlanFindings
			if !errors.As(err, &found) || found[0].Reason != tt.reason || found[0].Feature != -1 || !strings.Contains(found[0].Detail, tt.detail) {
				t.Fatalf("got %v", err)
			}
			if zh := found.Text("zh-CN"); zh == found.Text("en") || zh == "" {
				t.Errorf("not told in Chinese: %s", zh)
			}
		})
	}
}

func TestDatumsThatAreWGS84ByAnotherNamePass(t *testing.T) {
	for _, crs := range []string{`null`, `"EPSG:4326"`, `{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}`, `{"type":"name","properties":{"name":"EPSG:4490"}}`} {
		in, found, err := ReadPlan(strings.NewReader(file(`"crs":`+crs+`,`, `{"code":"33.01"}`, polygon(square))), PlanOptions{})
		if err != nil || len(found) > 0 || len(in.Cells) != 1 {
			t.Errorf("%s: %v %v", crs, err, found)
		}
	}
}

func TestAFileInASystemOfItsOwnIsTurnedIntoWGS84(t *testing.T) {
	metres := polygon(`[[[13346000,3503000],[13347000,3503000],[13347000,3504000],[13346000,3503000]]]`)
	behind := strings.TrimSuffix(file("", `{"code":"33.01"}`, metres), "}") + `,"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}}`
	for situation, src := range map[string]string{"in front": file(`"crs":"EPSG:3857",`, `{"code":"33.01"}`, metres), "behind the features": behind} {
		for _, told := range []grid.CRS{"", grid.WGS84, grid.WebMercator} {
			in, found, err := ReadPlan(strings.NewReader(src), PlanOptions{CRS: told})
			if err != nil || len(found) > 0 {
				t.Fatalf("%s: %v %v", situation, err, found)
			}
			// 13346000/6378137 and atan(sinh(3503000/6378137)), in degrees.
			if p := in.Cells[0].Shape[0][0][0]; grid.Distance(p, [2]float64{119.8891578, 29.9957223}) > 0.1 {
				t.Errorf("%s: %v", situation, p)
			}
		}
		_, _, err := ReadPlan(strings.NewReader(src), PlanOptions{CRS: grid.GCJ02})
		var found PlanFindings
		if !errors.As(err, &found) || found[0].Reason != "crs_clash" {
			t.Errorf("%s: told to be in a third system: %v", situation, err)
		}
	}
}

func TestASequenceOfFeaturesIsAPlan(t *testing.T) {
	one := `{"type":"Feature","properties":{"code":"33.01"},"geometry":` + polygon(square) + "}\n"
	in, found, err := ReadPlan(strings.NewReader(one+strings.Replace(one, "33.01", "33.02", 1)), PlanOptions{})
	if err != nil || len(found) > 0 || len(in.Cells) != 2 || in.Cells[1].Code != "33.02" || !strings.HasPrefix(in.Version, "sha256-") {
		t.Fatalf("%+v, %v, %v", in, found, err)
	}
}

func TestAPlanIsTheSameFromEveryFormat(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.geojson":  file("", `{"code":"33.01","name":"甲"}`, polygon(square)),
		"a.geojsonl": `{"type":"Feature","properties":{"code":33.010,"name":"甲","code":"33.01"},"geometry":` + polygon(square) + `}`,
		"a.csv":      "code,name,wkt\n33.01,甲,\"POLYGON((119.9 30,119.91 30,119.91 30.01,119.9 30.01,119.9 30))\"\n",
	} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := OpenPlan(dir+"/"+name, PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		in, found, err := ReadPlanFile(f, PlanOptions{})
		if err != nil || len(found) > 0 || len(in.Cells) != 1 {
			t.Fatalf("%s: %v %v", name, err, found)
		}
		want := orb.MultiPolygon{{{{119.9, 30}, {119.91, 30}, {119.91, 30.01}, {119.9, 30.01}, {119.9, 30}}}}
		if c := in.Cells[0]; c.Code != "33.01" || c.Name != "甲" || !c.Shape.Equal(want) || !strings.HasPrefix(in.Version, "sha256-") {
			t.Errorf("%s: %+v", name, c)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestAFeatureThatCannotBeUsedIsNamedAndTheOthersAreRead(t *testing.T) {
	tests := map[string]struct{ properties, geometry, reason string }{
		"no properties":               {`null`, polygon(square), "no_code"},
		"no code":                     {`{"name":"x"}`, polygon(square), "no_code"},
		"a code of another hierarchy": {`{"code":"33.1"}`, polygon(square), "code"},
		"a code given before":         {`{"code":"33.02"}`, polygon(square), "code_taken"},
		"no geometry":                 {`{"code":"33.01"}`, `null`, "geometry_type"},
		"a point":                     {`{"code":"33.01"}`, `{"type":"Point","coordinates":[120,30]}`, "geometry_type"},
		"positions of one number":     {`{"code":"33.01"}`, polygon(`[[[119],[120],[121],[119]]]`), "coordinates"},
		"numbers that are missing":    {`{"code":"33.01"}`, polygon(`[[[119,30],[120,null],[121,31],[119,30]]]`), "coordinates"},
		"metres":                      {`{"code":"33.01"}`, polygon(`[[[13346000,3503000],[13347000,3503000],[13347000,3504000],[13346000,3503000]]]`), "coordinates"},
		"coordinates of another type": {`{"code":"33.01"}`, `{"type":"MultiPolygon","coordinates":` + square + `}`, "coordinates"},
		"properties of no object":     {`"x"`, polygon(square), "feature"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			src := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"33.02"},"geometry":` + polygon(square) + `},
				{"type":"Feature","properties":` + tt.properties + `,"geometry":` + tt.geometry + `}]}`
			in, found, err := ReadPlan(strings.NewReader(src), PlanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(in.Cells) != 1 || len(found) != 1 || found[0].Reason != tt.reason || found[0].Feature != 1 {
				t.Fatalf("%d cells, %v", len(in.Cells), found)
			}
		})
	}
}

func TestAFileWithoutOneUsableFeatureIsRefused(t *testing.T) {
	src := file("", `{"code":"33.1"}`, polygon(square))
	in, _, err := ReadPlan(strings.NewReader(src), PlanOptions{})
	var found PlanFindings
	if in != nil || !errors.As(err, &found) || len(found) != 1 || found[0].Reason != "code" {
		t.Fatalf("%v, %v: an empty plan in force would leave every report without a place", in, err)
	}
}

func TestTheSameFileHasTheSameVersion(t *testing.T) {
	read := func(name string) string {
		in, _, err := ReadPlan(strings.NewReader("\ufeff"+file("", `{"code":"33.01","name":"`+name+`"}`, polygon(square))), PlanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return in.Version
	}
	if a, b := read("甲"), read("甲"); a != b || !strings.HasPrefix(a, "sha256-") {
		t.Errorf("%s and %s", a, b)
	}
	if read("甲") == read("乙") {
		t.Error("two files have one version")
	}
}

func TestAMapsDatumIsTakenOffTheShapes(t *testing.T) {
	in, _, err := ReadPlan(strings.NewReader(file("", `{"code":"33.01"}`, polygon(`[[[120.214534,30.207570],[120.3,30.2],[120.3,30.3],[120.214534,30.207570]]]`))), PlanOptions{CRS: grid.GCJ02})
	if err != nil {
		t.Fatal(err)
	}
	// 120.21, 30.21 and its image in GCJ-02, computed from the public formulas.
	if p := in.Cells[0].Shape[0][0][0]; grid.Distance(p, [2]float64{120.21, 30.21}) > 0.5 {
		t.Errorf("got %v", p)
	}
}

// The data of the Los Angeles neighbourhood councils is not part of the repository; whoever has it points to it.
func TestRealCouncilsOfLosAngeles(t *testing.T) {
	dir := os.Getenv("FENGQIAO_LA311")
	if dir == "" {
		t.Log("FENGQIAO_LA311 is not set: not tried on the real file")
		return
	}
	f, err := os.Open(dir + "/nc.geojson.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	in, found, err := ReadPlan(z, PlanOptions{Code: "nc_id", Parent: "service_re", Levels: "region,council"})
	if err != nil || len(found) > 0 || len(in.Cells) != 99 || len(in.Units) != 12 {
		t.Fatalf("%v, %v, %+v", err, found, in)
	}
	if _, err := grid.NewPlan(in.Version, in.Schema, in.Units, in.Cells); err != nil {
		t.Fatal(err)
	}
}

func TestAFileOfWhichNothingCanBeUsedIsRefused(t *testing.T) {
	_, _, err := ReadPlan(strings.NewReader(file("", `{"name":"x"}`, polygon(square))), PlanOptions{})
	var found PlanFindings
	if !errors.As(err, &found) || found[0].Reason != "no_code" {
		t.Fatalf("got %v", err)
	}
}

// FuzzReadPlan: what is wrong with a file is told in reasons that have words; the codes and points of what can be used are good, and
// it is written as the product's own file and read again the same.
func FuzzReadPlan(f *testing.F) {
	options := []PlanOptions{{}, {Code: "nc_id", Parent: "service_re", Levels: "region,council"}, {Code: "nc_id", ParentName: "region", CRS: grid.GCJ02},
		{Levels: "county:6,grid:3", Version: "2026"}}
	head := `"version":"v","schema":{"levels":[{"key":"a","nameZh":"甲","nameEn":"a","width":2,"zeroVoid":true},{"key":"b"}]},"units":[{"code":"01","name":"一"}],`
	for i, text := range []string{
		file("", `{"code":"33.01.11.001.002","name":"一村"}`, polygon(square)),
		file(`"crs":{"properties":{"name":"EPSG:4490"}},`, `{"nc_id":6,"name":"ARLETA NC","service_re":"REGION 1 - N.E."}`, polygon(square)),
		file("", `{"nc_id":"6.0","region":"中心城区"}`, `{"type":"MultiPolygon","coordinates":[`+square+`]}`),
		file("", `{"code":"330111001"}`, polygon(square)),
		file(head, `{"code":"01.x"}`, polygon(`[[[119.9,30,5],[119.91,30],[null,30]]]`)),
	} {
		f.Add(uint8(i), []byte(text))
	}
	f.Fuzz(func(t *testing.T, which uint8, src []byte) {
		in, found, err := ReadPlan(bytes.NewReader(src), options[int(which)%len(options)])
		var whole PlanFindings
		if err != nil && (!errors.As(err, &whole) || len(whole) == 0) || err == nil && in == nil && len(found) == 0 {
			t.Fatalf("refused with %v, %v", found, err)
		}
		for _, x := range append(found, whole...) {
			if _, ok := boundary.Reasons[x.Reason]; !ok || x.Feature < -1 {
				t.Fatalf("%+v", x)
			}
		}
		if in == nil {
			return
		}
		taken := map[grid.Code]bool{}
		for _, cell := range in.Cells {
			if err := in.Schema.CheckCode(cell.Code); err != nil || taken[cell.Code] {
				t.Fatalf("cell %s: %v", cell.Code, err)
			}
			taken[cell.Code] = true
			for _, pt := range points(cell.Shape) {
				if err := grid.CheckPoint(pt); err != nil {
					t.Fatalf("cell %s: %v", cell.Code, err)
				}
			}
		}
		county := fixtures.County{Version: in.Version, Schema: in.Schema, Units: in.Units, Cells: in.Cells}
		var text bytes.Buffer
		if err := county.WritePlan(&text); err != nil {
			t.Fatal(err)
		}
		again, found, err := ReadPlan(&text, PlanOptions{})
		if err != nil || len(found) > 0 || !reflect.DeepEqual(again, in) {
			t.Fatalf("%+v is written and read as %+v, %v, %v", in, again, found, err)
		}
	})
}

func points(shape orb.MultiPolygon) (all []orb.Point) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			all = append(all, ring...)
		}
	}
	return all
}
