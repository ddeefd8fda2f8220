package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/mediation"

	"github.com/google/uuid"
)

// storedSizes are the numbers of stored cases that are compared: a small store, and one of FENGQIAO_BENCH_ROWS cases
// (1000000 takes minutes and some gigabytes in the temporary folder).
func storedSizes(b *testing.B) []int {
	sizes := []int{20_000}
	if text := os.Getenv("FENGQIAO_BENCH_ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			b.Fatalf("FENGQIAO_BENCH_ROWS=%q is no number of cases", text)
		}
		sizes = append(sizes, n)
	}
	return sizes
}

// loader turns what the ports write into rows to load, so that many rows are made quickly and in the stored form.
type loader struct {
	store.Engine
	rows    map[string][]store.Row
	numbers map[string]int64
}

func (l *loader) Apply(ctx context.Context, writes ...store.Write) ([]store.Applied, error) {
	done := make([]store.Applied, len(writes))
	for i, w := range writes {
		w.Row.Version = 1
		if w.Series != "" {
			l.numbers[w.Series]++
			w.Row.N = l.numbers[w.Series]
		}
		l.rows[w.Table] = append(l.rows[w.Table], w.Row)
		if len(l.rows[w.Table]) >= 2000 {
			if err := l.flush(ctx, w.Table); err != nil {
				return nil, err
			}
		}
		done[i] = store.Applied{Version: 1, N: w.Row.N, Done: true}
	}
	return done, nil
}

func (l *loader) flush(ctx context.Context, table string) error {
	rows := l.rows[table]
	l.rows[table] = nil
	return l.Engine.Load(ctx, table, rows)
}

// archive is a county's store with n cases, one in ten of them open. Whatever its size, some few cases are overdue, need a
// hand, bear a rare category or a rare word: that is what must be found among all the others.
type archive struct {
	cases    *store.Cases
	opened   time.Time // of the first case
	now      time.Time
	cell     grid.Code
	township grid.Code
	open     string // an open case
	number   string
}

const (
	everyOpen = 10
	rareCases = 40
)

var (
	openStates  = []mediation.State{mediation.Reported, mediation.Offered, mediation.Accepted, mediation.Mediating, mediation.Effective}
	endedStates = []mediation.State{mediation.Settled, mediation.Settled, mediation.Settled, mediation.Settled, mediation.Exited, mediation.Withdrawn}
	categories  = []string{"neighbour", "family", "labour", "debt", "property", "land", "traffic", "consumer", "medical", "contract"}
)

func newArchive(b *testing.B, cells []grid.Cell, n int) *archive {
	ctx := b.Context()
	engine, err := sqlite.New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	load := &loader{Engine: engine, rows: map[string][]store.Row{}, numbers: map[string]int64{}}
	s, err := store.New(ctx, load)
	if err != nil {
		b.Fatal(err)
	}
	a := &archive{cases: s.Cases(), opened: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), cell: cells[0].Code, township: cells[0].Code.Prefix(4)}
	a.now = a.opened.Add(time.Duration(n) * time.Minute)
	for i := range n {
		c := a.made(i, n, cells)
		if c, err = a.cases.Open(ctx, c); err != nil {
			b.Fatal(err)
		}
		words := []string{"word " + strconv.Itoa(i%50), "word"}
		if i%(n/rareCases) == 0 {
			words = append(words, "rare word")
		}
		if err := a.cases.IndexWords(ctx, c.ID, c.Area, c.Opened, words); err != nil {
			b.Fatal(err)
		}
		if i%everyOpen == 0 {
			a.open, a.number = c.ID, c.Number.Series+"/"+strconv.FormatInt(c.Number.N, 10)
		}
	}
	for table := range load.rows {
		if err := load.flush(ctx, table); err != nil {
			b.Fatal(err)
		}
	}
	s.Engine = engine // from here on it is the store as it is
	return a
}

// made is the i-th of n cases, with as much in it as a case has when it is reported.
func (a *archive) made(i, n int, cells []grid.Cell) mediation.Case {
	cell := cells[i%len(cells)].Code
	rare := i%(n/rareCases) == 0 // an open one, since everyOpen divides the distance
	opened := a.opened.Add(time.Duration(i) * time.Minute)
	c := mediation.Case{ID: uuid.NewString(), Revision: 3, Number: mediation.Number{Series: string(cell.Prefix(3)) + "/" + strconv.Itoa(opened.Year())},
		Home: cell, Area: cell, Cell: cell, PlanVersion: "1", State: endedStates[i%len(endedStates)], Category: categories[i/7%len(categories)],
		Severity: 1 + i%4, Channel: "app", Key: uuid.NewString(), Words: mediation.Sealed{Key: "k", Box: make([]byte, 300)}, Reporter: "worker-" + strconv.Itoa(i%600),
		Policy: "1", Opened: opened, Changed: opened}
	c.Reporters, c.Reports = []string{c.Reporter}, []string{uuid.NewString()}
	c.Events = []mediation.Event{{Seq: 1, Kind: "opened", At: opened, Hash: make([]byte, 32)}, {Seq: 2, Kind: "accepted", At: opened, Hash: make([]byte, 32)}}
	if i%everyOpen == 0 {
		c.State = openStates[i/everyOpen%len(openStates)]
		c.StateClock = mediation.Clock{Since: opened, Due: a.now.Add(time.Hour)}
		c.NextDue = a.now.Add(time.Hour)
	}
	if rare {
		c.Category, c.NeedsHand, c.StateClock.Due, c.NextDue = "rare", true, a.now.Add(-time.Hour), a.now.Add(-time.Hour)
	}
	return c
}

