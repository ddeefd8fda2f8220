package simulate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"fengqiao/internal/mongotest"

	_ "modernc.org/sqlite" // by which another program locks the file
)

// Longer: go test ./internal/simulate -run StoreIsAway -matters 2000 -away 20s
var awayFlag = flag.Duration("away", 7*time.Second, "how long the store is away each time; SQLite waits 5 s for a lock before it says so")

// The store goes away while reports come in and people work on them. Each time the server says so and goes on by itself when the store
// is back, and nothing is lost or there twice.
func TestNothingIsLostWhileTheStoreIsAway(t *testing.T) {
	t.Run("MongoDB behind a broken line", func(t *testing.T) {
		uri, line := mongotest.Through(t)
		whileAway(t, []string{"FENGQIAO_STORE=" + uri}, func(string) []absence {
			return []absence{{"cut", line.Cut, line.Mend}, {"reset", line.Reset, line.Mend}, {"stalled", line.Stall, line.Mend},
				{"full", line.Fill, line.Mend}}
		})
	})
	t.Run("SQLite locked by another program", func(t *testing.T) {
		whileAway(t, nil, func(data string) []absence {
			other := elsewhere(t, filepath.Join(data, "fengqiao.db"))
			return []absence{{"locked", func() { other("BEGIN IMMEDIATE") }, func() { other("ROLLBACK") }}}
		})
	})
}

// absence is a way in which the store goes away and comes back.
type absence struct {
	name        string
	leave, back func()
}

func whileAway(t *testing.T, settings []string, waysOf func(data string) []absence) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	w := begin(ctx, t, settings...)
	ways := waysOf(w.data())
	for i, way := range ways {
		w.until(ctx, i+1, len(ways)+1)
		way.leave()
		gone := time.Now()
		w.phase("the store is away: " + way.name)
		if wait, err := w.sendLast(ctx); !refusedAs(err, http.StatusServiceUnavailable) || wait < time.Second {
			t.Fatalf("%s: %v, to be sent again after %s", way.name, err, wait)
		}
		time.Sleep(time.Until(gone.Add(*awayFlag)))
		way.back()
		w.phase("and back")
		for back := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			_, err := w.sendLast(ctx)
			if err == nil {
				break
			}
			if time.Since(back) > time.Minute {
				t.Fatalf("%s: a minute after the store came back: %v", way.name, err)
			}
		}
	}
	w.settle(ctx)
}

// sendLast sends the last report of the run, which may be ahead of its time: the run sends it too, by the same worker with the same id, and the
// audit finds it once. wait is after how long it may be sent again.
func (w *work) sendLast(ctx context.Context) (wait time.Duration, err error) {
	w.t.Helper()
	return w.sendOnce(ctx, len(w.audit.Requests)-1)
}

// sendOnce sends a report by its worker, one time.
func (w *work) sendOnce(ctx context.Context, i int) (wait time.Duration, err error) {
	w.t.Helper()
	s := w.workers[i%len(w.workers)]
	r := reportOf(w.audit.Requests, i)
	r.token = s.Tokens.Access
	body, err := json.Marshal(r.body)
	if err != nil {
		w.t.Fatal(err)
	}
	_, wait, err = s.client.once(ctx, r, body, nil)
	return wait, err
}

// elsewhere is a connection of another program to a SQLite file: it runs one statement after the other.
func elsewhere(t *testing.T, path string) func(statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(c.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return func(statement string) {
		t.Helper()
		if _, err := c.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
