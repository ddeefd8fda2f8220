package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"fengqiao/grid"
	"fengqiao/handlers/internal/tile"
	"fengqiao/internal/account"
	"fengqiao/internal/checkpoint"
	"fengqiao/internal/media"
	"fengqiao/internal/once"
	"fengqiao/internal/sheet"
	"fengqiao/mediation"
	"fengqiao/mediation/campaign"
	"fengqiao/mediation/council"
	"fengqiao/mediation/desk"
	"fengqiao/mediation/docket"
	"fengqiao/mediation/duty"
	counts "fengqiao/mediation/figures"
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

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Deps is what the HTTP side stands on. Clock, Ready, PushStats, Sweep and Checkpoints may be nil.
type Deps struct {
	Cases     *mediation.Service
	Accounts  *account.Service
	Media     *media.Service
	Inbox     push.Inbox
	Devices   push.Devices
	Outbox    push.Outbox
	Once      once.Keeper
	Atlas     *grid.Atlas
	Plans     PlanAdmin
	Surveyor  *mediation.Surveyor
	Calendars mediation.Calendars
	Policies  PolicyAdmin
	Mediators MediatorAdmin
	// Desks takes in the work orders of outside desks.
	Desks *desk.Service
	// Halls are the one-stop halls.
	Halls *hall.Service
	// HandOvers passes on what people have in hand.
	HandOvers *handover.Service
	// Holds keeps records beside cases from erasure, for the law.
	Holds *retention.Service
	// Slips issues papers of supervision.
	Slips *slip.Service
	// Campaigns are those against the backlog.
	Campaigns *campaign.Service
	// Councils keeps the villagers' meetings.
	Councils *council.Service
	// Teams keeps the posts of grids' teams.
	Teams *team.Service
	// Patrols takes the check-ins of grid workers.
	Patrols *patrol.Service
	// Duty is the duty roster.
	Duty *duty.Service
	// Villages are the results of villages that were frozen.
	Villages *village.Service
	// Opinions are residents' suggestions.
	Opinions *opinion.Service
	// Dockets are the periodic review lists.
	Dockets *docket.Service
	// Studies are escalated studies.
	Studies *study.Service
	// Figures are counted from its book; without one, or before it is filled, there are none.
	Figures *counts.Keeper
	// Scorecards measures areas, units and officials by the figures.
	Scorecards *scorecard.Service
	// Font prints papers; without one there is no PDF.
	Font *sheet.Font
	// Names gives the display names of users.
	Names mediation.Users
	Now   func() time.Time
	// Clock is the clock of cases where it can be moved; nil, and its routes are not there, where cases live by the machine's.
	Clock  CaseClock
	Log    *slog.Logger
	Config Config
	// Ready asks what the server needs; one entry a thing that is not well.
	Ready func(ctx context.Context) map[string]error
	// PushStats are the relay's figures for /metrics.
	PushStats func(ctx context.Context) (push.Stats, error)
	// Sweep are the sweep's figures for /metrics.
	Sweep func() mediation.SweepFigures
	// Checkpoints are the figures of the checkpoints for /metrics.
	Checkpoints func() checkpoint.Figures
}

// Config is what an installation chooses.
type Config struct {
	// TrustedProxies are the addresses or CIDR ranges whose X-Forwarded-For is believed.
	TrustedProxies []string
	// CookieSecure keeps cookies to HTTPS. Off only where the server is reached over plain HTTP on loopback.
	CookieSecure bool
	Limits       Limits
	Version      string
}

// API is the HTTP server.
type API struct {
	Deps
	limits    Limits
	fiber     *fiber.App
	gate      *gate
	admission admission
	proxies   []netip.Prefix
	metrics   *metrics
	pages     *pages
	leaves    *leaves
	roster    account.Roster
	ground    *tile.Ground
	ledger    *ledger

	gazetteer atomic.Pointer[gazetteer]
}

// New builds the server from the route table.
func New(d Deps) (*API, error) {
	incomplete := d.Cases == nil ||
		d.Accounts == nil ||
		d.Once == nil ||
		d.Now == nil ||
		d.Log == nil ||
		d.Atlas == nil ||
		d.Desks == nil ||
		d.Halls == nil ||
		d.HandOvers == nil ||
		d.Holds == nil ||
		d.Slips == nil ||
		d.Campaigns == nil ||
		d.Studies == nil ||
		d.Dockets == nil ||
		d.Duty == nil ||
		d.Patrols == nil ||
		d.Councils == nil ||
		d.Opinions == nil ||
		d.Teams == nil ||
		d.Villages == nil ||
		d.Scorecards == nil
	if incomplete {
		return nil, errors.New("handlers: Deps are not complete")
	}
	a := &API{Deps: d, limits: d.Config.Limits.filled(), roster: account.Roster{Accounts: d.Accounts, Records: d.Mediators}}
	var err error
	a.admission = newAdmission(a.limits)
	if a.gate, err = newGate(a.limits, time.Now); err != nil {
		return nil, err
	}
	if a.proxies, err = proxies(d.Config.TrustedProxies); err != nil {
		return nil, err
	}
	a.metrics = newMetrics(d)
	if a.pages, err = newPages(); err != nil {
		return nil, err
	}
	if a.leaves, err = newLeaves(); err != nil {
		return nil, err
	}
	if a.ground, err = tile.NewGround(a.limits.Tiles); err != nil {
		return nil, err
	}
	if a.ledger, err = newLedger(d.Now); err != nil {
		return nil, err
	}
	a.fiber = fiber.New(fiber.Config{
		AppName:               "fengqiao",
		DisableStartupMessage: true,
		Immutable:             true, // strings outlive the request
		CaseSensitive:         true,
		ErrorHandler:          a.unrouted,
		// Bodies beyond this are streamed, so that a route's own bound is judged before they are read.
		BodyLimit:                    int(a.limits.Body),
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		ReadBufferSize:               a.limits.Header,
		ReadTimeout:                  a.limits.Head,
		WriteTimeout:                 a.limits.Write,
		IdleTimeout:                  a.limits.Idle,
		EnableTrustedProxyCheck:      true, // of nobody: see address.go
	})
	// Who dribbles a head has no request yet; who sends a photo over a bad line needs the time.
	a.fiber.Server().HeaderReceived = func(*fasthttp.RequestHeader) fasthttp.RequestConfig {
		return fasthttp.RequestConfig{ReadTimeout: a.limits.Read}
	}
	for _, r := range ordered(routes(a.limits)) {
		if !r.Virtual || a.Clock != nil {
			a.mount(r)
		}
	}
	return a, nil
}

// mount registers a route. GET routes answer HEAD too.
func (a *API) mount(r Route) {
	if r.Public {
		fill(&r.Body, comesWhole)
	}
	fill(&r.Body, a.limits.Body)
	fill(&r.Deadline, a.limits.Deadline)
	handler := a.serve(&r)
	a.fiber.Add(r.Method, r.Path, handler)
	if r.Method == fiber.MethodGet {
		a.fiber.Add(fiber.MethodHead, r.Path, handler)
	}
}

// Fiber is the app underneath, for tests.
func (a *API) Fiber() *fiber.App { return a.fiber }

// Serve answers requests on a listener until Shutdown.
func (a *API) Serve(l net.Listener) error { return a.fiber.Listener(l) }

// Shutdown takes no more connections and waits for the requests that were accepted, as long as ctx lasts.
func (a *API) Shutdown(ctx context.Context) error { return a.fiber.ShutdownWithContext(ctx) }
