package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"time"

	"fengqiao/cmd/fengqiao/internal/settings"
	"fengqiao/grid"
	"fengqiao/handlers"
	"fengqiao/internal/account"
	"fengqiao/internal/casetime"
	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/seal"
	"fengqiao/internal/sheet"
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
	"fengqiao/push/fcm"
	"fengqiao/push/webhook"
)

// installation is a store that can be read: with the keys and the accounts.
type installation struct {
	*place
	kek       seal.KEK             // the installation key
	now       func() time.Time     // the machine's clock
	steady    func() time.Duration // since it was opened, however the clock is set
	ring      *seal.Keyring
	accounts  *account.Service
	plans     *store.Plans
	policies  *store.Policies
	calendars *store.Calendars
	mediators *store.Mediators
	directory *store.Directory
}

// openInstallation opens the store, the keys and the accounts.
func openInstallation(ctx context.Context, v *settings.Values, sh shell) (*installation, error) {
	kek, err := installationKey(ctx, v, sh.getenv)
	if errors.Is(err, seal.ErrNoKey) {
		return nil, noKey(v, err)
	}
	if err != nil {
		return nil, err
	}
	return openWith(ctx, v, kek, sh.now)
}

// openWith opens the store, the keys and the accounts with an installation key, on a clock.
func openWith(ctx context.Context, v *settings.Values, kek seal.KEK, now func() time.Time) (in *installation, err error) {
	p, err := openPlace(ctx, storeAddress(v))
	if err != nil {
		return nil, err
	}
	began := time.Now()
	in = &installation{place: p, kek: kek, now: now, steady: func() time.Duration { return time.Since(began) },
		plans: p.Store.Plans(), policies: p.Store.Policies(), calendars: p.Store.Calendars(), mediators: p.Store.Mediators(), directory: p.Store.Directory()}
	opened := in // what is returned on the way out is nil
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.Close())
		}
	}()
	if in.ring, err = seal.New(ctx, p.Store.Wraps(), p.Store.Erasures(), kek, seal.Options{Now: in.now, Steady: in.steady}); err != nil {
		return nil, err
	}
	in.add(in.ring.Close)
	s := p.Store
	s.UnitHash = func(unit string) string { return mediation.UnitHash(in.ring, unit) }
	in.accounts, err = account.New(ctx, account.Ports{Users: s.Users(), Sessions: s.SignInSessions(), Attempts: s.SignInAttempts(),
		Keys: s.SigningKeys(), Codes: s.OneTimeCodes(), Vault: in.ring}, account.Config{Hashing: account.Hashing{
		Cost: account.Cost{MemoryKiB: uint32(v.HashMemory), Passes: uint32(v.HashPasses), Lanes: uint8(v.HashLanes)}, AtOnce: v.HashAtOnce}},
		in.now, rand.Reader)
	return in, err
}

// keeper makes checkpoints of the installation; now is the clock that its events bear the time of.
func (in *installation) keeper(now func() time.Time) *checkpoint.Keeper {
	return &checkpoint.Keeper{Source: in.Store.Marks(), Register: in.Store.Checkpoints(), Key: in.ring.CheckpointKey(), Now: now}
}

// roster is the accounts with the mediators' records that are theirs.
func (in *installation) roster() account.Roster {
	return account.Roster{Accounts: in.accounts, Records: in.mediators}
}

// plan loads the plan in force; one without cells if none was imported yet.
func (in *installation) plan(ctx context.Context) (*grid.Plan, error) {
	version, _, err := in.plans.InForce(ctx)
	if err != nil || version == "" {
		return &grid.Plan{}, err
	}
	return in.plans.Load(ctx, version)
}

// service builds the use cases over the installation, on the given clock.
func (in *installation) service(atlas *grid.Atlas, photos *media.Service, now func() time.Time, log *slog.Logger) *mediation.Service {
	s := in.Store
	return mediation.NewService(mediation.Deps{Cases: s.Cases(), Reports: s.Reports(), Opener: s.Cases(), Mediators: in.mediators,
		Looks: s.Looks(), Users: in.directory, Policies: in.policies, Calendars: in.calendars, Sealer: in.ring, Atlas: atlas, Album: photos, Now: now, Log: log, Words: seal.Bigrams,
		Phone: seal.NormalisePhone, IDNumber: seal.NormaliseID})
}

