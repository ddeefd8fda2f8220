package apptest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/handlers"
	"fengqiao/internal/account"
	"fengqiao/internal/casetime"
	"fengqiao/internal/media"
	"fengqiao/internal/mongo"
	"fengqiao/internal/mongotest"
	"fengqiao/internal/seal"
	"fengqiao/internal/sqlite"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
	"fengqiao/mediation/council"
	"fengqiao/mediation/desk"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/duty"
	"fengqiao/mediation/figures"
	"fengqiao/mediation/hall"
	"fengqiao/mediation/handover"
	"fengqiao/mediation/opinion"
	"fengqiao/mediation/patrol"
	"fengqiao/mediation/retention"
	"fengqiao/mediation/scorecard"
	"fengqiao/mediation/slip"
	"fengqiao/mediation/study"
	"fengqiao/mediation/team"
	"fengqiao/mediation/village"
	"fengqiao/push"
)

// Clock is a clock that a test may turn on.
type Clock struct{ offset atomic.Int64 }

// Now is the machine's time and what the test added.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// Advance turns the clock on.
func (c *Clock) Advance(d time.Duration) { c.offset.Add(int64(d)) }

// Forward turns the clock on to a time; an earlier one leaves it as it is.
func (c *Clock) Forward(to time.Time) {
	if by := to.Sub(c.Now()); by > 0 {
		c.Advance(by)
	}
}

// App is a running server with its people.
type App struct {
	API      *handlers.API
	Store    *store.Store
	Accounts *account.Service
	Cases    *mediation.Service
	Watch    *mediation.Watch
	Surveyor *mediation.Surveyor
	// HandOvers is what the server's routes go by.
	HandOvers *handover.Service
	// Desks is what the server's routes go by.
	Desks *desk.Service
	// Duty is the duty roster.
	Duty *duty.Service
	// Dockets are swept when a test lets them (Sweep).
	Dockets *docket.Service
	// Studies is what the server's routes go by.
	Studies *study.Service
	// Calendars is the one that everything goes by.
	Calendars *store.Calendars
	// Figures follows the cases when a test lets it (Pass).
	Figures *figures.Keeper
	// Slips are swept when a test lets them (Sweep).
	Slips    *slip.Service
	Patrols  *patrol.Service
	Councils *council.Service
	Opinions *opinion.Service
	Teams    *team.Service
	// Scorecards freeze months when a test lets them (Sweep).
	Scorecards *scorecard.Service
	// Villages are swept when a test lets them (Sweep).
	Villages *village.Service
	// Retention lets go of what rooms beside the cases have kept long enough.
	Retention *retention.Service
	Photos    *media.Service
	Atlas     *grid.Atlas
	Ring      *seal.Keyring
	// Case is the time of cases, Machine that of tokens and limits.
	Case, Machine *Clock
	// Log is what the server wrote.
	Log *Log

	policies *store.Policies
	people   sync.Map // role and place → *Person
	ground            // what it stands on
}

// Log collects what is logged. Safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Option changes what New builds.
type Option func(*handlers.Deps)

// OverHTTPS is an installation whose browsers come by HTTPS.
func OverHTTPS(d *handlers.Deps) { d.Config.CookieSecure = true }

// WithLimits sets the limits; without it nothing is held back.
func WithLimits(l handlers.Limits) Option { return func(d *handlers.Deps) { d.Config.Limits = l } }

// WithDeps changes anything else.
func WithDeps(f func(*handlers.Deps)) Option { return f }

// Fresh builds a server on one kind of store.
type Fresh func(t testing.TB, options ...Option) *App

// OnBoth runs a test on either store; with FENGQIAO_TEST_ONE_STORE, as the race detector has it, on the embedded one alone.
func OnBoth(t *testing.T, test func(t *testing.T, fresh Fresh)) {
	t.Run("SQLite", func(t *testing.T) { test(t, New) })
	if os.Getenv("FENGQIAO_TEST_ONE_STORE") != "" {
		return
	}
	t.Run("MongoDB", func(t *testing.T) { test(t, OnMongoDB) })
}

