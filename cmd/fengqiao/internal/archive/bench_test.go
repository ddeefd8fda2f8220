package archive_test

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// perCase is how many events a case has here, one more than cases of the replay in docs/realdata.md had on average.
const perCase = 14

// worked is a store of n events on cases with their reports.
func worked(b testing.TB, n int) archive.Place {
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
	blobs, err := media.NewDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	p := archive.Place{Engine: engine, Store: s, Blobs: blobs}
	work(b, p, n/perCase)
	return p
}

// work writes so many more cases into a store.
func work(b testing.TB, p archive.Place, cases int) {
	b.Helper()
	pol, err := policy.Load("fuyang.yaml", storetest.FuyangPolicy(b), mediation.PolicyVocabulary())
	if err != nil {
		b.Fatal(err)
	}
	rules := storetest.RulesOf(pol)
	reports, at := p.Store.Reports(), time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	var writers errgroup.Group
	writers.SetLimit(64)
	for range cases {
		writers.Go(func() error {
			id := uuid.NewString()
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
}

// installationKey is a new one, of one epoch.
func installationKey(b testing.TB) seal.KEK {
	b.Helper()
	key, err := seal.ParseInstallationKey(seal.NewInstallationKey())
	if err != nil {
		b.Fatal(err)
	}
	return key
}

// BenchmarkBackup backs up a store of BACKUP_EVENTS events (20,000 unless said otherwise), and again after one in a hundred came in.
func BenchmarkBackup(b *testing.B) {
	n := events(b, "BACKUP_EVENTS")
	place, key := worked(b, n), installationKey(b)
	backup := func(b *testing.B, earlier *archive.Earlier) (string, archive.Manifest) {
		dir := b.TempDir()
		m, err := archive.Job{Dir: dir, Wraps: b.TempDir(), Scratch: b.TempDir(), Key: key, Now: time.Now(), Earlier: earlier}.Make(b.Context(), place, quiet)
		if err != nil {
			b.Fatal(err)
		}
		return dir, m.Manifest
	}
	before := filepath.Join(b.TempDir(), "before")
	b.Run("whole", func(b *testing.B) {
		for b.Loop() {
			dir, m := backup(b, nil)
			b.SetBytes(m.Written)
			b.ReportMetric(float64(len(m.Files)), "files")
			if err := errors.Join(os.RemoveAll(before), os.Rename(dir, before)); err != nil {
				b.Fatal(err)
			}
		}
	})
	work(b, place, n/perCase/100)
	b.Run("since", func(b *testing.B) {
		for b.Loop() {
			earlier, err := archive.OpenEarlier(b.Context(), before, key)
			if err != nil {
				b.Fatal(err)
			}
			_, m := backup(b, earlier)
			b.ReportMetric(100*float64(m.Written)/float64(m.Written+m.Linked), "%written")
		}
	})
}

// events is how many the environment asks for.
func events(b *testing.B, name string) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return 20_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkVerify verifies a store of VERIFY_EVENTS events (20,000 unless said otherwise) against its checkpoint.
func BenchmarkVerify(b *testing.B) {
	place := worked(b, events(b, "VERIFY_EVENTS"))
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	keeper := checkpoint.Keeper{Source: place.Store.Marks(), Register: place.Store.Checkpoints(), Key: key, Now: time.Now}
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
