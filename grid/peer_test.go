package grid

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// BenchmarkPeer measures the lookup on a tessellation that lies in the directory CELLBENCH_DIR, beside which others
// measure theirs (grid/bench makes one): cells.geojson with one feature a cell, whose id is its position, and points.csv
// and hard.csv with lines lon,lat,cell[;cell…], every cell that touches the point.
//
//	ns/lookup        one point at a time, cell's position as the answer
//	ns/locate        the same with code and name
//	ns/many          a point of a batch
//	ns/lookup-2core  one at a time on each of two cores: time over points of both
//	B/cell           live heap of the plan: shapes, codes, hierarchy and index
//	build-s          NewPlan
//	wrong, hardwrong answers, single or of a batch, that do not touch the point
func BenchmarkPeer(b *testing.B) {
	dir := os.Getenv("CELLBENCH_DIR")
	if dir == "" {
		b.Skip("CELLBENCH_DIR names no tessellation")
	}
	pts, answers := peerPoints(b, filepath.Join(dir, "points.csv"))
	hard, hardAnswers := peerPoints(b, filepath.Join(dir, "hard.csv"))
	before := liveHeap()
	cells := peerCells(b, filepath.Join(dir, "cells.geojson"))
	var plan *Plan
	seconds := stopwatch(func() { plan = mustPlan(b, ChinaSchema(), nil, cells) })
	cells = nil
	live := liveHeap() - before

	wrong, hardWrong := wrongOf(plan, pts, answers), wrongOf(plan, hard, hardAnswers)
	answers, hardAnswers = nil, nil
	runtime.GC()
	out := make([]int32, len(pts))
	single := func(pts []orb.Point, out []int32) {
		for i, pt := range pts {
			at, _ := plan.Index(pt)
			out[i] = int32(at)
		}
	}
	for b.Loop() {
		b.ReportMetric(perPoint(pts, out, single), "ns/lookup")
		b.ReportMetric(perPoint(pts, out, func(pts []orb.Point, out []int32) {
			for i, pt := range pts {
				c, _ := plan.Locate(pt)
				out[i] = int32(len(c.Code))
			}
		}), "ns/locate")
		b.ReportMetric(perPoint(pts, out, plan.LocateAll), "ns/many")
		b.ReportMetric(perPoint(pts, out, onTwo(single)), "ns/lookup-2core")
		b.ReportMetric(perPoint(pts, out, onTwo(plan.LocateAll)), "ns/many-2core")
	}
	b.ReportMetric(float64(live)/float64(plan.Len()), "B/cell")
	b.ReportMetric(seconds, "build-s")
	b.ReportMetric(float64(wrong), "wrong")
	b.ReportMetric(float64(hardWrong), "hardwrong")
	b.ReportMetric(0, "ns/op")
}

// wrongOf counts the points for which a single lookup or that of a batch gives a cell that does not touch the point.
func wrongOf(plan *Plan, pts []orb.Point, answers [][]int32) (wrong int) {
	out := make([]int32, len(pts))
	plan.LocateAll(pts, out)
	for i, pt := range pts {
		at, ok := plan.Index(pt)
		if !ok || !slices.Contains(answers[i], int32(at)) || !slices.Contains(answers[i], out[i]) {
			wrong++
		}
	}
	return wrong
}

// perPoint is how many nanoseconds a point takes: the median of three rounds through all points, each in twenty
// portions, so that what else the machine does counts little.
func perPoint(pts []orb.Point, out []int32, ask func([]orb.Point, []int32)) float64 {
	const portions = 20
	var times []float64
	for range 3 {
		for k := range portions {
			first, end := portion(len(pts), k, portions)
			times = append(times, stopwatch(func() { ask(pts[first:end], out[first:end]) })*1e9/float64(end-first))
		}
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// onTwo asks on two cores, half of the points on each.
func onTwo(ask func([]orb.Point, []int32)) func([]orb.Point, []int32) {
	return func(pts []orb.Point, out []int32) {
		var wg sync.WaitGroup
		for k := range 2 {
			first, end := portion(len(pts), k, 2)
			wg.Go(func() { ask(pts[first:end], out[first:end]) })
		}
		wg.Wait()
	}
}

// stopwatch is how many seconds a function takes.
func stopwatch(do func()) float64 {
	start := time.Now()
	do()
	return time.Since(start).Seconds()
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// peerCode gives the n-th cell of a made-up plan its place: townships of 100 villages of 10 grids of 100 cells.
func peerCode(n int) Code {
	return Code(fmt.Sprintf("33.01.%02d.%03d.%03d.%03d.%02d", 1+n/9_900_000, 1+n/99_000%100, 1+n/990%100, 1+n/99%10, 1+n%99))
}

// peerCells reads one feature after another: a file of a million cells does not fit into memory three times.
func peerCells(b *testing.B, path string) []Cell {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }() // only read
	dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for t, err := dec.Token(); t != json.Delim('['); t, err = dec.Token() {
		if err != nil {
			b.Fatal(path, err)
		}
	}
	var cells []Cell
	for dec.More() {
		var feature struct {
			ID       int
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
		if err := dec.Decode(&feature); err != nil {
			b.Fatal(path, err)
		}
		if feature.ID != len(cells) {
			b.Fatalf("%s: feature %d stands at place %d", path, feature.ID, len(cells))
		}
		var shape orb.MultiPolygon
		if feature.Geometry.Type == "Polygon" {
			shape = make(orb.MultiPolygon, 1)
			err = json.Unmarshal(feature.Geometry.Coordinates, &shape[0])
		} else {
			err = json.Unmarshal(feature.Geometry.Coordinates, &shape)
		}
		if err != nil {
			b.Fatal(path, feature.ID, err)
		}
		cells = append(cells, Cell{Code: peerCode(feature.ID), Shape: shape})
	}
	return cells
}

func peerPoints(b *testing.B, path string) (pts []orb.Point, answers [][]int32) {
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	for row := range strings.Lines(string(text)) {
		lon, rest, _ := strings.Cut(strings.TrimSpace(row), ",")
		lat, cells, ok := strings.Cut(rest, ",")
		x, err1 := strconv.ParseFloat(lon, 64)
		y, err2 := strconv.ParseFloat(lat, 64)
		if !ok || err1 != nil || err2 != nil {
			continue // the heading
		}
		var in []int32
		for cell := range strings.SplitSeq(cells, ";") {
			n, err := strconv.Atoi(cell)
			if err != nil {
				b.Fatal(path, err)
			}
			in = append(in, int32(n))
		}
		pts, answers = append(pts, orb.Point{x, y}), append(answers, in)
	}
	return pts, answers
}
