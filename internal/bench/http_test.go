package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"runtime"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers/apptest"
	"fengqiao/internal/store"
	"fengqiao/mediation"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/valyala/fasthttp"
)

const connections = 64

// serve lets a Fiber app listen on loopback for the length of the benchmark.
func serve(b *testing.B, app *fiber.App) *fasthttp.HostClient {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = app.Listener(l) }()
	b.Cleanup(func() { _ = app.Shutdown() })
	return &fasthttp.HostClient{Addr: l.Addr().String(), MaxConns: connections + 8}
}

// load sends requests over 64 connections and reports their rate.
func load(b *testing.B, client *fasthttp.HostClient, want int, request func(n int, r *fasthttp.Request)) {
	var next atomic.Int64
	b.SetParallelism((connections + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	b.ResetTimer()
	began := processorTime(b)
	b.RunParallel(func(pb *testing.PB) {
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(req)
		defer fasthttp.ReleaseResponse(res)
		for pb.Next() {
			req.Reset()
			request(int(next.Add(1)), req)
			if err := client.Do(req, res); err != nil {
				b.Error(err)
				return
			}
			if res.StatusCode() != want {
				b.Errorf("status %d: %s", res.StatusCode(), res.Body())
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
	b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
}

// processorTime is what this process has used of the processors: the client's share, the server's and the collector's. On a
// machine that others use too it is the measure that stays.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// reportJSON is a report of about 600 bytes. Each has a category of its own, which an older phone's list might name, so that
// each opens a case: reports of one worker at one place and of one category would join.
func reportJSON(n int, at [2]float64) []byte {
	body, _ := json.Marshal(map[string]any{"clientId": uuid.NewString(), "channel": "app", "text": words, "category": "old_list_" + strconv.Itoa(n), "severity": 2,
		"point": map[string]any{"type": "Point", "coordinates": at}, "accuracyMetres": 8, "phoneTime": time.Now().UTC().Format(time.RFC3339)})
	return body
}

// BenchmarkHTTPReports is POST /api/v1/reports beside two bare handlers: one that commits the request's bytes as one row, and
// one that commits the very rows that the report's intake writes, both through the same grouped commit.
func BenchmarkHTTPReports(b *testing.B) {
	b.Run("product", func(b *testing.B) {
		a := apptest.New(b)
		worker := a.As(b, mediation.GridWorker, apptest.Here)
		at := somewhere(b, a)
		load(b, serve(b, a.API.Fiber()), fiber.StatusCreated, func(n int, r *fasthttp.Request) {
			r.Header.SetMethod(fiber.MethodPost)
			r.SetRequestURI("http://bench/api/v1/reports")
			r.Header.SetContentType("application/json")
			r.Header.Set("Authorization", "Bearer "+worker.Token)
			r.SetBody(reportJSON(n, at))
		})
	})
	for name, rows := range map[string]bool{"bare-one-row": false, "bare-same-rows": true} {
		b.Run(name, func(b *testing.B) {
			a := apptest.New(b)
			at := somewhere(b, a)
			template := intakeWrites(b, a, at)
			app := fiber.New(fiber.Config{DisableStartupMessage: true})
			app.Post("/", func(c *fiber.Ctx) error {
				id := uuid.NewString()
				writes := []store.Write{{Table: "settings", Op: store.Insert, Row: store.Row{ID: id, Body: bytes.Clone(c.Body())}}}
				if rows {
					writes = renamed(template, id)
				}
				if _, err := a.Store.Engine.Apply(context.Background(), writes...); err != nil {
					return err
				}
				return c.SendStatus(fiber.StatusCreated)
			})
			load(b, serve(b, app), fiber.StatusCreated, func(n int, r *fasthttp.Request) {
				r.Header.SetMethod(fiber.MethodPost)
				r.SetRequestURI("http://bench/")
				r.SetBody(reportJSON(n, at))
			})
		})
	}
}

// somewhere is a point in the apptest county's first cell.
func somewhere(b *testing.B, a *apptest.App) [2]float64 {
	c, ok := a.Atlas.Load().Centre(a.Atlas.Load().At(0).Code)
	if !ok {
		b.Fatal("the plan has no cell")
	}
	return c
}

// recorder keeps the writes that pass through it.
type recorder struct {
	store.Engine
	seen []store.Write
}

func (r *recorder) Apply(ctx context.Context, w ...store.Write) ([]store.Applied, error) {
	r.seen = append(r.seen, w...)
	return r.Engine.Apply(ctx, w...)
}

// intakeWrites are the rows that one report's intake stores.
func intakeWrites(b *testing.B, a *apptest.App, at [2]float64) []store.Write {
	real := a.Store.Engine
	rec := &recorder{Engine: real}
	a.Store.Engine = rec
	defer func() { a.Store.Engine = real }()
	point := [2]float64(at)
	in := mediation.ReportInput{ClientID: uuid.NewString(), Channel: "app", Text: words, Category: "old_list", Severity: 2, Print: "x"}
	in.Point = (*orb.Point)(&point)
	if _, err := a.Cases.Receive(context.Background(), mediation.Actor{ID: "worker", Role: mediation.GridWorker, Area: grid.Code("33")}, in); err != nil {
		b.Fatal(err)
	}
	var writes []store.Write
	for _, w := range rec.seen {
		if w.Table == "reports" || w.Table == "cases" || w.Table == "outbox" {
			writes = append(writes, w)
		}
	}
	return writes
}

// renamed gives the rows new ids, so that they can be stored again.
func renamed(template []store.Write, id string) []store.Write {
	writes := make([]store.Write, len(template))
	for i, w := range template {
		w.Row.ID = id + strconv.Itoa(i)
		writes[i] = w
	}
	return writes
}

// BenchmarkHTTPCellList is a list of 20 cases of a cell beside a bare handler that does the same indexed reads, of open and
// of ended cases, and writes the stored heads as they are.
func BenchmarkHTTPCellList(b *testing.B) {
	a := apptest.New(b)
	at := somewhere(b, a)
	staff := a.As(b, mediation.TownshipStaff, apptest.Here)
	cell := string(a.Atlas.Load().At(0).Code)
	for n := range 200 {
		in := mediation.ReportInput{ClientID: uuid.NewString(), Channel: "app", Text: words, Category: "housing_land", Severity: 2, Print: "x"}
		p := at
		in.Point = (*orb.Point)(&p)
		if _, err := a.Cases.Receive(context.Background(), mediation.Actor{ID: fmt.Sprint("worker", n), Role: mediation.GridWorker, Area: "33"}, in); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("product", func(b *testing.B) {
		load(b, serve(b, a.API.Fiber()), fiber.StatusOK, func(n int, r *fasthttp.Request) {
			r.SetRequestURI("http://bench/api/v1/cases?limit=20&cell=" + cell)
			r.Header.Set("Authorization", "Bearer "+staff.Token)
		})
	})
	b.Run("bare", func(b *testing.B) {
		app := fiber.New(fiber.Config{DisableStartupMessage: true})
		app.Get("/", func(c *fiber.Ctx) error {
			rows, err := a.Store.Engine.Find(context.Background(), store.Query{Table: "cases", Any: []string{"co:" + cell, "cd:" + cell}, Desc: true, Limit: 21, HeadsOnly: true})
			if err != nil {
				return err
			}
			list := make([]json.RawMessage, len(rows))
			for i, r := range rows {
				list[i] = r.Head
			}
			return c.JSON(list)
		})
		load(b, serve(b, app), fiber.StatusOK, func(n int, r *fasthttp.Request) { r.SetRequestURI("http://bench/") })
	})
}
