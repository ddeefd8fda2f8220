package push_test

import (
	"testing"

	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
)

func openStore(t testing.TB) *store.Store {
	t.Helper()
	engine, err := sqlite.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.New(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestPortsOnTheEmbeddedStore(t *testing.T) { storetest.Push(t, openStore(t)) }
