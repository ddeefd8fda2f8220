package boundary

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/paulmach/orb"
)

// plain is a feature as encoding/json reads it, the yardstick of the fast way.
type plain struct {
	properties map[string]json.RawMessage
	kind       string
	points     json.RawMessage
}

// plainly reads a record without the fast scanner; false for one that it reads by rules of its own (names in other case,
// members that stand twice).
func plainly(raw json.RawMessage) (plain, bool) {
	var top, geometry map[string]json.RawMessage
	var p plain
	if json.Unmarshal(raw, &top) != nil || json.Unmarshal(top["geometry"], &geometry) != nil {
		return p, false
	}
	_ = json.Unmarshal(top["properties"], &p.properties)
	_ = json.Unmarshal(geometry["type"], &p.kind)
	p.points = geometry["coordinates"]
	return p, true
}

// records are the features of a text, each as it stands there; false where the whole is no JSON.
func records(text []byte) ([]json.RawMessage, bool) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var list []json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(bytes.ReplaceAll(text, []byte{recordSeparator}, []byte{'\n'})))
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err == io.EOF {
			break
		} else if err != nil {
			return nil, false
		}
		list = append(list, raw)
	}
	var top map[string]json.RawMessage // a struct would take names in any case
	var features []json.RawMessage
	if len(list) == 1 && text[0] != recordSeparator && json.Unmarshal(list[0], &top) == nil && json.Unmarshal(top["features"], &features) == nil {
		return features, true
	}
	return list, true
}

func FuzzGeoJSON(f *testing.F) {
	for _, text := range []string{collection(feature(`{"code":"33.01","名":"\u5bcc\ud83d\ude00","n":1.50,"x":null,"l":[{}]}`, unit), feature(`null`, unit)),
		feature(`{}`, unit) + "\n" + feature(`{"a":true}`, unit), "\x1e" + feature(`{}`, `{"coordinates":[[[[1e-7,-0.0,3],[118.45005171864273,34]],[]]],"type":"MultiPolygon"}`) + "\n",
		`{"crs":"EPSG:4326","units":[],"type":"FeatureCollection","features":[]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o := Options{Members: []string{"units"}}
		got, err := all(NewGeoJSON(bytes.NewReader(text), o))
		pieces, err2 := all(NewGeoJSON(iotest.OneByteReader(bytes.NewReader(text)), o))
		if (err == nil) != (err2 == nil) || len(got) != len(pieces) {
			t.Fatalf("%v at once, %v byte by byte", err, err2)
		}
		if err != nil {
			return
		}
		list, ok := records(text)
		if !ok || len(list) != len(got) {
			t.Fatalf("accepted %d features, encoding/json finds %d (%v)", len(got), len(list), ok)
		}
		for i, f := range got {
			if want, ok := plainly(list[i]); ok && f.Wrong == nil {
				compareShape(t, f.Shape, want)
				compareProperties(t, f, want)
			}
		}
	})
}

func compareShape(t *testing.T, got orb.MultiPolygon, want plain) {
	polygons := [][][][]float64{nil}
	var err error
	if want.kind == "Polygon" {
		err = json.Unmarshal(want.points, &polygons[0])
	} else {
		err = json.Unmarshal(want.points, &polygons)
	}
	if err != nil || len(polygons) != len(got) {
		t.Fatalf("%v, encoding/json has %d polygons (%v)", got, len(polygons), err)
	}
	for i := range polygons {
		if len(polygons[i]) != len(got[i]) {
			t.Fatalf("polygon %d: %v, want %v", i, got[i], polygons[i])
		}
		for j := range polygons[i] {
			if len(polygons[i][j]) != len(got[i][j]) {
				t.Fatalf("ring %d: %v, want %v", j, got[i][j], polygons[i][j])
			}
			for k, pos := range polygons[i][j] {
				if len(pos) < 2 || math.Float64bits(pos[0]) != math.Float64bits(got[i][j][k][0]) || math.Float64bits(pos[1]) != math.Float64bits(got[i][j][k][1]) {
					t.Fatalf("position %d: %v, want %v", k, got[i][j][k], pos)
				}
			}
		}
	}
}

func compareProperties(t *testing.T, f *Feature, want plain) {
	for name, raw := range want.properties {
		got, ok := f.Property(name)
		text, value := string(raw), any(nil)
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		switch v := value.(type) {
		case string:
			text = v
		case json.Number, bool:
		default:
			if ok {
				t.Fatalf("%q is %+v, want none", name, got)
			}
			continue
		}
		if _, digits := value.(json.Number); !ok || got.Value != text || got.Number != digits {
			t.Fatalf("%q is %+v (%v), want %s", name, got, ok, text)
		}
	}
}
