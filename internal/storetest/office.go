package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"fengqiao/grid"
	"fengqiao/internal/seal"
	"fengqiao/internal/store"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Office is the whole of mediation over a store: the real service, sweep, keyring and a county's policy, on a small plan and
// with a clock that only the test moves.
type Office struct {
	*mediation.Service
	Watch  *mediation.Watch
	Store  *store.Store
	Policy *policy.Policy
	Rules  mediation.Rules

	mu  sync.Mutex
	at  time.Time
	ids int
}

// OfficeStart is the office's first moment: ten in the morning at Fuyang, a working day.
var OfficeStart = time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC)

// Micro-grids of the office's plan. CellA and CellB lie side by side in one village, CellC in the next village, CellD in
// another township.
const (
	CellA grid.Code = "33.01.11.001.002.003.05"
	CellB grid.Code = "33.01.11.001.002.003.06"
	CellC grid.Code = "33.01.11.001.003.001.01"
	CellD grid.Code = "33.01.11.002.001.001.01"
)

// PointIn is a point well inside each micro-grid.
func PointIn(c grid.Code) orb.Point {
	p := southWest[c]
	return orb.Point{p[0] + cellDegrees/2, p[1] + cellDegrees/2}
}

const cellDegrees = 0.005 // about half a kilometre

var southWest = map[grid.Code]orb.Point{
	CellA: {119.950, 30.050}, CellB: {119.955, 30.050}, CellC: {119.960, 30.050}, CellD: {119.965, 30.050},
}

// officePlan is four squares in a row.
func officePlan(t testing.TB) *grid.Plan {
	t.Helper()
	var cells []grid.Cell
	for code, p := range southWest {
		square := orb.Bound{Min: p, Max: orb.Point{p[0] + cellDegrees, p[1] + cellDegrees}}.ToPolygon()
		cells = append(cells, grid.Cell{Code: code, Shape: orb.MultiPolygon{square}})
	}
	units := []grid.Unit{{Code: "33.01.11", Name: "富阳区"}, {Code: "33.01.11.001", Name: "东街道"}, {Code: "33.01.11.002", Name: "西镇"}}
	plan, err := grid.NewPlan("office-1", grid.ChinaSchema(), units, cells)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// NewOffice sets up an office over data, with the policy's source as given. keys holds the sealing keys, the policy and what
// else is there before the work begins; it may be data itself.
func NewOffice(t testing.TB, data, keys *store.Store, source []byte) *Office {
	t.Helper()
	ctx := context.Background()
	policies := keys.Policies()
	pol, err := policies.Import(ctx, mediation.AnyRevision, "office.yaml", source)
	if err != nil {
		t.Fatal(err)
	}
	kek, err := seal.ParseInstallationKey(strings.Repeat("A", 43) + "=")
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.New(ctx, keys.Wraps(), keys.Erasures(), kek, seal.Options{Batch: 64})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ring.Close() })
	o := &Office{Store: data, Policy: pol, Rules: RulesOf(pol), at: OfficeStart}
	o.Service = mediation.NewService(mediation.Deps{
		Cases: data.Cases(), Reports: data.Reports(), Opener: data.Cases(), Mediators: data.Mediators(), Looks: data.Looks(), Users: data.Directory(),
		Policies: policies, Calendars: data.Calendars(), Sealer: ring, Atlas: grid.NewAtlas(officePlan(t)), Now: o.Clock,
		Log: slog.New(slog.DiscardHandler), Words: seal.Bigrams, Phone: seal.NormalisePhone, IDNumber: seal.NormaliseID,
	})
	o.Watch = mediation.NewWatch(o.Service, time.Hour, 1000)
	return o
}

// Clock is the office's time.
func (o *Office) Clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.at
}

// Pass lets time pass.
func (o *Office) Pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at = o.at.Add(d)
}

// Sweep sweeps at the office's time and fails the test on an error or a case that failed.
func (o *Office) Sweep(t testing.TB) mediation.Swept {
	t.Helper()
	n, err := o.Watch.Sweep(context.Background(), o.Clock())
	if err != nil || n.Failed > 0 {
		t.Fatalf("sweep: %+v, %v", n, err)
	}
	return n
}

