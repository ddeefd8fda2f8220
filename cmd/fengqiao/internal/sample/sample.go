// Package sample fills an installation with the sample county, through the same imports and use cases as real data.
package sample

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"fengqiao/cmd/fengqiao/internal/archive"
	"fengqiao/cmd/fengqiao/internal/intake"
	"fengqiao/fixtures"
	"fengqiao/grid"
	"fengqiao/grid/edition"
	"fengqiao/internal/account"
	"fengqiao/internal/media"
	"fengqiao/mediation"
	"fengqiao/mediation/policy"
)

// Plans stores plans.
type Plans interface {
	Import(ctx context.Context, at int64, e mediation.Edition, d edition.Drawing, made *grid.Plan) error
}

// Policies stores policies.
type Policies interface {
	Import(ctx context.Context, at int64, file string, src []byte) (*policy.Policy, error)
}

// Target is the installation to be filled.
type Target struct {
	Accounts  *account.Service
	Plans     Plans
	Policies  Policies
	Mediators mediation.Mediators
	Sealer    mediation.Sealer
	// Service builds the use cases on a clock.
	Service func(atlas *grid.Atlas, photos *media.Service, now func() time.Time, log *slog.Logger) *mediation.Service
	Log     *slog.Logger
	Now     func() time.Time
	// Policy is the file of rules in fixtures/policies; "" for the county's own.
	Policy string
	// Further are sections that stand behind those of the file.
	Further string
	// SignIns are those who get the password; nil for the cast. Bare leaves the reports out.
	SignIns []fixtures.Person
	Bare    bool
}

// Password returns a random password that can be read out: four groups of four letters and digits, about 80 bits.
func Password() (string, error) {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789"
	groups := make([]string, 4)
	for i := range groups {
		var b strings.Builder
		for range 4 {
			n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
			if err != nil {
				return "", err
			}
			b.WriteByte(letters[n.Int64()])
		}
		groups[i] = b.String()
	}
	return strings.Join(groups, "-"), nil
}

// countyLine is where rules say whose they are.
var countyLine = regexp.MustCompile(`(?m)^county: "([0-9.]+)"`)

// here makes another county's rules those of the sample county, in which they are played: its code stands in place of theirs.
func here(src []byte, code grid.Code) []byte {
	own := countyLine.FindSubmatch(src)
	if own == nil {
		return src
	}
	return bytes.ReplaceAll(src, append([]byte{'"'}, own[1]...), []byte(`"`+string(code)))
}

// levels are how many code segments the sample county's tiers share.
var levels = map[string]int{"village": 5, "town": 4, "county": 3}

// climbing gives the mediators the rungs of a county whose ladder has others than theirs: the nearest that is no lower. Longgang has no
// townships, so that whoever serves one serves the city.
func climbing(county *fixtures.County, pol *policy.Policy) *fixtures.County {
	c := *county
	c.Mediators = slices.Clone(county.Mediators)
	for i := range c.Mediators {
		m := &c.Mediators[i]
		if slices.ContainsFunc(pol.Tiers, func(t policy.Tier) bool { return t.Key == m.Tier }) {
			continue
		}
		if n := slices.IndexFunc(pol.Tiers, func(t policy.Tier) bool { return t.Level <= levels[m.Tier] }); n >= 0 {
			m.Tier = pol.Tiers[n].Key
		}
	}
	return &c
}

// Fill brings the county in: policy, plan, the cast with the password, mediators, everybody else without one, and the newest
// reports. It may be repeated after it was interrupted. The plan goes last, as the sign that all is there; filled says
// that it is.
func (t Target) Fill(ctx context.Context, county *fixtures.County, password string, filled bool, show archive.Progress) error {
	if filled {
		return nil
	}
	name := cmp.Or(t.Policy, "fuyang")
	src, err := fixtures.Policy(name)
	if err != nil {
		return err
	}
	pol, err := t.Policies.Import(ctx, mediation.AnyRevision, name+".yaml", append(here(src, county.Code), t.Further...))
	if err != nil {
		return err
	}
	plan, err := grid.NewPlan(county.Version, county.Schema, county.Units, county.Cells)
	if err != nil {
		return err
	}
	if err := t.people(ctx, county, plan, pol, password, show); err != nil {
		return err
	}
	if !t.Bare {
		if err := t.reports(ctx, county, plan, show); err != nil {
			return err
		}
	}
	show("plan", 0, int64(len(county.Cells)))
	return t.Plans.Import(ctx, mediation.AnyRevision, mediation.NewEdition(plan, mediation.Imported, t.Now()), edition.Drawing{Schema: county.Schema, Units: county.Units, Cells: county.Cells}, plan)
}

