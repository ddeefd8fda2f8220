package sqlite

import (
	"context"
	"testing"

	"go.uber.org/goleak"

	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEngineKeepsTheContract(t *testing.T) {
	storetest.Engine(t, func(t *testing.T) store.Engine { return fresh(t, t.TempDir()) })
}

func fresh(t testing.TB, dir string, opts ...Option) *Engine {
	t.Helper()
	e, err := New(dir, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// opened opens an engine with the tables of intake and further ones, for the length of the test.
func opened(t testing.TB, dir string, further ...store.Table) *Engine {
	t.Helper()
	e := fresh(t, dir)
	if err := e.Open(context.Background(), append(further, intake...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}
