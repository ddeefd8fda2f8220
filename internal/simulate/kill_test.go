package simulate

import (
	"context"
	"flag"
	"syscall"
	"testing"
	"time"

	"fengqiao/internal/mongotest"
)

// The short form belongs to every run of the tests; longer: go test ./internal/simulate -run Killed -matters 2000 -kills 10
var killsFlag = flag.Int("kills", 2, "how often the server is killed")

// The server is killed while reports come in and people work on them; then everything goes on. What was answered is
// there, what was due is pushed, and no seat has two holders.
func TestNothingIsLostWhenTheServerIsKilledDuringAReplay(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { killed(t) })
	t.Run("MongoDB", func(t *testing.T) { killed(t, "FENGQIAO_STORE="+mongotest.Database(t)) })
}

func killed(t *testing.T, settings ...string) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	w := begin(ctx, t, settings...)
	for kill := range *killsFlag {
		w.until(ctx, kill+1, *killsFlag+1)
		if err := w.end(syscall.SIGKILL); err == nil {
			t.Fatal("the server survived")
		}
		w.serve()
		w.phase("killed and started again")
	}
	w.settle(ctx)
}
