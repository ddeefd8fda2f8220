// Package bench measures the way of a report on the sample county, beside bare handlers that do nothing but the same I/O.
// docs/performance.md has the commands and what came of them.
package bench

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/internal/seal"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/mediation"

	"github.com/paulmach/orb"
)

// world is a county ready to take reports.
type world struct {
	county   *fixtures.County
	store    *store.Store
	keys     *seal.Keyring
	policies *store.Policies
	service  *mediation.Service
	watch    *mediation.Watch
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	county, err := fixtures.Fuyang(fixtures.DefaultSeed)
	must(err)
	plan, err := grid.NewPlan(county.Version, county.Schema, county.Units, county.Cells)
	must(err)
	engine, err := sqlite.New(tb.TempDir())
	must(err)
	s, err := store.New(ctx, engine)
	must(err)
	kek, err := seal.ParseInstallationKey(seal.NewInstallationKey())
	must(err)
	keys, err := seal.New(ctx, s.Wraps(), s.Erasures(), kek, seal.Options{})
	must(err)
	policies := s.Policies()
	src, err := fixtures.Policy("fuyang")
	must(err)
	_, err = policies.Import(ctx, mediation.AnyRevision, "fuyang.yaml", src)
	must(err)
	for _, m := range county.Mediators {
		_, err := s.Mediators().Put(ctx, mediation.Mediator{ID: m.ID, User: "user-" + m.ID, Name: m.Name, Kind: m.Kind, Tier: m.Tier,
			Area: m.Area, Point: m.Point, Categories: m.Categories, Dialects: m.Dialects, Cap: m.Cap, Unit: m.Unit, Available: true})
		must(err)
	}
	service := mediation.NewService(mediation.Deps{Cases: s.Cases(), Reports: s.Reports(), Opener: s.Cases(), Mediators: s.Mediators(),
		Looks: s.Looks(), Users: s.Directory(), Policies: policies, Calendars: s.Calendars(), Sealer: keys, Atlas: grid.NewAtlas(plan), Now: time.Now, Words: seal.Bigrams,
		Phone: seal.NormalisePhone, IDNumber: seal.NormaliseID, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	w := &world{county: county, store: s, keys: keys, policies: policies, service: service, watch: mediation.NewWatch(service, time.Second, 200)}
	tb.Cleanup(func() {
		_ = keys.Close()
		_ = engine.Close()
	})
	return w
}

// place is the n-th of many points that lie all over the county.
func (w *world) place(n int) orb.Point {
	cell := w.county.Cells[n*7919%len(w.county.Cells)]
	c, _ := w.service.Atlas.Load().Centre(cell.Code)
	return c
}