func (t Target) people(ctx context.Context, county *fixtures.County, plan *grid.Plan, pol *policy.Policy, password string, show archive.Progress) error {
	var file bytes.Buffer
	if err := climbing(county, pol).WriteMediators(&file); err != nil {
		return err
	}
	mediators, problems, err := intake.Mediators(&file, plan, pol)
	if err := good(problems, err); err != nil {
		return err
	}
	out, err := intake.StoreMediators(ctx, t.Mediators, t.Sealer, mediators, counter(show, "mediators", len(mediators)))
	if err := good(out.Problems, err); err != nil {
		return err
	}
	signIns := t.SignIns
	if signIns == nil {
		signIns = county.Cast().People
	}
	if err := t.cast(ctx, signIns, password, show); err != nil {
		return err
	}
	file.Reset()
	if err := county.WritePeople(&file); err != nil {
		return err
	}
	people, problems, err := intake.People(&file, plan)
	if err := good(problems, err); err != nil {
		return err
	}
	out, err = intake.StorePeople(ctx, account.Roster{Accounts: t.Accounts, Records: t.Mediators}, people, counter(show, "people", len(people)))
	return good(out.Problems, err)
}

// cast makes the accounts that can sign in.
func (t Target) cast(ctx context.Context, people []fixtures.Person, password string, show archive.Progress) error {
	for i, p := range people {
		show("sign-ins", int64(i+1), int64(len(people)))
		_, err := t.Accounts.CreateUser(ctx, "demo", account.NewUser{Login: p.Login, Name: p.Name, Password: password,
			Place: account.Place{Role: mediation.Role(p.Role), Area: p.Area, Unit: p.Unit, Mediator: p.Mediator}})
		if err != nil && !errors.Is(err, account.ErrLoginTaken) {
			return err
		}
	}
	return nil
}

// The reports that are played: the newest of the county, and further ones near the cast, so that its staff see cases.
const (
	newest   = 80
	nearCast = 20
)

func pick(county *fixtures.County, until time.Time) []fixtures.Report {
	all := county.Reports(until)
	cut := max(0, len(all)-newest)
	town := county.Cast().Grid.Prefix(4)
	areas := map[string]grid.Code{}
	for _, p := range county.People {
		areas[p.Login] = p.Area
	}
	var picked []fixtures.Report
	for _, r := range slices.Backward(all[:cut]) {
		if len(picked) == nearCast {
			break
		}
		if town.Contains(areas[r.ReporterLogin]) {
			picked = append(picked, r)
		}
	}
	slices.Reverse(picked)
	return append(picked, all[cut:]...)
}

// reports plays reports through the use case, on a clock that stands at each report's own time.
func (t Target) reports(ctx context.Context, county *fixtures.County, plan *grid.Plan, show archive.Progress) error {
	list := pick(county, time.Now())
	clock := time.Now()
	service := t.Service(grid.NewAtlas(plan), nil, func() time.Time { return clock }, t.Log)
	for i, r := range list {
		show("reports", int64(i+1), int64(len(list)))
		u, err := t.Accounts.UserByLogin(ctx, r.ReporterLogin)
		if err != nil {
			return fmt.Errorf("sample: reporter %s: %w", r.ReporterLogin, err)
		}
		clock = r.At.Add(20 * time.Second)
		point := r.Point
		_, err = service.Receive(ctx, mediation.Actor{ID: u.ID, Role: u.Role, Area: u.Area}, mediation.ReportInput{ClientID: r.ID, Channel: "app",
			Text: r.Text, Category: r.Category, Severity: r.Severity, Emergency: r.Emergency, Point: &point, AccuracyM: 12, PhoneTime: r.At, Print: r.ID})
		if err != nil {
			return fmt.Errorf("sample: report %s: %w", r.ID, err)
		}
	}
	return nil
}

// good turns problems, of which the sample has none, into an error.
func good(problems []intake.Problem, err error) error {
	if err == nil && len(problems) > 0 {
		err = fmt.Errorf("sample: line %d, %s: %s", problems[0].Line, problems[0].Field, problems[0].Reason.En)
	}
	return err
}

func counter(show archive.Progress, what string, total int) func(int64) {
	var mu sync.Mutex
	done := int64(0)
	return func(n int64) {
		mu.Lock()
		defer mu.Unlock()
		done += n
		show(what, done, int64(total))
	}
}
