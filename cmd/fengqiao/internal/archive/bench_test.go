package archive_test

import (
	"crypto/ed25519"
	"os"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// perCase is how many events a case has here, one more than cases of the replay in docs/realdata.md had on average.
const perCase = 14

// worked is a store of n events on cases with their reports.
func worked(b *testing.B, n int) archive.Place {
	b.Helper()
	engine, err := sqlite.New(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = engine.Close() })
	s, err := store.New(b.Context(), engine)
	if err != nil {
		b.Fatal(err)
	}
	pol, err := policy.Load("fuyang.yaml", storetest.FuyangPolicy(b), mediation.PolicyVocabulary())
	if err != nil {
		b.Fatal(err)
	}
	rules := storetest.RulesOf(pol)
	reports, at := s.Reports(), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	var writers errgroup.Group
	writers.SetLimit(64)
	for i := range n / perCase {
		writers.Go(func() error {
			id := strconv.Itoa(i)
			rep := mediation.Report{ID: "report-" + id, Reporter: "worker", Channel: "app", Category: "neighbour", Severity: 1, Cell: storetest.CellA,
				Home: storetest.CellA.Parent(), Key: "key-" + id, Text: mediation.Sealed{Key: "key-" + id, Box: make([]byte, 300)}, Received: at, Case: "case-" + id}
			c, err := mediation.OpenCase(&rep, mediation.Opening{ID: rep.Case, At: at,
				Actor: mediation.Actor{ID: "worker", Role: mediation.GridWorker, Area: storetest.CellA.Parent()}}, rules)
			staff := mediation.Actor{ID: "staff", Role: mediation.CountyStaff, Area: c.Area.Prefix(3)}
			for k := 1; k < perCase && err == nil; k++ {
				err = mediation.Decide(&c, mediation.Order{Actor: staff, Command: mediation.Note{}, At: at.Add(time.Duration(k) * time.Hour), Revision: c.Revision,
					Words: mediation.Sealed{Key: c.Key, Box: make([]byte, 120)}}, rules)
			}
			if err == nil {
				_, _, _, err = reports.Intake(b.Context(), rep, &c)
			}
			return err
		})
	}
	if err := writers.Wait(); err != nil {
		b.Fatal(err)
	}
	blobs, err := media.NewDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	return archive.Place{Engine: engine, Store: s, Blobs: blobs}
}

// BenchmarkVerify verifies a store of VERIFY_EVENTS events (20,000 unless said otherwise) against its checkpoint.
func BenchmarkVerify(b *testing.B) {
	n := 20_000
	if text := os.Getenv("VERIFY_EVENTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	place := worked(b, n)
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	keeper := checkpoint.Keeper{Source: place.Store.Marks(), Register: place.Store.Checkpoints(), Key: key, Now: time.Now}
	quiet := func(string, int64, int64) {}
	b.Run("checkpoint", func(b *testing.B) {
		b.ReportAllocs()
		if _, _, err := keeper.KeepWhole(b.Context()); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			record, err := checkpoint.Load(b.Context(), place.Store.Checkpoints(), key.Public().(ed25519.PublicKey))
			if err != nil {
				b.Fatal(err)
			}
			r, err := archive.Verify(b.Context(), place, archive.Held{Own: record}, quiet)
			if err != nil || r.Err() != nil {
				b.Fatal(err, r.Err())
			}
			b.ReportMetric(float64(r.Events), "events")
		}
	})
}