// Settle sweeps until nothing is left that is due now.
func (o *Office) Settle(t testing.TB) {
	t.Helper()
	for range 20 {
		due, err := o.Cases.Due(context.Background(), o.Clock(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		o.Sweep(t)
	}
	t.Fatal("something stays due after twenty sweeps")
}

// Next is a fresh name for test data.
func (o *Office) Next(prefix string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ids++
	return fmt.Sprintf("%s-%d", prefix, o.ids)
}

// Hire puts a mediator of a kind, tier and area; its id is also its account's, with "user-" in front.
func (o *Office) Hire(t testing.TB, kind, tier string, area grid.Code, load int) mediation.Actor {
	t.Helper()
	id := o.Next(kind)
	m := mediation.Mediator{ID: id, User: "user-" + id, Name: "调解员" + id, Kind: kind, Tier: tier, Area: area, Point: PointIn(CellA),
		Cap: load, Available: true}
	if _, err := o.Mediators.Put(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	return mediation.Actor{ID: m.User, Role: mediation.MediatorRole, Area: area, Mediator: id}
}

// Rest switches everybody who was hired so far to not available.
func (o *Office) Rest(t testing.TB) {
	t.Helper()
	list, _, err := o.Mediators.List(context.Background(), "", "", 100_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if !m.Available {
			continue
		}
		if _, err := o.Mediators.Update(context.Background(), m.ID, func(m *mediation.Mediator) error { m.Available = false; return nil }); err != nil {
			t.Fatal(err)
		}
	}
}

// Worker is a grid worker of CellA's grid.
func (o *Office) Worker() mediation.Actor {
	return mediation.Actor{ID: o.Next("worker"), Role: mediation.GridWorker, Area: CellA.Parent()}
}

// Town and County are staff.
var (
	Town   = mediation.Actor{ID: "town-staff", Role: mediation.TownshipStaff, Area: "33.01.11.001"}
	County = mediation.Actor{ID: "county-staff", Role: mediation.CountyStaff, Area: "33.01.11"}
)

// Quarrel is a report of slight trouble between neighbours, which the policy accepts by itself.
func Quarrel(c grid.Code) mediation.ReportInput {
	p := PointIn(c)
	id := uuid.NewString()
	return mediation.ReportInput{ClientID: id, Channel: "app", Text: "楼上漏水，双方争执", Category: "neighbour", Severity: 1,
		Point: &p, AccuracyM: 8, Print: id}
}

// Report sends a report and fails the test if it does not become a case.
func (o *Office) Report(t testing.TB, by mediation.Actor, in mediation.ReportInput) mediation.Case {
	t.Helper()
	got, err := o.Receive(context.Background(), by, in)
	if err != nil {
		t.Fatal(err)
	}
	if got.Case == nil {
		t.Fatalf("the report became no case: %+v", got.Report)
	}
	return *got.Case
}

// Accepted is a fresh case that has been accepted, by the policy or by staff, and for which mediators have been asked.
func (o *Office) Accepted(t testing.TB, cell grid.Code) mediation.Case {
	t.Helper()
	c := o.Report(t, o.Worker(), Quarrel(cell))
	if c.State == mediation.Reported { // other open cases there may be the same
		o.Must(t, County, c.ID, mediation.Accept{})
	}
	o.Settle(t)
	return o.Read(t, c.ID)
}

// Must carries out a command on the case as it is now.
func (o *Office) Must(t testing.TB, by mediation.Actor, id string, cmd mediation.Command) mediation.Done {
	t.Helper()
	done, err := o.Do(context.Background(), by, id, mediation.Request{Command: cmd, Revision: o.Read(t, id).Revision, Key: o.Next("key")})
	if err != nil {
		t.Fatalf("%s by %s: %v", cmd.Name(), by.Role, err)
	}
	return done
}

// Read loads a case.
func (o *Office) Read(t testing.TB, id string) mediation.Case {
	t.Helper()
	c, err := o.Cases.Load(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// OfferOf is the mediator's open offer of the case, "" if there is none.
func OfferOf(c *mediation.Case, by mediation.Actor) string {
	for _, of := range c.Offers {
		if of.Mediator == by.Mediator && of.State == mediation.OfferOpen {
			return of.ID
		}
	}
	return ""
}

// FuyangPolicy is the source of the sample county's policy.
func FuyangPolicy(t testing.TB) []byte {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	source, err := os.ReadFile(filepath.Join(filepath.Dir(here), "../../fixtures/policies/fuyang.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return source
}
