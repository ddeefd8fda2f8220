package bench

import (
	"bufio"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"fengqiao/grid"

	"github.com/paulmach/orb"
)

var outDir = flag.String("out", "", "the directory to write the ground to")

// TestWritesTheGround writes cells.geojson, points.csv and hard.csv of the first size into the directory -out, for
// BenchmarkPeer of package grid and for programs in other languages.
func TestWritesTheGround(t *testing.T) {
	if *outDir == "" {
		t.Skip("-out names no directory")
	}
	cells := weave(eachSize(t)[0], *seed)
	grids := newUniform(cells)
	write(t, "cells.geojson", func(w *bufio.Writer) { writeCells(w, cells) })
	write(t, "points.csv", func(w *bufio.Writer) { writePoints(w, grids, anywhere(*points, *seed)) })
	write(t, "hard.csv", func(w *bufio.Writer) { writePoints(w, grids, hard(cells, *points/10, *seed)) })
}

func write(t *testing.T, name string, content func(*bufio.Writer)) {
	t.Helper()
	f, err := os.Create(filepath.Join(*outDir, name))
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	content(w)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// writeCells writes one feature a cell, whose id is its position.
func writeCells(w *bufio.Writer, cells []grid.Cell) {
	_, _ = w.WriteString(`{"type":"FeatureCollection","features":[`)
	for i, c := range cells {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		_, _ = w.WriteString("\n" + `{"type":"Feature","id":` + strconv.Itoa(i) + `,"properties":{"id":` + strconv.Itoa(i) + `,"code":"` + string(c.Code) +
			`"},"geometry":{"type":"MultiPolygon","coordinates":[`)
		for k, poly := range c.Shape {
			writeList(w, k, poly, func(j int, r orb.Ring) {
				writeList(w, j, r, func(v int, pt orb.Point) { writePoint(w, v, pt) })
			})
		}
		_, _ = w.WriteString("]}}")
	}
	_, _ = w.WriteString("\n]}\n")
}

func writeList[T any](w *bufio.Writer, at int, items []T, item func(int, T)) {
	if at > 0 {
		_ = w.WriteByte(',')
	}
	_ = w.WriteByte('[')
	for i, v := range items {
		item(i, v)
	}
	_ = w.WriteByte(']')
}

func writePoint(w *bufio.Writer, at int, pt orb.Point) {
	writeList(w, at, pt[:], func(i int, v float64) {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		_, _ = w.WriteString(number(v))
	})
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// writePoints writes a point and every cell that touches it a line.
func writePoints(w *bufio.Writer, grids *uniform, pts []orb.Point) {
	_, _ = w.WriteString("lon,lat,cells\n")
	for _, pt := range pts {
		_, _ = w.WriteString(number(pt[0]) + "," + number(pt[1]) + ",")
		for i, cell := range grids.touched(pt) {
			if i > 0 {
				_ = w.WriteByte(';')
			}
			_, _ = w.WriteString(strconv.Itoa(int(cell)))
		}
		_ = w.WriteByte('\n')
	}
}

// touched are the cells that touch the point, in code order.
func (u *uniform) touched(pt orb.Point) (cells []int32) {
	x, y := u.bucket(pt)
	for _, k := range u.buckets[y*u.side+x] {
		if p := &u.parts[k]; p.bound.Contains(pt) {
			if covered, _ := covers(p.poly, pt); covered && (len(cells) == 0 || cells[len(cells)-1] != p.cell) {
				cells = append(cells, p.cell)
			}
		}
	}
	return cells
}
