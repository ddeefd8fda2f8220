package boundary

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAFilesFormatIsToldByItsNameOrItsContent(t *testing.T) {
	one := feature(`{"code":"a"}`, unit)
	csv := "code,wkt\na,\"POLYGON((0 0,1 0,1 1,0 0))\"\n"
	shp, dbf := string(shpText(5, []orb.Ring{unitRing})), string(dbfText(0, [4]string{"a"}))
	for situation, tc := range map[string]struct {
		files map[string]string
		open  string
		crs   grid.CRS
	}{
		"GeoJSON":                       {map[string]string{"a.geojson": collection(one)}, "a.geojson", ""},
		"GeoJSON named JSON":            {map[string]string{"a.JSON": collection(one)}, "a.JSON", ""},
		"GeoJSON without a known name":  {map[string]string{"a": "\ufeff " + collection(one)}, "a", ""},
		"one line in a file of lines":   {map[string]string{"a.geojsonl": one}, "a.geojsonl", ""},
		"frames":                        {map[string]string{"a.geojsons": "\x1e" + one}, "a.geojsons", ""},
		"frames without a known name":   {map[string]string{"a.txt": "\x1e" + one}, "a.txt", ""},
		"CSV":                           {map[string]string{"a.csv": csv}, "a.csv", ""},
		"CSV without a known name":      {map[string]string{"a.txt": csv}, "a.txt", ""},
		"Shapefile":                     {map[string]string{"a.shp": shp, "a.dbf": dbf, "b.dbf": ""}, "a.shp", ""},
		"Shapefile with all parts":      {map[string]string{"a.v1.SHP": shp, "a.v1.DBF": dbf, "a.v1.prj": `PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere"]`, "a.v1.cpg": "UTF-8", "a.v1.shx": "x"}, "a.v1.SHP", grid.WebMercator},
		"Shapefile without a known end": {map[string]string{"a": shp, "a.dbf": dbf}, "a", ""},
	} {
		t.Run(situation, func(t *testing.T) {
			dir := folder(t, tc.files)
			f, err := Open(filepath.Join(dir, tc.open), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			seen := int64(0)
			f.Watch(func(n int) { seen += int64(n) })
			list, err := all(f)
			if err != nil || len(list) != 1 || list[0].Wrong != nil || !list[0].Shape.Equal(orb.MultiPolygon{{unitRing}}) || f.Head().CRS != tc.crs {
				t.Fatalf("%v, %v", list, err)
			}
			if code, _ := list[0].Property("code"); code.Value != "a" {
				t.Errorf("%+v", list[0])
			}
			sum, err := f.Sum()
			if err != nil || len(sum) != sha256.Size {
				t.Error(err)
			}
			if text := sha256.Sum256([]byte(tc.files[tc.open])); len(tc.files) == 1 && !bytes.Equal(sum, text[:]) {
				t.Error("the sum is not that of the file")
			}
			small := int64(len(tc.files["a.v1.prj"]) + len(tc.files["a.v1.cpg"])) // read before anybody watches
			if f.Size() == 0 || seen != f.Size()-small {
				t.Errorf("%d bytes of %d were told", seen, f.Size())
			}
		})
	}
}

func TestAFileThatCannotBeOpenedIsRefused(t *testing.T) {
	dir := folder(t, map[string]string{"empty": "", "a.zip": "PK\x03\x04\x00,\x00", "notes.txt": "hello", "a.shp": string(shpText(5)), "b.shp": "", "b.dbf": "",
		"c.shp": string(shpText(5)), "c.dbf": "", "c.prj": strings.Repeat("x", 100<<10)})
	for name, reason := range map[string]string{"empty": "format", "a.zip": "format", "notes.txt": "format", "a.shp": "dbf_missing", "b.shp": "shapefile", "c.shp": "shapefile"} {
		f, err := Open(filepath.Join(dir, name), Options{})
		if err == nil {
			_, err = all(f)
			_ = f.Close()
		}
		var found Findings
		if !errors.As(err, &found) || found[0].Reason != reason {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "nowhere.shp"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestAStreamsFormatIsToldByItsContent(t *testing.T) {
	for text, want := range map[string]int{collection(feature(`{}`, unit)): 1, "a,wkt\n1,\"POLYGON((0 0))\"\n": 1, string(shpText(5)): 0, "": 0} {
		f, err := From(io.MultiReader(strings.NewReader(text[:len(text)/2]), strings.NewReader(text[len(text)/2:])), Options{})
		if want == 0 {
			if err == nil || !strings.Contains(err.Error(), Reasons["format"][1]) {
				t.Errorf("%.9q: %v", text, err)
			}
			continue
		}
		list, err := all(f)
		sum, _ := f.Sum()
		if text := sha256.Sum256([]byte(text)); err != nil || len(list) != want || !bytes.Equal(sum, text[:]) {
			t.Errorf("%.9q: %v, %v", text, list, err)
		}
	}
}

func TestTwoShapefilesOfOtherAttributesHaveOtherSums(t *testing.T) {
	sum := func(dbf []byte) string {
		dir := folder(t, map[string]string{"a.shp": string(shpText(5, []orb.Ring{unitRing})), "a.dbf": string(dbf)})
		f, err := Open(filepath.Join(dir, "a.shp"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		s, err := f.Sum()
		if err != nil {
			t.Fatal(err)
		}
		return string(s)
	}
	a, b := sum(dbfText(0, [4]string{"a"})), sum(dbfText(0, [4]string{"b"}))
	if again := sum(dbfText(0, [4]string{"a"})); a == b || a != again {
		t.Error("the sum does not tell the file")
	}
}