// New builds a server on the embedded store; the test closes it.
func New(t testing.TB, options ...Option) *App {
	t.Helper()
	dir := t.TempDir()
	engine, err := sqlite.New(filepath.Join(dir, "store"))
	must(t, err)
	blobs, err := media.NewDir(filepath.Join(dir, "photos"))
	must(t, err)
	return build(t, engine, blobs, options)
}

// OnMongoDB builds a server on a database of its own, with GridFS beside it.
func OnMongoDB(t testing.TB, options ...Option) *App {
	t.Helper()
	engine, err := mongo.New(context.Background(), mongotest.Database(t))
	must(t, err)
	return build(t, engine, store.EngineBlobs(engine.Blobs()), options)
}

func build(t testing.TB, engine store.Engine, blobs media.Blobs, options []Option) *App {
	t.Helper()
	t.Cleanup(func() { must(t, engine.Close()) })
	kek, err := seal.ParseInstallationKey(seal.NewInstallationKey())
	must(t, err)
	return serve(t, &App{Case: &Clock{}, Machine: &Clock{}, Log: &Log{}, ground: ground{engine: engine, blobs: blobs, kek: kek}}, options)
}

// serve builds a server on its ground.
func serve(t testing.TB, a *App, options []Option) *App {
	t.Helper()
	ctx, engine, blobs := context.Background(), a.engine, a.blobs
	var err error
	a.Store, err = store.New(ctx, engine)
	must(t, err)
	a.Ring, err = seal.New(ctx, a.Store.Wraps(), a.Store.Erasures(), a.kek, seal.Options{Now: a.Machine.Now})
	must(t, err)
	t.Cleanup(func() { must(t, a.Ring.Close()) })
	a.Accounts, err = account.New(ctx, account.Ports{Users: a.Store.Users(), Sessions: a.Store.SignInSessions(), Attempts: a.Store.SignInAttempts(),
		Keys: a.Store.SigningKeys(), Codes: a.Store.OneTimeCodes(), Vault: a.Ring},
		account.Config{Hashing: account.Hashing{Cost: account.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}}}, a.Machine.Now, rand.Reader)
	must(t, err)
	a.Store.UnitHash = func(unit string) string { return mediation.UnitHash(a.Ring, unit) }
	a.Photos = media.New(a.Store.Photos(), blobs, a.Ring, media.Options{Now: a.Machine.Now})
	if a.Atlas == nil {
		a.rules(t)
	} else {
		a.policies = a.Store.Policies()
	}
	a.Calendars = a.Store.Calendars()
	log := slog.New(slog.NewJSONHandler(a.Log, nil))
	a.Cases = mediation.NewService(mediation.Deps{Cases: a.Store.Cases(), Reports: a.Store.Reports(), Opener: a.Store.Cases(), Mediators: a.Store.Mediators(),
		Looks: a.Store.Looks(), Users: a.Store.Directory(), Policies: a.policies, Calendars: a.Calendars, Sealer: a.Ring, Atlas: a.Atlas, Album: a.Photos, Now: a.Case.Now, Log: log, Words: seal.Bigrams,
		Phone: seal.NormalisePhone, IDNumber: seal.NormaliseID})
	a.Watch = mediation.NewWatch(a.Cases, time.Second, 100)
	a.Surveyor = &mediation.Surveyor{Service: a.Cases, Editions: a.Store.Plans(), People: a.Accounts}
	people := account.Persons{Service: a.Accounts, UnitHash: a.Store.UnitHash}
	a.Slips = slip.NewService(slip.Deps{Slips: a.Store.Slips(), Watches: a.Store.Slips(), Cases: a.Cases, Reader: a.Store.Cases(), Moves: a.Store.Figures(),
		Users: a.Store.Directory(), Album: a.Photos, Sealer: a.Ring, Atlas: a.Atlas, Now: a.Case.Now, Log: log})
	a.Teams = team.NewService(team.Deps{Teams: a.Store.Teams(), Rules: a.Cases, People: people, Atlas: a.Atlas, Now: a.Case.Now})
	a.Cases.PostHolder, a.Teams.Took = a.Teams.PostHolder, a.Cases.TellSigner
	a.Dockets = docket.NewService(docket.Deps{Lists: a.Store.ReviewLists(), Decisions: a.Store.ReviewDecisions(), Core: a.Cases, Cases: a.Store.Cases(), Heads: a.Store.Figures(),
		People: a.Store.Persons(), Sealer: a.Ring, Now: a.Case.Now})
	a.Studies = study.NewService(study.Deps{Studies: a.Store.Studies(), Cases: a.Cases, Reader: a.Store.Cases(), People: a.Store.Persons(), Sealer: a.Ring, Now: a.Case.Now})
	a.Cases.CallStudy = a.Studies.CallByPolicy
	a.Cases.ApartBeside = func(ctx context.Context, c *mediation.Case, kept func(user, unit string) (bool, error)) error {
		return errors.Join(a.Studies.KeepApart(ctx, c, kept), a.Dockets.KeepApart(ctx, c, kept))
	}
	a.Cases.Rooms = a.reckoners
	a.Duty = duty.NewService(duty.Deps{Rosters: a.Store.Duty(), Cases: a.Cases, People: a.Store.Persons(), Now: a.Case.Now})
	a.Cases.Dispatch = a.Duty.Dispatch
	a.Cases.Catch = a.Duty.Catch
	a.Studies.OnDuty = a.Duty.OnPost
	a.Desks = a.desks()
	a.Cases.DeskUnit = a.Desks.UnitOf
	a.Figures = figures.NewKeeper(a.Store.Figures(), a.Cases.Now)
	must(t, a.Figures.Pass(ctx))
	a.Patrols = patrol.NewService(patrol.Deps{Checkins: a.Store.Patrols(), Rules: a.Cases, Atlas: a.Atlas, Now: a.Case.Now})
	a.Councils = council.NewService(council.Deps{Meetings: a.Store.Meetings(), Rules: a.Cases, Papers: handlers.FollowUps{Slips: a.Slips}, Users: a.Store.Directory(), Sealer: a.Ring, Phone: seal.NormalisePhone, Atlas: a.Atlas, Now: a.Case.Now})
	a.Opinions = opinion.NewService(opinion.Deps{Sites: a.Store.OpinionSites(), Campaigns: a.Store.OpinionCampaigns(), Suggestions: a.Store.Suggestions(), Publications: a.Store.OpinionResults(),
		Papers: handlers.Askings{Slips: a.Slips}, Core: a.Cases, Users: a.Store.Directory(), Sealer: a.Ring, Phone: seal.NormalisePhone, Atlas: a.Atlas, Now: a.Case.Now, Log: log})
	a.Villages = village.NewService(village.Deps{Rounds: a.Store.VillageRounds(), Results: a.Store.VillageResults(), Cards: a.Store.Scorecards(), Heads: a.Store.Figures(), Core: a.Cases,
		Reader: a.Store.Cases(), Sealer: a.Ring, Atlas: a.Atlas, Now: a.Case.Now})
	rooms := handover.CoreRooms(a.Store.Cases(), a.Cases, people)
	rooms[slip.RoomName] = slip.Room{Service: a.Slips}
	rooms[study.RoomName] = study.Room{Service: a.Studies}
	rooms[council.RoomName] = council.Room{Service: a.Councils}
	rooms[opinion.RoomName] = opinion.Room{Service: a.Opinions}
	rooms[handover.TeamPost] = team.Room{Service: a.Teams}
	rooms[docket.RoomName] = docket.Room{Service: a.Dockets}
	rooms[duty.RoomName] = duty.Room{Service: a.Duty}
	a.HandOvers = handover.NewService(handover.Deps{HandOvers: a.Store.HandOvers(), People: people, Rooms: rooms, Cases: a.Cases, Sealer: a.Ring, Now: a.Cases.Now, Log: log})
	a.Retention = a.retaining()
	// The relay is a test's own, so nothing waits for it here.
	mover := casetime.NewMover(a.Case, casetime.Parts{Cases: a.Store.Cases(), Reports: a.Store.Reports(), Plans: a.Store.Plans(), Outbox: a.Store.Outbox(),
		Sweep: a.Watch.Sweep, Turn: a.Surveyor.Turn, Rooms: a.rooms,
		Keep: func(ctx context.Context, at time.Time) error {
			return a.Store.KeepCaseClock(ctx, store.CaseClock{At: at})
		}})
	campaigns, err := campaign.NewService(campaign.Deps{Campaigns: a.Store.Campaigns(), Cases: a.Store.Cases(), Heads: a.Store.Figures(), Policies: a.policies, Now: a.Cases.Now})
	must(t, err)
	a.Scorecards = scorecard.NewService(scorecard.Deps{KeptFrom: a.Store.Cases().KeptFrom, Cards: a.Store.Scorecards(), Snapshots: a.Store.ScorecardSnapshots(), Months: a.Store.ScorecardMonths(), People: account.Officials{Service: a.Accounts},
		Policies: a.policies, Atlas: a.Atlas, Figures: a.Figures, Slips: a.Store.Slips(), Now: a.Cases.Now})
	a.HandOvers.Files = handlers.OfficialFiles{Scorecards: a.Scorecards}
	if a.bare {
		return a
	}
	d := handlers.Deps{
		Clock:      mover,
		Slips:      a.Slips,
		Figures:    a.Figures,
		Cases:      a.Cases,
		Accounts:   a.Accounts,
		Media:      a.Photos,
		Inbox:      a.Store.Inbox(),
		Devices:    a.Store.Devices(),
		Outbox:     a.Store.Outbox(),
		Once:       a.Store.Once(),
		Atlas:      a.Atlas,
		Plans:      store.FollowedPlans{Plans: a.Store.Plans(), Follow: a.follow},
		Surveyor:   a.Surveyor,
		Calendars:  a.Calendars,
		Policies:   a.policies,
		Mediators:  a.Store.Mediators(),
		Desks:      a.Desks,
		Campaigns:  campaigns,
		Halls:      hall.NewService(hall.Deps{Visits: a.Store.Visits(), Policies: a.policies, Cases: a.Cases, Reader: a.Store.Cases(), Now: a.Case.Now}),
		HandOvers:  a.HandOvers,
		Holds:      a.Retention,
		Scorecards: a.Scorecards,
		Patrols:    a.Patrols,
		Councils:   a.Councils,
		Opinions:   a.Opinions,
		Teams:      a.Teams,
		Villages:   a.Villages,
		Studies:    a.Studies,
		Dockets:    a.Dockets,
		Duty:       a.Duty,
		Names:      a.Store.Directory(),
		Now:        a.Machine.Now,
		Log:        log,
		Config:     handlers.Config{Limits: handlers.Limits{Rates: map[handlers.Class]handlers.Rates{}}, Version: "test"},
		Ready:      func(ctx context.Context) map[string]error { return map[string]error{"store": engine.Ping(ctx)} },
		PushStats:  func(context.Context) (push.Stats, error) { return push.Stats{Sent: 1}, nil },
		Sweep:      a.Watch.Figures,
	}
	for _, o := range options {
		o(&d)
	}
	a.API, err = handlers.New(d)
	must(t, err)
	return a
}

