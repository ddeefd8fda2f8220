package boundary

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// ground makes shapes as plans have them: rings of 13 to 40 points somewhere in Zhejiang.
func ground(n int) []orb.MultiPolygon {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]orb.MultiPolygon, n)
	for i := range list {
		x, y := 118+5*r.Float64(), 27+4*r.Float64()
		ring := make(orb.Ring, 13+r.IntN(28))
		for k := range ring {
			ring[k] = orb.Point{x + r.Float64()/100, y + r.Float64()/100}
		}
		ring[len(ring)-1] = ring[0]
		list[i] = orb.MultiPolygon{{ring}}
	}
	return list
}

// geoText writes the shapes as GeoJSON; format is how a number is written.
func geoText(list []orb.MultiPolygon, format string) []byte {
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, shape := range list {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"type":"Feature","properties":{"code":"33.01.11.%03d.%03d","name":"第%d网格"},"geometry":{"type":"MultiPolygon","coordinates":[[[`, i/1000, i%1000, i)
		for k, pt := range shape[0][0] {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "["+format+","+format+"]", pt[0], pt[1])
		}
		b.WriteString("]]]}}")
	}
	b.WriteString("]}")
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	list := ground(10_000)
	for _, c := range []struct {
		name string
		text []byte
		open func(io.Reader) Reader
	}{
		{"geojson/7-digits", geoText(list, "%.7f"), func(r io.Reader) Reader { return NewGeoJSON(r, Options{}) }},
		{"geojson/all-digits", geoText(list, "%v"), func(r io.Reader) Reader { return NewGeoJSON(r, Options{}) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				r := c.open(bytes.NewReader(c.text))
				for n := 0; ; n++ {
					if _, err := r.Next(); err == io.EOF && n == len(list) {
						break
					} else if err != nil {
						b.Fatal(n, err)
					}
				}
			}
		})
	}
}
