package boundary

import (
	"bytes"
	"encoding/json"
	"testing"

	"fengqiao/grid"
	"fengqiao/internal/realtest"
)

func TestRealCouncilsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	for name, crs := range map[string]grid.CRS{"nc.geojson.gz": "", "nc3857.geojson.gz": grid.WebMercator} {
		text := realtest.LosAngeles(t, name)
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
