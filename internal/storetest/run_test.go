package storetest_test

import (
	"context"
	"flag"
	"testing"

	"fengqiao/internal/media"
	"fengqiao/internal/mongo"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/internal/storetest"
)

// Longer: go test ./internal/storetest -run '/Contention' -seats 500
var seatsFlag = flag.Int("seats", 20, "seats that twenty mediators each accept")

// runAll runs every suite, each on a store of its own, so that one may count what is there.
func runAll[E store.Engine](t *testing.T, engine func(t *testing.T) E, blobs func(*testing.T, E) media.Blobs) {
	t.Run("Engine", func(t *testing.T) { storetest.Engine(t, func(t *testing.T) store.Engine { return engine(t) }) })
	t.Run("Media", func(t *testing.T) {
		e := engine(t)
		storetest.Media(t, opened(t, e), blobs(t, e))
	})
	for _, suite := range []struct {
		name string
		run  func(*testing.T, *store.Store)
	}{
		{"Accounts", storetest.Accounts},
		{"Cases", storetest.Cases},
		{"Reports", storetest.Reports},
		{"Unreadable", storetest.Unreadable},
		{"Mediators", storetest.Mediators},
		{"Settings", storetest.Settings},
		{"Editions", storetest.Editions}, {"Calendars", storetest.Calendars}, {"PlanOfAnEarlierRelease", storetest.PlanOfAnEarlierRelease}, {"PlanSnapshots", storetest.PlanSnapshots},
		{"Once", storetest.Once},
		{"DeskOrders", storetest.DeskOrders},
		{"Hall", storetest.Hall},
		{"HandOvers", storetest.HandOvers},
		{"HandOversBeside", storetest.HandOversBeside},
		{"Kept", storetest.Kept}, {"Filed", storetest.Filed},
		{"Slips", storetest.Slips},
		{"SlipCrashes", storetest.SlipCrashes},
		{"SlipFigures", storetest.SlipFigures},
		{"Campaigns", storetest.Campaigns},
		{"Patrols", storetest.Patrols},
		{"Meetings", storetest.Meetings},
		{"Studies", storetest.Studies},
		{"Dockets", storetest.Dockets},
		{"DocketsFrozen", storetest.DocketsFrozen},
		{"DocketCrashes", storetest.DocketCrashes},
		{"Duty", storetest.Duty},
		{"Opinions", storetest.Opinions},
		{"OpinionCrashes", storetest.OpinionCrashes},
		{"Teams", storetest.Teams},
		{"ScorecardMonths", storetest.ScorecardMonths},
		{"Villages", storetest.Villages},
		{"VillagesFrozen", storetest.VillagesFrozen},
		{"VillageCrashes", storetest.VillageCrashes},
		{"Push", storetest.Push},
		{"Seal", storetest.Seal},
		{"Checkpoints", storetest.Checkpoints},
		{"Figures", storetest.Figures},
		{"Scorecards", storetest.Scorecards},
		{"Crashes", storetest.Crashes},
		{"Rollouts", storetest.Rollouts},
		{"Remedies", storetest.Remedies},
		{"Linear", storetest.Linear},
		{"Contention", func(t *testing.T, s *store.Store) { storetest.Contention(t, s, *seatsFlag) }},
	} {
		t.Run(suite.name, func(t *testing.T) { suite.run(t, opened(t, engine(t))) })
	}
}

func opened(t *testing.T, e store.Engine) *store.Store {
	t.Helper()
	s, err := store.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSQLite(t *testing.T) {
	runAll(t, func(t *testing.T) *sqlite.Engine {
		e, err := sqlite.New(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return e
	}, func(t *testing.T, _ *sqlite.Engine) media.Blobs {
		dir, err := media.NewDir(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return dir
	})
}

func TestMongoDB(t *testing.T) {
	runAll(t, func(t *testing.T) *mongo.Engine {
		e, err := mongo.New(context.Background(), mongotest.Database(t))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}, func(_ *testing.T, e *mongo.Engine) media.Blobs { return store.EngineBlobs(e.Blobs()) })
}
