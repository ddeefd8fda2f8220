package boundary

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"fengqiao/grid"
)

// losAngeles opens a file of the real data, which lies beside the checkout or where LA311 says; the test is skipped without.
func losAngeles(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("LA311")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data", "la311")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if os.IsNotExist(err) {
		t.Skip("the real data of Los Angeles is not here: set LA311")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRealCouncilsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	for name, crs := range map[string]grid.CRS{"nc.geojson.gz": "", "nc3857.geojson.gz": grid.WebMercator} {
		text := losAngeles(t, name)
		r := NewGeoJSON(bytes.NewReader(text), Options{})
		list, err := all(r)
		if err != nil || len(list) < 90 || r.Head().CRS != crs {
			t.Fatalf("%s: %d features, %v, %v", name, len(list), r.Head().CRS, err)
		}
		var whole struct{ Features []json.RawMessage }
		if err := json.Unmarshal(text, &whole); err != nil || len(whole.Features) != len(list) {
			t.Fatal(err, len(whole.Features))
		}
		for i, f := range list {
			want, ok := plainly(whole.Features[i])
			if f.Wrong != nil || !ok {
				t.Fatal(f.Wrong)
			}
			compareShape(t, f.Shape, want)
			compareProperties(t, f, want)
			if err := Place(f.Shape, crs); err != nil {
				t.Error(err)
			}
			if b := f.Shape.Bound(); b.Min[0] < -119 || b.Max[0] > -117 || b.Min[1] < 33 || b.Max[1] > 35 {
				t.Errorf("%s: feature %d lies at %v, outside Los Angeles", name, i, b)
			}
		}
	}
}