// desks lists a desk for each township and that of the police, by the unit that As gives its account.
func (a *App) desks() *desk.Service {
	var list []desk.Desk
	for _, p := range []Place{Here, There} {
		list = append(list, desk.Desk{Name: p.Desk(), Unit: p.DeskUnit()})
	}
	list = append(list, desk.Desk{Name: PoliceDesk, Unit: PoliceUnit})
	return desk.NewService(desk.Deps{Orders: a.Store.DeskOrders(), Cases: a.Cases, Reader: a.Store.Cases(), Sealer: a.Ring, Keys: a.Ring, Desks: list, Now: a.Case.Now, Catch: a.Duty.Catch})
}

// retaining lets go of what the rooms beside the cases have kept long enough.
func (a *App) retaining() *retention.Service {
	holds := a.Store.Holds()
	papers := &slip.Eraser{Slips: a.Store.Slips(), Keys: a.Ring, Photos: a.Photos, Holds: holds}
	suggestions := &opinion.Eraser{Suggestions: a.Store.Suggestions(), Papers: papers, Keys: a.Ring, Open: a.Opinions.Words, Holds: holds}
	shelves := retention.Shelves(&council.Eraser{Meetings: a.Store.Meetings(), Keys: a.Ring, Open: a.Councils.Open, Now: a.Case.Now, Holds: holds}, papers,
		&hall.Eraser{Visits: a.Store.Visits(), Holds: holds, CaseOf: a.Cases.CaseOf}, opinion.Keeping{Service: a.Opinions, Eraser: suggestions},
		&handover.Eraser{HandOvers: a.Store.HandOvers(), Keys: a.Ring, Holds: holds}, &docket.Eraser{Lists: a.Store.ReviewLists(), Keys: a.Ring, Holds: holds})
	return &retention.Service{Rules: a.Cases, Now: a.Case.Now, Shelves: shelves, Holds: holds, Holdable: retention.HoldableOf(shelves, suggestions)}
}

