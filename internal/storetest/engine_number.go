package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"fengqiao/internal/store"
)

func engineNumbers(t *testing.T, open opener) {
	e := openEngine(t, open)
	const inserters, each = 50, 4
	numbers := map[string][]int64{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for w := range inserters {
		group.Go(func() {
			for i := range each {
				series := fmt.Sprint("街道-2026-", i%2)
				row := thing(fmt.Sprintf("%d/%d", w, i), int64(i))
				row.Keys["series"] = series
				done, err := e.Apply(context.Background(), store.Write{Table: "things", Row: row, Series: series})
				if err != nil {
					t.Errorf("insert: %v", err)
					return
				}
				if got := mustGet(t, e, "things", row.ID); got.N != done[0].N {
					t.Errorf("the row bears %d, the answer said %d", got.N, done[0].N)
				}
				mu.Lock()
				numbers[series] = append(numbers[series], done[0].N)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for series, got := range numbers {
		slices.Sort(got)
		for i, n := range got {
			if n != int64(i+1) {
				t.Fatalf("series %s: number %d stands where %d should: %v", series, n, i+1, got)
			}
		}
	}
	if len(numbers) != 2 {
		t.Fatalf("%d series", len(numbers))
	}
}

// engineNumberKept inserts in vain: afterwards the number is either free, or kept for the same row. Both ways the next two
// rows bear the next two numbers.
func engineNumberKept(t *testing.T, open opener) {
	e := openEngine(t, open)
	numbered := func(id, name string) store.Write {
		row := thing(id, 1)
		row.Keys["name"], row.Keys["series"] = name, "s"
		return store.Write{Table: "things", Row: row, Series: "s"}
	}
	if done := mustApply(t, e, numbered("a", "taken")); done[0].N != 1 {
		t.Fatalf("the first number is %d", done[0].N)
	}
	// The same row sent again is no new row and takes no number.
	_, err := e.Apply(t.Context(), numbered("a", "taken"))
	refused(t, err, store.ErrExists)
	if done := mustApply(t, e, numbered("b", "")); done[0].N != 2 {
		t.Fatalf("the second number is %d", done[0].N)
	}
	_, err = e.Apply(t.Context(), numbered("c", "taken"))
	refused(t, err, store.ErrExists)
	absent(t, e, "things", "c")
	d := mustApply(t, e, numbered("d", ""))[0].N
	c := mustApply(t, e, numbered("c", "free"))[0].N
	if min(c, d) != 3 || max(c, d) != 4 {
		t.Fatalf("behind a failed insert come the numbers %d and %d, not 3 and 4", c, d)
	}
	if e.Atomic() && d != 3 {
		t.Fatalf("a number that was rolled back was not given to the next row: %d", d)
	}
}

func engineContention(t *testing.T, open opener) {
	e := openEngine(t, open)
	start := thing("counter", 1, "count:0")
	start.Body = []byte("0")
	mustApply(t, e, insertThing(start))
	const writers = 100
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for {
				row, err := e.Get(context.Background(), "things", "counter")
				if err != nil {
					t.Errorf("get: %v", err)
					return
				}
				n, err := strconv.Atoi(string(row.Body))
				if err != nil {
					t.Errorf("half a row was read: %v", err)
					return
				}
				row.Body, row.Tags = strconv.AppendInt(nil, int64(n+1), 10), []string{fmt.Sprint("count:", n+1)}
				_, err = e.Apply(context.Background(), replaceThing(row))
				if err == nil {
					return
				}
				if !errors.Is(err, store.ErrConflict) {
					t.Errorf("replace: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	row := mustGet(t, e, "things", "counter")
	if string(row.Body) != strconv.Itoa(writers) || row.Version != writers+1 {
		t.Fatalf("%d writers counted to %s, version %d", writers, row.Body, row.Version)
	}
	sameIDs(t, "by its last tag", mustFind(t, e, store.Query{Tags: []string{fmt.Sprint("count:", writers)}}), "counter")
	sameIDs(t, "by an earlier tag", mustFind(t, e, store.Query{Tags: []string{"count:50"}}))
}