// BenchmarkStored asks the same of a small and of a big store: lists, counts, the sweep's question and an update.
func BenchmarkStored(b *testing.B) {
	county, err := fixtures.Fuyang(fixtures.DefaultSeed)
	if err != nil {
		b.Fatal(err)
	}
	open, over := true, false
	for _, n := range storedSizes(b) {
		var a *archive
		ask := func(name string, f func(a *archive) mediation.Filter) {
			b.Run(fmt.Sprintf("%s/of-%d", name, n), func(b *testing.B) {
				filter := f(a)
				filter.Visible = mediation.Visible{Area: new(grid.Code)}
				b.ReportAllocs()
				found := 0
				for b.Loop() {
					list, _, err := a.cases.List(b.Context(), filter, "", 20)
					if err != nil {
						b.Fatal(err)
					}
					found = len(list)
				}
				b.ReportMetric(float64(found), "cases")
			})
		}
		a = newArchive(b, county.Cells, n)
		ask("cell", func(a *archive) mediation.Filter { return mediation.Filter{Cell: a.cell} })
		ask("county", func(a *archive) mediation.Filter { return mediation.Filter{} })
		ask("township", func(a *archive) mediation.Filter { return mediation.Filter{Area: a.township} })
		ask("township-open", func(a *archive) mediation.Filter { return mediation.Filter{Area: a.township, Open: &open} })
		ask("township-offered", func(a *archive) mediation.Filter {
			return mediation.Filter{Area: a.township, States: []mediation.State{mediation.Offered}}
		})
		ask("township-withdrawn", func(a *archive) mediation.Filter {
			return mediation.Filter{Area: a.township, States: []mediation.State{mediation.Withdrawn}}
		})
		ask("township-labour", func(a *archive) mediation.Filter { return mediation.Filter{Area: a.township, Category: "labour"} })
		ask("township-grave", func(a *archive) mediation.Filter { return mediation.Filter{Area: a.township, Severity: 4} })
		ask("township-last-year", func(a *archive) mediation.Filter {
			return mediation.Filter{Area: a.township, Opened: [2]time.Time{a.opened, a.opened.Add(a.now.Sub(a.opened) / 2)}}
		})
		ask("county-rare-category-ended", func(a *archive) mediation.Filter { return mediation.Filter{Category: "rare", Open: &over} })
		ask("county-overdue", func(a *archive) mediation.Filter { return mediation.Filter{OverdueAt: a.now} })
		ask("township-overdue", func(a *archive) mediation.Filter { return mediation.Filter{Area: a.township, OverdueAt: a.now} })
		ask("county-needs-hand", func(a *archive) mediation.Filter { return mediation.Filter{NeedsHand: true} })
		ask("township-needs-hand", func(a *archive) mediation.Filter { return mediation.Filter{Area: a.township, NeedsHand: true} })
		ask("number", func(a *archive) mediation.Filter { return mediation.Filter{Number: a.number} })
		ask("rare-word", func(a *archive) mediation.Filter { return mediation.Filter{WordHashes: []string{"rare word", "word"}} })
		ask("common-word", func(a *archive) mediation.Filter { return mediation.Filter{WordHashes: []string{"word 7"}} })
		b.Run(fmt.Sprintf("due/of-%d", n), func(b *testing.B) {
			for b.Loop() {
				if ids, err := a.cases.Due(b.Context(), a.now, 100); err != nil || len(ids) != rareCases {
					b.Fatalf("%d cases are due, %v", len(ids), err)
				}
			}
		})
		b.Run(fmt.Sprintf("update/of-%d", n), func(b *testing.B) {
			b.ReportAllocs()
			began := processorTime(b)
			for b.Loop() {
				_, err := a.cases.Update(b.Context(), a.open, func(c *mediation.Case) error {
					c.Revision++
					c.Changed = c.Changed.Add(time.Second)
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime(b)-began).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}