// reckoners are those of the rooms whose clocks follow the calendar.
func (a *App) reckoners() (list []mediation.Reckoner) {
	for _, r := range a.rooms() {
		if k, ok := r.(mediation.Reckoner); ok {
			list = append(list, k)
		}
	}
	return list
}

// rooms lists what falls due beside cases.
func (a *App) rooms() []casetime.Room {
	return []casetime.Room{
		a.Slips,
		a.Studies,
		a.Dockets,
		a.Duty,
		a.Patrols,
		a.Councils,
		a.Desks,
		a.Opinions,
		a.Teams,
		a.Villages,
		a.Scorecards,
		a.Retention,
		a.HandOvers,
		a.Cases.CalendarWatch(),
	}
}

// rules imports plan, policy and mediators.
func (a *App) rules(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	version, schema, units, cells := plan()
	p, err := grid.NewPlan(version, schema, units, cells)
	must(t, err)
	must(t, a.Store.Plans().Import(ctx, 0, mediation.NewEdition(p, mediation.Imported, a.Machine.Now()), edition.Drawing{Schema: schema, Units: units, Cells: cells}, p))
	a.Atlas = grid.NewAtlas(p)
	a.policies = a.Store.Policies()
	_, err = a.policies.Import(ctx, 0, "fuyang.yaml", Policy(t))
	must(t, err)
	for _, m := range mediators() {
		_, err := a.Store.Mediators().Put(ctx, m)
		must(t, err)
	}
}

// Policy is the rules of the world: Fuyang's, and those of rooms that its file does not furnish.
func Policy(t testing.TB) []byte {
	t.Helper()
	src, err := fixtures.Policy("fuyang")
	must(t, err)
	return append(src, hallRules...)
}

// follow puts in force here the plan that is in force in the store, as the server does.
func (a *App) follow(ctx context.Context) error {
	plans := a.Store.Plans()
	version, _, err := plans.InForce(ctx)
	if err != nil || version == a.Atlas.Load().Version() {
		return err
	}
	fresh, err := plans.Load(ctx, version)
	if err != nil {
		return err
	}
	a.Atlas.Swap(fresh)
	return nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
