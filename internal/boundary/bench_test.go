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

// csvText writes them as a table with WKT.
func csvText(list []orb.MultiPolygon) []byte {
	var b bytes.Buffer
	b.WriteString("code,name,wkt\n")
	for i, shape := range list {
		fmt.Fprintf(&b, "33.01.11.%03d.%03d,第%d网格,\"POLYGON((", i/1000, i%1000, i)
		for k, pt := range shape[0][0] {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%.7f %.7f", pt[0], pt[1])
		}
		b.WriteString("))\"\n")
	}
	return b.Bytes()
}

func BenchmarkRead(b *testing.B) {
	list := ground(10_000)
	lines := bytes.ReplaceAll(bytes.TrimSuffix(bytes.TrimPrefix(geoText(list, "%.7f"), []byte(`{"type":"FeatureCollection","features":[`)), []byte("]}")), []byte(",\n"), []byte("\n"))
	var shapes [][]orb.Ring
	var rows [][4]string
	for i, shape := range list {
		shapes = append(shapes, []orb.Ring{shape[0][0]})
		rows = append(rows, [4]string{fmt.Sprint(i), fmt.Sprintf("第%d网格", i), fmt.Sprint(i), "T"})
	}
	shp, dbf := shpText(5, shapes...), dbfText(0, rows...)
	geojson := func(text []byte) func() Reader {
		return func() Reader { return NewGeoJSON(bytes.NewReader(text), Options{}) }
	}
	short, long, table := geoText(list, "%.7f"), geoText(list, "%v"), csvText(list)
	for _, c := range []struct {
		name  string
		bytes int
		open  func() Reader
	}{
		{"geojson/7-digits", len(short), geojson(short)},
		{"geojson/all-digits", len(long), geojson(long)},
		{"sequence", len(lines), geojson(lines)},
		{"csv", len(table), func() Reader { return NewCSV(bytes.NewReader(table), Options{}) }},
		{"shapefile", len(shp) + len(dbf), func() Reader { return shapefile(shp, dbf, "", "UTF-8") }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(c.bytes))
			b.ReportAllocs()
			for b.Loop() {
				r := c.open()
				for n := 0; ; n++ {
					f, err := r.Next()
					if err == io.EOF && n == len(list) {
						break
					} else if err != nil || f.Wrong != nil {
						b.Fatal(n, err, f)
					}
				}
			}
		})
	}
}