// system is an installation at work: what serve and demo run.
type system struct {
	*installation
	atlas  *grid.Atlas
	photos *media.Service
	cases  *mediation.Service
	watch  *mediation.Watch
	// surveyor moves cases and people after a change of plans.
	surveyor *mediation.Surveyor
	// handovers passes on what people have in hand.
	handovers *handover.Service
	// councils keeps the villagers' meetings.
	councils *council.Service
	// opinions are residents' suggestions.
	opinions *opinion.Service
	// teams keeps the posts of grids' teams.
	teams *team.Service
	// scorecards measures, and freezes months.
	scorecards *scorecard.Service
	// villages keeps what villages were assessed at.
	villages *village.Service
	// retention lets go of what rooms beside the cases have kept long enough.
	retention *retention.Service
	// patrols takes the check-ins of grid workers.
	patrols *patrol.Service
	// desks takes in what outside desks send.
	desks *desk.Service
	// duty is the duty roster.
	duty *duty.Service
	// dockets are the periodic review lists.
	dockets *docket.Service
	// studies are escalated studies.
	studies *study.Service
	// figures counts cases for dashboards.
	figures *figures.Keeper
	// slips issues papers of supervision.
	slips *slip.Service
	// settling is the plan towards which the last run went, and when.
	settling struct {
		version string
		at      time.Duration
	}
	relay *push.Relay
	// moving is the virtual clock of cases; nil where they live by the machine's.
	moving *casetime.Mover
	// checkpoints makes them while the server runs.
	checkpoints *checkpoint.Round
	api         *handlers.API
	log         *slog.Logger
	setting     *settings.Values
}

// newSystem wires everything above the store. Nothing runs yet.
func newSystem(ctx context.Context, in *installation, v *settings.Values, log *slog.Logger, version string) (*system, error) {
	p, err := in.plan(ctx)
	if err != nil {
		return nil, err
	}
	s := &system{installation: in, atlas: grid.NewAtlas(p), log: log, setting: v}
	limits := media.DefaultLimits
	limits.Bytes = int64(v.PhotoLimit)
	s.photos = media.New(in.Store.Photos(), in.Blobs, in.ring, media.Options{Limits: limits, Now: in.now})
	caseTime, caseSteady, err := s.caseClock(ctx)
	if err != nil {
		return nil, err
	}
	s.cases = in.service(s.atlas, s.photos, caseTime, log)
	s.watch = mediation.NewWatch(s.cases, v.Sweep, v.SweepBatch)
	s.surveyor = &mediation.Surveyor{Service: s.cases, Editions: in.plans, People: in.accounts}
	s.slips = in.supervision(s.cases, s.photos)
	s.teams = in.teams(s.cases, s.atlas, s.cases.Now)
	s.cases.PostHolder, s.teams.Took = s.teams.PostHolder, s.cases.TellSigner
	s.dockets = in.dockets(s.cases)
	s.handovers = in.handovers(s.cases, s.slips, s.teams, s.dockets)
	s.patrols = patrol.NewService(patrol.Deps{Checkins: in.Store.Patrols(), Rules: s.cases, Atlas: s.atlas, Now: s.cases.Now})
	s.studies = in.studies(s.cases)
	s.cases.CallStudy = s.studies.CallByPolicy
	s.cases.ApartBeside = apartBeside(s.studies, s.dockets)
	s.cases.Rooms = s.reckoners
	s.duty = in.onDuty(s.cases)
	s.cases.Dispatch = s.duty.Dispatch
	s.cases.Catch = s.duty.Catch
	s.studies.OnDuty = s.duty.OnPost
	s.figures = figures.NewKeeper(in.Store.Figures(), s.cases.Now)
	s.councils = in.deliberating(s.cases, s.slips)
	s.opinions = in.collecting(s.cases, s.slips)
	s.villages = in.assessing(s.cases)
	s.retention = in.retaining(s.cases, s.opinions, s.cases.Now)
	s.checkpoints = checkpoint.NewRound(in.keeper(s.cases.Now), caseSteady)
	if v.CheckpointFile != "" {
		s.checkpoints.File = &checkpoint.File{Path: v.CheckpointFile}
	}
	st := in.Store
	outside, err := readDesks(v.DesksFile)
	if err != nil {
		return nil, err
	}
	s.desks = desk.NewService(desk.Deps{Orders: st.DeskOrders(), Cases: s.cases, Reader: st.Cases(), Sealer: in.ring, Keys: in.ring, Desks: outside.desks, Now: s.cases.Now, Wait: outside.wait, Catch: s.duty.Catch})
	s.cases.DeskUnit = s.desks.UnitOf
	font, err := sheet.FindFont(v.PDFFont)
	if errors.Is(err, sheet.ErrNoFont) {
		log.Warn("no PDF", "cause", err, "known", sheet.KnownFonts)
	} else if err != nil {
		return nil, fmt.Errorf("pdf-font: %w", err)
	}
	sender, err := newSender(ctx, v)
	if err != nil {
		return nil, err
	}
	sender[webhook.Vendor] = webhook.New(webhook.Config{Endpoints: outside.endpoints, Now: in.now, Connections: v.PushPool,
		Echo: func(ctx context.Context, n mediation.Notice) (desk.Echo, error) {
			return desk.EchoOf(ctx, st.Cases(), n)
		}})
	s.relay, err = push.NewRelay(push.Parts{Outbox: st.Outbox(), Inbox: st.Inbox(), Devices: endpointsBeside(st, outside.endpoints), Directory: &store.StandIns{Directory: in.directory, Now: s.cases.Now}, Sender: sender,
		Clock: in.now, Steady: in.steady, Random: mathrand.Int64N, Log: log}, push.Options{Pool: v.PushPool, MaxAttempts: v.PushAttempts, Poll: v.PushPoll,
		Deadline: v.PushDeadline, Lease: v.PushLease})
	if err != nil {
		return nil, err
	}
	st.OnNotice = s.relay.Wake
	campaigns, err := campaign.NewService(campaign.Deps{Campaigns: st.Campaigns(), Cases: st.Cases(), Heads: st.Figures(), Policies: in.policies, Now: s.cases.Now})
	if err != nil {
		return nil, err
	}
	s.scorecards = scorecard.NewService(scorecard.Deps{KeptFrom: st.Cases().KeptFrom, Cards: st.Scorecards(), Snapshots: st.ScorecardSnapshots(), Months: st.ScorecardMonths(), People: account.Officials{Service: in.accounts},
		Policies: in.policies, Atlas: s.atlas, Figures: s.figures, Slips: st.Slips(), Now: s.cases.Now})
	s.handovers.Files = handlers.OfficialFiles{Scorecards: s.scorecards}
	s.api, err = handlers.New(handlers.Deps{
		Clock:       s.movable(),
		Cases:       s.cases,
		Accounts:    in.accounts,
		Media:       s.photos,
		Inbox:       st.Inbox(),
		Devices:     st.Devices(),
		Outbox:      st.Outbox(),
		Once:        st.Once(),
		Atlas:       s.atlas,
		Plans:       store.FollowedPlans{Plans: in.plans, Follow: s.followPlan},
		Surveyor:    s.surveyor,
		Calendars:   in.calendars,
		Policies:    in.policies,
		Mediators:   in.mediators,
		Desks:       s.desks,
		Halls:       hall.NewService(hall.Deps{Visits: st.Visits(), Policies: in.policies, Cases: s.cases, Reader: st.Cases(), Now: s.cases.Now}),
		HandOvers:   s.handovers,
		Holds:       s.retention,
		Slips:       s.slips,
		Campaigns:   campaigns,
		Patrols:     s.patrols,
		Councils:    s.councils,
		Opinions:    s.opinions,
		Teams:       s.teams,
		Villages:    s.villages,
		Studies:     s.studies,
		Dockets:     s.dockets,
		Duty:        s.duty,
		Figures:     s.figures,
		Scorecards:  s.scorecards,
		Font:        font,
		Names:       in.directory,
		Now:         in.now,
		Log:         log,
		Ready:       s.ready,
		PushStats:   s.relay.Stats,
		Sweep:       s.watch.Figures,
		Checkpoints: s.checkpoints.Figures,
		Config:      handlers.Config{TrustedProxies: v.TrustedProxies, CookieSecure: cookieSecure(v), Limits: httpLimits(v), Version: version},
	})
	return s, err
}

