package apptest

import (
	"testing"

	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
)

// ground is what a server stands on, which others may stand on beside it.
type ground struct {
	engine store.Engine
	blobs  media.Blobs
	kek    *seal.Local
	bare   bool // it answers no requests
}

// Beside builds another server on the same ground, by the same clocks: a second instance, whose engine is what wrap makes of the first one's, which is open. It
// knows nothing of what the first holds in memory, and answers no requests.
func (a *App) Beside(t testing.TB, wrap func(store.Engine) store.Engine) *App {
	t.Helper()
	under := a.ground
	under.engine, under.bare = wrap(a.engine), true
	return serve(t, &App{Case: a.Case, Machine: a.Machine, Log: &Log{}, Atlas: a.Atlas, ground: under}, nil)
}