// newSender is FCM if it is configured, else no vendor at all.
func newSender(ctx context.Context, v *settings.Values) (push.ByVendor, error) {
	if v.FCMProject == "" {
		return push.ByVendor{}, nil
	}
	s, err := fcm.New(ctx, fcm.Config{Project: v.FCMProject, CredentialsFile: v.FCMCredentials, Endpoint: v.FCMEndpoint, Connections: v.PushPool})
	if err != nil {
		return nil, err
	}
	return push.ByVendor{fcm.Vendor: s}, nil
}

// httpLimits applies the settings to the server's table of limits.
func httpLimits(v *settings.Values) handlers.Limits {
	l := handlers.DefaultLimits
	l.Body = int64(v.BodyLimit)
	l.Conns = min(v.Connections, max(2, handles()/2))
	l.Photo = int64(v.PhotoLimit) + 1<<20 // the envelope of a multipart request
	scale := func(r handlers.Rate) handlers.Rate {
		return handlers.Rate{PerSecond: r.PerSecond * v.RateFactor, Burst: max(1, int(float64(r.Burst)*v.RateFactor))}
	}
	l.Rates = map[handlers.Class]handlers.Rates{}
	for class, r := range handlers.DefaultLimits.Rates {
		if class == handlers.SignIn {
			r.Address = handlers.Rate{PerSecond: v.SignInRate, Burst: max(1, int(60*v.SignInRate))}
		} else {
			r = handlers.Rates{User: scale(r.User), Address: scale(r.Address)}
		}
		l.Rates[class] = r
	}
	return l
}

// ready asks what the server needs to work: the store, a plan, a policy.
func (s *system) ready(ctx context.Context) map[string]error {
	problems := map[string]error{}
	if err := s.Engine.Ping(ctx); err != nil {
		problems["store"] = err
	}
	if s.atlas.Load().Len() == 0 {
		problems["plan"] = errors.New("no plan has been imported: fengqiao import plan")
	}
	if _, err := s.policies.Current(ctx); err != nil {
		problems["policy"] = err
	}
	return problems
}
